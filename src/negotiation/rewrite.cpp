/// The rules in the order in which they apply (RFC 3264, RFC 8829 5).
#include "negotiation/rewrite.hpp"

#include "base/ascii.hpp"
#include "negotiation/rules/rules.hpp"
#include "sdp/description.hpp"

namespace sipml::negotiation {
namespace {

using sdp::Description;

Result<Description, RewriteError> parse(std::string_view text, std::string_view whose) {
  auto parsed = sdp::parse(text);
  if (parsed) return std::move(parsed).value();
  const sdp::ParseError& error = parsed.error();
  return RewriteError{RewriteErrorCode::malformed_description,
                      std::string(whose) + ", line " + std::to_string(error.line) + ", octet " +
                          std::to_string(error.offset) + ": " +
                          std::string(sdp::to_string(error.code)),
                      error.offset};
}

/// The same error, with the description that it is about named first.
RewriteError named(RewriteError error, std::string_view whose) {
  error.text = std::string(whose) + ", " + error.text;
  return error;
}

std::optional<RewriteError> check(const LocalOptions& options) {
  if (options.session_name && ascii::has_line_break(*options.session_name))
    return RewriteError{RewriteErrorCode::invalid_session_name,
                        "session name: it holds a line break or NUL"};
  return std::nullopt;
}

/// What offers and answers of ours have in common.
Description dressed(Description description, const LocalOptions& options) {
  if (options.session_name)
    description = rules::session_name(std::move(description), *options.session_name);
  if (options.audio_bandwidth.value_or(0) != 0)
    description = rules::bandwidth(std::move(description), "audio", *options.audio_bandwidth);
  if (options.video_bandwidth.value_or(0) != 0)
    description = rules::bandwidth(std::move(description), "video", *options.video_bandwidth);
  if (options.candidates != rules::CandidateFilter())
    description = rules::filtered_candidates(std::move(description), options.candidates);
  if (!options.removed_codecs.empty())
    description = rules::without_codecs(std::move(description), options.removed_codecs);
  if (!options.codec_order.empty())
    description = rules::codec_order(std::move(description), options.codec_order);
  return rules::unspecified_address(std::move(description));
}

/// What offers and answers of the peer have in common.
Description digestible(Description description) {
  description = rules::mandatory_lines(std::move(description));
  description = rules::media_level_direction(std::move(description));
  description = rules::readable_candidates(std::move(description));
  return rules::profile(std::move(description));
}

/// Nothing, or why no browser can take the description.
std::optional<RewriteError> check_use(const Description& description, bool is_offer) {
  auto error = rules::unusable(description, is_offer);
  if (!error) return std::nullopt;
  return named(std::move(*error), is_offer ? "remote offer" : "remote answer");
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
                                                    const LocalOptions& options) {
  if (auto error = check(options)) return *error;
  auto parsed = parse(from_browser, "local offer");
  if (!parsed) return parsed.error();
  Description offer = dressed(std::move(parsed).value(), options);
  if (options.audio_wire_direction)
    offer = rules::direction(std::move(offer), "audio", *options.audio_wire_direction);
  if (options.video_wire_direction)
    offer = rules::direction(std::move(offer), "video", *options.video_wire_direction);
  return sdp::write(offer);
}

Result<std::string, RewriteError> local_answer(std::string_view from_browser,
                                               std::string_view remote_offer,
                                               const LocalOptions& options) {
  if (auto error = check(options)) return *error;
  auto parsed = parse(from_browser, "local answer");
  if (!parsed) return parsed.error();
  const auto offer = parse(remote_offer, "remote offer");
  if (!offer) return offer.error();
  if (parsed->media.size() < offer->media.size())
    return RewriteError{RewriteErrorCode::too_few_media,
                        "local answer, m-line " + std::to_string(parsed->media.size()) +
                            ": the answer ends before the offer, which has " +
                            std::to_string(offer->media.size()) + " m-lines"};

  auto paired = rules::pairing(std::move(parsed).value(), *offer);
  if (!paired) return named(paired.error(), "local answer");
  Description answer = rules::answered_bundle(std::move(paired).value(), *offer);
  answer = rules::answered_profile(std::move(answer), *offer);
  answer = dressed(std::move(answer), options);
  if (options.audio_wire_direction)
    answer =
        rules::answer_direction(std::move(answer), *offer, "audio", *options.audio_wire_direction);
  if (options.video_wire_direction)
    answer =
        rules::answer_direction(std::move(answer), *offer, "video", *options.video_wire_direction);
  return sdp::write(answer);
}

Result<std::string, RewriteError> reviewed_description(std::string_view from_host) {
  const auto parsed = parse(from_host, "local description");
  if (!parsed) return parsed.error();
  return std::string(from_host);
}

Result<std::string, RewriteError> remote_offer(std::string_view from_wire) {
  auto parsed = parse(from_wire, "remote offer");
  if (!parsed) return parsed.error();
  const Description offer = digestible(std::move(parsed).value());
  if (auto error = check_use(offer, true)) return *error;
  return sdp::write(offer);
}

std::string offer_to_prepare(std::string_view for_browser) {
  auto parsed = sdp::parse(for_browser);
  if (!parsed) return std::string(for_browser);
  return sdp::write(rules::without_candidates(std::move(parsed).value()));
}

Result<std::string, RewriteError> remote_answer(std::string_view from_wire,
                                                std::string_view our_offer_as_sent_by_browser,
                                                const LocalOptions& options) {
  auto parsed = parse(from_wire, "remote answer");
  if (!parsed) return parsed.error();
  const auto offer = parse(our_offer_as_sent_by_browser, "local offer");
  if (!offer) return offer.error();

  auto paired = rules::pairing(std::move(parsed).value(), *offer);
  if (!paired) return named(paired.error(), "remote answer");
  Description answer = rules::answered_bundle(std::move(paired).value(), *offer);
  answer = digestible(std::move(answer));
  if (auto error = check_use(answer, false)) return *error;
  if (options.audio_wire_direction)
    answer = rules::answered_direction(std::move(answer), *offer, "audio",
                                       *options.audio_wire_direction);
  if (options.video_wire_direction)
    answer = rules::answered_direction(std::move(answer), *offer, "video",
                                       *options.video_wire_direction);
  return sdp::write(rules::allowed_direction(std::move(answer), *offer));
}

}  // namespace sipml::negotiation
