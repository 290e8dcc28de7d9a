#include "agent/outside.hpp"

#include "base/limits.hpp"

namespace sipml::agent {

using usage::CommandError;
using usage::CommandErrorCode;
using usage::Context;

namespace {

CommandError wrong_state(const char* argument, const char* text) {
  return {CommandErrorCode::wrong_state, argument, text};
}

CommandError unknown(const char* key) {
  return {CommandErrorCode::unknown_id, key, std::string("there is no such ") + key};
}

CommandError too_many(const char* what) {
  return {CommandErrorCode::limit_exceeded, "", std::string("there are too many ") + what};
}

CommandError not_connected() {
  return {CommandErrorCode::not_connected, "", "there is no connection"};
}

}  // namespace

Outside::Answer Outside::send(SendRequest command, Calls& calls, std::uint32_t& last_id,
                              Context& context) {
  if (!context.connected) return not_connected();
  if (outgoing_.size() >= limits::request_count) return too_many("requests");
  message::Request request;
  if (command.call) {
    const auto call = calls.find(*command.call);
    if (call == calls.end()) return unknown("call");
    auto made = call->second.make_inside(command.method);
    if (!made) return wrong_state("call", "the call is not established");
    request = std::move(*made);
  } else {
    auto target = uri::parse_destination(command.to, context.config.domain);
    if (!target)
      return CommandError{CommandErrorCode::invalid_argument, "to",
                          std::string(target.error().reason) + " at offset " +
                              std::to_string(target.error().offset)};
    uri::NameAddr to;
    to.uri = std::move(target).value();
    request = usage::make_request(command.method, uri::to_string(to.uri),
                                  usage::local_address(command.from, context), to,
                                  context.random.token(24), 1);
  }
  if (command.method == "OPTIONS") {
    request.headers.push_back({"Contact", usage::contact_value(context.config, {}, "OPTIONS")});
    request.headers.push_back({"Accept", std::string(usage::accepted_types)});
  }
  usage::add_accept_contact(request.headers, command.caps);
  usage::add_headers(request.headers, command.headers);
  if (!command.content_type.empty())
    request.headers.push_back({"Content-Type", std::move(command.content_type)});
  request.body = std::move(command.body);
  const std::uint32_t id = ++last_id;
  usage::OutgoingRequest outgoing(id, command.call.value_or(0));
  if (!outgoing.send(std::move(request), context)) return too_many("transactions");
  outgoing_.emplace(id, outgoing);
  return id;
}

/// Its answer may be told already when this comes: that is no error.
Outside::Answer Outside::forget(const ForgetRequest& command) {
  outgoing_.erase(command.request);
  return std::uint32_t{0};
}

Outside::Answer Outside::respond(const Respond& command, Context& context) {
  const auto found = incoming_.find(command.request);
  if (found == incoming_.end()) return unknown("request");
  if (command.status < 200 || command.status > 699)
    return CommandError{CommandErrorCode::invalid_argument, "status",
                        "a request is answered with a status from 200 to 699"};
  if (!context.connected) return not_connected();
  found->second.respond(command.status, command.reason, command.headers, command.content_type,
                        command.body, context);
  incoming_.erase(found);
  return std::uint32_t{0};
}

bool Outside::deliver(const transaction::Indication& indication, const message::Message* response,
                      Calls& calls, Context& context) {
  const auto request = outgoing_.find(indication.owner.usage);
  if (request == outgoing_.end()) return false;
  const auto call = calls.find(request->second.call());
  if (response)
    request->second.response(indication, *response, call == calls.end() ? nullptr : &call->second,
                             context);
  else
    request->second.no_response(indication.outcome, context);
  return true;
}

usage::Refusal Outside::receive(const message::Message& request, transaction::Id transaction,
                                std::uint32_t call, std::uint32_t& last_id, Context& context) {
  if (call == 0)
    for (const auto& [id, other] : incoming_)
      if (other.is_merged(request)) return {482, {}};
  if (auto refusal = usage::refused_content(request)) return std::move(*refusal);
  if (incoming_.size() >= limits::request_count) return {503, {{"Retry-After", "10"}}};
  const std::uint32_t id = ++last_id;
  incoming_.emplace(id, usage::IncomingRequest(id, call, request, transaction, context));
  return {};
}

void Outside::timer_fired(Context& context) {
  std::erase_if(incoming_, [&context](const auto& entry) {
    if (entry.second.deadline() > context.now) return false;
    entry.second.accept(context);
    return true;
  });
}

std::optional<Instant> Outside::deadline() const {
  std::optional<Instant> earliest;
  const auto consider = [&earliest](std::optional<Instant> at) {
    if (at && (!earliest || *at < *earliest)) earliest = at;
  };
  for (const auto& [id, request] : incoming_) consider(request.deadline());
  return earliest;
}

void Outside::stop(Context& context) {
  for (auto& [id, request] : incoming_) request.accept(context);
  incoming_.clear();
}

void Outside::give_up(Context& context) {
  for (auto& [id, request] : outgoing_) request.no_response(transaction::Outcome::timeout, context);
  outgoing_.clear();
}

void Outside::settle() {
  std::erase_if(outgoing_, [](const auto& entry) { return entry.second.has_ended(); });
}

}  // namespace sipml::agent
