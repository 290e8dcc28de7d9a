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

Result<uri::Uri, CommandError> destination(const std::string& to, const Context& context) {
  auto target = uri::parse_destination(to, context.config.domain);
  if (target) return std::move(target).value();
  return CommandError{
      CommandErrorCode::invalid_argument, "to",
      std::string(target.error().reason) + " at offset " + std::to_string(target.error().offset)};
}

/// 0, or the error that a usage gave.
Outside::Answer outcome(std::optional<CommandError> error, std::uint32_t id = 0) {
  if (error) return std::move(*error);
  return id;
}

/// Takes over what a command that changes something says; what it leaves out stays.
template <typename Options, typename Command>
void update(Options& options, Command& command) {
  if (command.expires) options.expires = *command.expires;
  if (!command.headers.empty()) options.headers = std::move(command.headers);
  options.first_headers = std::move(command.first_headers);
  if (!command.caps.empty()) options.caps = std::move(command.caps);
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
    auto target = destination(command.to, context);
    if (!target) return target.error();
    uri::NameAddr to;
    to.uri = std::move(target).value();
    // Not among the arguments, whose order is each compiler's own: the same seed gives the same
    // octets.
    const uri::NameAddr from = usage::local_address(command.from, context);
    request = usage::make_request(command.method, uri::to_string(to.uri), from, to,
                                  context.random.token(24), 1);
  }
  if (command.method == "OPTIONS") {
    request.headers.push_back({"Contact", usage::contact_value(context.config, {}, "OPTIONS")});
    request.headers.push_back({"Accept", std::string(usage::accepted_types)});
  }
  usage::add_accept_contact(request.headers, command.caps);
  usage::add_headers(request.headers, command.headers);
  usage::add_headers(request.headers, command.first_headers);
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

Outside::Answer Outside::publish(Publish command, std::uint32_t& last_id, Context& context) {
  if (!context.connected) return not_connected();
  usage::PublishedDocument document{std::move(command.content_type), std::move(command.body)};
  if (command.publication) {
    const auto found = publications_.find(*command.publication);
    if (found == publications_.end()) return unknown("publication");
    update(found->second.options(), command);
    return outcome(found->second.modify(std::move(document), context), found->first);
  }
  if (publications_.size() >= limits::publication_count) return too_many("publications");
  usage::PublicationOptions options;
  options.event = std::move(command.event);
  options.from = std::move(command.from);
  if (!command.to.empty()) {
    auto target = destination(command.to, context);
    if (!target) return target.error();
    options.to = std::move(target).value();
  }
  update(options, command);
  const std::uint32_t id = ++last_id;
  publications_
      .emplace(id, usage::Publication(id, std::move(options), std::move(document), context))
      .first->second.start(context);
  return id;
}

Outside::Answer Outside::unpublish(const Unpublish& command, Context& context) {
  const auto found = publications_.find(command.publication);
  if (found == publications_.end()) return unknown("publication");
  return outcome(found->second.unpublish(context, command.headers));
}

Outside::Answer Outside::subscribe(Subscribe command, std::uint32_t& last_id, Context& context) {
  if (!context.connected) return not_connected();
  if (command.subscription) {
    const auto found = subscriptions_.find(*command.subscription);
    if (found == subscriptions_.end()) return unknown("subscription");
    usage::SubscriptionOptions& options = found->second.options();
    if (!command.accept.empty()) options.accept = std::move(command.accept);
    update(options, command);
    return outcome(found->second.refresh(context), found->first);
  }
  if (subscriptions_.size() >= limits::subscription_count) return too_many("subscriptions");
  usage::SubscriptionOptions options;
  auto target = destination(command.to, context);
  if (!target) return target.error();
  options.to.uri = std::move(target).value();
  options.from = std::move(command.from);
  options.event = std::move(command.event);
  options.accept = std::move(command.accept);
  update(options, command);
  const std::uint32_t id = ++last_id;
  subscriptions_.emplace(id, usage::Subscription(id, std::move(options)))
      .first->second.start(context);
  return id;
}

Outside::Answer Outside::unsubscribe(const Unsubscribe& command, Context& context) {
  const auto found = subscriptions_.find(command.subscription);
  if (found == subscriptions_.end()) return unknown("subscription");
  return outcome(found->second.unsubscribe(context, command.headers));
}

