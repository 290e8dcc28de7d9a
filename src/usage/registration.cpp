#include "usage/registration.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "message/headers/expires.hpp"
#include "message/headers/typed.hpp"

namespace sipml::usage {

using message::HeaderName;

namespace {

/// Seconds of a Retry-After that somebody who just asked to be registered waits without a word.
constexpr std::uint32_t longest_first_wait = 120;
/// Seconds after which a registrar is asked again, whatever it said.
constexpr std::uint32_t longest_wait = 3600;

}  // namespace

Duration refresh_after(std::uint32_t granted_seconds) {
  // A registrar that grants nothing keeps no binding: asking it every second would not help.
  if (granted_seconds == 0) return seconds(30);
  const std::int64_t granted = granted_seconds;
  const Duration wait =
      granted > 1200 ? Duration(seconds(granted - 600)) : Duration(milliseconds(granted * 500));
  return std::max(wait, Duration(seconds(1)));
}

Registration::Registration(std::uint32_t id, Context& context)
    : id_(id), call_id_(context.random.token(24)), from_tag_(context.random.token(12)) {}

void Registration::step(On on, Context& context) {
  const auto row = find_transition(registration_state::table, state_, on);
  if (!row) return;
  state_ = row->to;
  using registration_state::Do;
  using Value = RegistrationState::Value;
  const auto does = [&row](Do action) { return sipml::contains(row->actions, action); };
  if (does(Do::stop_timer)) timers_.stop_all();
  if (does(Do::tell_registering)) tell(Value::registering, context);
  if (does(Do::tell_unregistering)) tell(Value::unregistering, context);
  if (does(Do::tell_registered)) tell(Value::registered, context);
  if (does(Do::schedule_refresh))
    timers_.start(Timer::refresh, context.now + refresh_after(granted_));
  if (does(Do::schedule_retry)) timers_.start(Timer::refresh, context.now + retry_after_);
  if (does(Do::finish)) {
    timers_.stop_all();
    bound_ = false;
    failures_ = 0;
    forget(context);
    tell(Value::ended, context);
    cause_.reset();
    status_ = 0;
    reason_.clear();
  }
  // Last, for it may lead on to the next arrow at once.
  if (does(Do::send_register)) send(false, context);
  if (does(Do::send_removal)) send(true, context);
}

void Registration::tell(RegistrationState::Value value, Context& context) {
  RegistrationState event;
  event.registration = id_;
  event.state = value;
  event.status = status_;
  event.reason = reason_;
  if (value == RegistrationState::Value::ended) event.cause = cause_;
  if (value == RegistrationState::Value::registered) event.expires = granted_;
  context.emit(std::move(event));
}

void Registration::send(bool removal, Context& context) {
  removing_ = removal;
  const Config& config = context.config;
  uri::NameAddr to;
  to.display_name = config.display_name;
  to.uri = options_.from.value_or(config.uri);
  uri::NameAddr from = to;
  from.parameters.push_back({"tag", from_tag_, false});
  message::Request request =
      make_request("REGISTER", "sip:" + config.domain, from, to, call_id_, ++cseq_);
  const std::uint32_t expires = removal ? 0 : options_.expires;
  request.headers.push_back({"Contact", contact_value(config, options_.caps, "REGISTER") +
                                            ";expires=" + std::to_string(expires)});
  request.headers.push_back({"Expires", std::to_string(expires)});
  request.headers.push_back(
      {"Supported", config.instance_id.empty() ? "path" : "path, outbound, gruu"});
  request.headers.push_back({"Allow", std::string(allowed_methods)});
  add_headers(request.headers, options_.headers);
  if (!removal) add_headers(request.headers, options_.first_headers);
  if (!config.early_ims && !ever_registered_)
    // TS 24.229 5.1.1.2: the private identity is told before any challenge.
    request.headers.push_back(
        {"Authorization", "Digest username=" + grammar::quote(config.authorization_user) +
                              ", realm=" + grammar::quote(config.domain) + ", nonce=\"\", uri=" +
                              grammar::quote(request.request_uri) + ", response=\"\""});
  const auto id =
      context.send(std::move(request), {id_, static_cast<std::uint32_t>(Purpose::registration), 0});
  if (id == 0) {
    not_sent(context);
    return;
  }
  context.emit(RegistrationSent{id_, removal});
}

/// There is no connection, or no room for another transaction: only the next connection is waited
/// for.
void Registration::not_sent(Context& context) {
  cause_ = Cause::transport_error;
  step(context.connected ? On::no_response : On::transport_lost, context);
}

void Registration::resend(message::Request request, std::uint32_t attempt, Context& context) {
  set_cseq(request, ++cseq_);
  step(On::retry, context);
  const auto id = context.resend(std::move(request),
                                 {id_, static_cast<std::uint32_t>(Purpose::registration), attempt});
  if (id == 0) {
    not_sent(context);
    return;
  }
  context.emit(RegistrationSent{id_, removing_});
}

std::optional<CommandError> Registration::start(RegistrationOptions options, Context& context) {
  if (state_ == State::registering || state_ == State::refreshing ||
      state_ == State::unregister_pending || state_ == State::unregistering)
    return CommandError{CommandErrorCode::wrong_state, "registration",
                        "another REGISTER is under way"};
  options_ = std::move(options);
  too_brief_ = 0;
  cause_.reset();
  status_ = 0;
  reason_.clear();
  step(state_ == State::waiting ? On::connected : On::start, context);
  return std::nullopt;
}

std::optional<CommandError> Registration::unregister(const message::HeaderFields& headers,
                                                     Context& context) {
  if (state_ == State::idle || state_ == State::ended || state_ == State::unregistering ||
      state_ == State::unregister_pending)
    return CommandError{CommandErrorCode::wrong_state, "registration", "it is not registered"};
  cause_ = Cause::unregistered;
  status_ = 0;
  reason_.clear();
  for (const message::HeaderField& field : headers)
    message::set_field(options_.headers, field.name, field.value);
  step(On::unregister, context);
  return std::nullopt;
}

std::uint32_t Registration::granted(const message::Message& response, const Config& config) const {
  // 10.2.4: the expires of our own Contact counts; registrars that rewrite it give one at least.
  std::optional<std::uint32_t> any;
  for (std::string_view value : response.values(HeaderName::contact)) {
    const auto contact = uri::parse_name_addr(value);
    if (!contact) continue;
    const auto text = grammar::parameter_value(contact->parameters, "expires");
    if (!text) continue;
    const auto expires = message::parse_delta_seconds(*text);
    if (!expires) continue;
    if (contact->uri.host == config.invalid_host) return *expires;
    any = std::max(any.value_or(0), *expires);
  }
  if (any) return *any;
  if (const auto header = response.header(HeaderName::expires))
    if (const auto expires = message::parse_delta_seconds(*header)) return *expires;
  return options_.expires;
}

void Registration::response(const transaction::Indication& indication,
                            const message::Message& response, Context& context) {
  if (response.status() < 200) return;
  status_ = response.status();
  reason_ = response.reason();
  if (response.status() < 300) {
    options_.first_headers.clear();
    if (!removing_) {
      granted_ = granted(response, context.config);
      ever_registered_ = true;
      bound_ = true;
      failures_ = 0;
      learn(response, context);
    }
    cause_ = removing_ || state_ == State::unregister_pending ? std::optional(Cause::unregistered)
                                                              : std::nullopt;
    step(On::response_2xx, context);
    return;
  }
  if (auto retried = context.with_credentials(indication, response)) {
    resend(std::move(*retried), indication.owner.attempt + 1, context);
    return;
  }
  const auto minimum = response.header(HeaderName::min_expires);
  if (response.status() == 423 && minimum && !removing_ &&
      ++too_brief_ <= limits::too_brief_count) {
    const auto least = message::parse_delta_seconds(*minimum);
    if (least && *least > options_.expires) {
      options_.expires = *least;
      step(On::retry, context);
      send(false, context);
      return;
    }
  }
  cause_ = Cause::rejected;
  if (!postpone(&response, context)) step(On::response_300_699, context);
}

void Registration::no_response(const transaction::Indication& indication, Context& context) {
  const bool timed_out = indication.outcome == transaction::Outcome::timeout;
  cause_ = timed_out ? Cause::timeout : Cause::transport_error;
  status_ = 0;
  reason_.clear();
  if (timed_out && state_ == State::refreshing) {
    // It answered before on this flow: the flow is dead more likely than the registrar.
    context.flow_failed = true;
    postpone(nullptr, context);
    return;
  }
  step(timed_out ? On::no_response : On::transport_lost, context);
}

/// What may pass is tried again: 503 with Retry-After always, other failures of the server when we
/// were registered (RFC 5626 section 4.5, RFC 3261 section 20.33). False when nothing is postponed.
bool Registration::postpone(const message::Message* response, Context& context) {
  if (removing_ || (state_ != State::registering && state_ != State::refreshing)) return false;
  std::optional<std::uint32_t> asked;
  if (response) {
    const int status = response->status();
    const bool may_pass = status == 408 || status == 480 || (status >= 500 && status < 600);
    if (!may_pass) return false;
    if (const auto text = response->header(HeaderName::retry_after))
      if (const auto value = message::parse_retry_after(*text)) asked = value->seconds;
    if (!bound_ && (status != 503 || !asked || *asked > longest_first_wait)) return false;
    if (asked) asked = std::clamp(*asked, std::uint32_t{1}, longest_wait);
  }
  // Else as long as for connections, from half a minute to half an hour.
  const std::uint32_t step_count = std::min(failures_++, std::uint32_t{6});
  const std::int64_t wait = std::min(std::int64_t{30000} << step_count, std::int64_t{1800000});
  retry_after_ =
      asked
          ? Duration(seconds(std::max(*asked, std::uint32_t{1})))
          : milliseconds(wait / 2 + context.random.below(static_cast<std::uint32_t>(wait / 2 + 1)));
  cause_.reset();
  step(On::passing_failure, context);
  return true;
}

bool Registration::is_of_agent(const Config& config) const {
  return !options_.from || is_same_user(*options_.from, config.uri);
}

/// Takes over what the registrar says of the ways to and from us: Service-Route (RFC 3608 section
/// 5), the GRUU of our Contact (RFC 5627 section 4.2), outbound (RFC 5626 section 4.2.1).
void Registration::learn(const message::Message& response, Context& context) const {
  if (!is_of_agent(context.config)) return;
  Service& service = context.service;
  service = {};
  for (std::string_view value : response.values(HeaderName::service_route)) {
    const auto route = uri::parse_name_addr(value);
    if (route && route->uri.is_sip()) service.route.emplace_back(value);
    if (service.route.size() == limits::route_count) break;
  }
  const std::string instance = '<' + context.config.instance_id + '>';
  for (std::string_view value : response.values(HeaderName::contact)) {
    const auto contact = uri::parse_name_addr(value);
    if (!contact || context.config.instance_id.empty()) continue;
    const auto of = grammar::parameter_value(contact->parameters, "+sip.instance");
    if (!of || *of != instance) continue;
    const auto gruu = grammar::parameter_value(contact->parameters, "pub-gruu");
    if (!gruu) continue;
    const auto parsed = uri::parse(*gruu);
    if (parsed && parsed->is_sip()) service.public_gruu = uri::to_string(*parsed);
  }
  for (std::string_view option : response.values(HeaderName::require))
    if (ascii::equal_ignoring_case(option, "outbound")) service.outbound = true;
}

void Registration::forget(Context& context) const {
  if (is_of_agent(context.config)) context.service = {};
}

void Registration::connected(Context& context) { step(On::connected, context); }

void Registration::disconnected(Context& context) {
  cause_ = Cause::transport_error;
  status_ = 0;
  reason_.clear();
  step(On::transport_lost, context);
}

void Registration::give_up(Context& context) {
  cause_ = Cause::timeout;
  status_ = 0;
  reason_.clear();
  step(On::no_response, context);
}

void Registration::connection_failed(Context& context) {
  if (state_ != State::waiting) return;
  cause_ = Cause::transport_error;
  step(On::no_response, context);
}

void Registration::timer_fired(Context& context) {
  while (timers_.take_due(context.now)) step(On::register_due, context);
}

}  // namespace sipml::usage
