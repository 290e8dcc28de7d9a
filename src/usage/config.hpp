/// What a user agent is told about itself. The keys are those of AgentConfig in
/// js-glue/protocol.ts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/instant.hpp"
#include "message/write_message.hpp"
#include "uri/name_addr.hpp"

namespace sipml::usage {

/// What the registrar said of our address of record.
struct Service {
  /// Service-Route values, in order (RFC 3608).
  std::vector<std::string> route;
  /// The public GRUU (RFC 5627 section 3.2.1); "" if none was given.
  std::string public_gruu;
  /// It keeps our flow (RFC 5626 section 6): requests name it in their Contact.
  bool outbound = false;
};

struct Config {
  /// Address of record.
  uri::Uri uri;
  std::string domain;
  std::string display_name;
  std::string authorization_user;
  /// A secret.
  std::string password;
  /// The only realm whose challenges are answered; "" for any.
  std::string realm;
  /// Of the Via: "WS" or "WSS".
  std::string via_transport = "WSS";
  std::string user_agent;
  message::HeaderFields headers;
  std::string outbound_proxy;
  bool rtcweb_breaker = false;
  bool click2call = false;
  bool early_ims = true;
  std::optional<std::string> session_name;
  std::string instance_id;
  Duration reconnect_time = seconds(32);
  /// Each a name-addr, in order.
  std::vector<std::string> routes;
  /// 0: no pings.
  Duration keep_alive = Duration::zero();
  /// Seconds; 0: not asked for.
  std::uint32_t session_expires = 0;
  enum class ReliableProvisional : std::uint8_t { none, supported, required };
  ReliableProvisional reliable_provisional = ReliableProvisional::supported;
  std::uint32_t redirects = 5;
  bool unsolicited_notify = false;
  bool event_messages = false;
  bool request_events = false;
  /// RFC 8838 and RFC 8840: which descriptions leave before all candidates are known.
  enum class Trickle : std::uint8_t { none, half, full };
  Trickle trickle = Trickle::half;
  bool ask_upgrades = false;
  /// RFC 8858 section 4: an m-line of the peer without a=rtcp-mux is rejected.
  bool require_rtcp_mux = false;
  bool review_descriptions = false;
  bool trace = false;

  /// Learned, not given.
  Service service;
  /// Host of Via and Contact: nobody can resolve it (RFC 7118 section 5).
  std::string invalid_host;
};

}  // namespace sipml::usage
