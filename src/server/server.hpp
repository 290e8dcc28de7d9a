/// The development server: one WebSocket message, connection change or instant in; WebSocket
/// messages out (RFC 3261, RFC 7118). It does no input or output itself. For tests and local
/// trials: users are kept in memory, every domain counts as its own, and nothing leaves for other
/// servers.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/digest.hpp"
#include "base/instant.hpp"
#include "message/message.hpp"
#include "server/authenticator.hpp"
#include "server/notifier.hpp"
#include "server/proxy.hpp"
#include "server/publications.hpp"
#include "server/registrar.hpp"
#include "server/state.hpp"

namespace sipml::server {

struct Config {
  /// From a cryptographic source.
  std::array<std::uint8_t, 32> seed{};
  /// Passwords by user; every other user is held to the first password shown.
  std::map<std::string, std::string, std::less<>> accounts;
  /// Digest algorithms in the order offered; none: SHA-256, then MD5.
  std::vector<auth::Algorithm> algorithms;
  /// Whether the requests inside dialogs of users with an account are challenged, too.
  bool challenges_in_dialogs = false;
};

class Server {
 public:
  explicit Server(Config config);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Inputs; poll() until it gives nothing after each.

  /// False when there are too many connections, or this one is open already.
  bool connected(Connection connection, bool secure, Instant now);
  /// False when there is no such connection.
  bool disconnected(Connection connection, Instant now);
  /// One WebSocket message. False when there is no such connection.
  bool receive(Connection connection, std::string bytes, Instant now);
  void timer_fired(Instant now);

  // Outputs.

  /// The next message to send, to an open connection.
  std::optional<transaction::Transmission> poll();
  /// When timer_fired() is due; nothing while nothing is pending.
  std::optional<Instant> deadline() const;

 private:
  void receive_request(const message::Message& request, Connection from, Instant now);
  void process(const message::Message& request, transaction::Id transaction, Connection from,
               Instant now);
  bool is_authorized(const message::Message& request, transaction::Id transaction, Connection from,
                     bool proxy, Instant now);
  void publish(const message::Message& request, transaction::Id transaction, std::string_view user,
               Connection from, Instant now);
  void register_user(const message::Message& request, transaction::Id transaction, Connection from,
                     Instant now);
  bool refuse(const message::Message& request, transaction::Id transaction,
              const std::optional<Refusal>& refusal, Instant now);
  void answer(const message::Message& request, transaction::Id transaction, int status, Instant now,
              std::string_view reason = {}, message::HeaderFields headers = {});
  void receive_response(const message::Message& response, Instant now);
  void failed(const transaction::Indication& indication, Instant now);
  /// Tells watchers what the input changed.
  void settle(Instant now);
  void flush();

  State state_;
  Authenticator authenticator_;
  Registrar registrar_;
  Proxy proxy_;
  Publications publications_;
  Notifier notifier_;
  bool challenges_in_dialogs_;
  std::deque<transaction::Transmission> queue_;
};

}  // namespace sipml::server
