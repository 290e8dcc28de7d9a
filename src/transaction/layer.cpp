#include "transaction/layer.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/limits.hpp"

namespace sipml::transaction {

namespace {

using message::magic_cookie;

std::string join(std::initializer_list<std::string_view> parts) {
  std::string key;
  for (std::string_view part : parts) {
    key += part;
    key += '\n';
  }
  return key;
}

/// 17.1.3: branch, sent-by and the CSeq method.
std::string client_key(std::string_view branch, std::string_view sent_by, std::string_view method) {
  return join({branch, sent_by, method});
}

/// 17.2.3: with the cookie branch, sent-by and method; without it what RFC 2543 compared.
std::string server_key(const message::Message& request, std::string_view method) {
  const message::Via via = request.top_via();
  if (via.branch().size() > magic_cookie.size() &&
      ascii::equal_ignoring_case(via.branch().substr(0, magic_cookie.size()), magic_cookie))
    return join({via.branch(), via.sent_by, method});
  return join({request.request_uri(), request.from_tag(), request.call_id(),
               std::to_string(request.cseq().number), via.sent_by, via.branch(), method});
}

}  // namespace

std::string Layer::via_value(std::string_view via_transport, crypto::Random& random) const {
  std::string value = "SIP/2.0/";
  value += via_transport;
  value += ' ';
  value += sent_by_;
  value += ";branch=";
  value += magic_cookie;
  value += random.token(24);
  // RFC 3581: of no use on a connection, but servers written for sipML5 expect it.
  value += ";rport";
  return value;
}

Id Layer::start_client(Client client, Instant now, Outbox& outbox) {
  if (size() >= limits::transaction_count) return 0;
  client.id = ++last_id_;
  if (!timers_.reliable) client.timers.start(Timer::a_e_g, now + t1);
  client.timers.start(Timer::b_f_h, now + timer_64_t1);
  outbox.push_back({client.flow, client.bytes});
  client_keys_[client.key] = client.id;
  const Id id = client.id;
  clients_.emplace(id, std::move(client));
  return id;
}

Id Layer::send_request(message::Request request, Owner owner, Flow flow,
                       std::string_view via_transport, crypto::Random& random, Instant now,
                       Outbox& outbox) {
  Client client;
  const std::string via = via_value(via_transport, random);
  request.headers.insert(request.headers.begin(), {"Via", via});
  auto parsed = message::parse_via(via);
  SIPML_ASSERT(bool(parsed));
  client.is_invite = request.method == "INVITE";
  client.key = client_key(parsed->branch(), parsed->sent_by, request.method);
  client.owner = owner;
  client.flow = flow;
  client.bytes = message::write(request);
  client.request = std::move(request);
  return start_client(std::move(client), now, outbox);
}

std::string Layer::send_ack(message::Request request, Flow flow, std::string_view via_transport,
                            crypto::Random& random, Outbox& outbox) {
  request.headers.insert(request.headers.begin(), {"Via", via_value(via_transport, random)});
  std::string bytes = message::write(request);
  outbox.push_back({flow, bytes});
  return bytes;
}

Id Layer::send_cancel(Id invite, Owner owner, const message::HeaderFields& headers, Instant now,
                      Outbox& outbox) {
  const auto found = clients_.find(invite);
  if (found == clients_.end() || found->second.invite != invite_client::State::proceeding) return 0;
  const Client& target = found->second;
  Client client;
  client.owner = owner;
  client.flow = target.flow;
  client.request.method = "CANCEL";
  client.request.request_uri = target.request.request_uri;
  // Only the top Via: what a proxy forwarded has those of the hops before it, too.
  client.request.headers.push_back(target.request.headers.front());
  for (const message::HeaderField& field : target.request.headers) {
    if (ascii::equal_ignoring_case(field.name, "CSeq")) {
      client.request.headers.push_back(
          {field.name, field.value.substr(0, field.value.find(' ')) + " CANCEL"});
      continue;
    }
    for (std::string_view copied : {"From", "To", "Call-ID", "Max-Forwards", "Route"})
      if (ascii::equal_ignoring_case(field.name, copied)) client.request.headers.push_back(field);
  }
  for (const message::HeaderField& field : headers) client.request.headers.push_back(field);
  auto via = message::parse_via(*message::find_field(client.request.headers, "Via"));
  SIPML_ASSERT(bool(via));
  client.key = client_key(via->branch(), via->sent_by, "CANCEL");
  client.bytes = message::write(client.request);
  return start_client(std::move(client), now, outbox);
}

void Layer::send_failure_ack(const Client& client, Outbox& outbox) const {
  message::Request ack;
  ack.method = "ACK";
  ack.request_uri = client.request.request_uri;
  ack.headers.push_back(client.request.headers.front());
  // 17.1.1.3: the top Via, Call-ID, From, Route and the CSeq number of the INVITE, To of the
  // response.
  for (const message::HeaderField& field : client.request.headers) {
    if (ascii::equal_ignoring_case(field.name, "CSeq")) {
      ack.headers.push_back({field.name, field.value.substr(0, field.value.find(' ')) + " ACK"});
    } else if (ascii::equal_ignoring_case(field.name, "To")) {
      ack.headers.push_back({field.name, client.response_to});
    } else {
      for (std::string_view copied : {"From", "Call-ID", "Max-Forwards", "Route"})
        if (ascii::equal_ignoring_case(field.name, copied)) ack.headers.push_back(field);
    }
  }
  outbox.push_back({client.flow, message::write(ack)});
}

/// What the row tells the transaction user; both client tables have these three actions.
template <typename Do>
std::optional<Indication> Layer::indication_of(const Client& client, Do actions) {
  std::optional<Outcome> outcome;
  if (contains(actions, Do::pass_up)) outcome = Outcome::response;
  if (contains(actions, Do::report_timeout)) outcome = Outcome::timeout;
  if (contains(actions, Do::report_transport_error)) outcome = Outcome::transport_error;
  if (!outcome) return std::nullopt;
  return Indication{client.id, client.owner, *outcome, client.request};
}

std::optional<Indication> Layer::step(Client& client, invite_client::On on, Instant now,
                                      Outbox& outbox) {
  using invite_client::Do;
  const auto row = find_transition(invite_client::table, client.invite, on);
  if (!row) return std::nullopt;
  client.invite = row->to;
  if (contains(row->actions, Do::stop_timers)) client.timers.stop_all();
  if (contains(row->actions, Do::send_request)) outbox.push_back({client.flow, client.bytes});
  if (contains(row->actions, Do::send_ack)) send_failure_ack(client, outbox);
  if (contains(row->actions, Do::double_timer_a)) {
    client.interval *= 2;
    client.timers.start(Timer::a_e_g, now + client.interval);
  }
  if (contains(row->actions, Do::start_timer_m))
    client.timers.start(Timer::d_k_i_j_l_m, now + timer_64_t1);
  if (contains(row->actions, Do::start_timer_d)) {
    if (timers_.timer_d() > Duration::zero())
      client.timers.start(Timer::d_k_i_j_l_m, now + timers_.timer_d());
    else
      client.invite = invite_client::State::terminated;
  }
  return indication_of(client, row->actions);
}

std::optional<Indication> Layer::step(Client& client, non_invite_client::On on, Instant now,
                                      Outbox& outbox) {
  using non_invite_client::Do;
  const auto row = find_transition(non_invite_client::table, client.other, on);
  if (!row) return std::nullopt;
  client.other = row->to;
  if (contains(row->actions, Do::stop_timers)) client.timers.stop_all();
  if (contains(row->actions, Do::send_request)) outbox.push_back({client.flow, client.bytes});
  if (contains(row->actions, Do::double_timer_e)) {
    client.interval = std::min(client.interval * 2, t2);
    client.timers.start(Timer::a_e_g, now + client.interval);
  }
  if (contains(row->actions, Do::restart_timer_e)) client.timers.start(Timer::a_e_g, now + t2);
  if (contains(row->actions, Do::start_timer_k)) {
    if (timers_.timer_k() > Duration::zero())
      client.timers.start(Timer::d_k_i_j_l_m, now + timers_.timer_k());
    else
      client.other = non_invite_client::State::terminated;
  }
  return indication_of(client, row->actions);
}

/// Returns true when an ACK has to be passed up.
bool Layer::step(Server& server, invite_server::On on, const message::Response* response,
                 Instant now, Outbox& outbox) {
  using invite_server::Do;
  const auto row = find_transition(invite_server::table, server.invite, on);
  if (!row) return false;
  server.invite = row->to;
  if (contains(row->actions, Do::stop_timers)) server.timers.stop_all();
  if (contains(row->actions, Do::send_trying)) {
    server.last_response = server.trying;
    outbox.push_back({server.flow, server.trying});
  }
  if (contains(row->actions, Do::send_response)) {
    server.last_response = message::write(*response);
    outbox.push_back({server.flow, server.last_response});
  }
  if (contains(row->actions, Do::resend_response) && !server.last_response.empty())
    outbox.push_back({server.flow, server.last_response});
  if (contains(row->actions, Do::start_timers_g_h)) {
    server.interval = t1;
    if (!timers_.reliable) server.timers.start(Timer::a_e_g, now + t1);
    server.timers.start(Timer::b_f_h, now + timer_64_t1);
  }
  if (contains(row->actions, Do::double_timer_g)) {
    server.interval = std::min(server.interval * 2, t2);
    server.timers.start(Timer::a_e_g, now + server.interval);
  }
  if (contains(row->actions, Do::start_timer_l))
    server.timers.start(Timer::d_k_i_j_l_m, now + timer_64_t1);
  if (contains(row->actions, Do::start_timer_i)) {
    if (timers_.timer_i() > Duration::zero())
      server.timers.start(Timer::d_k_i_j_l_m, now + timers_.timer_i());
    else
      server.invite = invite_server::State::terminated;
  }
  return contains(row->actions, Do::pass_ack_up);
}

void Layer::step(Server& server, non_invite_server::On on, const message::Response* response,
                 Instant now, Outbox& outbox) {
  using non_invite_server::Do;
  const auto row = find_transition(non_invite_server::table, server.other, on);
  if (!row) return;
  server.other = row->to;
  if (contains(row->actions, Do::send_response)) {
    server.last_response = message::write(*response);
    outbox.push_back({server.flow, server.last_response});
  }
  if (contains(row->actions, Do::resend_response))
    outbox.push_back({server.flow, server.last_response});
  if (contains(row->actions, Do::start_timer_j)) {
    if (timers_.timer_j() > Duration::zero())
      server.timers.start(Timer::d_k_i_j_l_m, now + timers_.timer_j());
    else
      server.other = non_invite_server::State::terminated;
  }
}

void Layer::erase_terminated(Id id) {
  if (const auto client = clients_.find(id); client != clients_.end()) {
    const bool over = client->second.is_invite
                          ? client->second.invite == invite_client::State::terminated
                          : client->second.other == non_invite_client::State::terminated;
    if (!over) return;
    client_keys_.erase(client->second.key);
    clients_.erase(client);
  } else if (const auto server = servers_.find(id); server != servers_.end()) {
    const bool over = server->second.is_invite
                          ? server->second.invite == invite_server::State::terminated
                          : server->second.other == non_invite_server::State::terminated;
    if (!over) return;
    server_keys_.erase(server->second.key);
    servers_.erase(server);
  }
}

void Layer::forget(Id client) {
  const auto found = clients_.find(client);
  if (found == clients_.end()) return;
  client_keys_.erase(found->second.key);
  clients_.erase(found);
}

void Layer::abandon(Id client, Instant now) {
  const auto found = clients_.find(client);
  if (found == clients_.end() || found->second.invite != invite_client::State::proceeding) return;
  found->second.timers.start(Timer::b_f_h, now + timer_64_t1);
}

void Layer::send_response(Id id, const message::Response& response, Instant now, Outbox& outbox) {
  const auto found = servers_.find(id);
  if (found == servers_.end()) return;
  Server& server = found->second;
  if (server.is_invite) {
    using invite_server::On;
    const On on = response.status < 200   ? On::send_1xx
                  : response.status < 300 ? On::send_2xx
                                          : On::send_300_699;
    step(server, on, &response, now, outbox);
  } else {
    using non_invite_server::On;
    step(server, response.status < 200 ? On::send_1xx : On::send_200_699, &response, now, outbox);
  }
  erase_terminated(id);
}

ReceivedResponse Layer::receive_response(const message::Message& response, Instant now,
                                         Outbox& outbox) {
  ReceivedResponse result;
  const message::Via via = response.top_via();
  const auto key = client_keys_.find(client_key(via.branch(), via.sent_by, response.cseq().method));
  if (key == client_keys_.end()) return result;
  const Id id = key->second;
  Client& client = clients_.at(id);
  result.matched = true;
  if (client.is_invite) {
    using invite_client::On;
    client.response_to = response.header(message::HeaderName::to).value_or(std::string_view());
    const On on = response.status() < 200   ? On::response_1xx
                  : response.status() < 300 ? On::response_2xx
                                            : On::response_300_699;
    result.indication = step(client, on, now, outbox);
  } else {
    using non_invite_client::On;
    result.indication = step(
        client, response.status() < 200 ? On::response_1xx : On::response_200_699, now, outbox);
  }
  erase_terminated(id);
  return result;
}

ReceivedRequest Layer::receive_request(const message::Message& request, Flow flow, Instant now,
                                       Outbox& outbox) {
  const bool is_ack = request.method() == "ACK";
  std::string key = server_key(request, is_ack ? "INVITE" : request.method());
  if (const auto found = server_keys_.find(key); found != server_keys_.end()) {
    const Id id = found->second;
    Server& server = servers_.at(id);
    bool ack_for_user = false;
    if (server.is_invite)
      ack_for_user = step(server, is_ack ? invite_server::On::ack : invite_server::On::invite,
                          nullptr, now, outbox);
    else
      step(server, non_invite_server::On::request, nullptr, now, outbox);
    erase_terminated(id);
    return {ack_for_user ? Arrival::fresh : Arrival::absorbed, 0};
  }
  if (is_ack) return {Arrival::fresh, 0};
  if (size() >= limits::transaction_count) return {Arrival::refused, 0};
  Server server;
  server.id = ++last_id_;
  server.is_invite = request.method() == "INVITE";
  server.flow = flow;
  server.key = std::move(key);
  if (server.is_invite) {
    server.trying = message::write(message::make_response(request, 100, {}));
    server.timers.start(Timer::trying, now + trying_after);
  }
  server_keys_[server.key] = server.id;
  const Id id = server.id;
  servers_.emplace(id, std::move(server));
  return {Arrival::fresh, id};
}

Id Layer::cancel_target(const message::Message& cancel) const {
  const auto found = server_keys_.find(server_key(cancel, "INVITE"));
  return found == server_keys_.end() ? 0 : found->second;
}

bool Layer::is_unanswered(Id id) const {
  const auto found = servers_.find(id);
  if (found == servers_.end()) return false;
  return found->second.is_invite ? found->second.invite == invite_server::State::proceeding
                                 : found->second.other == non_invite_server::State::trying ||
                                       found->second.other == non_invite_server::State::proceeding;
}

Flow Layer::flow_of(Id id) const {
  const auto found = servers_.find(id);
  return found == servers_.end() ? 0 : found->second.flow;
}

std::optional<Indication> Layer::fire(Client& client, Timer timer, Instant now, Outbox& outbox) {
  if (client.is_invite) {
    using invite_client::On;
    if (timer == Timer::a_e_g) return step(client, On::timer_a, now, outbox);
    if (timer == Timer::b_f_h) return step(client, On::timer_b, now, outbox);
    return step(client, client.invite == invite_client::State::accepted ? On::timer_m : On::timer_d,
                now, outbox);
  }
  using non_invite_client::On;
  if (timer == Timer::a_e_g) return step(client, On::timer_e, now, outbox);
  if (timer == Timer::b_f_h) return step(client, On::timer_f, now, outbox);
  return step(client, On::timer_k, now, outbox);
}

void Layer::fire(Server& server, Timer timer, Instant now, Outbox& outbox) {
  if (!server.is_invite) {
    step(server, non_invite_server::On::timer_j, nullptr, now, outbox);
    return;
  }
  using invite_server::On;
  On on = On::timer_trying;
  if (timer == Timer::a_e_g) on = On::timer_g;
  if (timer == Timer::b_f_h) on = On::timer_h;
  if (timer == Timer::d_k_i_j_l_m)
    on = server.invite == invite_server::State::accepted ? On::timer_l : On::timer_i;
  step(server, on, nullptr, now, outbox);
}

std::vector<Indication> Layer::timer_fired(Instant now, Outbox& outbox) {
  std::vector<Indication> indications;
  while (true) {
    std::optional<Instant> earliest;
    Id due = 0;
    const auto consider = [&](Id id, const TimerSet<Timer>& timers) {
      const auto at = timers.deadline();
      if (at && *at <= now && (!earliest || *at < *earliest || (*at == *earliest && id < due))) {
        earliest = at;
        due = id;
      }
    };
    for (const auto& [id, client] : clients_) consider(id, client.timers);
    for (const auto& [id, server] : servers_) consider(id, server.timers);
    if (!earliest) return indications;
    if (const auto client = clients_.find(due); client != clients_.end()) {
      const auto timer = client->second.timers.take_due(now);
      if (auto indication = fire(client->second, *timer, *earliest, outbox))
        indications.push_back(std::move(*indication));
    } else {
      Server& server = servers_.at(due);
      fire(server, *server.timers.take_due(now), *earliest, outbox);
    }
    erase_terminated(due);
  }
}

std::vector<Indication> Layer::disconnected(Flow flow, Instant now, Outbox& outbox) {
  std::vector<Indication> indications;
  std::vector<Id> touched;
  for (auto& [id, client] : clients_) {
    if (client.flow != flow) continue;
    auto indication = client.is_invite
                          ? step(client, invite_client::On::transport_error, now, outbox)
                          : step(client, non_invite_client::On::transport_error, now, outbox);
    if (indication) indications.push_back(std::move(*indication));
    touched.push_back(id);
  }
  for (auto& [id, server] : servers_) {
    if (server.flow != flow) continue;
    if (server.is_invite)
      step(server, invite_server::On::transport_error, nullptr, now, outbox);
    else
      step(server, non_invite_server::On::transport_error, nullptr, now, outbox);
    touched.push_back(id);
  }
  for (Id id : touched) erase_terminated(id);
  return indications;
}

std::optional<Instant> Layer::deadline() const {
  std::optional<Instant> earliest;
  const auto consider = [&earliest](const TimerSet<Timer>& timers) {
    const auto at = timers.deadline();
    if (at && (!earliest || *at < *earliest)) earliest = at;
  };
  for (const auto& [id, client] : clients_) consider(client.timers);
  for (const auto& [id, server] : servers_) consider(server.timers);
  return earliest;
}

}  // namespace sipml::transaction
