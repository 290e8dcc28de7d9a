/// What the parts of the development server share: connections, transactions, users' bindings.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/instant.hpp"
#include "crypto/random.hpp"
#include "message/message.hpp"
#include "message/write_message.hpp"
#include "server/limits.hpp"
#include "server/locations.hpp"
#include "transaction/layer.hpp"

namespace sipml::server {

/// The name by which this server stands in Via and Record-Route; `.invalid` resolves nowhere
/// (RFC 2606), as every hop is a WebSocket that the client opened (RFC 7118 section 5).
inline constexpr std::string_view server_name = "sipml-server.invalid";

/// For Server and User-Agent.
inline constexpr std::string_view product = "sipml-server";

struct State {
  explicit State(const std::array<std::uint8_t, 32>& seed)
      : random(seed), layer(transaction::Timers{true}, std::string(server_name)) {}

  crypto::Random random;
  transaction::Layer layer;
  transaction::Outbox outbox;
  Locations locations;
  /// Open connections: true for wss.
  std::map<Connection, bool> connections;

  std::string_view via_transport(Connection connection) const {
    const auto found = connections.find(connection);
    return found != connections.end() && found->second ? "WSS" : "WS";
  }

  /// A response of the server itself.
  message::Response response(const message::Message& request, int status,
                             std::string_view reason = {}) {
    auto result = message::make_response(request, status, random.token(16), reason);
    result.headers.push_back({"Server", std::string(product)});
    return result;
  }
};

}  // namespace sipml::server