bool Outside::deliver(const transaction::Indication& indication, const message::Message* response,
                      Calls& calls, Context& context) {
  const std::uint32_t id = indication.owner.usage;
  if (const auto request = outgoing_.find(id); request != outgoing_.end()) {
    const auto call = calls.find(request->second.call());
    if (response)
      request->second.response(indication, *response, call == calls.end() ? nullptr : &call->second,
                               context);
    else
      request->second.no_response(indication.outcome, context);
    return true;
  }
  if (const auto publication = publications_.find(id); publication != publications_.end()) {
    if (response)
      publication->second.response(indication, *response, context);
    else
      publication->second.no_response(indication.outcome, context);
    return true;
  }
  const auto subscription = subscriptions_.find(id);
  if (subscription == subscriptions_.end()) return false;
  if (response)
    subscription->second.response(indication, *response, context);
  else
    subscription->second.no_response(indication, context);
  return true;
}

usage::Refusal Outside::receive(const message::Message& request, transaction::Id transaction,
                                std::uint32_t call, std::uint32_t& last_id, Context& context) {
  if (call == 0)
    for (const auto& [id, other] : incoming_)
      if (other.is_merged(request)) return {482, {}};
  if (auto refusal = usage::refused_content(request)) return std::move(*refusal);
  if (request.method() == "NOTIFY") {
    context.emit(usage::read_notify(request, 0));
    return {200, {}};
  }
  if (incoming_.size() >= limits::request_count) return {503, {{"Retry-After", "10"}}};
  const std::uint32_t id = ++last_id;
  incoming_.emplace(id, usage::IncomingRequest(id, call, request, transaction, context));
  return {};
}

bool Outside::receive_notify(const message::Message& request, transaction::Id transaction,
                             Context& context) {
  for (auto& [id, subscription] : subscriptions_)
    if (subscription.owns_request(request)) {
      context.tell_passed(false, id, request);
      subscription.notify(request, transaction, context);
      return true;
    }
  return false;
}

void Outside::connected(Context& context) {
  for (auto& [id, publication] : publications_) publication.connected(context);
  for (auto& [id, subscription] : subscriptions_) subscription.connected(context);
}

void Outside::disconnected(Context& context) {
  for (auto& [id, subscription] : subscriptions_) subscription.disconnected(context);
}

void Outside::connection_failed(Context& context) {
  for (auto& [id, publication] : publications_) publication.connection_failed(context);
  for (auto& [id, subscription] : subscriptions_) subscription.connection_failed(context);
}

void Outside::timer_fired(Context& context) {
  std::erase_if(incoming_, [&context](const auto& entry) {
    if (entry.second.deadline() > context.now) return false;
    entry.second.accept(context);
    return true;
  });
  for (auto& [id, publication] : publications_) publication.timer_fired(context);
  for (auto& [id, subscription] : subscriptions_) subscription.timer_fired(context);
}

std::optional<Instant> Outside::deadline() const {
  std::optional<Instant> earliest;
  const auto consider = [&earliest](std::optional<Instant> at) {
    if (at && (!earliest || *at < *earliest)) earliest = at;
  };
  for (const auto& [id, request] : incoming_) consider(request.deadline());
  for (const auto& [id, publication] : publications_) consider(publication.deadline());
  for (const auto& [id, subscription] : subscriptions_) consider(subscription.deadline());
  return earliest;
}

void Outside::stop(Context& context) {
  for (auto& [id, request] : incoming_) request.accept(context);
  incoming_.clear();
  for (auto& [id, publication] : publications_) (void)publication.unpublish(context);
  for (auto& [id, subscription] : subscriptions_) (void)subscription.unsubscribe(context);
}

void Outside::give_up(Context& context) {
  for (auto& [id, request] : outgoing_) request.no_response(transaction::Outcome::timeout, context);
  outgoing_.clear();
  for (auto& [id, publication] : publications_) publication.give_up(context);
  publications_.clear();
  for (auto& [id, subscription] : subscriptions_) subscription.give_up(context);
  subscriptions_.clear();
}

void Outside::settle() {
  const auto has_ended = [](const auto& entry) { return entry.second.has_ended(); };
  std::erase_if(outgoing_, has_ended);
  std::erase_if(publications_, has_ended);
  std::erase_if(subscriptions_, has_ended);
}

}  // namespace sipml::agent
