/// What a user agent does outside of calls and registrations: requests of both sides, publications
/// and subscriptions.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "agent/command.hpp"
#include "usage/publication.hpp"
#include "usage/standalone_request.hpp"
#include "usage/subscription.hpp"

namespace sipml::agent {

/// Its commands return the id of what they made, taken from `last_id`, or 0. The owners of its
/// transactions are these ids.
class Outside {
 public:
  using Answer = Result<std::uint32_t, usage::CommandError>;
  using Calls = std::map<std::uint32_t, usage::Call>;

  Answer send(SendRequest command, Calls& calls, std::uint32_t& last_id, usage::Context& context);
  Answer forget(const ForgetRequest& command);
  Answer respond(const Respond& command, usage::Context& context);
  Answer publish(Publish command, std::uint32_t& last_id, usage::Context& context);
  Answer unpublish(const Unpublish& command, usage::Context& context);
  Answer subscribe(Subscribe command, std::uint32_t& last_id, usage::Context& context);
  Answer unsubscribe(const Unsubscribe& command, usage::Context& context);

  /// True when the response, or that none came (null), was for something of this.
  bool deliver(const transaction::Indication& indication, const message::Message* response,
               Calls& calls, usage::Context& context);
  /// A request that the application answers, or an unsolicited NOTIFY. Returns the response that it
  /// gets at once instead, or status 0.
  usage::Refusal receive(const message::Message& request, transaction::Id transaction,
                         std::uint32_t call, std::uint32_t& last_id, usage::Context& context);

  /// False when a NOTIFY belongs to no subscription.
  bool receive_notify(const message::Message& request, transaction::Id transaction,
                      usage::Context& context);

  void connected(usage::Context& context);
  void disconnected(usage::Context& context);
  void connection_failed(usage::Context& context);
  void timer_fired(usage::Context& context);
  std::optional<Instant> deadline() const;
  /// Nothing new will come: what is open is brought to its end.
  void stop(usage::Context& context);
  /// Nobody waits for an end any longer.
  void give_up(usage::Context& context);
  /// After each input: forgets what is over.
  void settle();
  /// Something of this has the id.
  bool contains(std::uint32_t id) const {
    return outgoing_.contains(id) || incoming_.contains(id) || publications_.contains(id) ||
           subscriptions_.contains(id);
  }
  /// Nothing waits for an end.
  bool is_idle() const {
    return outgoing_.empty() && incoming_.empty() && publications_.empty() &&
           subscriptions_.empty();
  }

 private:
  std::map<std::uint32_t, usage::OutgoingRequest> outgoing_;
  std::map<std::uint32_t, usage::IncomingRequest> incoming_;
  std::map<std::uint32_t, usage::Publication> publications_;
  std::map<std::uint32_t, usage::Subscription> subscriptions_;
};

}  // namespace sipml::agent
