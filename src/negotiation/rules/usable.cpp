/// What a description must have so that a browser can take it (RFC 8827 6.5, RFC 8829 5.8, RFC 8839
/// 5.4, RFC 8122 5, RFC 5888 4, RFC 8858 4).
#include <algorithm>
#include <optional>
#include <set>

#include "base/ascii.hpp"
#include "negotiation/rules/codec_list.hpp"
#include "negotiation/rules/lines.hpp"
#include "negotiation/rules/rules.hpp"

namespace sipml::negotiation::rules {
namespace {

using sdp::Description;
using sdp::Lines;
using sdp::Media;

/// What the lines of one section say of a transport.
struct Transport {
  explicit Transport(const Lines& lines)
      : fingerprints(sdp::own_fingerprints(lines)),
        ufrag(sdp::attribute(lines, "ice-ufrag")),
        pwd(sdp::attribute(lines, "ice-pwd")) {}

  bool has_usable_fingerprint() const {
    return std::any_of(fingerprints.begin(), fingerprints.end(), sdp::is_usable);
  }

  std::vector<sdp::Fingerprint> fingerprints;
  std::optional<std::string_view> ufrag;
  std::optional<std::string_view> pwd;
};

/// Says yes for each section of a BUNDLE group in which a section that is not rejected has a yes:
/// they share its transport (RFC 9143 7.1.3).
void spread_over_bundles(const Description& description, std::vector<bool>& flags) {
  std::set<std::string_view> with;
  for (std::size_t i = 0; i < flags.size(); ++i) {
    const Media& media = description.media[i];
    const auto mid = sdp::mid(media);
    if (flags[i] && mid && !media.is_rejected()) with.insert(*mid);
  }
  std::set<std::string_view> bundled;
  for (const sdp::Group& group : sdp::groups(description)) {
    const auto has = [&with](std::string_view mid) { return with.contains(mid); };
    if (group.semantics == "BUNDLE" && std::any_of(group.mids.begin(), group.mids.end(), has))
      bundled.insert(group.mids.begin(), group.mids.end());
  }
  for (std::size_t i = 0; i < flags.size(); ++i) {
    const auto mid = sdp::mid(description.media[i]);
    if (mid && bundled.contains(*mid)) flags[i] = true;
  }
}

std::vector<bool> multiplexed(const Description& description) {
  std::vector<bool> has_mux;
  for (const Media& media : description.media) has_mux.push_back(sdp::has_rtcp_mux(media));
  spread_over_bundles(description, has_mux);
  return has_mux;
}

RewriteError error(RewriteErrorCode code, std::size_t index, std::string_view kind,
                   std::string_view reason) {
  // The kind is one that is_for_browser() knows, hence not the peer's words.
  std::string text = "m-line " + std::to_string(index);
  if (!kind.empty()) text += " (" + std::string(kind) + ")";
  return {code, text + ": " + std::string(reason)};
}

std::optional<RewriteError> check_mids(const Description& description) {
  std::set<std::string_view> mids;
  for (std::size_t i = 0; i < description.media.size(); ++i) {
    const auto mid = sdp::mid(description.media[i]);
    if (mid && !mids.insert(*mid).second)
      return error(RewriteErrorCode::duplicate_mid, i, {}, "its mid is that of an earlier m-line");
  }
  return std::nullopt;
}

}  // namespace

std::vector<bool> keyed_by_dtls(const Description& description) {
  const bool session_is_keyed = Transport(description.session).has_usable_fingerprint();
  std::vector<bool> keyed;
  for (const Media& media : description.media)
    keyed.push_back(session_is_keyed || Transport(media.lines).has_usable_fingerprint());
  spread_over_bundles(description, keyed);
  return keyed;
}

namespace {

/// What is wrong with the sections that take part.
struct Faults {
  std::optional<RewriteError> first;
  std::vector<std::size_t> places;
  bool is_any_usable = false;
};

Faults find_faults(const Description& description, bool requires_rtcp_mux) {
  using enum RewriteErrorCode;
  const Transport session(description.session);
  std::vector<Transport> own;
  std::vector<bool> has_ice;
  for (const Media& media : description.media) {
    const Transport& transport = own.emplace_back(media.lines);
    has_ice.push_back((session.ufrag || transport.ufrag) && (session.pwd || transport.pwd));
  }
  spread_over_bundles(description, has_ice);
  const std::vector<bool> has_mux = multiplexed(description);
  const std::vector<bool> keyed = keyed_by_dtls(description);

  const auto fault = [&](std::size_t i) -> std::optional<RewriteError> {
    const auto refuse = [&](RewriteErrorCode code, std::string_view reason) {
      return error(code, i, description.media[i].kind(), reason);
    };
    const auto& fingerprints =
        own[i].fingerprints.empty() ? session.fingerprints : own[i].fingerprints;
    if (!keyed[i] && fingerprints.empty())
      return refuse(no_fingerprint, "there is no DTLS fingerprint, so no browser can take it");
    if (!keyed[i])
      return refuse(unusable_fingerprint,
                    "no DTLS fingerprint has an allowed hash function and its length");
    if (!has_ice[i]) return refuse(no_ice, "there is no ice-ufrag or no ice-pwd");
    const auto ufrag = own[i].ufrag ? own[i].ufrag : session.ufrag;
    const auto pwd = own[i].pwd ? own[i].pwd : session.pwd;
    if (ufrag && !sdp::is_ice_ufrag(ascii::trim(*ufrag)))
      return refuse(malformed_ice, "the ice-ufrag does not have 4 to 256 characters of ICE");
    if (pwd && !sdp::is_ice_pwd(ascii::trim(*pwd)))
      return refuse(malformed_ice, "the ice-pwd does not have 22 to 256 characters of ICE");
    if (requires_rtcp_mux && !has_mux[i])
      return refuse(no_rtcp_mux, "there is no rtcp-mux, which is required");
    return std::nullopt;
  };
  Faults faults;
  std::optional<std::size_t> unknown;
  for (std::size_t i = 0; i < own.size(); ++i) {
    const Media& media = description.media[i];
    if (is_for_browser(media)) {
      auto found = fault(i);
      if (found) faults.places.push_back(i);
      if (!found) faults.is_any_usable = true;
      if (!faults.first) faults.first = std::move(found);
    } else if (!media.is_rejected()) {
      // Data channels.
      if (media.line().proto.find("SCTP") != std::string_view::npos) faults.is_any_usable = true;
      if (!unknown) unknown = i;
    }
  }
  if (!faults.first && !faults.is_any_usable && unknown)
    faults.first = error(unknown_medium, *unknown, {}, "browsers know audio and video only");
  return faults;
}

}  // namespace

Result<Description, RewriteError> usable(Description description, bool requires_rtcp_mux) {
  if (auto duplicate = check_mids(description)) return *duplicate;
  Faults faults = find_faults(description, requires_rtcp_mux);
  const std::optional<RewriteError> error = faults.first;
  // One that is rejected no longer speaks for its BUNDLE group, so others may follow.
  while (faults.is_any_usable && !faults.places.empty()) {
    for (const std::size_t i : faults.places) reject(description.media[i]);
    faults = find_faults(description, requires_rtcp_mux);
  }
  if (error && !faults.is_any_usable) return *error;
  return description;
}

bool has_rtcp_mux(const Description& description) {
  const std::vector<bool> has_mux = multiplexed(description);
  for (std::size_t i = 0; i < has_mux.size(); ++i)
    if (is_for_browser(description.media[i]) && !has_mux[i]) return false;
  return true;
}

namespace {

/// True when a codec of the answer stands in the offer. By name, since an answer may number it anew
/// (RFC 3264 6.1); by number where the name of one is not told. What is no RTP has no codecs.
bool share_codec(const Media& answer, const Media& offer) {
  if (!is_for_browser(offer) || !is_for_browser(answer)) return true;
  const std::vector<sdp::Codec> offered = sdp::codecs(offer);
  const auto is_offered = [&offered](const sdp::Codec& one) {
    return !is_helper(one) &&
           std::any_of(offered.begin(), offered.end(), [&one](const sdp::Codec& other) {
             if (one.encoding.empty() || other.encoding.empty()) return one.format == other.format;
             return ascii::equal_ignoring_case(one.encoding, other.encoding) &&
                    one.clock_rate == other.clock_rate;
           });
  };
  const std::vector<sdp::Codec> answered = sdp::codecs(answer);
  return std::any_of(answered.begin(), answered.end(), is_offered);
}

}  // namespace

std::optional<RewriteError> nothing_in_common(const Description& answer, const Description& offer) {
  std::optional<std::size_t> offered;
  std::optional<std::size_t> foreign;
  for (std::size_t i = 0; i < std::min(answer.media.size(), offer.media.size()); ++i) {
    const Media& media = offer.media[i];
    if (!answer.media[i].is_rejected()) {
      if (share_codec(answer.media[i], media)) return std::nullopt;
      if (!foreign) foreign = i;
    }
    const bool takes_part =
        is_for_browser(media) && sdp::direction(offer, media) != sdp::Direction::inactive;
    if (takes_part && !offered) offered = i;
  }
  if (foreign)
    return error(RewriteErrorCode::nothing_in_common, *foreign, offer.media[*foreign].kind(),
                 "none of its codecs was offered");
  if (!offered) return std::nullopt;
  return error(RewriteErrorCode::nothing_in_common, *offered, offer.media[*offered].kind(),
               "it is rejected, and so is all else: there is no codec in common");
}

}  // namespace sipml::negotiation::rules
