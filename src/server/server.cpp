#include "server/server.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace sipml::server {

namespace {

using message::HeaderName;
using message::Message;

constexpr std::string_view allowed_methods =
    "ACK, BYE, CANCEL, INFO, INVITE, MESSAGE, NOTIFY, OPTIONS, PRACK, REFER, REGISTER, SUBSCRIBE, "
    "UPDATE";

bool is_keep_alive(std::string_view bytes) {
  return bytes.find_first_not_of("\r\n") == std::string_view::npos;
}

}  // namespace

Server::Server(Config config)
    : state_(config.seed),
      authenticator_(std::move(config.accounts), std::move(config.algorithms), state_.random),
      registrar_(state_),
      proxy_(state_) {}

bool Server::connected(Connection connection, bool secure, Instant now) {
  state_.locations.remove_expired(now);
  if (state_.connections.size() >= limits::connection_count) return false;
  return state_.connections.emplace(connection, secure).second;
}

bool Server::disconnected(Connection connection, Instant now) {
  if (state_.connections.erase(connection) == 0) return false;
  state_.locations.remove_connection(connection);
  for (const auto& indication : state_.layer.disconnected(connection, now, state_.outbox))
    proxy_.failed(indication, now);
  proxy_.disconnected(connection, now);
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
  state_.locations.remove_expired(now);
  const auto parsed = message::parse_message(std::move(bytes));
  if (parsed) {
    if (parsed.value().is_request())
      receive_request(parsed.value(), connection, now);
    else if (!parsed.value().fault())
      proxy_.receive_response(parsed.value(), now);
  }
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
  if (!in_dialog) {
    if (callee.empty()) {
      if (request.method() != "OPTIONS") return answer(request, transaction, 404, now);
      return answer(request, transaction, 200, now, {},
                    {{"Allow", std::string(allowed_methods)}, {"Accept", "*/*"}});
    }
    const std::string caller = uri::unescape(request.from().uri.user);
    if (authenticator_.has_account(caller)) {
      const auto refusal = authenticator_.authorize_request(request, caller, now, state_.random);
      if (refuse(request, transaction, refusal, now)) return;
    } else if (authenticator_.is_known(caller) && !state_.locations.holds(from, caller)) {
      return answer(request, transaction, 403, now, "Register First");
    }
    // RFC 3903 6: there is no event package that state could be published for.
    if (request.method() == "PUBLISH") return answer(request, transaction, 489, now);
  }
  proxy_.forward(request, transaction, from, authenticator_.is_known(callee), now);
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
    proxy_.failed(indication, now);
  proxy_.timer_fired(now);
  state_.locations.remove_expired(now);
  flush();
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
  for (const auto& at : {state_.layer.deadline(), state_.locations.deadline(), proxy_.deadline()})
    if (at && (!earliest || *at < *earliest)) earliest = at;
  return earliest;
}

}  // namespace sipml::server
