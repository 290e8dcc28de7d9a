#include "server/proxy.hpp"

#include "base/ascii.hpp"
#include "grammar/tokens.hpp"
#include "message/header_name.hpp"

namespace sipml::server {

namespace {

using message::HeaderField;
using message::HeaderFields;
using message::HeaderName;
using message::Message;

/// Methods whose 2xx makes a dialog that has to come back through this server.
bool makes_dialog(std::string_view method) {
  return method == "INVITE" || method == "SUBSCRIBE" || method == "REFER";
}

/// The user part of our Record-Route: the connections of both ends of the dialog.
struct RouteToken {
  Connection caller = 0;
  Connection callee = 0;
};

std::string record_route(Connection caller, Connection callee) {
  std::string value = "<sip:";
  value += std::to_string(caller);
  value += '-';
  value += std::to_string(callee);
  value += '@';
  value += server_name;
  value += ";transport=ws;lr>";
  return value;
}

std::optional<RouteToken> parse_route_token(const uri::Uri& uri) {
  if (!ascii::equal_ignoring_case(uri.host, server_name)) return std::nullopt;
  const std::string_view user = uri.user;
  const std::size_t dash = user.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto caller = ascii::parse_number(user.substr(0, dash), 0xFFFFFFFFU);
  const auto callee = ascii::parse_number(user.substr(dash + 1), 0xFFFFFFFFU);
  if (!caller || !callee) return std::nullopt;
  return RouteToken{static_cast<Connection>(*caller), static_cast<Connection>(*callee)};
}

/// Lower is better: 16.7 step 6. Among equals of a class, what says the most about the callee.
int rank(int status) {
  if (status >= 600) return 0;
  int within = 100;
  for (int preferred : {401, 407, 415, 420, 484})
    if (status == preferred) within = 0;
  if (status == 480) within = 200;
  if (status == 487) within = 300;
  if (status == 408) within = 400;
  return status / 100 * 1000 + within;
}

message::Response without_top_via(const Message& received) {
  message::Response response;
  response.status = received.status();
  response.reason = received.reason();
  bool removed = false;
  for (const auto& [name, value] : received.all_headers()) {
    const HeaderName id = message::header_name(name);
    if (id == HeaderName::content_length) continue;
    if (id != HeaderName::via || removed) {
      response.headers.push_back({std::string(name), std::string(value)});
      continue;
    }
    removed = true;
    std::string rest;
    const auto vias = grammar::split_list(value);
    for (std::size_t i = 1; i < vias.size(); ++i) {
      if (i > 1) rest += ", ";
      rest += vias[i];
    }
    if (!rest.empty()) response.headers.push_back({std::string(name), std::move(rest)});
  }
  response.body = received.body();
  return response;
}

}  // namespace

/// In a dialog: the other end of the connection pair in our Record-Route; when that end
/// reconnected, the connection that now holds its Contact, or else the newest of the user whom To
/// names.
std::optional<Proxy::Target> Proxy::find_dialog_target(const Message& request,
                                                       Connection from) const {
  auto target = uri::parse(request.request_uri());
  if (!target) return std::nullopt;
  std::string request_uri(request.request_uri());
  const auto routes = request.values(HeaderName::route);
  std::optional<RouteToken> token = parse_route_token(target.value());
  if (token && !routes.empty()) {
    // 16.4: a strict router put our Record-Route into the Request-URI and the target behind the
    // rest.
    const auto last = uri::parse_name_addr(routes.back());
    if (!last) return std::nullopt;
    target = last.value().uri;
    request_uri = uri::to_string(target.value());
  } else {
    for (std::string_view value : routes) {
      const auto route = uri::parse_name_addr(value);
      if (route && !token) token = parse_route_token(route.value().uri);
    }
  }
  const auto is_open = [this](Connection connection) {
    return state_.connections.count(connection) != 0;
  };
  if (token && from == token->caller && is_open(token->callee))
    return Target{token->callee, std::move(request_uri)};
  if (token && from == token->callee && is_open(token->caller))
    return Target{token->caller, std::move(request_uri)};
  const std::string user = uri::unescape(request.to().uri.user);
  if (const auto connection = state_.locations.find_contact(target.value(), user))
    return Target{*connection, std::move(request_uri)};
  if (token && !state_.locations.of(user).empty())
    return Target{state_.locations.of(user).back().connection, std::move(request_uri)};
  return std::nullopt;
}

/// 16.6 steps 1 to 6. Every Route value is used up: this server is the only proxy of its clients,
/// and every name that they reach it by is its own.
message::Request Proxy::build_request(const Message& request, const Target& target,
                                      Connection from) const {
  message::Request forwarded;
  forwarded.method = request.method();
  forwarded.request_uri = target.request_uri;
  if (makes_dialog(request.method()) && request.to_tag().empty())
    forwarded.headers.push_back({"Record-Route", record_route(from, target.connection)});
  bool counted = false;
  for (const auto& [name, value] : request.all_headers()) {
    switch (message::header_name(name)) {
      case HeaderName::content_length:
      case HeaderName::route:
      // 22.3: credentials for this server are nobody else's business.
      case HeaderName::proxy_authorization:
        break;
      case HeaderName::max_forwards: {
        const auto hops = ascii::parse_number(value, 255);
        forwarded.headers.push_back(
            {std::string(name), std::to_string(hops && *hops > 0 ? *hops - 1 : 0)});
        counted = true;
        break;
      }
      default:
        forwarded.headers.push_back({std::string(name), std::string(value)});
    }
  }
  if (!counted) forwarded.headers.push_back({"Max-Forwards", "70"});
  forwarded.body = request.body();
  return forwarded;
}

void Proxy::answer(const Message& request, Id transaction, int status, Instant now) {
  state_.layer.send_response(transaction, state_.response(request, status), now, state_.outbox);
}

void Proxy::forward(const Message& request, Id transaction, Connection from, bool is_known,
                    Instant now) {
  auto target = uri::parse(request.request_uri());
  if (!target) return answer(request, transaction, 400, now);
  const bool in_dialog = !request.to_tag().empty();
  const std::string user = uri::unescape(target->user);
  std::vector<Target> targets;
  if (in_dialog) {
    if (auto found = find_dialog_target(request, from)) targets.push_back(std::move(*found));
  } else if (!is_known) {
    // A dialog's Contact may be called from outside of it.
    if (const auto connection = state_.locations.find_contact(target.value(), user))
      targets.push_back({*connection, std::string(request.request_uri())});
  }
  if (targets.empty()) {
    const auto& bindings = state_.locations.of(user);
    for (const Binding& binding : bindings)
      if (is_made_up(target->host) && uri::equivalent(binding.contact, target.value()))
        targets.push_back({binding.connection, uri::to_string(binding.contact)});
    // A Contact names one device: an INVITE with Replaces goes where the dialog is.
    if (targets.empty())
      for (const Binding& binding : bindings)
        targets.push_back({binding.connection, uri::to_string(binding.contact)});
  }
  if (targets.empty()) {
    const bool was_reachable = is_known || (in_dialog && request.header(HeaderName::route));
    return answer(request, transaction, was_reachable ? 480 : 404, now);
  }
  start(request, transaction, from, targets, now);
}

void Proxy::start(const Message& request, Id transaction, Connection from,
                  const std::vector<Target>& targets, Instant now) {
  const std::size_t octets = request.bytes().size() * (targets.size() + 1);
  if (octets_ + octets > limits::pending_octets ||
      pending_[from] >= limits::pending_per_connection) {
    auto response = state_.response(request, 503, "Too Many Requests Are Waiting");
    response.headers.push_back({"Retry-After", "5"});
    state_.layer.send_response(transaction, response, now, state_.outbox);
    return;
  }
  const ContextId id = ++last_id_;
  const auto context = contexts_.emplace(id, Context{}).first;
  context->second.request = request;
  context->second.server = transaction;
  context->second.from = from;
  context->second.is_invite = request.method() == "INVITE";
  context->second.octets = octets;
  context->second.branches.resize(targets.size());
  ++pending_[from];
  octets_ += octets;
  if (context->second.is_invite)
    state_.layer.send_response(transaction, message::make_response(request, 100, {}), now,
                               state_.outbox);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    Branch& branch = context->second.branches[i];
    branch.connection = targets[i].connection;
    branch.client = state_.layer.send_request(
        build_request(request, targets[i], from), {id, static_cast<std::uint32_t>(i), 0},
        targets[i].connection, state_.via_transport(targets[i].connection), state_.random, now,
        state_.outbox);
    if (branch.client == 0) {
      branch.is_final = true;
      consider(context->second, state_.response(request, 503));
    } else if (context->second.is_invite) {
      branch.deadline = now + timer_c;
    }
  }
  finish(id, context->second, now);
}

