/// What happens to a description between the browser and the wire: the rules in their order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "negotiation/rewrite_error.hpp"
#include "negotiation/rules/rules.hpp"
#include "sdp/attributes.hpp"

namespace sipml::negotiation {

using sdp::Direction;

/// How our descriptions differ from what the browser writes.
struct LocalOptions {
  /// The s= line.
  std::optional<std::string> session_name;
  /// b=AS, and b=TIAS, in kilobits per second; 0 is as good as none.
  std::optional<std::uint32_t> audio_bandwidth;
  std::optional<std::uint32_t> video_bandwidth;
  /// Written on the wire instead of what the browser does. A section that the browser wrote as
  /// inactive stays so; a caller that offers hold as sendonly leaves these out.
  std::optional<Direction> audio_wire_direction;
  std::optional<Direction> video_wire_direction;
  /// Which candidates are told to the peer; all, unless it says otherwise.
  rules::CandidateFilter candidates;
  /// Codecs that are neither told to the peer nor sent to it, and those that stand first in this
  /// order; names as for rules::without_codecs().
  std::vector<std::string> removed_codecs;
  std::vector<std::string> codec_order;
  /// The offer puts the call on hold, so that an answer may well accept nothing.
  bool is_hold = false;
};

/// What we take of a peer.
struct RemoteOptions {
  /// An m-line without a=rtcp-mux is rejected (RFC 8858 4); otherwise the browser is to negotiate.
  bool requires_rtcp_mux = false;
};

/// The names of the rules that changed a description, in their order; each is a row of the tables
/// in rewrite.cpp.
using RuleNames = std::vector<std::string_view>;

// Each function below that rewrites tells `changed`, if it is given, which rules did something.

/// Our offer, from the browser to the wire.
Result<std::string, RewriteError> local_description(std::string_view from_browser,
                                                    const LocalOptions& options,
                                                    RuleNames* changed = nullptr);

/// Our answer to `remote_offer`, which may be as received or as rewritten by remote_offer(). Its
/// m-lines must be the offer's in number, order and medium, and accept one of them; a wire
/// direction that RFC 3264 6.1 does not allow as an answer is not written.
Result<std::string, RewriteError> local_answer(std::string_view from_browser,
                                               std::string_view remote_offer,
                                               const LocalOptions& options,
                                               RuleNames* changed = nullptr);

/// An offer or answer of ours that the host has seen as the two above made it, and may have
/// changed: it is used as it is.
Result<std::string, RewriteError> reviewed_description(std::string_view from_host);

/// The peer's offer, from the wire to the browser; an error if no browser can take any of its
/// m-lines. Those that it cannot take are rejected, candidates that cannot be read are left out.
Result<std::string, RewriteError> remote_offer(std::string_view from_wire,
                                               const RemoteOptions& options = {},
                                               RuleNames* changed = nullptr);

/// An offer out of remote_offer() for a browser that is to answer it: without the codecs that we do
/// not take and with the preferred ones first, for a browser sends the first one that it is
/// offered.
Result<std::string, RewriteError> offer_to_answer(std::string_view for_browser,
                                                  const LocalOptions& options,
                                                  RuleNames* changed = nullptr);

/// True when each audio and video m-line that takes part has a=rtcp-mux, itself or by its BUNDLE
/// group (RFC 9143 9.3.1). If not, the browser must be ready to do without.
bool has_rtcp_mux(std::string_view description);

/// An offer out of remote_offer() for a browser that is to get ready while the user is asked: it
/// has no candidates, so addresses are gathered but no packet leaves. The caller must not learn
/// where the callee is, and with a forked INVITE the DTLS of a callee that never accepts would be
/// in the way of the one that does.
std::string offer_to_prepare(std::string_view for_browser);

/// The peer's answer, from the wire to the browser, as one to the offer that the browser made:
/// `our_offer_as_sent_by_browser` with the `options` that local_description() was given with it. It
/// never lets the browser send or receive more than that offer did.
Result<std::string, RewriteError> remote_answer(std::string_view from_wire,
                                                std::string_view our_offer_as_sent_by_browser,
                                                const LocalOptions& options,
                                                RuleNames* changed = nullptr);

}  // namespace sipml::negotiation
