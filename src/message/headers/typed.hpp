/// Headers as a user agent acts on them: RFC 3261 sections 20.11, 20.15, 20.33 and 20.43, RFC 3262,
/// 3323, 3326, 3515, 3891, 4028 and 6665.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "grammar/tokens.hpp"
#include "uri/name_addr.hpp"

namespace sipml::message {

/// Event (RFC 6665 section 8.2.1).
struct EventType {
  /// Lower case, the templates included: "presence.winfo".
  std::string type;
  /// "" if absent.
  std::string id;
  grammar::Parameters parameters;

  /// What stands before the first dot.
  std::string_view package() const SIPML_LIFETIMEBOUND;
  /// What stands behind it, in order: "winfo".
  std::vector<std::string_view> templates() const SIPML_LIFETIMEBOUND;
};
Result<EventType, grammar::ParseError> parse_event(std::string_view text);

/// Subscription-State (RFC 6665 section 8.2.3).
struct SubscriptionState {
  /// Lower case.
  std::string state;
  /// Lower case; "" if absent. One that is not known counts as absent (4.1.3).
  std::string reason;
  /// Seconds; nullopt when absent or no number.
  std::optional<std::uint32_t> expires;
  std::optional<std::uint32_t> retry_after;
  grammar::Parameters parameters;
};
Result<SubscriptionState, grammar::ParseError> parse_subscription_state(std::string_view text);

/// Who refreshes a session (RFC 4028 section 4).
enum class Refresher : std::uint8_t { none, uac, uas };

/// Session-Expires; Min-SE has the seconds alone.
struct SessionExpires {
  std::uint32_t seconds = 0;
  Refresher refresher = Refresher::none;
};
Result<SessionExpires, grammar::ParseError> parse_session_expires(std::string_view text);
std::string to_string(const SessionExpires& value);

/// Replaces (RFC 3891 section 6.1) and Join (RFC 3911 section 7.1).
struct Replaces {
  std::string call_id;
  std::string to_tag;
  std::string from_tag;
  bool early_only = false;
};
Result<Replaces, grammar::ParseError> parse_replaces(std::string_view text);
std::string to_string(const Replaces& value);

/// RAck (RFC 3262 section 7.2).
struct RAck {
  std::uint32_t response_number = 0;
  std::uint32_t cseq_number = 0;
  std::string method;
};
Result<RAck, grammar::ParseError> parse_rack(std::string_view text);
std::string to_string(const RAck& value);

/// One value of Reason (RFC 3326 section 2).
struct Reason {
  /// Lower case: "sip", "q.850".
  std::string protocol;
  std::optional<std::uint32_t> cause;
  std::optional<std::string> text;
};
/// Each value of one header field.
Result<std::vector<Reason>, grammar::ParseError> parse_reason(std::string_view text);
std::string to_string(const Reason& value);

/// One value of Warning (RFC 3261 section 20.43).
struct Warning {
  std::uint16_t code = 0;
  std::string agent;
  std::string text;
};
/// Each value of one header field.
Result<std::vector<Warning>, grammar::ParseError> parse_warning(std::string_view text);

/// Retry-After (RFC 3261 section 20.33).
struct RetryAfter {
  std::uint32_t seconds = 0;
  /// "" if absent.
  std::string comment;
  /// Seconds for which the peer can be reached then.
  std::optional<std::uint32_t> duration;
};
Result<RetryAfter, grammar::ParseError> parse_retry_after(std::string_view text);

/// Refer-To (RFC 3515 section 2.1) with the Replaces that its URI may carry (RFC 5589 section 7).
struct ReferTo {
  uri::NameAddr address;
  std::optional<Replaces> replaces;
};
/// A Replaces in the URI that is malformed makes the whole malformed: to call the target without
/// it would be another call than the one asked for.
Result<ReferTo, grammar::ParseError> parse_refer_to(std::string_view text);

/// Content-Disposition (RFC 3261 section 20.11).
struct ContentDisposition {
  /// Lower case: "session", "render", "early-session".
  std::string type;
  /// What cannot be processed is refused with 415, unless handling=optional.
  bool required = true;
  grammar::Parameters parameters;
};
Result<ContentDisposition, grammar::ParseError> parse_content_disposition(std::string_view text);

/// Content-Type or one value of Accept (RFC 3261 sections 20.1 and 20.15).
struct MediaType {
  /// Lower case.
  std::string type;
  std::string subtype;
  grammar::Parameters parameters;

  /// The value of a parameter; "" if absent.
  std::string_view boundary() const SIPML_LIFETIMEBOUND;
  std::string_view charset() const SIPML_LIFETIMEBOUND;
};
Result<MediaType, grammar::ParseError> parse_media_type(std::string_view text);

/// The values of Privacy, lower case (RFC 3323 section 4.2).
Result<std::vector<std::string>, grammar::ParseError> parse_privacy(std::string_view text);

/// The q of a Contact in thousandths, 1000 when it has none (RFC 3261 section 20.10; more than
/// three decimals are cut off); nullopt when it is malformed or above 1.
std::optional<std::uint16_t> contact_q(const grammar::Parameters& parameters);

/// The seconds of a parameter such as a Contact's expires; nullopt when absent or malformed.
std::optional<std::uint32_t> seconds_parameter(const grammar::Parameters& parameters,
                                               std::string_view name);

}  // namespace sipml::message
