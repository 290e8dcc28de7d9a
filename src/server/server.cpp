#include "server/server.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace sipml::server {

namespace {

using message::HeaderName;
using message::Message;

constexpr std::string_view allowed_methods =
    "ACK, BYE, CANCEL, INFO, INVITE, MESSAGE, NOTIFY, OPTIONS, PRACK, PUBLISH, REFER, REGISTER, "
    "SUBSCRIBE, UPDATE";

bool is_keep_alive(std::string_view bytes) {
  return bytes.find_first_not_of("\r\n") == std::string_view::npos;
}

}  // namespace

Server::Server(Config config)
    : state_(config.seed),
      authenticator_(std::move(config.accounts), std::move(config.algorithms), state_.random),
      registrar_(state_),
      proxy_(state_),
      publications_(state_),
      notifier_(state_, publications_),
      challenges_in_dialogs_(config.challenges_in_dialogs) {}

bool Server::connected(Connection connection, bool secure, Instant now) {
  settle(now);
  if (state_.connections.size() >= limits::connection_count) return false;
  return state_.connections.emplace(connection, secure).second;
}

bool Server::disconnected(Connection connection, Instant now) {
  if (state_.connections.erase(connection) == 0) return false;
  state_.locations.remove_connection(connection);
  notifier_.disconnected(connection, now);
  for (const auto& indication : state_.layer.disconnected(connection, now, state_.outbox))
    failed(indication, now);
  proxy_.disconnected(connection, now);
  settle(now);
  std::erase_if(queue_, [connection](const transaction::Transmission& waiting) {
    return waiting.flow == connection;
  });
  flush();
  return true;
}

bool Server::receive(Connection connection, std::string bytes, Instant now) {
  if (state_.connections.count(connection) == 0) return false;
  if (is_keep_alive(bytes)) {
    // RFC 5626 3.5.1: a double CRLF asks for a single one.
    if (bytes == "\r\n\r\n") state_.outbox.push_back({connection, "\r\n"});
    flush();
    return true;
  }
  settle(now);
  const auto parsed = message::parse_message(std::move(bytes));
  if (parsed) {
    if (parsed.value().is_request())
      receive_request(parsed.value(), connection, now);
    else if (!parsed.value().fault())
      receive_response(parsed.value(), now);
  }
  settle(now);
  flush();
  return true;
}

void Server::receive_request(const Message& request, Connection from, Instant now) {
  const bool is_ack = request.method() == "ACK";
  if (request.fault() && !request.is_answerable()) return;
  const auto received = state_.layer.receive_request(request, from, now, state_.outbox);
  if (received.arrival == transaction::Arrival::absorbed) return;
  if (received.arrival == transaction::Arrival::refused) {
    auto response = state_.response(request, 503);
    response.headers.push_back({"Retry-After", "5"});
    state_.outbox.push_back({from, message::write(response)});
    return;
  }
  if (request.fault())
    return answer(request, received.id, request.fault()->status, now, request.fault()->reason);
  if (is_ack) return proxy_.forward_ack(request, from);
  if (request.method() == "CANCEL") return proxy_.cancel(request, received.id, now);
  process(request, received.id, from, now);
}

/// A response to nothing of ours is dropped (RFC 6026 8.9).
void Server::receive_response(const Message& response, Instant now) {
  const auto received = state_.layer.receive_response(response, now, state_.outbox);
  if (!received.indication) return;
  const transaction::Owner& owner = received.indication->owner;
  if (owner.purpose == notifier_purpose)
    notifier_.receive_response(owner, response, now);
  else
    proxy_.receive_response(owner, response, now);
}

void Server::failed(const transaction::Indication& indication, Instant now) {
  if (indication.owner.purpose == notifier_purpose)
    notifier_.failed(indication.owner, now);
  else
    proxy_.failed(indication, now);
}

