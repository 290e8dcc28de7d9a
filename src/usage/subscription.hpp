/// One subscription to an event package (RFC 6665 section 4.1), refreshed by the timing rule of
/// registrations. A SUBSCRIBE that forks makes one subscription: that of the first NOTIFY; those of
/// other branches are answered 481, which ends them there (section 4.1.4 leaves the choice).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/timer_set.hpp"
#include "dialog/dialog.hpp"
#include "usage/command_error.hpp"
#include "usage/context.hpp"
#include "usage/subscription_state.hpp"

namespace sipml::usage {

struct SubscriptionOptions {
  uri::NameAddr to;
  std::optional<uri::Uri> from;
  /// The package, with its id if it has one: "dialog;id=7".
  std::string event;
  /// Media types; none said means what the package has by default.
  std::vector<std::string> accept;
  /// Asked for; 0 fetches the state once (section 4.4.3).
  std::uint32_t expires = 3600;
  message::HeaderFields headers;
  /// Of the requests before the next 2xx alone.
  message::HeaderFields first_headers{};
  /// Contact parameters, RFC 3840.
  message::HeaderFields caps;
};

class Subscription {
 public:
  Subscription(std::uint32_t id, SubscriptionOptions options);

  bool has_ended() const { return state_ == State::ended; }

  void start(Context& context);
  /// Sends SUBSCRIBE now, with options() as they are.
  std::optional<CommandError> refresh(Context& context);
  std::optional<CommandError> unsubscribe(Context& context,
                                          const message::HeaderFields& headers = {});
  SubscriptionOptions& options() { return options_; }

  void response(const transaction::Indication& indication, const message::Message& response,
                Context& context);
  void no_response(const transaction::Indication& indication, Context& context);
  /// True when this NOTIFY follows from our SUBSCRIBE, of whatever branch.
  bool owns_request(const message::Message& notify) const;
  void notify(const message::Message& request, transaction::Id transaction, Context& context);
  void connected(Context& context);
  void disconnected(Context& context);
  /// No connection can be had.
  void connection_failed(Context& context);
  /// Nobody waits for the notifier any longer.
  void give_up(Context& context);
  void timer_fired(Context& context);
  std::optional<Instant> deadline() const { return timers_.deadline(); }

 private:
  /// `notify` is timer N (section 4.1.2.4).
  enum class Timer : std::uint8_t { refresh, notify, retry, count };
  using State = subscription_state::State;
  using On = subscription_state::On;
  using Cause = SubscriptionState::Ended;

  void step(On on, Context& context);
  void tell(SubscriptionState::Value value, Context& context);
  void send(bool removal, Context& context);
  void begin_anew(Context& context);
  void schedule_refresh(Instant at);
  void end_because(On on, Cause cause, Context& context);
  void accepted(const message::Message& response, Context& context);
  void refused(const message::Message& response, Context& context);
  int take_notify(const message::Message& request);
  void terminated(const std::string& reason, std::optional<std::uint32_t> retry_after,
                  Context& context);
  bool is_ending() const {
    return state_ == State::unsubscribe_pending || state_ == State::unsubscribing;
  }

  std::uint32_t id_;
  State state_ = State::init;
  SubscriptionOptions options_;
  TimerSet<Timer> timers_;
  std::string call_id_;
  uri::NameAddr from_;
  std::uint32_t cseq_ = 0;
  /// The last SUBSCRIBE and its transaction; 0 when it is answered.
  message::Request request_;
  transaction::Id transaction_ = 0;
  std::optional<dialog::Dialog> dialog_;
  /// A NOTIFY made it, or came in it: it is no other branch's.
  bool is_confirmed_ = false;
  std::uint32_t granted_ = 0;
  /// What a NOTIFY said since the last SUBSCRIBE.
  std::optional<std::uint32_t> notified_expires_;
  Instant expires_at_;
  Instant refresh_at_;
  std::optional<Instant> renewed_at_;
  Duration retry_after_ = Duration::zero();
  int too_brief_ = 0;
  // Why it ended, or the last response.
  std::optional<Cause> cause_;
  int status_ = 0;
  std::string reason_;
  std::optional<std::uint32_t> told_retry_after_;
};

/// What a NOTIFY says, without asking whether it is wanted.
Notify read_notify(const message::Message& request, std::uint32_t subscription);

}  // namespace sipml::usage
