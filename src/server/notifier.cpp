#include "server/notifier.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "message/headers/content.hpp"
#include "message/headers/typed.hpp"
#include "server/expires.hpp"

namespace sipml::server {

namespace {

using message::HeaderName;
using message::Message;
using subscription_state::Do;

/// RFC 3856 6.4, RFC 4235 3.4, RFC 3842 3.4: about an hour.
constexpr std::uint32_t default_subscription_expires = 3600;

/// Event with its id, as each NOTIFY repeats it (RFC 6665 8.2.1).
std::string event_value(const message::EventType& event) {
  std::string value = event.type;
  if (const auto* id = grammar::find_parameter(event.parameters, "id"))
    grammar::write_parameters(value, {*id});
  return value;
}

/// RFC 3261 20.1: without Accept the default of the package is meant (RFC 6665 4.4.2).
bool accepts(const Message& request, std::string_view content_type) {
  if (!request.header(HeaderName::accept)) return true;
  for (std::string_view value : request.values(HeaderName::accept)) {
    const std::string type = message::media_type(value);
    if (type == content_type || type == "*/*" || type == "application/*") return true;
  }
  return false;
}

/// The octets that a dialog made from `request` keeps.
std::size_t size_of_dialog(const Message& request) {
  std::size_t size = request.call_id().size() + request.request_uri().size();
  for (HeaderName name : {HeaderName::from, HeaderName::to, HeaderName::contact,
                          HeaderName::record_route, HeaderName::event})
    for (std::string_view value : request.headers(name)) size += value.size();
  return size;
}

std::string address_of_record(uri::Uri uri) {
  uri.password.reset();
  uri.parameters.clear();
  uri.headers.clear();
  return uri::to_string(uri);
}

}  // namespace

const PackageRow* Notifier::find_package_of(const Message& request) {
  const auto event =
      message::parse_event(request.header(HeaderName::event).value_or(std::string_view()));
  return event ? find_package(event->type) : nullptr;
}

bool Notifier::refuse(const Message& request, transaction::Id transaction,
                      const PackageRow& package, Instant now) {
  const auto answer = [&](int status, std::string_view reason, std::string_view name = {},
                          std::string value = {}) {
    auto response = state_.response(request, status, reason);
    if (!name.empty()) response.headers.push_back({std::string(name), std::move(value)});
    state_.layer.send_response(transaction, response, now, state_.outbox);
    return true;
  };
  if (const auto require = request.header(HeaderName::require))
    return answer(420, {}, "Unsupported", std::string(*require));
  if (!accepts(request, package.content_type))
    return answer(406, {}, "Accept", std::string(package.content_type));
  if (is_too_brief(wanted_expires(request, default_subscription_expires)))
    return answer(423, {}, "Min-Expires", std::to_string(minimum_expires));
  if (size_of_dialog(request) > limits::subscription_size) return answer(400, "Headers Too Long");
  return false;
}

template <typename Predicate>
std::vector<Notifier::Id> Notifier::ids_where(Predicate is_wanted) const {
  std::vector<Id> ids;
  for (const auto& [id, subscription] : subscriptions_)
    if (is_wanted(subscription)) ids.push_back(id);
  return ids;
}

/// The oldest subscription whose connection is gone makes room, if there has to be some.
void Notifier::make_room() {
  if (subscriptions_.size() < limits::subscription_count) return;
  for (auto next = subscriptions_.begin(); next != subscriptions_.end(); ++next) {
    if (next->second.state != subscription_state::State::detached) continue;
    subscriptions_.erase(next);
    return;
  }
}

void Notifier::subscribe(const Message& request, transaction::Id transaction,
                         const PackageRow& package, std::string_view user, Connection from,
                         Instant now) {
  if (refuse(request, transaction, package, now)) return;
  const auto answer = [&](int status, std::string_view reason) {
    auto response = state_.response(request, status, reason);
    if (status == 503) response.headers.push_back({"Retry-After", "5"});
    state_.layer.send_response(transaction, response, now, state_.outbox);
  };
  const auto target = uri::parse(request.request_uri());
  const auto event =
      message::parse_event(request.header(HeaderName::event).value_or(std::string_view()));
  if (!target || !event || user.size() > limits::user_size) return answer(404, {});
  if (!request.header(HeaderName::contact)) return answer(400, "Contact Is Missing");
  make_room();
  const auto own = ids_where(
      [from](const Subscription& subscription) { return subscription.connection == from; });
  if (own.size() >= limits::subscriptions_per_connection ||
      subscriptions_.size() >= limits::subscription_count)
    return answer(503, "Too Many Subscriptions");
  const Id id = ++last_id_;
  Subscription& subscription = subscriptions_[id];
  subscription.dialog =
      dialog::Dialog::from_request(request, std::to_string(id) + '-' + state_.random.token(16));
  subscription.presentity = {std::string(user), package.id};
  subscription.entity = address_of_record(target.value());
  subscription.event = event_value(event.value());
  accept(id, request, transaction, from, now);
}

void Notifier::receive_in_dialog(const Message& request, transaction::Id transaction,
                                 Connection from, Instant now) {
  const auto answer = [&](int status, std::string_view reason = {}) {
    auto response = state_.response(request, status, reason);
    if (status == 405) response.headers.push_back({"Allow", "SUBSCRIBE"});
    state_.layer.send_response(transaction, response, now, state_.outbox);
  };
  constexpr std::string_view no_subscription = "Subscription Does Not Exist";
  const std::string_view tag = request.to_tag();
  const auto id = ascii::parse_number(tag.substr(0, tag.find('-')), 0xFFFFFFFFU);
  auto found = id ? subscriptions_.find(static_cast<Id>(*id)) : subscriptions_.end();
  if (found == subscriptions_.end() || !found->second.dialog.owns_request(request))
    return answer(481, no_subscription);
  if (found->second.expires <= now) {
    step(found->first, On::expired, now);
    return answer(481, no_subscription);
  }
  if (request.method() != "SUBSCRIBE") return answer(405);
  const auto event =
      message::parse_event(request.header(HeaderName::event).value_or(std::string_view()));
  // RFC 6665 4.5.1: a dialog carries one subscription only.
  if (!event || event_value(event.value()) != found->second.event)
    return answer(481, no_subscription);
  if (refuse(request, transaction, row_of(found->second.presentity.package), now)) return;
  if (found->second.dialog.accept(request) == dialog::Order::out_of_order)
    return answer(500, "CSeq Out of Order");
  found->second.dialog.refresh_target(request);
  accept(found->first, request, transaction, from, now);
}

/// 4.2.1.1: the response first, then at once the NOTIFY.
void Notifier::accept(Id id, const Message& request, transaction::Id transaction, Connection from,
                      Instant now) {
  Subscription& subscription = subscriptions_.at(id);
  const std::uint32_t granted = wanted_expires(request, default_subscription_expires);
  subscription.connection = from;
  subscription.expires = now + seconds(granted);
  auto response = message::make_response(request, 200, subscription.dialog.local_tag());
  for (std::string_view route : request.headers(HeaderName::record_route))
    response.headers.push_back({"Record-Route", std::string(route)});
  response.headers.push_back({"Expires", std::to_string(granted)});
  response.headers.push_back({"Contact", std::string(notifier_contact)});
  response.headers.push_back({"Server", std::string(product)});
  state_.layer.send_response(transaction, response, now, state_.outbox);
  step(id, granted == 0 ? On::unsubscribe : On::subscribe, now);
}

void Notifier::step(Id id, On on, Instant now) {
  const auto found = subscriptions_.find(id);
  if (found == subscriptions_.end()) return;
  Subscription& subscription = found->second;
  const auto row = find_transition(subscription_state::table, subscription.state, on);
  if (!row) return;
  subscription.state = row->to;
  if (contains(row->actions, Do::forget)) state_.layer.forget(subscription.notify);
  subscription.retry.reset();
  if (contains(row->actions, Do::schedule_retry)) subscription.retry = now + subscription.pause;
  bool had_room = true;
  if (contains(row->actions, Do::notify)) had_room = notify(id, subscription, false, now);
  if (contains(row->actions, Do::notify_end)) notify(id, subscription, true, now);
  if (subscription.state == subscription_state::State::ended) {
    subscriptions_.erase(found);
  } else if (!had_room) {
    subscription.pause = notify_pause;
    step(id, On::retry_later, now);
  }
}

/// Deviation: RFC 3856 6.10 would have no more than one NOTIFY in five seconds. Who tries this
/// server out wants to see each change when it happens.
bool Notifier::notify(Id id, Subscription& subscription, bool is_last, Instant now) {
  auto request = subscription.dialog.make_request("NOTIFY");
  std::string state = "terminated;reason=timeout";
  if (!is_last) {
    const auto left =
        std::chrono::duration_cast<std::chrono::seconds>(subscription.expires - now).count();
    state = "active;expires=" + std::to_string(left);
  }
  request.headers.push_back({"Contact", std::string(notifier_contact)});
  request.headers.push_back({"Event", subscription.event});
  request.headers.push_back({"Subscription-State", std::move(state)});
  request.headers.push_back({"User-Agent", std::string(product)});
  request.headers.push_back(
      {"Content-Type", std::string(row_of(subscription.presentity.package).content_type)});
  request.body =
      publications_.document(subscription.presentity, subscription.entity, subscription.version++);
  subscription.notify = state_.layer.send_request(
      std::move(request), {id, notifier_purpose, 0}, subscription.connection,
      state_.via_transport(subscription.connection), state_.random, now, state_.outbox);
  return subscription.notify != 0;
}

void Notifier::changed(const Presentity& presentity, Instant now) {
  for (Id id : ids_where([&presentity](const Subscription& subscription) {
         return subscription.presentity == presentity;
       }))
    step(id, On::changed, now);
}

void Notifier::receive_response(const transaction::Owner& owner, const Message& response,
                                Instant now) {
  if (response.status() < 200) return;
  if (response.status() < 300) return step(owner.usage, On::response_2xx, now);
  const auto found = subscriptions_.find(owner.usage);
  if (found == subscriptions_.end()) return;
  const auto retry_after = response.header(HeaderName::retry_after);
  const auto pause = retry_after ? message::parse_delta_seconds(*retry_after) : std::nullopt;
  if (!pause || response.status() == 481) return step(owner.usage, On::failed, now);
  found->second.pause = seconds(std::clamp(*pause, 1U, maximum_expires));
  step(owner.usage, On::retry_later, now);
}

void Notifier::failed(const transaction::Owner& owner, Instant now) {
  step(owner.usage, On::failed, now);
}

void Notifier::disconnected(Connection connection, Instant now) {
  for (Id id : ids_where([connection](const Subscription& subscription) {
         return subscription.connection == connection;
       }))
    step(id, On::connection_lost, now);
}

void Notifier::timer_fired(Instant now) {
  for (Id id :
       ids_where([now](const Subscription& subscription) { return subscription.expires <= now; }))
    step(id, On::expired, now);
  for (Id id : ids_where([now](const Subscription& subscription) {
         return subscription.retry && *subscription.retry <= now;
       }))
    step(id, On::retry_due, now);
}

std::optional<Instant> Notifier::deadline() const {
  std::optional<Instant> earliest;
  for (const auto& [id, subscription] : subscriptions_) {
    for (const auto& at : {std::optional(subscription.expires), subscription.retry})
      if (at && (!earliest || *at < *earliest)) earliest = at;
  }
  return earliest;
}

}  // namespace sipml::server
