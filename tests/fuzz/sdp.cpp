/// A description, and behind a line of "---" the one that answers it: what was parsed is
/// written as it stood, typed access stays inside it, the rules give what they accept themselves
/// and change nothing the second time. Each is also read as a fragment with candidates.
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "fuzz/oracle.hpp"
#include "negotiation/hold.hpp"
#include "negotiation/offer_answer.hpp"
#include "negotiation/origin.hpp"
#include "negotiation/rewrite.hpp"
#include "sdp/attributes.hpp"
#include "sdp/candidate.hpp"
#include "sdp/capability.hpp"
#include "sdp/codec.hpp"
#include "sdp/description.hpp"
#include "sdp/faults.hpp"
#include "sdp/fragment.hpp"
#include "sdp/source.hpp"
#include "sdp/transport.hpp"

namespace {

using namespace sipml;

/// The lines of a text as parse() is to see them: without line ends and empty ones.
std::vector<std::string_view> lines_of(std::string_view text) {
  while (!text.empty() && text.back() == '\0') text.remove_suffix(1);
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    std::string_view line = fuzz::take_until(text, '\n');
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

void use_section(const sdp::Lines& lines) {
  for (const sdp::Bandwidth& bandwidth : sdp::bandwidths(lines))
    fuzz::check(!bandwidth.type.empty(), "a bandwidth has a type");
  for (const sdp::Fingerprint& fingerprint : sdp::own_fingerprints(lines))
    fuzz::check(!sdp::is_usable(fingerprint) || sdp::hash_size(fingerprint.hash) > 0,
                "a usable fingerprint is of a known hash", fingerprint.hash);
  for (const sdp::HeaderExtension& extension : sdp::header_extensions(lines))
    fuzz::check(extension.id > 0, "an extension has an id", extension.uri);
  (void)sdp::own_direction(lines);
  for (const sdp::Line& line : lines) {
    if (line.type != 'a') continue;
    const std::string_view value = sdp::attribute_value(line.value);
    (void)sdp::parse_capability(value);
    (void)sdp::parse_configuration(value);
    (void)sdp::option_tags(value);
    (void)sdp::parse_remote_candidates(value);
    (void)sdp::parse_rtcp(value);
  }
}

void use_media(const sdp::Description& description, const sdp::Media& media) {
  const sdp::MediaLine line = media.line();
  fuzz::check(line.media == media.kind() && !line.media.empty(), "a section has its kind");
  const std::size_t codecs = sdp::codecs(media).size();
  fuzz::check(codecs <= line.formats.size(), "a codec has a format");
  for (const sdp::Candidate& candidate : sdp::candidates(media)) {
    fuzz::check(!candidate.foundation.empty() && !candidate.address.empty(),
                "a candidate has its words");
    fuzz::check(!sdp::to_string(candidate.type).empty(), "a candidate has a type");
  }
  for (const sdp::RtpMap& map : sdp::rtpmaps(media))
    fuzz::check(map.clock_rate > 0 && !map.encoding.empty(), "an rtpmap is whole", map.format);
  for (const sdp::FormatParameters& fmtp : sdp::fmtps(media))
    for (const sdp::FormatParameter& parameter : fmtp.list)
      fuzz::check(!parameter.name.empty() || parameter.value, "a parameter says something",
                  fmtp.text);
  for (const sdp::Rid& rid : sdp::rids(media))
    fuzz::check(rid.direction == "send" || rid.direction == "recv", "a rid has its direction");
  (void)sdp::feedbacks(media);
  (void)sdp::telephone_events(media);
  (void)sdp::milliseconds(media, "ptime");
  (void)sdp::source_attributes(media);
  (void)sdp::source_groups(media);
  (void)sdp::msids(media);
  (void)sdp::simulcast(media);
  (void)sdp::ice_ufrag(description, media);
  (void)sdp::ice_options(description, media);
  (void)sdp::setup(description, media);
  (void)sdp::fingerprints(description, media);
  (void)sdp::connection(description, media);
  (void)sdp::direction(description, media);
  (void)sdp::sctp_port(media);
  (void)sdp::max_message_size(media);
  (void)sdp::mid(media);
  (void)media.is_rejected();
  use_section(media.lines);
}

/// What was parsed; every line of the text is in it, in order and unchanged.
void check_lossless(std::string_view text, const sdp::Description& description) {
  std::vector<std::string> written;
  const auto append = [&written](const sdp::Lines& lines) {
    for (const sdp::Line& line : lines) {
      std::string one(1, line.type);
      one += '=';
      one += line.value;
      written.push_back(std::move(one));
    }
  };
  append(description.session);
  for (const sdp::Media& media : description.media) append(media.lines);
  const std::vector<std::string_view> read = lines_of(text);
  fuzz::check(read.size() == written.size(), "every line is kept", text);
  for (std::size_t i = 0; i < read.size(); ++i)
    fuzz::check(read[i] == written[i], "a line is kept as it is", read[i]);
}

void check_description(std::string_view text) {
  const auto parsed = sdp::parse(text);
  for (const sdp::Fault& fault : sdp::faults(text)) {
    fuzz::check(fault.offset < text.size(), "a fault is in the text", text);
    fuzz::check(!fault.reason.empty() && fault.line > 0, "a fault has reason and line", text);
  }
  if (!parsed) {
    fuzz::check(!sdp::to_string(parsed.error().code).empty(), "an error has words");
    fuzz::check(parsed.error().offset <= text.size(), "an error is in the text", text);
    return;
  }
  fuzz::check(parsed->media.size() <= limits::sdp_media_count, "sections are bounded");
  check_lossless(text, *parsed);
  const std::string written = sdp::write(*parsed);
  const auto again = sdp::parse(written);
  fuzz::check(bool(again), "what was written can be parsed", written);
  fuzz::check(*again == *parsed, "what was written is the same", written);
  fuzz::check(sdp::write(*again) == written, "writing it again changes nothing", written);
  (void)negotiation::is_remote_hold(*parsed);
  fuzz::check(negotiation::same_origin(*parsed, *again), "a description is no newer than itself");
  fuzz::check(negotiation::summarise(*parsed) == negotiation::summarise(*again),
              "the summary is of what is written");
  (void)parsed->origin().session_version_number();
  use_section(parsed->session);
  (void)sdp::groups(*parsed);
  (void)sdp::is_ice_lite(*parsed);
  for (const sdp::Media& media : parsed->media) use_media(*parsed, media);
}

void check_text(std::string_view text) {
  const auto parsed = sdp::parse(text);
  fuzz::check(bool(parsed), "a rewritten description can be parsed", text);
}

std::size_t media_count(std::string_view text) {
  const auto parsed = sdp::parse(text);
  return parsed ? parsed->media.size() : 0;
}

/// RFC 9143 7: no BUNDLE group names what is not there.
void check_bundles(std::string_view text) {
  const auto parsed = sdp::parse(text);
  if (!parsed) return;
  for (const sdp::Group& group : sdp::groups(*parsed)) {
    if (group.semantics != "BUNDLE") continue;
    for (const std::string_view mid : group.mids) {
      bool is_there = false;
      for (const sdp::Media& media : parsed->media) is_there |= sdp::mid(media) == mid;
      fuzz::check(is_there, "a BUNDLE group names an m-line", text);
    }
  }
}

/// An offer is what it is to a browser once more; its m-lines are those of the wire.
void check_remote_offer(std::string_view offer, const negotiation::RemoteOptions& options) {
  negotiation::RuleNames changed;
  const auto remote = negotiation::remote_offer(offer, options, &changed);
  if (!remote) {
    fuzz::check(!remote.error().text.empty(), "a refusal has words");
    return;
  }
  const auto parsed = sdp::parse(offer);
  fuzz::check(changed.empty() == (parsed && sdp::write(*parsed) == *remote),
              "who changed it is named, and nobody else", *remote);
  fuzz::check(media_count(*remote) == media_count(offer), "an offer keeps its m-lines", *remote);
  check_bundles(*remote);
  negotiation::RuleNames again;
  const auto twice = negotiation::remote_offer(*remote, options, &again);
  fuzz::check(twice && *twice == *remote && again.empty(), "the peer's offer is rewritten once",
              *remote);
}

/// To the peer all descriptions of a call are of one session.
void check_origin(std::string_view next, std::string_view before) {
  if (!sdp::parse(next)) return;
  const std::string kept = negotiation::with_kept_origin(std::string(next), before);
  check_text(kept);
  fuzz::check(media_count(kept) == media_count(next), "only its origin is another", kept);
  fuzz::check(negotiation::with_kept_origin(kept, before) == kept, "its origin is kept once", kept);
}

void check_rules(std::string_view offer, std::string_view answer,
                 const negotiation::LocalOptions& options) {
  if (const auto local = negotiation::local_description(offer, options)) {
    check_text(*local);
    const auto twice = negotiation::local_description(*local, options);
    fuzz::check(twice && *twice == *local, "our offer is rewritten once", *local);
  }
  const auto remote = negotiation::remote_offer(offer);
  if (remote) {
    check_text(*remote);
    const auto twice = negotiation::remote_offer(*remote);
    fuzz::check(twice && *twice == *remote, "the peer's offer is rewritten once", *remote);
    const auto narrow = negotiation::offer_to_answer(*remote, options);
    fuzz::check(bool(narrow), "an offer can be answered with other codecs", *remote);
    fuzz::check(media_count(*narrow) == media_count(*remote), "it keeps its m-lines", *narrow);
    const auto narrower = negotiation::offer_to_answer(*narrow, options);
    fuzz::check(narrower && *narrower == *narrow, "its codecs are chosen once", *narrow);
    const std::string prepared = negotiation::offer_to_prepare(*remote);
    check_text(prepared);
    fuzz::check(prepared.find("\na=candidate:") == std::string::npos,
                "to prepare shows no candidate", prepared);
    if (const auto ours = negotiation::local_answer(answer, *remote, options)) {
      check_text(*ours);
      check_bundles(*ours);
      fuzz::check(media_count(*ours) == media_count(*remote), "our answer has the offer's sections",
                  *ours);
      const auto again = negotiation::local_answer(*ours, *remote, options);
      fuzz::check(again && *again == *ours, "our answer is rewritten once", *ours);
    }
  }
  if (const auto theirs = negotiation::remote_answer(answer, offer, options)) {
    check_text(*theirs);
    check_bundles(*theirs);
    fuzz::check(media_count(*theirs) == media_count(offer), "an answer has the offer's sections",
                *theirs);
    const auto twice = negotiation::remote_answer(*theirs, offer, options);
    fuzz::check(twice && *twice == *theirs, "the peer's answer is rewritten once", *theirs);
  }
}

void check_fragment(std::string_view text) {
  const auto fragment = sdp::parse_fragment(text);
  if (!fragment) {
    fuzz::check(fragment.error().offset <= text.size(), "a fault is in the text");
    return;
  }
  fuzz::check(!fragment->fault || *fragment->fault < text.size(), "a fault is in the text");
  std::size_t count = 0;
  for (const sdp::FragmentSection& section : fragment->sections) {
    fuzz::check(!section.mid.empty(), "a section has its mid");
    for (const std::string& candidate : section.candidates) {
      ++count;
      fuzz::check(sdp::same_candidate(candidate, candidate), "a candidate can be read", candidate);
    }
  }
  fuzz::check(count <= limits::candidate_count, "candidates have their limit");
  const std::string written = sdp::write_fragment(*fragment);
  const auto again = sdp::parse_fragment(written);
  const bool has_section = written.starts_with("m=") || written.find("\nm=") != std::string::npos;
  fuzz::check(!has_section || again, "what is written can be read");
  if (again)
    fuzz::check(sdp::write_fragment(*again) == written, "and is written the same", written);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::string_view divider = "---\r\n";
  const std::string_view text = fuzz::text_of(data, size);
  const std::size_t at = text.find(divider);
  const std::string_view offer = text.substr(0, at);
  const std::string_view answer =
      at == std::string_view::npos ? offer : text.substr(at + divider.size());
  check_description(offer);
  check_fragment(offer);
  if (at != std::string_view::npos) check_description(answer);
  check_fragment(answer);
  check_origin(answer, offer);
  negotiation::LocalOptions plain;
  check_rules(offer, answer, plain);
  negotiation::LocalOptions all;
  all.session_name = "a call";
  all.audio_bandwidth = 64;
  all.video_bandwidth = 0;
  all.audio_wire_direction = sdp::Direction::sendonly;
  all.video_wire_direction = sdp::Direction::inactive;
  all.candidates.host = false;
  all.removed_codecs = {"opus", "VP8"};
  all.codec_order = {"PCMA", "H264"};
  check_rules(offer, answer, all);
  check_remote_offer(offer, {.requires_rtcp_mux = false});
  check_remote_offer(offer, {.requires_rtcp_mux = true});
  return 0;
}