void Proxy::forward_ack(const Message& ack, Connection from) {
  const auto hops = ack.header(HeaderName::max_forwards);
  if (hops && *hops == "0") return;
  const auto target = find_dialog_target(ack, from);
  if (!target) return;
  state_.layer.send_ack(build_request(ack, *target, from), target->connection,
                        state_.via_transport(target->connection), state_.random, state_.outbox);
}

void Proxy::cancel(const Message& cancel, Id transaction, Instant now) {
  const Id target = state_.layer.cancel_target(cancel);
  if (target == 0) return answer(cancel, transaction, 481, now);
  answer(cancel, transaction, 200, now);
  HeaderFields headers;
  for (const auto& [name, value] : cancel.all_headers())
    if (message::header_name(name) == HeaderName::reason)
      headers.push_back({"Reason", std::string(value)});
  for (auto& [id, context] : contexts_)
    if (context.server == target && context.is_invite)
      cancel_others(context, nullptr, headers, now);
}

/// 9.1: a CANCEL waits for the first provisional response.
void Proxy::send_cancel(Branch& branch, Instant now) {
  if (!branch.had_provisional || branch.cancel_sent) return;
  if (state_.layer.send_cancel(branch.client, {}, branch.cancel_headers, now, state_.outbox) == 0)
    return;
  branch.cancel_sent = true;
  branch.deadline = now + transaction::timer_64_t1;
}

