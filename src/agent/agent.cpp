#include "agent/agent.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "message/redact.hpp"
#include "usage/info_content.hpp"

namespace sipml::agent {

using usage::CommandErrorCode;
using usage::Context;

namespace {

template <typename Map>
CommandError unknown(const char* key, const Map&) {
  return {CommandErrorCode::unknown_id, key, std::string("there is no such ") + key};
}

/// RFC 5626 section 4.4.1: how long a pong may take.
constexpr Duration pong_time = seconds(10);

usage::Config with_invalid_host(usage::Config config, crypto::Random& random) {
  config.invalid_host = random.token(12) + ".invalid";
  return config;
}

}  // namespace

Agent::Agent(usage::Config config, const std::array<std::uint8_t, 32>& entropy)
    : random_(entropy),
      // RFC 7118 section 5: a browser has no address that a peer could use.
      transactions_(transaction::Timers{}, {}) {
  config_ = with_invalid_host(std::move(config), random_);
  transactions_ = transaction::Layer(transaction::Timers{}, config_.invalid_host);
}

Context Agent::context(Instant now) {
  return {now,           connection_ == connection::State::connected,
          config_,       random_,
          transactions_, credentials_,
          outputs_,      config_.service,
          flow_failed_};
}

std::optional<usage::Output> Agent::poll() {
  if (outputs_.empty()) return std::nullopt;
  usage::Output output = std::move(outputs_.front());
  outputs_.pop_front();
  if (told_ > 0) --told_;
  return output;
}

std::optional<Instant> Agent::deadline() const {
  std::optional<Instant> earliest = timers_.deadline();
  const auto consider = [&earliest](std::optional<Instant> at) {
    if (at && (!earliest || *at < *earliest)) earliest = at;
  };
  consider(transactions_.deadline());
  consider(outside_.deadline());
  for (const auto& [id, call] : calls_) consider(call.deadline());
  for (const auto& [id, registration] : registrations_) consider(registration.deadline());
  return earliest;
}

void Agent::step(connection::On on, Instant now) {
  const auto row = find_transition(connection::table, connection_, on);
  if (!row) return;
  connection_ = row->to;
  using connection::Do;
  using Value = usage::ConnectionState::Value;
  const auto does = [&row](Do action) { return sipml::contains(row->actions, action); };
  const auto tell = [this](Value value) {
    outputs_.emplace_back(usage::Event(usage::ConnectionState{value}));
  };
  if (does(Do::stop_timers)) {
    timers_.stop(Timer::reconnect);
    timers_.stop(Timer::give_up);
  }
  if (does(Do::start_give_up)) {
    attempts_ = 0;
    timers_.start(Timer::give_up, now + config_.reconnect_time);
  }
  if (does(Do::start_retry)) {
    const std::int64_t wait = connection::back_off(attempts_++);
    const auto half = static_cast<std::uint32_t>(wait / 2);
    timers_.start(Timer::reconnect, now + milliseconds(half + random_.below(half + 1)));
  }
  if (does(Do::close)) outputs_.emplace_back(usage::Event(usage::Disconnect{}));
  if (does(Do::tell_connecting)) tell(Value::connecting);
  if (does(Do::tell_connected)) tell(Value::connected);
  if (does(Do::tell_reconnecting)) tell(Value::reconnecting);
  if (does(Do::open)) outputs_.emplace_back(usage::Event(usage::Connect{}));
  if (does(Do::tell_failed)) {
    Context ctx = context(now);
    for (auto& [id, registration] : registrations_) registration.connection_failed(ctx);
    for (auto& [id, call] : calls_) call.connection_failed(ctx);
    outside_.connection_failed(ctx);
    tell(Value::failed);
  }
}

void Agent::connected(Instant now) {
  step(connection::On::opened, now);
  if (connection_ == connection::State::connected) {
    Context ctx = context(now);
    if (stopping_ == Stopping::no)
      for (auto& [id, registration] : registrations_) registration.connected(ctx);
    for (auto& [id, call] : calls_) call.connected(ctx);
    if (stopping_ == Stopping::no) outside_.connected(ctx);
    answers_pings_ = false;
    schedule_ping(now);
  }
  settle(now);
}

void Agent::disconnected(Instant now) {
  lose_connection(connection::On::closed, now);
  settle(now);
}

void Agent::lose_connection(connection::On on, Instant now) {
  const bool was_connected = connection_ == connection::State::connected;
  step(on, now);
  if (was_connected) {
    timers_.stop(Timer::ping);
    timers_.stop(Timer::pong);
    transaction::Outbox outbox;
    for (const auto& indication : transactions_.disconnected(0, now, outbox))
      deliver(indication, nullptr, now);
    Context ctx = context(now);
    for (auto& [id, registration] : registrations_) registration.disconnected(ctx);
    for (auto& [id, call] : calls_) call.disconnected(ctx);
    outside_.disconnected(ctx);
  }
}

/// RFC 5626 section 4.4.1: whatever comes shows that the flow lives. webrtc2sip closes connections
/// that bring it anything but SIP messages.
void Agent::schedule_ping(Instant now) {
  timers_.stop(Timer::pong);
  const bool is_gateway = config_.rtcweb_breaker || !config_.outbound_proxy.empty();
  if (config_.keep_alive > Duration::zero() && !is_gateway &&
      connection_ == connection::State::connected)
    timers_.start(Timer::ping, now + config_.keep_alive);
  else
    timers_.stop(Timer::ping);
}

void Agent::timer_fired(Instant now) {
  while (const auto timer = timers_.take_due(now)) {
    switch (*timer) {
      case Timer::reconnect:
        step(connection::On::retry_due, now);
        break;
      case Timer::give_up:
        step(connection::On::gave_up, now);
        break;
      case Timer::ping:
        outputs_.emplace_back(usage::Transmit{"\r\n\r\n"});
        timers_.start(Timer::pong, now + pong_time);
        break;
      case Timer::pong:
        // A server that never answered one may just not know pings.
        if (answers_pings_)
          flow_failed_ = true;
        else
          schedule_ping(now);
        break;
      case Timer::stop_calls:
        end_calls(now);
        // The registrations are told even when their time is over, too.
        advance_stop(now);
        break;
      case Timer::stop_all: {
        end_calls(now);
        Context ctx = context(now);
        for (auto& [id, registration] : registrations_) registration.give_up(ctx);
        registrations_.clear();
        break;
      }
      case Timer::count:
        break;
    }
  }
  transaction::Outbox outbox;
  const auto indications = transactions_.timer_fired(now, outbox);
  Context ctx = context(now);
  ctx.flush(outbox);
  for (const auto& indication : indications) deliver(indication, nullptr, now);
  for (auto& [id, call] : calls_) call.timer_fired(ctx);
  for (auto& [id, registration] : registrations_) registration.timer_fired(ctx);
  outside_.timer_fired(ctx);
  settle(now);
}

bool Agent::has_live_registration() const {
  return std::any_of(registrations_.begin(), registrations_.end(),
                     [](const auto& entry) { return !entry.second.has_ended(); });
}

/// The time for stopping is over: calls, and what else is open, end without waiting for the peer.
void Agent::end_calls(Instant now) {
  Context ctx = context(now);
  for (auto& [id, call] : calls_) call.give_up(ctx);
  calls_.clear();
  outside_.give_up(ctx);
}

/// After each input: calls that are over are forgotten, and a stop goes on.
void Agent::settle(Instant now) {
  if (flow_failed_) {
    flow_failed_ = false;
    if (connection_ == connection::State::connected) {
      diagnose("flow_failed", "the server does not answer any more", std::nullopt);
      lose_connection(connection::On::died, now);
    }
  }
  follow_calls(now);
  std::erase_if(calls_, [](const auto& entry) { return entry.second.has_ended(); });
  outside_.settle();
  if (stopping_ != Stopping::no) advance_stop(now);
}

void Agent::advance_stop(Instant now) {
  if (stopping_ == Stopping::calls && calls_.empty() && outside_.is_idle()) {
    stopping_ = Stopping::registrations;
    timers_.stop(Timer::stop_calls);
    Context ctx = context(now);
    for (auto& [id, registration] : registrations_) (void)registration.unregister({}, ctx);
  }
  if (stopping_ == Stopping::registrations && !has_live_registration()) {
    stopping_ = Stopping::no;
    timers_.stop(Timer::stop_all);
    registrations_.clear();
    step(connection::On::stop, now);
    transactions_ = transaction::Layer(transaction::Timers{}, config_.invalid_host);
    credentials_.clear();
    outputs_.emplace_back(usage::Event(usage::Stopped{}));
  }
}

Result<std::uint32_t, CommandError> Agent::execute(Command command, Instant now) {
  if (outputs_.size() >= limits::output_count)
    return CommandError{CommandErrorCode::limit_exceeded, "", "too many outputs wait to be taken"};
  Answer answer = std::visit(
      [this, now](auto&& value) { return execute(std::forward<decltype(value)>(value), now); },
      std::move(command));
  settle(now);
  return answer;
}

namespace {

/// 0, or the error that a usage gave.
Result<std::uint32_t, CommandError> outcome(std::optional<CommandError> error) {
  if (error) return std::move(*error);
  return std::uint32_t{0};
}

}  // namespace

Agent::Answer Agent::execute(Start /*command*/, Instant now) {
  if (stopping_ != Stopping::no)
    return CommandError{CommandErrorCode::wrong_state, "", "the user agent is stopping"};
  step(connection::On::start, now);
  return std::uint32_t{0};
}

Agent::Answer Agent::execute(const Stop& command, Instant now) {
  if (stopping_ != Stopping::no) return std::uint32_t{0};
  stopping_ = Stopping::calls;
  const Duration timeout = milliseconds(std::max<std::int64_t>(command.timeout, 0));
  // As sipML5: calls may take two thirds of the time, registrations the rest.
  timers_.start(Timer::stop_calls, now + timeout * 2 / 3);
  timers_.start(Timer::stop_all, now + timeout);
  Context ctx = context(now);
  for (auto& [id, call] : calls_) (void)call.hang_up({}, ctx);
  outside_.stop(ctx);
  return std::uint32_t{0};
}

Agent::Answer Agent::execute(Configure command, Instant now) {
  command.config.invalid_host = config_.invalid_host;
  // Another address, or another registrar, has another service.
  if (command.config.domain == config_.domain && is_same_user(command.config.uri, config_.uri))
    command.config.service = config_.service;
  else
    command.config.service = {};
  if (command.config.password != config_.password ||
      command.config.authorization_user != config_.authorization_user ||
      command.config.realm != config_.realm)
    credentials_.clear();
  config_ = std::move(command.config);
  schedule_ping(now);
  return std::uint32_t{0};
}

Agent::Answer Agent::execute(Register command, Instant now) {
  Context ctx = context(now);
  if (!ctx.connected)
    return CommandError{CommandErrorCode::not_connected, "", "there is no connection"};
  if (stopping_ != Stopping::no)
    return CommandError{CommandErrorCode::wrong_state, "", "the user agent is stopping"};
  std::uint32_t id = command.registration.value_or(0);
  auto found = registrations_.find(id);
  if (found == registrations_.end()) {
    // One that ended may be gone by now; its id stays its own.
    if (command.registration &&
        (id == 0 || id > last_id_ || calls_.contains(id) || outside_.contains(id)))
      return unknown("registration", registrations_);
    std::erase_if(registrations_, [](const auto& entry) { return entry.second.has_ended(); });
    if (registrations_.size() >= limits::registration_count)
      return CommandError{CommandErrorCode::limit_exceeded, "", "there are too many registrations"};
    if (!command.registration) id = ++last_id_;
    found = registrations_.emplace(id, usage::Registration(id, ctx)).first;
  }
  if (auto error = found->second.start(std::move(command.options), ctx)) return std::move(*error);
  return id;
}

Agent::Answer Agent::execute(const Unregister& command, Instant now) {
  const auto found = registrations_.find(command.registration);
  if (found == registrations_.end()) return unknown("registration", registrations_);
  Context ctx = context(now);
  return outcome(found->second.unregister(command.headers, ctx));
}

std::optional<CommandError> Agent::refusal_of_call(const usage::MediaDirections& directions,
                                                   Instant now) {
  if (!context(now).connected)
    return CommandError{CommandErrorCode::not_connected, "", "there is no connection"};
  if (stopping_ != Stopping::no)
    return CommandError{CommandErrorCode::wrong_state, "", "the user agent is stopping"};
  if (calls_.size() >= limits::call_count)
    return CommandError{CommandErrorCode::limit_exceeded, "", "there are too many calls"};
  if (!directions.audio && !directions.video)
    return CommandError{CommandErrorCode::invalid_argument, "audio",
                        "a call needs audio, video or both"};
  return std::nullopt;
}

Agent::Answer Agent::execute(PlaceCall command, Instant now) {
  if (auto error = refusal_of_call(command.directions, now)) return std::move(*error);
  auto target = uri::parse_destination(command.to, config_.domain);
  if (!target)
    return CommandError{
        CommandErrorCode::invalid_argument, "to",
        std::string(target.error().reason) + " at offset " + std::to_string(target.error().offset)};
  uri::NameAddr to;
  to.uri = std::move(target).value();
  return place_call(std::move(to), std::move(command.from), command.directions,
                    std::move(command.options), now);
}

std::uint32_t Agent::place_call(uri::NameAddr to, std::optional<uri::Uri> from_uri,
                                const usage::MediaDirections& directions,
                                usage::CallOptions options, Instant now) {
  uri::NameAddr from;
  from.display_name = config_.display_name;
  from.uri = from_uri.value_or(config_.uri);
  options.media.session_name = config_.session_name;
  const std::uint32_t id = ++last_id_;
  Context ctx = context(now);
  calls_.emplace(id, usage::Call::outgoing(id, std::move(from), std::move(to), directions,
                                           std::move(options), ctx));
  return id;
}

/// What every command about a call begins and ends with.
template <typename Act>
Agent::Answer Agent::with_call(std::uint32_t id, Instant now, const Act& act) {
  const auto found = calls_.find(id);
  if (found == calls_.end()) return unknown("call", calls_);
  Context ctx = context(now);
  return outcome(act(found->second, ctx));
}

Agent::Answer Agent::execute(const Accept& command, Instant now) {
  usage::CallOptions options = command.options;
  options.media.session_name = config_.session_name;
  return with_call(command.call, now, [&](usage::Call& call, Context& ctx) {
    return call.accept(command.choice, options, ctx);
  });
}

Agent::Answer Agent::execute(const Reject& command, Instant now) {
  return with_call(command.call, now, [&](usage::Call& call, Context& ctx) {
    return call.reject(command.status, command.reason, command.headers, ctx);
  });
}

Agent::Answer Agent::execute(const HangUp& command, Instant now) {
  return with_call(command.call, now, [&](usage::Call& call, Context& ctx) {
    return call.hang_up(command.headers, ctx);
  });
}

Agent::Answer Agent::execute(const ChangeCall& command, Instant now) {
  return with_call(command.call, now, [&](usage::Call& call, Context& ctx) {
    return call.change(command.change, command.directions, command.headers, ctx);
  });
}

Agent::Answer Agent::execute(SendInfo command, Instant now) {
  return with_call(command.call, now, [&](usage::Call& call, Context& ctx) {
    return call.info(command.content_type, std::move(command.body), command.headers, ctx);
  });
}

Agent::Answer Agent::execute(const Progress& command, Instant now) {
  return with_call(command.call, now, [&](usage::Call& call, Context& ctx) {
    return call.ring(command.status, command.reason, command.headers, ctx);
  });
}

Agent::Answer Agent::execute(SendRequest command, Instant now) {
  if (stopping_ != Stopping::no)
    return CommandError{CommandErrorCode::wrong_state, "", "the user agent is stopping"};
  Context ctx = context(now);
  return outside_.send(std::move(command), calls_, last_id_, ctx);
}

Agent::Answer Agent::execute(const ForgetRequest& command, Instant /*now*/) {
  return outside_.forget(command);
}

Agent::Answer Agent::execute(const Respond& command, Instant now) {
  Context ctx = context(now);
  return outside_.respond(command, ctx);
}

Agent::Answer Agent::execute(Publish command, Instant now) {
  if (stopping_ != Stopping::no)
    return CommandError{CommandErrorCode::wrong_state, "", "the user agent is stopping"};
  Context ctx = context(now);
  return outside_.publish(std::move(command), last_id_, ctx);
}

Agent::Answer Agent::execute(const Unpublish& command, Instant now) {
  Context ctx = context(now);
  return outside_.unpublish(command, ctx);
}

Agent::Answer Agent::execute(Subscribe command, Instant now) {
  if (stopping_ != Stopping::no)
    return CommandError{CommandErrorCode::wrong_state, "", "the user agent is stopping"};
  Context ctx = context(now);
  return outside_.subscribe(std::move(command), last_id_, ctx);
}

Agent::Answer Agent::execute(const Unsubscribe& command, Instant now) {
  Context ctx = context(now);
  return outside_.unsubscribe(command, ctx);
}

Agent::Answer Agent::execute(const MediaReady& command, Instant now) {
  // The browser may answer for a call that is over: that is no error.
  if (const auto found = calls_.find(command.call); found != calls_.end()) {
    Context ctx = context(now);
    found->second.media_ready(command.token, command.description, ctx);
  }
  return std::uint32_t{0};
}

Agent::Answer Agent::execute(const MediaFailed& command, Instant now) {
  if (const auto found = calls_.find(command.call); found != calls_.end()) {
    Context ctx = context(now);
    found->second.media_failed(command.token, command.error, command.text, ctx);
  }
  return std::uint32_t{0};
}

Agent::Answer Agent::execute(const LocalCandidate& command, Instant now) {
  const auto found = calls_.find(command.call);
  if (found == calls_.end()) return std::uint32_t{0};
  Context ctx = context(now);
  if (auto error =
          found->second.local_candidate(command.mid, command.candidate, command.ufrag, ctx))
    return *error;
  return std::uint32_t{0};
}

Agent::Answer Agent::execute(const RestartIce& command, Instant now) {
  return with_call(command.call, now, [&](usage::Call& call, Context& ctx) {
    return call.change(usage::Change::restart_ice, std::nullopt, command.headers, ctx);
  });
}

Agent::Answer Agent::execute(const AcceptOffer& command, Instant now) {
  return with_call(command.call, now, [&](usage::Call& call, Context& ctx) {
    return call.accept_offer(command.choice, ctx);
  });
}

Agent::Answer Agent::execute(const RejectOffer& command, Instant now) {
  return with_call(command.call, now, [&](usage::Call& call, Context& ctx) {
    return call.reject_offer(command.status, command.reason, command.headers, ctx);
  });
}

Agent::Answer Agent::execute(const RequestKeyFrame& command, Instant now) {
  return with_call(command.call, now, [&](usage::Call& call, Context& ctx) {
    return call.info(std::string(usage::media_control_type), std::string(usage::key_frame_request),
                     {}, ctx);
  });
}

Agent::Answer Agent::execute(const MediaLost& command, Instant now) {
  // As for the answers of the browser: the call may be over.
  if (const auto found = calls_.find(command.call); found != calls_.end()) {
    Context ctx = context(now);
    found->second.media_lost(command.error, command.text, ctx);
  }
  return std::uint32_t{0};
}

}  // namespace sipml::agent
