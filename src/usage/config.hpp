/// What a user agent is told about itself. The keys are those of AgentConfig in
/// js-glue/protocol.ts.
#pragma once

#include <optional>
#include <string>

#include "base/instant.hpp"
#include "message/write_message.hpp"
#include "uri/name_addr.hpp"

namespace sipml::usage {

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
  bool trace = false;

  /// Host of Via and Contact: nobody can resolve it (RFC 7118 section 5).
  std::string invalid_host;
};

}  // namespace sipml::usage