/// RFC 3261 16.3, then 16.5.
void Server::process(const Message& request, transaction::Id transaction, Connection from,
                     Instant now) {
  const auto target = uri::parse(request.request_uri());
  if (!target) return answer(request, transaction, 400, now, "Malformed Request-URI");
  if (!target.value().is_sip()) return answer(request, transaction, 416, now);
  if (request.method() == "REGISTER") return register_user(request, transaction, from, now);
  if (const auto text = request.header(HeaderName::max_forwards)) {
    const auto hops = ascii::parse_number(*text, 255);
    if (!hops) return answer(request, transaction, 400, now, "Malformed Max-Forwards");
    if (*hops == 0) return answer(request, transaction, 483, now);
  }
  message::HeaderFields unsupported;
  for (std::string_view tag : request.values(HeaderName::proxy_require))
    unsupported.push_back({"Unsupported", std::string(tag)});
  if (!unsupported.empty())
    return answer(request, transaction, 420, now, {}, std::move(unsupported));

  const std::string callee = uri::unescape(target.value().user);
  const bool in_dialog = !request.to_tag().empty();
  if (in_dialog) {
    const bool is_ours =
        callee.empty() && ascii::equal_ignoring_case(target.value().host, server_name);
    if (challenges_in_dialogs_ && !is_authorized(request, transaction, from, !is_ours, now)) return;
    if (is_ours) return notifier_.receive_in_dialog(request, transaction, from, now);
    return proxy_.forward(request, transaction, from, authenticator_.is_known(callee), now);
  }
  if (callee.empty()) {
    if (request.method() != "OPTIONS") return answer(request, transaction, 404, now);
    return answer(request, transaction, 200, now, {},
                  {{"Allow", std::string(allowed_methods)},
                   {"Accept", all_content_types()},
                   {"Allow-Events", all_package_names()}});
  }
  const bool is_subscription = request.method() == "SUBSCRIBE";
  // RFC 6665 8.2.1: SUBSCRIBE has an Event; without one nobody could say what it asks for.
  if (is_subscription && !request.header(HeaderName::event))
    return answer(request, transaction, 489, now, {}, {{"Allow-Events", all_package_names()}});
  const PackageRow* package = is_subscription ? Notifier::find_package_of(request) : nullptr;
  const bool is_ours = request.method() == "PUBLISH" || package;
  if (!is_authorized(request, transaction, from, !is_ours, now)) return;
  if (package) return notifier_.subscribe(request, transaction, *package, callee, from, now);
  if (is_ours) return publish(request, transaction, callee, from, now);
  proxy_.forward(request, transaction, from, authenticator_.is_known(callee), now);
}

/// Whether the user of From sent this; when not, the request is answered.
bool Server::is_authorized(const Message& request, transaction::Id transaction, Connection from,
                           bool proxy, Instant now) {
  const std::string user = uri::unescape(request.from().uri.user);
  if (authenticator_.has_account(user))
    return !refuse(request, transaction,
                   authenticator_.authorize_request(request, user, proxy, now, state_.random), now);
  // Inside a dialog its tags are proof enough.
  if (!request.to_tag().empty() || !authenticator_.is_known(user) ||
      state_.locations.holds(from, user))
    return true;
  answer(request, transaction, 403, now, "Register First");
  return false;
}

void Server::publish(const Message& request, transaction::Id transaction, std::string_view user,
                     Connection from, Instant now) {
  if (uri::unescape(request.from().uri.user) != user || user.size() > limits::user_size)
    return answer(request, transaction, 403, now, "State of Another User");
  state_.layer.send_response(transaction, publications_.process(request, user, from, now), now,
                             state_.outbox);
}

void Server::register_user(const Message& request, transaction::Id transaction, Connection from,
                           Instant now) {
  const uri::Uri to = request.to().uri;
  if (!to.is_sip()) return answer(request, transaction, 400, now, "To Is No SIP URI");
  const std::string user = uri::unescape(to.user);
  // Deviation: RFC 3261 10.2 lets third parties register somebody; here everybody does so alone.
  if (uri::unescape(request.from().uri.user) != user)
    return answer(request, transaction, 403, now, "From Is Not To");
  const auto refusal = authenticator_.authorize_registration(request, user, now, state_.random);
  if (refuse(request, transaction, refusal, now)) return;
  state_.layer.send_response(transaction, registrar_.process(request, user, from, now), now,
                             state_.outbox);
}

bool Server::refuse(const Message& request, transaction::Id transaction,
                    const std::optional<Refusal>& refusal, Instant now) {
  if (refusal)
    answer(request, transaction, refusal->status, now, refusal->reason, refusal->headers);
  return refusal.has_value();
}

void Server::answer(const Message& request, transaction::Id transaction, int status, Instant now,
                    std::string_view reason, message::HeaderFields headers) {
  auto response = state_.response(request, status, reason);
  for (message::HeaderField& field : headers) response.headers.push_back(std::move(field));
  state_.layer.send_response(transaction, response, now, state_.outbox);
}

void Server::timer_fired(Instant now) {
  for (const auto& indication : state_.layer.timer_fired(now, state_.outbox))
    failed(indication, now);
  proxy_.timer_fired(now);
  settle(now);
  notifier_.timer_fired(now);
  flush();
}

void Server::settle(Instant now) {
  state_.locations.remove_expired(now);
  for (const Presentity& presentity : publications_.settle(now)) notifier_.changed(presentity, now);
}

void Server::flush() {
  for (transaction::Transmission& transmission : state_.outbox)
    if (state_.connections.count(transmission.flow) != 0) queue_.push_back(std::move(transmission));
  state_.outbox.clear();
}

std::optional<transaction::Transmission> Server::poll() {
  if (queue_.empty()) return std::nullopt;
  transaction::Transmission next = std::move(queue_.front());
  queue_.pop_front();
  return next;
}

std::optional<Instant> Server::deadline() const {
  std::optional<Instant> earliest;
  for (const auto& at : {state_.layer.deadline(), state_.locations.deadline(), proxy_.deadline(),
                         publications_.deadline(), notifier_.deadline()})
    if (at && (!earliest || *at < *earliest)) earliest = at;
  return earliest;
}

}  // namespace sipml::server
