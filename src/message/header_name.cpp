#include "message/header_name.hpp"

#include <array>
#include <cstddef>

#include "base/ascii.hpp"

namespace sipml::message {

namespace {

using enum HeaderRow::Trait;

constexpr auto table = std::to_array<HeaderRow>({
    {HeaderName::other, "", 0, ValueKind::text, repeated | may_be_empty},
    {HeaderName::accept, "Accept", 0, ValueKind::media_type, list | may_be_empty},
    {HeaderName::accept_contact, "Accept-Contact", 'a', ValueKind::token, list | any_case},
    {HeaderName::accept_encoding, "Accept-Encoding", 0, ValueKind::token,
     list | may_be_empty | any_case},
    {HeaderName::accept_language, "Accept-Language", 0, ValueKind::token,
     list | may_be_empty | any_case},
    {HeaderName::accept_resource_priority, "Accept-Resource-Priority", 0, ValueKind::token,
     list | may_be_empty | any_case},
    {HeaderName::alert_info, "Alert-Info", 0, ValueKind::uri, list},
    {HeaderName::allow, "Allow", 0, ValueKind::token, list | may_be_empty},
    {HeaderName::allow_events, "Allow-Events", 'u', ValueKind::token, list | any_case},
    {HeaderName::answer_mode, "Answer-Mode", 0, ValueKind::token, any_case},
    {HeaderName::authentication_info, "Authentication-Info", 0, ValueKind::auth_parameters, once},
    {HeaderName::authorization, "Authorization", 0, ValueKind::credentials, repeated},
    {HeaderName::call_id, "Call-ID", 'i', ValueKind::call_id, once},
    {HeaderName::call_info, "Call-Info", 0, ValueKind::uri, list},
    {HeaderName::contact, "Contact", 'm', ValueKind::address, list},
    {HeaderName::content_disposition, "Content-Disposition", 0, ValueKind::token, any_case},
    {HeaderName::content_encoding, "Content-Encoding", 'e', ValueKind::token, list | any_case},
    {HeaderName::content_id, "Content-ID", 0, ValueKind::call_id, once},
    {HeaderName::content_language, "Content-Language", 0, ValueKind::token, list | any_case},
    {HeaderName::content_length, "Content-Length", 'l', ValueKind::number, once},
    {HeaderName::content_transfer_encoding, "Content-Transfer-Encoding", 0, ValueKind::token,
     any_case},
    {HeaderName::content_type, "Content-Type", 'c', ValueKind::media_type, once},
    {HeaderName::cseq, "CSeq", 0, ValueKind::cseq, once},
    {HeaderName::date, "Date", 0, ValueKind::date, once},
    {HeaderName::diversion, "Diversion", 0, ValueKind::address, list},
    {HeaderName::error_info, "Error-Info", 0, ValueKind::uri, list},
    {HeaderName::event, "Event", 'o', ValueKind::token, any_case},
    {HeaderName::expires, "Expires", 0, ValueKind::seconds, once},
    {HeaderName::feature_caps, "Feature-Caps", 0, ValueKind::token, list | any_case},
    {HeaderName::flow_timer, "Flow-Timer", 0, ValueKind::seconds, once},
    {HeaderName::from, "From", 'f', ValueKind::address, once},
    {HeaderName::geolocation, "Geolocation", 0, ValueKind::uri, list},
    {HeaderName::geolocation_error, "Geolocation-Error", 0, ValueKind::token, once},
    {HeaderName::geolocation_routing, "Geolocation-Routing", 0, ValueKind::token, any_case},
    {HeaderName::history_info, "History-Info", 0, ValueKind::address, list},
    {HeaderName::identity, "Identity", 'y', ValueKind::identity, repeated},
    {HeaderName::identity_info, "Identity-Info", 'n', ValueKind::uri, once},
    {HeaderName::in_reply_to, "In-Reply-To", 0, ValueKind::call_id, list},
    {HeaderName::info_package, "Info-Package", 0, ValueKind::token, once},
    {HeaderName::join, "Join", 0, ValueKind::dialog, once},
    {HeaderName::max_breadth, "Max-Breadth", 0, ValueKind::number, once},
    {HeaderName::max_forwards, "Max-Forwards", 0, ValueKind::number, once},
    {HeaderName::mime_version, "MIME-Version", 0, ValueKind::token, once},
    {HeaderName::min_expires, "Min-Expires", 0, ValueKind::seconds, once},
    {HeaderName::min_se, "Min-SE", 0, ValueKind::seconds, once},
    {HeaderName::organization, "Organization", 0, ValueKind::text, may_be_empty},
    {HeaderName::p_access_network_info, "P-Access-Network-Info", 0, ValueKind::token, list},
    {HeaderName::p_answer_state, "P-Answer-State", 0, ValueKind::token, any_case},
    {HeaderName::p_asserted_identity, "P-Asserted-Identity", 0, ValueKind::address, list},
    {HeaderName::p_asserted_service, "P-Asserted-Service", 0, ValueKind::address, list},
    {HeaderName::p_associated_uri, "P-Associated-URI", 0, ValueKind::address, list | may_be_empty},
    {HeaderName::p_called_party_id, "P-Called-Party-ID", 0, ValueKind::address, once},
    {HeaderName::p_charge_info, "P-Charge-Info", 0, ValueKind::address, list},
    {HeaderName::p_charging_function_addresses, "P-Charging-Function-Addresses", 0,
     ValueKind::parameters, list},
    {HeaderName::p_charging_vector, "P-Charging-Vector", 0, ValueKind::parameters, once},
    {HeaderName::p_dcs_billing_info, "P-DCS-Billing-Info", 0, ValueKind::text, once},
    {HeaderName::p_dcs_laes, "P-DCS-LAES", 0, ValueKind::text, once},
    {HeaderName::p_dcs_osps, "P-DCS-OSPS", 0, ValueKind::token, once},
    {HeaderName::p_dcs_redirect, "P-DCS-Redirect", 0, ValueKind::text, once},
    {HeaderName::p_dcs_trace_party_id, "P-DCS-Trace-Party-ID", 0, ValueKind::address, once},
    {HeaderName::p_early_media, "P-Early-Media", 0, ValueKind::token,
     list | may_be_empty | any_case},
    {HeaderName::p_media_authorization, "P-Media-Authorization", 0, ValueKind::token, list},
    {HeaderName::p_preferred_identity, "P-Preferred-Identity", 0, ValueKind::address, list},
    {HeaderName::p_preferred_service, "P-Preferred-Service", 0, ValueKind::address, list},
    {HeaderName::p_private_network_indication, "P-Private-Network-Indication", 0, ValueKind::token,
     any_case},
    {HeaderName::p_profile_key, "P-Profile-Key", 0, ValueKind::address, once},
    {HeaderName::p_refused_uri_list, "P-Refused-URI-List", 0, ValueKind::uri, list},
    {HeaderName::p_served_user, "P-Served-User", 0, ValueKind::address, once},
    {HeaderName::p_user_database, "P-User-Database", 0, ValueKind::uri, once},
    {HeaderName::p_visited_network_id, "P-Visited-Network-ID", 0, ValueKind::token,
     list | may_be_quoted},
    {HeaderName::path, "Path", 0, ValueKind::address, list},
    {HeaderName::permission_missing, "Permission-Missing", 0, ValueKind::address, list},
    {HeaderName::policy_contact, "Policy-Contact", 0, ValueKind::address, list},
    {HeaderName::policy_id, "Policy-ID", 0, ValueKind::address, list},
    {HeaderName::priority, "Priority", 0, ValueKind::token, any_case},
    {HeaderName::priv_answer_mode, "Priv-Answer-Mode", 0, ValueKind::token, any_case},
    {HeaderName::privacy, "Privacy", 0, ValueKind::privacy, once},
    {HeaderName::proxy_authenticate, "Proxy-Authenticate", 0, ValueKind::credentials, repeated},
    {HeaderName::proxy_authentication_info, "Proxy-Authentication-Info", 0,
     ValueKind::auth_parameters, once},
    {HeaderName::proxy_authorization, "Proxy-Authorization", 0, ValueKind::credentials, repeated},
    {HeaderName::proxy_require, "Proxy-Require", 0, ValueKind::token, list | any_case},
    {HeaderName::rack, "RAck", 0, ValueKind::rack, once},
    {HeaderName::reason, "Reason", 0, ValueKind::token, list | any_case},
    {HeaderName::record_route, "Record-Route", 0, ValueKind::address, list},
    {HeaderName::recv_info, "Recv-Info", 0, ValueKind::token, list | may_be_empty},
    {HeaderName::refer_events_at, "Refer-Events-At", 0, ValueKind::uri, once},
    {HeaderName::refer_sub, "Refer-Sub", 0, ValueKind::token, any_case},
    {HeaderName::refer_to, "Refer-To", 'r', ValueKind::address, once},
    {HeaderName::referred_by, "Referred-By", 'b', ValueKind::address, once},
    {HeaderName::reject_contact, "Reject-Contact", 'j', ValueKind::token, list | any_case},
    {HeaderName::remote_party_id, "Remote-Party-ID", 0, ValueKind::address, list},
    {HeaderName::replaces, "Replaces", 0, ValueKind::dialog, once},
    {HeaderName::reply_to, "Reply-To", 0, ValueKind::address, once},
    {HeaderName::request_disposition, "Request-Disposition", 'd', ValueKind::token,
     list | any_case},
    {HeaderName::require, "Require", 0, ValueKind::token, list | any_case},
    {HeaderName::resource_priority, "Resource-Priority", 0, ValueKind::token, list | any_case},
    {HeaderName::retry_after, "Retry-After", 0, ValueKind::seconds, once},
    {HeaderName::route, "Route", 0, ValueKind::address, list},
    {HeaderName::rseq, "RSeq", 0, ValueKind::number, once},
    {HeaderName::security_client, "Security-Client", 0, ValueKind::token, list | any_case},
    {HeaderName::security_server, "Security-Server", 0, ValueKind::token, list | any_case},
    {HeaderName::security_verify, "Security-Verify", 0, ValueKind::token, list | any_case},
    {HeaderName::server, "Server", 0, ValueKind::text, once},
    {HeaderName::service_route, "Service-Route", 0, ValueKind::address, list},
    {HeaderName::session_expires, "Session-Expires", 'x', ValueKind::seconds, once},
    {HeaderName::session_id, "Session-ID", 0, ValueKind::token, any_case},
    {HeaderName::sip_etag, "SIP-ETag", 0, ValueKind::token, once},
    {HeaderName::sip_if_match, "SIP-If-Match", 0, ValueKind::token, once},
    {HeaderName::subject, "Subject", 's', ValueKind::text, may_be_empty},
    {HeaderName::subscription_state, "Subscription-State", 0, ValueKind::token, any_case},
    {HeaderName::supported, "Supported", 'k', ValueKind::token, list | may_be_empty | any_case},
    {HeaderName::suppress_if_match, "Suppress-If-Match", 0, ValueKind::token, once},
    {HeaderName::target_dialog, "Target-Dialog", 0, ValueKind::dialog, once},
    {HeaderName::timestamp, "Timestamp", 0, ValueKind::timestamp, once},
    {HeaderName::to, "To", 't', ValueKind::address, once},
    {HeaderName::trigger_consent, "Trigger-Consent", 0, ValueKind::address, once},
    {HeaderName::unsupported, "Unsupported", 0, ValueKind::token, list | any_case},
    {HeaderName::user_agent, "User-Agent", 0, ValueKind::text, once},
    {HeaderName::user_to_user, "User-to-User", 0, ValueKind::token, list | may_be_quoted},
    {HeaderName::via, "Via", 'v', ValueKind::via, list},
    {HeaderName::warning, "Warning", 0, ValueKind::warning, list},
    {HeaderName::www_authenticate, "WWW-Authenticate", 0, ValueKind::credentials, repeated},
});
static_assert(table.size() == static_cast<std::size_t>(HeaderName::count));

/// The least that tells names apart: the length and three letters. "|" folds the case of letters
/// and keeps "-".
constexpr std::uint32_t hash(std::string_view name) {
  const auto letter = [name](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(name[i]) | 0x20U);
  };
  const std::size_t length = name.size();
  return letter(0) * 248U + letter(length / 2) * 233U + letter(length - 1) * 78U +
         static_cast<std::uint32_t>(length) * 201U;
}

/// Open addressing: a slot holds the number of a row, 0 for none.
constexpr std::size_t slot_count = 512;

struct Slots {
  std::array<std::uint8_t, slot_count> row{};
  /// By letter.
  std::array<std::uint8_t, 26> compact{};
  std::size_t longest_probe = 0;
};

constexpr Slots slots = [] {
  Slots result;
  for (std::size_t i = 1; i < table.size(); ++i) {
    std::size_t slot = hash(table[i].name) % slot_count;
    std::size_t probe = 1;
    for (; result.row[slot] != 0; ++probe) slot = (slot + 1) % slot_count;
    result.row[slot] = static_cast<std::uint8_t>(i);
    if (probe > result.longest_probe) result.longest_probe = probe;
    if (table[i].compact != 0)
      result.compact[static_cast<std::size_t>(table[i].compact - 'a')] =
          static_cast<std::uint8_t>(i);
  }
  return result;
}();

constexpr HeaderName find(std::string_view name) {
  if (name.empty()) return HeaderName::other;
  if (name.size() == 1) {
    const char letter = ascii::to_lower(name.front());
    if (letter < 'a' || letter > 'z') return HeaderName::other;
    return table[slots.compact[static_cast<std::size_t>(letter - 'a')]].id;
  }
  for (std::size_t slot = hash(name) % slot_count; slots.row[slot] != 0;
       slot = (slot + 1) % slot_count) {
    const HeaderRow& row = table[slots.row[slot]];
    if (ascii::equal_ignoring_case(row.name, name)) return row.id;
  }
  return HeaderName::other;
}

constexpr bool every_row_is_found() {
  for (std::size_t i = 1; i < table.size(); ++i)
    if (table[i].id != static_cast<HeaderName>(i) || find(table[i].name) != table[i].id ||
        (table[i].compact != 0 && find({&table[i].compact, 1}) != table[i].id))
      return false;
  return true;
}
static_assert(every_row_is_found());
static_assert(slots.longest_probe <= 2, "choose other factors for hash()");

}  // namespace

HeaderName header_name(std::string_view name) { return find(name); }

const HeaderRow& header_row(HeaderName name) { return table[static_cast<std::size_t>(name)]; }

std::span<const HeaderRow> header_rows() { return table; }

}  // namespace sipml::message
