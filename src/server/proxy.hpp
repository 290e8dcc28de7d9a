/// The proxy of the development server: transaction-stateful, forking, record-routing (RFC 3261
/// section 16). Every hop is a WebSocket that its client opened, so a message is always sent over a
/// connection that is known, and no host name is ever resolved.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.hpp"
#include "message/message.hpp"
#include "message/write_message.hpp"
#include "server/state.hpp"

namespace sipml::server {

/// 16.6 step 11: Timer C must be larger than three minutes.
inline constexpr Duration timer_c = seconds(181);

class Proxy {
 public:
  explicit Proxy(State& state) : state_(state) {}

  /// Forwards a request that may pass, by its dialog's route, a registered Contact or the bindings
  /// of the user that it names, or answers it. `is_known`: whether the Request-URI's user exists.
  void forward(const message::Message& request, transaction::Id transaction, Connection from,
               bool is_known, Instant now);
  /// An ACK to a 2xx: forwarded outside of any transaction, dropped when nobody is there for it.
  void forward_ack(const message::Message& ack, Connection from);
  /// A CANCEL: answered, then carried out (16.10).
  void cancel(const message::Message& cancel, transaction::Id transaction, Instant now);
  /// A response to the forwarded request that `owner` stands for.
  void receive_response(const transaction::Owner& owner, const message::Message& response,
                        Instant now);

  /// What the transaction layer reported without a response.
  void failed(const transaction::Indication& indication, Instant now);
  void disconnected(Connection connection, Instant now);
  void timer_fired(Instant now);
  std::optional<Instant> deadline() const;

  /// Requests whose response is not yet forwarded, and calls lingering for further 2xx.
  std::size_t size() const { return contexts_.size(); }

 private:
  using Id = transaction::Id;
  using ContextId = std::uint32_t;

  struct Target {
    Connection connection = 0;
    std::string request_uri;
  };

  struct Branch {
    Id client = 0;
    Connection connection = 0;
    bool is_final = false;
    bool had_provisional = false;
    bool cancel_wanted = false;
    bool cancel_sent = false;
    /// Timer C, or after a CANCEL how long its effect is awaited.
    std::optional<Instant> deadline;
    /// The Reason of the CANCEL (RFC 3326).
    message::HeaderFields cancel_headers;
  };

  /// The response context of 16.2.
  struct Context {
    message::Message request;
    Id server = 0;
    Connection from = 0;
    bool is_invite = false;
    std::vector<Branch> branches;
    bool answered = false;
    bool had_success = false;
    /// The best final response so far, of those that do not end the search.
    std::optional<message::Response> best;
    /// The challenges of the other 401 and 407 responses (16.7 step 7).
    message::HeaderFields challenges;
    std::size_t octets = 0;
    /// When all is over, how long further 2xx may come.
    std::optional<Instant> linger;
  };

  std::optional<Target> find_dialog_target(const message::Message& request, Connection from) const;
  message::Request build_request(const message::Message& request, const Target& target,
                                 Connection from) const;
  void start(const message::Message& request, Id transaction, Connection from,
             const std::vector<Target>& targets, Instant now);
  void answer(const message::Message& request, Id transaction, int status, Instant now);
  void consider(Context& context, message::Response response);
  void finish_branch(ContextId id, Context& context, Branch& branch, int status, Instant now);
  void cancel_others(Context& context, const Branch* except, const message::HeaderFields& headers,
                     Instant now);
  void send_cancel(Branch& branch, Instant now);
  void finish(ContextId id, Context& context, Instant now);
  void erase(std::map<ContextId, Context>::iterator context);

  State& state_;
  ContextId last_id_ = 0;
  std::map<ContextId, Context> contexts_;
  std::map<Connection, std::size_t> pending_;
  std::size_t octets_ = 0;
};

}  // namespace sipml::server