void Proxy::cancel_others(Context& context, const Branch* except, const HeaderFields& headers,
                          Instant now) {
  if (!context.is_invite) return;
  for (Branch& branch : context.branches) {
    if (&branch == except || branch.is_final || branch.cancel_wanted) continue;
    branch.cancel_wanted = true;
    branch.cancel_headers = headers;
    send_cancel(branch, now);
  }
}

/// 16.7 steps 4 to 7: keeps the better of two final responses, and every challenge.
void Proxy::consider(Context& context, message::Response response) {
  const auto is_challenge = [](int status) { return status == 401 || status == 407; };
  const auto keep_challenges = [&](const message::Response& from) {
    if (!is_challenge(from.status)) return;
    for (const HeaderField& field : from.headers)
      if (ascii::equal_ignoring_case(field.name, "WWW-Authenticate") ||
          ascii::equal_ignoring_case(field.name, "Proxy-Authenticate"))
        context.challenges.push_back(field);
  };
  if (context.best && rank(context.best->status) <= rank(response.status)) {
    keep_challenges(response);
    return;
  }
  if (context.best) keep_challenges(*context.best);
  context.best = std::move(response);
}

void Proxy::receive_response(const transaction::Owner& owner, const Message& response,
                             Instant now) {
  const auto found = contexts_.find(owner.usage);
  if (found == contexts_.end() || owner.purpose >= found->second.branches.size()) return;
  Context& context = found->second;
  Branch& branch = context.branches[owner.purpose];
  const int status = response.status();
  if (status < 200) {
    branch.had_provisional = true;
    if (status > 100) {
      if (context.is_invite && !branch.cancel_sent) branch.deadline = now + timer_c;
      if (!context.answered)
        state_.layer.send_response(context.server, without_top_via(response), now, state_.outbox);
    }
    if (branch.cancel_wanted) send_cancel(branch, now);
    return;
  }
  branch.is_final = true;
  branch.deadline.reset();
  if (status < 300) {
    if (context.is_invite || !context.answered)
      state_.layer.send_response(context.server, without_top_via(response), now, state_.outbox);
    context.answered = true;
    context.had_success = true;
    cancel_others(context, &branch, {{"Reason", "SIP;cause=200;text=\"Call completed elsewhere\""}},
                  now);
  } else {
    consider(context, without_top_via(response));
    if (status >= 600) cancel_others(context, &branch, {}, now);
  }
  finish(found->first, context, now);
}

