/// The transaction layer: the four machines of RFC 3261 section 17 (with RFC 6026), their matching
/// (17.1.3, 17.2.3) and their timers.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/instant.hpp"
#include "base/timer_set.hpp"
#include "crypto/random.hpp"
#include "message/message.hpp"
#include "message/write_message.hpp"
#include "transaction/invite_client.hpp"
#include "transaction/invite_server.hpp"
#include "transaction/non_invite_client.hpp"
#include "transaction/non_invite_server.hpp"
#include "transaction/timers.hpp"

namespace sipml::transaction {

/// Counts up from 1, never repeats; 0 is no transaction.
using Id = std::uint32_t;
/// One connection; a user agent has only number 0.
using Flow = std::uint32_t;

/// What the transaction user wrote on a client transaction to recognise its responses.
struct Owner {
  std::uint32_t usage = 0;
  std::uint32_t purpose = 0;
  /// How often the request was sent before, with other credentials.
  std::uint32_t attempt = 0;
};

struct Transmission {
  Flow flow = 0;
  std::string bytes;
};
using Outbox = std::vector<Transmission>;

enum class Outcome : std::uint8_t { response, timeout, transport_error };

/// What a client transaction tells its user.
struct Indication {
  Id id = 0;
  Owner owner;
  Outcome outcome = Outcome::response;
  /// As it was sent, Via included.
  message::Request request;
};

struct ReceivedResponse {
  /// False: no transaction waits for it; perhaps a 2xx whose transaction is over.
  bool matched = false;
  /// Set when the transaction user has to see it.
  std::optional<Indication> indication;
};

enum class Arrival : std::uint8_t {
  /// A new request; `id` is its server transaction (0 for ACK).
  fresh,
  /// A retransmission, or an ACK that a transaction was waiting for: nothing is left to do.
  absorbed,
  /// No room for another transaction.
  refused
};

struct ReceivedRequest {
  Arrival arrival = Arrival::absorbed;
  Id id = 0;
};

class Layer {
 public:
  /// `sent_by` stands in the Via of every request of ours.
  Layer(Timers timers, std::string sent_by) : timers_(timers), sent_by_(std::move(sent_by)) {}

  const std::string& sent_by() const SIPML_LIFETIMEBOUND { return sent_by_; }

  /// Sends `request`, which has no Via yet, in a new client transaction. Returns 0 when there is no
  /// room for it.
  Id send_request(message::Request request, Owner owner, Flow flow, std::string_view via_transport,
                  crypto::Random& random, Instant now, Outbox& outbox);

  /// Sends a request outside of any transaction: the ACK to a 2xx (13.2.2.4). Returns its octets.
  std::string send_ack(message::Request request, Flow flow, std::string_view via_transport,
                       crypto::Random& random, Outbox& outbox);

  /// Sends the CANCEL of an INVITE (9.1). Returns 0 when that transaction is over or has no
  /// provisional response yet.
  Id send_cancel(Id invite, Owner owner, const message::HeaderFields& headers, Instant now,
                 Outbox& outbox);

  /// Drops a client transaction without a word: its connection is gone, or nobody waits any more.
  void forget(Id client);
  /// Nobody waits for the final response of an INVITE any more: its client transaction still
  /// acknowledges one, but ends after 64*T1 (9.1 has the time).
  void abandon(Id client, Instant now);

  /// Sends a response in a server transaction; without effect when that is over.
  void send_response(Id id, const message::Response& response, Instant now, Outbox& outbox);

  ReceivedResponse receive_response(const message::Message& response, Instant now, Outbox& outbox);
  ReceivedRequest receive_request(const message::Message& request, Flow flow, Instant now,
                                  Outbox& outbox);

  /// The INVITE server transaction that a CANCEL means (9.2), 0 if there is none.
  Id cancel_target(const message::Message& cancel) const;
  /// True while a final response can still be sent in this server transaction.
  bool is_unanswered(Id id) const;
  /// The connection that a server transaction came over.
  Flow flow_of(Id id) const;

  /// Runs every timer that is due, in order of its deadline, ties by id.
  std::vector<Indication> timer_fired(Instant now, Outbox& outbox);
  /// The connection is gone: what waits for a response fails, as far as the figures say.
  std::vector<Indication> disconnected(Flow flow, Instant now, Outbox& outbox);

  std::optional<Instant> deadline() const;
  std::size_t size() const { return clients_.size() + servers_.size(); }

 private:
  enum class Timer : std::uint8_t { a_e_g, b_f_h, d_k_i_j_l_m, trying, count };

  struct Client {
    Id id = 0;
    bool is_invite = false;
    invite_client::State invite = invite_client::State::calling;
    non_invite_client::State other = non_invite_client::State::trying;
    Owner owner;
    Flow flow = 0;
    std::string key;
    message::Request request;
    std::string bytes;
    Duration interval = t1;
    TimerSet<Timer> timers;
    /// To of the last final response: for the ACK to 300-699.
    std::string response_to;
  };

  struct Server {
    Id id = 0;
    bool is_invite = false;
    invite_server::State invite = invite_server::State::proceeding;
    non_invite_server::State other = non_invite_server::State::trying;
    Flow flow = 0;
    std::string key;
    std::string trying;
    std::string last_response;
    Duration interval = t1;
    TimerSet<Timer> timers;
  };

  std::string via_value(std::string_view via_transport, crypto::Random& random) const;
  template <typename Do>
  static std::optional<Indication> indication_of(const Client& client, Do actions);
  Id start_client(Client client, Instant now, Outbox& outbox);
  std::optional<Indication> step(Client& client, invite_client::On on, Instant now, Outbox& outbox);
  std::optional<Indication> step(Client& client, non_invite_client::On on, Instant now,
                                 Outbox& outbox);
  bool step(Server& server, invite_server::On on, const message::Response* response, Instant now,
            Outbox& outbox);
  void step(Server& server, non_invite_server::On on, const message::Response* response,
            Instant now, Outbox& outbox);
  void send_failure_ack(const Client& client, Outbox& outbox) const;
  std::optional<Indication> fire(Client& client, Timer timer, Instant now, Outbox& outbox);
  void fire(Server& server, Timer timer, Instant now, Outbox& outbox);
  void erase_terminated(Id id);

  Timers timers_;
  std::string sent_by_;
  Id last_id_ = 0;
  std::map<Id, Client> clients_;
  std::map<Id, Server> servers_;
  std::unordered_map<std::string, Id> client_keys_;
  std::unordered_map<std::string, Id> server_keys_;
};

}  // namespace sipml::transaction
