/// The rules in the order in which they apply (RFC 3264, RFC 8829 5).
#include "negotiation/rewrite.hpp"

#include <initializer_list>
#include <span>

#include "base/ascii.hpp"
#include "negotiation/rules/rules.hpp"
#include "sdp/description.hpp"

namespace sipml::negotiation {
namespace {

using sdp::Description;
using Outcome = Result<Description, RewriteError>;

/// What a rule may look at besides the description that it changes.
struct Situation {
  LocalOptions local = {};
  RemoteOptions remote = {};
  /// What an answer answers; empty for an offer.
  Description offer = {};

  const Description* answered() const { return offer.media.empty() ? nullptr : &offer; }
};

/// One step, by the name that the trace gives it.
struct Rule {
  std::string_view name;
  Outcome (*apply)(Description, const Situation&);
};

constexpr Rule codec_removal = {"codec_removal", [](Description d, const Situation& s) -> Outcome {
                                  if (s.local.removed_codecs.empty()) return d;
                                  return rules::without_codecs(std::move(d),
                                                               s.local.removed_codecs);
                                }};

constexpr Rule codec_order = {"codec_order", [](Description d, const Situation& s) -> Outcome {
                                if (s.local.codec_order.empty()) return d;
                                return rules::codec_order(std::move(d), s.local.codec_order);
                              }};

/// The answer has the offer's m-lines, mids and BUNDLE groups.
constexpr Rule pairing = {"pairing", [](Description d, const Situation& s) -> Outcome {
                            return rules::pairing(std::move(d), s.offer);
                          }};

constexpr Rule bundle = {"bundle", [](Description d, const Situation& s) -> Outcome {
                           return rules::bundle(std::move(d), s.answered());
                         }};

/// Changes nothing: says why an answer is none; of an offer there is nothing to say.
constexpr Rule common_media = {"common_media", [](Description d, const Situation& s) -> Outcome {
                                 if (auto error = rules::nothing_in_common(d, s.offer);
                                     error && !s.local.is_hold)
                                   return *error;
                                 return d;
                               }};

/// What our answers are before they have local_rules.
constexpr Rule local_answer_rules[] = {
    {"m_line_count",
     [](Description d, const Situation& s) -> Outcome {
       const std::size_t offered = s.offer.media.size();
       if (d.media.size() >= offered) return d;
       return RewriteError{RewriteErrorCode::too_few_media,
                           "m-line " + std::to_string(d.media.size()) +
                               ": the answer ends before the offer, which has " +
                               std::to_string(offered) + " m-lines"};
     }},
    pairing,
    {"mids",
     [](Description d, const Situation& s) -> Outcome {
       return rules::answered_mids(std::move(d), s.offer);
     }},
    bundle,
    {"profile",
     [](Description d, const Situation& s) -> Outcome {
       return rules::answered_profile(std::move(d), s.offer);
     }},
    {"capabilities",
     [](Description d, const Situation& s) -> Outcome {
       return rules::answered_capabilities(std::move(d), s.offer);
     }},
};

/// What our offers, and then our answers, are on their way to the wire.
constexpr Rule local_rules[] = {
    {"session_name",
     [](Description d, const Situation& s) -> Outcome {
       const auto& name = s.local.session_name;
       if (!name) return d;
       if (ascii::has_line_break(*name))
         return RewriteError{RewriteErrorCode::invalid_session_name,
                             "session name: it holds a line break or NUL"};
       return rules::session_name(std::move(d), *name);
     }},
    {"bandwidth",
     [](Description d, const Situation& s) -> Outcome {
       if (s.local.audio_bandwidth.value_or(0) != 0)
         d = rules::bandwidth(std::move(d), "audio", *s.local.audio_bandwidth);
       if (s.local.video_bandwidth.value_or(0) != 0)
         d = rules::bandwidth(std::move(d), "video", *s.local.video_bandwidth);
       return d;
     }},
    {"candidate_filter",
     [](Description d, const Situation& s) -> Outcome {
       if (s.local.candidates == rules::CandidateFilter()) return d;
       return rules::filtered_candidates(std::move(d), s.local.candidates);
     }},
    codec_removal,
    common_media,
    codec_order,
    {"telephone_event",
     [](Description d, const Situation&) -> Outcome {
       return rules::telephone_event(std::move(d));
     }},
    {"unspecified_address",
     [](Description d, const Situation&) -> Outcome {
       return rules::unspecified_address(std::move(d));
     }},
    {"wire_direction",
     [](Description d, const Situation& s) -> Outcome {
       if (s.local.audio_wire_direction)
         d = rules::direction(std::move(d), "audio", *s.local.audio_wire_direction, s.answered());
       if (s.local.video_wire_direction)
         d = rules::direction(std::move(d), "video", *s.local.video_wire_direction, s.answered());
       return d;
     }},
};

/// What offers of the peer are before they have remote_rules.
constexpr Rule remote_offer_rules[] = {
    {"mids",
     [](Description d, const Situation&) -> Outcome { return rules::distinct_mids(std::move(d)); }},
    {"legacy_hold",
     [](Description d, const Situation&) -> Outcome { return rules::legacy_hold(std::move(d)); }},
};

/// What answers of the peer, to the offer that the browser knows of, are before it.
constexpr Rule remote_answer_rules[] = {pairing, common_media};

/// What descriptions of the peer are on their way to the browser.
constexpr Rule remote_rules[] = {
    bundle,
    {"mandatory_lines",
     [](Description d, const Situation&) -> Outcome {
       return rules::mandatory_lines(std::move(d));
     }},
    {"session_direction",
     [](Description d, const Situation&) -> Outcome {
       return rules::media_level_direction(std::move(d));
     }},
    {"capabilities",
     [](Description d, const Situation&) -> Outcome {
       return rules::promoted_capabilities(std::move(d));
     }},
    {"profile",
     [](Description d, const Situation&) -> Outcome { return rules::profile(std::move(d)); }},
    {"readable_bandwidth",
     [](Description d, const Situation&) -> Outcome {
       return rules::readable_bandwidth(std::move(d));
     }},
    {"readable_candidates",
     [](Description d, const Situation&) -> Outcome {
       return rules::readable_candidates(std::move(d));
     }},
    {"usable",
     [](Description d, const Situation& s) -> Outcome {
       return rules::usable(std::move(d), s.remote.requires_rtcp_mux);
     }},
    // Once more, for what was rejected.
    bundle,
};

/// What else answers of the peer are then.
constexpr Rule mapped_answer_rules[] = {
    // The browser's own offer had them.
    codec_removal,
    // Once more, for what was removed.
    common_media,
    {"wire_direction",
     [](Description d, const Situation& s) -> Outcome {
       if (s.local.audio_wire_direction)
         d = rules::answered_direction(std::move(d), s.offer, "audio",
                                       *s.local.audio_wire_direction);
       if (s.local.video_wire_direction)
         d = rules::answered_direction(std::move(d), s.offer, "video",
                                       *s.local.video_wire_direction);
       return d;
     }},
    {"allowed_direction",
     [](Description d, const Situation& s) -> Outcome {
       return rules::allowed_direction(std::move(d), s.offer);
     }},
};

/// What else an offer is before we answer it, so that the browser sends what the answer has.
constexpr Rule answerable_offer_rules[] = {codec_removal, codec_order};

Outcome parse(std::string_view text, std::string_view whose) {
  auto parsed = sdp::parse(text);
  if (parsed) return std::move(parsed).value();
  const sdp::ParseError& error = parsed.error();
  return RewriteError{RewriteErrorCode::malformed_description,
                      std::string(whose) + ", line " + std::to_string(error.line) + ", octet " +
                          std::to_string(error.offset) + ": " +
                          std::string(sdp::to_string(error.code)),
                      error.offset};
}

/// The tables of rules that a description goes through, in their order.
using Tables = std::initializer_list<std::span<const Rule>>;

Result<std::string, RewriteError> rewrite(std::string_view text, std::string_view whose,
                                          Tables tables, const Situation& situation,
                                          RuleNames* changed) {
  auto parsed = parse(text, whose);
  if (!parsed) return parsed.error();
  Description description = std::move(parsed).value();
  for (const std::span<const Rule> table : tables)
    for (const Rule& rule : table) {
      const Description before = changed ? description : Description();
      auto after = rule.apply(std::move(description), situation);
      if (!after) {
        RewriteError error = after.error();
        error.text = std::string(whose) + ", " + error.text;
        return error;
      }
      description = std::move(after).value();
      if (changed && description != before) changed->push_back(rule.name);
    }
  return sdp::write(description);
}

}  // namespace

std::string_view to_string(RewriteErrorCode code) {
  switch (code) {
    case RewriteErrorCode::malformed_description:
      return "malformed_description";
    case RewriteErrorCode::too_many_media:
      return "too_many_media";
    case RewriteErrorCode::too_few_media:
      return "too_few_media";
    case RewriteErrorCode::other_medium:
      return "other_medium";
    case RewriteErrorCode::other_mid:
      return "other_mid";
    case RewriteErrorCode::no_fingerprint:
      return "no_fingerprint";
    case RewriteErrorCode::unusable_fingerprint:
      return "unusable_fingerprint";
    case RewriteErrorCode::no_ice:
      return "no_ice";
    case RewriteErrorCode::malformed_ice:
      return "malformed_ice";
    case RewriteErrorCode::no_rtcp_mux:
      return "no_rtcp_mux";
    case RewriteErrorCode::unknown_medium:
      return "unknown_medium";
    case RewriteErrorCode::nothing_in_common:
      return "nothing_in_common";
    case RewriteErrorCode::duplicate_mid:
      return "duplicate_mid";
    case RewriteErrorCode::invalid_session_name:
      return "invalid_session_name";
    case RewriteErrorCode::count:
      break;
  }
  return "";
}

Result<std::string, RewriteError> local_description(std::string_view from_browser,
                                                    const LocalOptions& options,
                                                    RuleNames* changed) {
  return rewrite(from_browser, "local offer", {local_rules}, {options}, changed);
}

Result<std::string, RewriteError> local_answer(std::string_view from_browser,
                                               std::string_view remote_offer,
                                               const LocalOptions& options, RuleNames* changed) {
  auto offer = parse(remote_offer, "remote offer");
  if (!offer) return offer.error();
  // It answers the configuration that the browser was given.
  return rewrite(from_browser, "local answer", {local_answer_rules, local_rules},
                 {options, {}, rules::promoted_capabilities(std::move(offer).value())}, changed);
}

Result<std::string, RewriteError> reviewed_description(std::string_view from_host) {
  const auto parsed = parse(from_host, "local description");
  if (!parsed) return parsed.error();
  return std::string(from_host);
}

Result<std::string, RewriteError> remote_offer(std::string_view from_wire,
                                               const RemoteOptions& options, RuleNames* changed) {
  return rewrite(from_wire, "remote offer", {remote_offer_rules, remote_rules}, {{}, options},
                 changed);
}

Result<std::string, RewriteError> offer_to_answer(std::string_view for_browser,
                                                  const LocalOptions& options, RuleNames* changed) {
  return rewrite(for_browser, "remote offer", {answerable_offer_rules}, {options}, changed);
}

bool has_rtcp_mux(std::string_view description) {
  const auto parsed = sdp::parse(description);
  return !parsed || rules::has_rtcp_mux(*parsed);
}

std::string offer_to_prepare(std::string_view for_browser) {
  auto parsed = sdp::parse(for_browser);
  if (!parsed) return std::string(for_browser);
  return sdp::write(rules::without_candidates(std::move(parsed).value()));
}

Result<std::string, RewriteError> remote_answer(std::string_view from_wire,
                                                std::string_view our_offer_as_sent_by_browser,
                                                const LocalOptions& options, RuleNames* changed) {
  auto offer = parse(our_offer_as_sent_by_browser, "local offer");
  if (!offer) return offer.error();
  return rewrite(from_wire, "remote answer",
                 {remote_answer_rules, remote_rules, mapped_answer_rules},
                 {options, {}, std::move(offer).value()}, changed);
}

}  // namespace sipml::negotiation