/// A branch ends by a response of ours.
void Proxy::finish_branch(ContextId id, Context& context, Branch& branch, int status, Instant now) {
  branch.is_final = true;
  branch.deadline.reset();
  consider(context, state_.response(context.request, status));
  finish(id, context, now);
}

void Proxy::finish(ContextId id, Context& context, Instant now) {
  for (const Branch& branch : context.branches)
    if (!branch.is_final) return;
  if (!context.answered) {
    context.answered = true;
    message::Response response = std::move(*context.best);
    // 16.7 step 6: 503 would tell the client to leave this server alone.
    if (response.status == 503) response = state_.response(context.request, 500);
    if (response.status == 401 || response.status == 407)
      response.headers.insert(response.headers.end(), context.challenges.begin(),
                              context.challenges.end());
    state_.layer.send_response(context.server, response, now, state_.outbox);
  }
  if (context.is_invite && context.had_success) {
    context.linger = now + transaction::timer_64_t1;
  } else {
    erase(contexts_.find(id));
  }
}

void Proxy::erase(std::map<ContextId, Context>::iterator context) {
  octets_ -= context->second.octets;
  const auto pending = pending_.find(context->second.from);
  if (pending != pending_.end() && --pending->second == 0) pending_.erase(pending);
  contexts_.erase(context);
}

void Proxy::failed(const transaction::Indication& indication, Instant now) {
  const auto found = contexts_.find(indication.owner.usage);
  if (found == contexts_.end()) return;
  Context& context = found->second;
  if (indication.owner.purpose >= context.branches.size()) return;
  Branch& branch = context.branches[indication.owner.purpose];
  if (branch.is_final) return;
  const bool timed_out = indication.outcome == transaction::Outcome::timeout;
  finish_branch(found->first, context, branch, timed_out ? 408 : 480, now);
}

void Proxy::disconnected(Connection connection, Instant now) {
  for (auto next = contexts_.begin(); next != contexts_.end();) {
    const auto current = next++;
    Context& context = current->second;
    // Nobody is left to hear the answer, or to end the call that it would begin.
    if (context.from == connection) cancel_others(context, nullptr, {}, now);
    for (Branch& branch : context.branches) {
      if (branch.connection != connection || branch.is_final) continue;
      state_.layer.forget(branch.client);
      const bool last = &branch == &context.branches.back();
      finish_branch(current->first, context, branch, 480, now);
      if (last || contexts_.find(current->first) == contexts_.end()) break;
    }
  }
}

void Proxy::timer_fired(Instant now) {
  for (auto next = contexts_.begin(); next != contexts_.end();) {
    const auto current = next++;
    const ContextId id = current->first;
    Context& context = current->second;
    if (context.linger && *context.linger <= now) {
      erase(current);
      continue;
    }
    for (std::size_t i = 0; i < context.branches.size(); ++i) {
      Branch& branch = context.branches[i];
      if (branch.is_final || !branch.deadline || *branch.deadline > now) continue;
      if (!branch.cancel_sent) {
        // 16.8: Timer C of a branch that rings; one that never answered ended by Timer B.
        branch.deadline = now + transaction::timer_64_t1;
        branch.cancel_wanted = true;
        send_cancel(branch, now);
        if (branch.cancel_sent) continue;
      }
      state_.layer.forget(branch.client);
      const bool last = i + 1 == context.branches.size();
      finish_branch(id, context, branch, 487, now);
      if (last || contexts_.find(id) == contexts_.end()) break;
    }
  }
}

std::optional<Instant> Proxy::deadline() const {
  std::optional<Instant> earliest;
  const auto consider_instant = [&earliest](const std::optional<Instant>& at) {
    if (at && (!earliest || *at < *earliest)) earliest = at;
  };
  for (const auto& [id, context] : contexts_) {
    consider_instant(context.linger);
    for (const Branch& branch : context.branches)
      if (!branch.is_final) consider_instant(branch.deadline);
  }
  return earliest;
}

}  // namespace sipml::server
