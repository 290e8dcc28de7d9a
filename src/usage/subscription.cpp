#include "usage/subscription.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "message/headers/expires.hpp"
#include "message/headers/typed.hpp"
#include "usage/registration.hpp"
#include "usage/standalone_request.hpp"

namespace sipml::usage {

using message::HeaderName;

namespace {

/// Between two subscriptions that a notifier wants renewed at once, and after a failure that may
/// pass.
constexpr Duration pause = seconds(30);

/// What follows a "terminated" (RFC 6665 section 4.1.3).
enum class Then : std::uint8_t { end, renew, renew_later, renew_when_told };
struct Reason {
  std::string_view name;
  Then then;
};
constexpr Reason reasons[] = {
    {"deactivated", Then::renew},     {"timeout", Then::renew},
    {"probation", Then::renew_later}, {"giveup", Then::renew_when_told},
    {"rejected", Then::end},          {"noresource", Then::end},
    {"invariant", Then::end},         {"", Then::renew_when_told},
};

Then then(std::string_view reason) {
  for (const Reason& row : reasons)
    if (row.name == reason) return row.then;
  return Then::renew_when_told;
}

/// Section 4.1.2.2: a refresh that is answered so ends the subscription.
bool ends_subscription(int status) {
  return status == 404 || status == 405 || status == 410 || status == 416 ||
         (status >= 480 && status <= 485) || status == 489 || status == 501 || status == 604;
}

std::optional<std::uint32_t> seconds_of(const message::Message& message, HeaderName name) {
  const auto header = message.header(name);
  return header ? message::parse_delta_seconds(*header) : std::nullopt;
}

}  // namespace

Subscription::Subscription(std::uint32_t id, SubscriptionOptions options)
    : id_(id), options_(std::move(options)) {}

void Subscription::step(On on, Context& context) {
  const auto row = find_transition(subscription_state::table, state_, on);
  if (!row) return;
  state_ = row->to;
  using subscription_state::Do;
  using Value = SubscriptionState::Value;
  const auto does = [&row](Do action) { return sipml::contains(row->actions, action); };
  if (does(Do::stop_timers)) timers_.stop_all();
  if (does(Do::start_retry)) {
    timers_.stop_all();
    timers_.start(Timer::retry, context.now + retry_after_);
  }
  if (does(Do::tell_subscribing)) tell(Value::subscribing, context);
  if (does(Do::tell_unsubscribing)) tell(Value::unsubscribing, context);
  if (does(Do::tell_accepted)) tell(Value::accepted, context);
  if (does(Do::tell_pending)) tell(Value::pending, context);
  if (does(Do::tell_active)) tell(Value::active, context);
  if (does(Do::finish)) {
    timers_.stop_all();
    tell(Value::ended, context);
  }
  // Last, for it may lead on to the next arrow at once.
  if (does(Do::send_subscribe)) send(false, context);
  if (does(Do::send_removal)) send(true, context);
}

void Subscription::tell(SubscriptionState::Value value, Context& context) {
  using Value = SubscriptionState::Value;
  SubscriptionState event;
  event.subscription = id_;
  event.state = value;
  if (value == Value::accepted || value == Value::ended) {
    event.status = status_;
    event.reason = reason_;
  }
  if (value == Value::accepted) event.expires = granted_;
  if (value == Value::ended) {
    event.cause = cause_;
    event.retry_after = told_retry_after_;
  }
  context.emit(std::move(event));
}

void Subscription::end_because(On on, Cause cause, Context& context) {
  cause_ = cause;
  step(on, context);
}

/// The next SUBSCRIBE makes a subscription that has nothing to do with the last one.
void Subscription::begin_anew(Context& context) {
  call_id_ = context.random.token(24);
  from_ = local_address(options_.from, context);
  cseq_ = 0;
  dialog_.reset();
  is_confirmed_ = false;
  context.transactions.forget(transaction_);
  transaction_ = 0;
  timers_.stop_all();
}

void Subscription::start(Context& context) {
  begin_anew(context);
  step(On::start, context);
}

void Subscription::send(bool removal, Context& context) {
  message::Request request = dialog_ ? dialog_->make_request("SUBSCRIBE")
                                     : make_request("SUBSCRIBE", uri::to_string(options_.to.uri),
                                                    from_, options_.to, call_id_, ++cseq_);
  request.headers.push_back({"Contact", contact_value(context.config, options_.caps, "SUBSCRIBE")});
  request.headers.push_back({"Event", options_.event});
  request.headers.push_back({"Expires", std::to_string(removal ? 0 : options_.expires)});
  std::string accept;
  for (const std::string& type : options_.accept) accept += (accept.empty() ? "" : ", ") + type;
  if (!accept.empty()) request.headers.push_back({"Accept", std::move(accept)});
  request.headers.push_back({"Allow", std::string(allowed_methods)});
  add_headers(request.headers, options_.headers);
  if (!removal) add_headers(request.headers, options_.first_headers);
  notified_expires_.reset();
  timers_.stop(Timer::refresh);
  timers_.start(Timer::notify, context.now + transaction::timer_64_t1);
  transaction_ = context.send(std::move(request),
                              {id_, static_cast<std::uint32_t>(Purpose::subscribe), 0}, &request_);
  if (transaction_ == 0) {
    status_ = 0;
    reason_.clear();
    end_because(context.connected ? On::no_response : On::transport_lost, Cause::transport_error,
                context);
  }
}

std::optional<CommandError> Subscription::refresh(Context& context) {
  if (state_ == State::retry_wait) {
    timers_.stop_all();
    step(On::retry_due, context);
    return std::nullopt;
  }
  if ((state_ != State::pending && state_ != State::active) || transaction_ != 0)
    return CommandError{CommandErrorCode::wrong_state, "subscription",
                        "another SUBSCRIBE is under way, or there is no connection"};
  step(On::refresh_due, context);
  return std::nullopt;
}

std::optional<CommandError> Subscription::unsubscribe(Context& context,
                                                      const message::HeaderFields& headers) {
  if (is_ending() || has_ended())
    return CommandError{CommandErrorCode::wrong_state, "subscription", "it is already ending"};
  for (const message::HeaderField& field : headers)
    message::set_field(options_.headers, field.name, field.value);
  cause_ = Cause::unsubscribed;
  status_ = 0;
  reason_.clear();
  step(transaction_ != 0 ? On::unsubscribe_later : On::unsubscribe, context);
  return std::nullopt;
}

/// Never later than it is due already: notifications that come often do not put it off.
void Subscription::schedule_refresh(Instant at) {
  if (!timers_.is_running(Timer::refresh) || at < refresh_at_) {
    refresh_at_ = at;
    timers_.start(Timer::refresh, at);
  }
}

void Subscription::response(const transaction::Indication& indication,
                            const message::Message& response, Context& context) {
  if (response.status() < 200 || indication.id != transaction_) return;
  transaction_ = 0;
  status_ = response.status();
  reason_ = response.reason();
  if (response.status() < 300) {
    accepted(response, context);
    return;
  }
  if (auto retried = context.with_credentials(indication, response)) {
    set_cseq(*retried, dialog_ ? dialog_->next_cseq() : ++cseq_);
    request_ = *retried;
    timers_.start(Timer::notify, context.now + transaction::timer_64_t1);
    transaction_ = context.resend(std::move(*retried),
                                  {id_, indication.owner.purpose, indication.owner.attempt + 1});
    if (transaction_ != 0) return;
  }
  refused(response, context);
}

void Subscription::accepted(const message::Message& response, Context& context) {
  too_brief_ = 0;
  options_.first_headers.clear();
  if (!dialog_)
    dialog_ = dialog::Dialog::from_response(request_, response);
  else if (dialog_->remote_tag() == response.to_tag())
    dialog_->refresh_target(response);
  // RFC 5839 section 7: no NOTIFY will follow.
  if (response.status() == 204) timers_.stop(Timer::notify);
  if (state_ != State::unsubscribing) {
    granted_ = seconds_of(response, HeaderName::expires).value_or(options_.expires);
    // Section 4.1.2.3: the NOTIFY may have shortened it already.
    if (notified_expires_) granted_ = std::min(granted_, *notified_expires_);
    expires_at_ = context.now + seconds(granted_);
    if (options_.expires != 0 && !is_ending())
      schedule_refresh(context.now + refresh_after(granted_));
  }
  step(On::response_2xx, context);
}

void Subscription::refused(const message::Message& response, Context& context) {
  const int status = response.status();
  const auto least = seconds_of(response, HeaderName::min_expires);
  if (status == 423 && least && *least > options_.expires && !is_ending() &&
      ++too_brief_ <= limits::too_brief_count) {
    options_.expires = *least;
    send(false, context);
    return;
  }
  if (is_ending()) {
    // 481: what was to end is gone already.
    end_because(On::response_300_699, status == 481 ? Cause::unsubscribed : Cause::rejected,
                context);
    return;
  }
  timers_.stop(Timer::notify);
  if (status == 481 && dialog_) {
    begin_anew(context);
    step(On::renew, context);
    return;
  }
  const Duration wait =
      std::max(Duration(seconds(seconds_of(response, HeaderName::retry_after).value_or(0))), pause);
  if (dialog_ && !ends_subscription(status) && context.now + wait < expires_at_) {
    // Section 4.1.2.2: it lives until it expires.
    schedule_refresh(context.now + wait);
    return;
  }
  end_because(On::response_300_699, Cause::rejected, context);
}

void Subscription::no_response(const transaction::Indication& indication, Context& context) {
  if (indication.id != transaction_) return;
  transaction_ = 0;
  status_ = 0;
  reason_.clear();
  if (indication.outcome != transaction::Outcome::timeout) {
    end_because(On::transport_lost, Cause::transport_error, context);
    return;
  }
  timers_.stop(Timer::notify);
  if (dialog_ && !is_ending() && context.now + pause < expires_at_) {
    schedule_refresh(context.now + pause);
    return;
  }
  end_because(On::no_response, Cause::timeout, context);
}

bool Subscription::owns_request(const message::Message& notify) const {
  return notify.call_id() == call_id_ && notify.to_tag() == from_.tag();
}

/// Takes a NOTIFY into the dialog; the status of its response.
int Subscription::take_notify(const message::Message& request) {
  const auto header = request.header(HeaderName::event);
  const auto event = message::parse_event(header.value_or(std::string_view()));
  if (!event) return 400;
  const auto own = message::parse_event(options_.event);
  if (!own || own->type != event->type || own->id != event->id || has_ended()) return 481;
  const bool is_other_branch = dialog_ && dialog_->remote_tag() != request.from_tag();
  if (is_other_branch && is_confirmed_) return 481;
  if (!dialog_ || is_other_branch) dialog_ = dialog::Dialog::from_notify(request_, request);
  is_confirmed_ = true;
  if (dialog_->accept(request) == dialog::Order::out_of_order) return 500;
  dialog_->refresh_target(request);
  return 200;
}

void Subscription::notify(const message::Message& request, transaction::Id transaction,
                          Context& context) {
  const auto refusal = refused_content(request);
  const int status = refusal ? refusal->status : take_notify(request);
  message::Response response = message::make_response(request, status, {});
  if (status == 200)
    response.headers.push_back({"Contact", contact_value(context.config, options_.caps, "200")});
  if (refusal) add_headers(response.headers, refusal->headers);
  context.respond(transaction, response);
  if (status != 200) return;
  timers_.stop(Timer::notify);
  Notify event = read_notify(request, id_);
  const std::string state = event.state;
  const std::string reason = event.reason;
  const auto expires = event.expires;
  const auto retry_after = event.retry_after;
  context.emit(std::move(event));
  // A fetch is over with its NOTIFY, whatever that says.
  if (state == "terminated" || options_.expires == 0) {
    terminated(reason, retry_after, context);
    return;
  }
  if (expires && !is_ending()) {
    notified_expires_ = *expires;
    expires_at_ = context.now + seconds(*expires);
    if (transaction_ == 0) schedule_refresh(context.now + refresh_after(*expires));
  }
  step(state == "pending" ? On::notified_pending : On::notified_active, context);
}

void Subscription::terminated(const std::string& reason, std::optional<std::uint32_t> retry_after,
                              Context& context) {
  status_ = 0;
  reason_ = reason;
  if (is_ending()) {
    end_because(On::terminated, Cause::unsubscribed, context);
    return;
  }
  Then next = options_.expires == 0 ? Then::end : then(reason);
  if (next == Then::renew_when_told) next = retry_after ? Then::renew_later : Then::end;
  if (next == Then::end) {
    told_retry_after_ = retry_after;
    end_because(On::terminated, Cause::terminated, context);
    return;
  }
  begin_anew(context);
  // A notifier that ends each subscription at once must not keep us busy.
  const bool is_again = renewed_at_ && context.now < *renewed_at_ + pause;
  retry_after_ = retry_after ? Duration(seconds(*retry_after)) : Duration::zero();
  if (is_again || (next == Then::renew_later && !retry_after))
    retry_after_ = std::max(retry_after_, pause);
  renewed_at_ = context.now + retry_after_;
  step(retry_after_ == Duration::zero() ? On::renew : On::renew_later, context);
}

void Subscription::connected(Context& context) {
  if (state_ != State::waiting) return;
  if (!dialog_ || context.now >= expires_at_) begin_anew(context);
  step(On::connected, context);
}

void Subscription::disconnected(Context& context) {
  transaction_ = 0;
  status_ = 0;
  reason_.clear();
  end_because(On::transport_lost, Cause::transport_error, context);
}

void Subscription::connection_failed(Context& context) {
  if (state_ == State::waiting) end_because(On::no_response, Cause::transport_error, context);
}

void Subscription::give_up(Context& context) {
  end_because(On::no_response, Cause::timeout, context);
}

void Subscription::timer_fired(Context& context) {
  while (const auto timer = timers_.take_due(context.now)) {
    switch (*timer) {
      case Timer::refresh:
        // One that is open will be answered, or not, and say more.
        if (transaction_ == 0) step(On::refresh_due, context);
        break;
      case Timer::retry:
        step(On::retry_due, context);
        break;
      case Timer::notify:
        if (is_ending()) {
          // It was accepted: the notifier just says no more.
          end_because(On::terminated, Cause::unsubscribed, context);
        } else if (state_ == State::notify_wait) {
          end_because(On::no_response, Cause::timeout, context);
        } else {
          // Section 4.1.2.4 has it terminated; what is wanted is another one.
          begin_anew(context);
          step(On::renew, context);
        }
        break;
      case Timer::count:
        break;
    }
  }
}

Notify read_notify(const message::Message& request, std::uint32_t subscription) {
  Notify event;
  event.subscription = subscription;
  if (const auto header = request.header(HeaderName::event)) event.event = *header;
  // RFC 6665 section 8.2.3: one that is malformed or missing says nothing new.
  if (const auto header = request.header(HeaderName::subscription_state))
    if (auto state = message::parse_subscription_state(*header)) {
      event.state = std::move(state->state);
      event.reason = std::move(state->reason);
      event.expires = state->expires;
      event.retry_after = state->retry_after;
    }
  event.from = party(request.from());
  event.content_type = request.content_type();
  event.body = request.body();
  return event;
}

}  // namespace sipml::usage
