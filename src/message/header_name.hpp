/// Every header of SIP that this code knows by name: its compact form (RFC 3261 7.3.3) and the
/// grammar of its value, from the registry of SIP header fields.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace sipml::message {

/// One enumerator a header; `other` for any name that is not in the table of header_name.cpp.
enum class HeaderName : std::uint8_t {
  other,
  accept,
  accept_contact,
  accept_encoding,
  accept_language,
  accept_resource_priority,
  alert_info,
  allow,
  allow_events,
  answer_mode,
  authentication_info,
  authorization,
  call_id,
  call_info,
  contact,
  content_disposition,
  content_encoding,
  content_id,
  content_language,
  content_length,
  content_transfer_encoding,
  content_type,
  cseq,
  date,
  diversion,
  error_info,
  event,
  expires,
  feature_caps,
  flow_timer,
  from,
  geolocation,
  geolocation_error,
  geolocation_routing,
  history_info,
  identity,
  identity_info,
  in_reply_to,
  info_package,
  join,
  max_breadth,
  max_forwards,
  mime_version,
  min_expires,
  min_se,
  organization,
  p_access_network_info,
  p_answer_state,
  p_asserted_identity,
  p_asserted_service,
  p_associated_uri,
  p_called_party_id,
  p_charge_info,
  p_charging_function_addresses,
  p_charging_vector,
  p_dcs_billing_info,
  p_dcs_laes,
  p_dcs_osps,
  p_dcs_redirect,
  p_dcs_trace_party_id,
  p_early_media,
  p_media_authorization,
  p_preferred_identity,
  p_preferred_service,
  p_private_network_indication,
  p_profile_key,
  p_refused_uri_list,
  p_served_user,
  p_user_database,
  p_visited_network_id,
  path,
  permission_missing,
  policy_contact,
  policy_id,
  priority,
  priv_answer_mode,
  privacy,
  proxy_authenticate,
  proxy_authentication_info,
  proxy_authorization,
  proxy_require,
  rack,
  reason,
  record_route,
  recv_info,
  refer_events_at,
  refer_sub,
  refer_to,
  referred_by,
  reject_contact,
  remote_party_id,
  replaces,
  reply_to,
  request_disposition,
  require,
  resource_priority,
  retry_after,
  route,
  rseq,
  security_client,
  security_server,
  security_verify,
  server,
  service_route,
  session_expires,
  session_id,
  sip_etag,
  sip_if_match,
  subject,
  subscription_state,
  supported,
  suppress_if_match,
  target_dialog,
  timestamp,
  to,
  trigger_consent,
  unsupported,
  user_agent,
  user_to_user,
  via,
  warning,
  www_authenticate,
  count
};

/// The grammars that header values share; headers/header_value.hpp tells what each gives.
enum class ValueKind : std::uint8_t {
  /// TEXT-UTF8, nothing to decode: Subject, User-Agent.
  text,
  /// ( name-addr / addr-spec ) *( ";" param ): From, Contact, Route, Refer-To.
  address,
  /// "<" URI ">" *( ";" param ): Alert-Info, Call-Info.
  uri,
  /// ( token / quoted-string ) *( ";" param ): Event, Reason, Allow.
  token,
  /// type "/" subtype *( ";" param ): Content-Type, Accept.
  media_type,
  /// A decimal number with a limit: Content-Length, Max-Forwards, RSeq.
  number,
  /// delta-seconds [ comment ] *( ";" param ): Expires, Retry-After, Session-Expires.
  seconds,
  cseq,
  rack,
  via,
  warning,
  /// word [ "@" word ]: Call-ID, In-Reply-To.
  call_id,
  /// callid *( ";" param ) with two tags: Replaces, Join, Target-Dialog.
  dialog,
  /// param *( ";" param ): P-Charging-Vector.
  parameters,
  /// priv-value *( ";" priv-value ).
  privacy,
  /// auth-scheme with auth-params or a token68: WWW-Authenticate, Authorization.
  credentials,
  /// auth-param *( "," auth-param ): Authentication-Info.
  auth_parameters,
  date,
  timestamp,
  identity
};

struct HeaderRow {
  /// What else the row says, as bits.
  enum Trait : std::uint8_t {
    /// One value in one header field of a message.
    once = 0,
    /// Any number of values, divided by commas or in header fields of their own (7.3.1).
    list = 1,
    /// Any number of header fields, but no comma divides values.
    repeated = 2,
    /// The field may stand without a value.
    may_be_empty = 4,
    /// The tokens that are its values compare without regard to case (7.3.1).
    any_case = 8,
    /// A quoted-string may stand for the token.
    may_be_quoted = 16
  };

  HeaderName id;
  /// As the RFC writes it; "" for `other`.
  std::string_view name;
  /// Lower case; 0 when there is none.
  char compact;
  ValueKind kind;
  /// Bits of Trait.
  std::uint8_t traits;

  constexpr bool has(Trait trait) const { return (traits & trait) != 0; }
};

/// The header of that name or compact form, without regard to case.
HeaderName header_name(std::string_view name);

const HeaderRow& header_row(HeaderName name);

/// Every row, `other` included, in the order of the enumerators.
std::span<const HeaderRow> header_rows();

/// The name as the RFC writes it; "" for `other`.
inline std::string_view to_string(HeaderName name) { return header_row(name).name; }

}  // namespace sipml::message
