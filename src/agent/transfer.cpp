/// Transfers and calls that take the place of others, as far as two calls have to do with each
/// other: RFC 3515, RFC 3891 section 3.
#include <algorithm>

#include "agent/agent.hpp"
#include "base/limits.hpp"
#include "message/status.hpp"

namespace sipml::agent {

using message::HeaderName;
using usage::CommandErrorCode;
using usage::Context;

namespace {

/// The final response that stands for the end of a call without one.
int status_of(const usage::CallEnded& end) {
  if (end.status >= 300) return end.status;
  switch (end.cause) {
    case usage::EndCause::cancelled:
      return 487;
    case usage::EndCause::timeout:
      return 408;
    case usage::EndCause::transport_error:
      return 503;
    case usage::EndCause::media_error:
      return 488;
    default:
      return 500;
  }
}

}  // namespace

Agent::Answer Agent::execute(const Transfer& command, Instant now) {
  const auto found = calls_.find(command.call);
  const CommandError unknown{CommandErrorCode::unknown_id, "call", "there is no such call"};
  if (found == calls_.end()) return unknown;
  std::optional<uri::Uri> target;
  if (!command.to.empty()) {
    auto parsed = uri::parse_destination(command.to, config_.domain);
    if (!parsed)
      return CommandError{CommandErrorCode::invalid_argument, "to",
                          std::string(parsed.error().reason) + " at offset " +
                              std::to_string(parsed.error().offset)};
    target = std::move(parsed).value();
  }
  std::string refer_to;
  if (command.replaces) {
    const auto other = calls_.find(*command.replaces);
    if (other == calls_.end() || other == found)
      return CommandError{CommandErrorCode::unknown_id, "replaces", "there is no such other call"};
    auto value = other->second.replacement(target ? &*target : nullptr);
    if (!value)
      return CommandError{CommandErrorCode::wrong_state, "replaces",
                          "the other call is not established"};
    refer_to = std::move(*value);
  } else if (target) {
    uri::NameAddr address;
    address.uri = std::move(*target);
    refer_to = uri::to_string(address);
  } else {
    return CommandError{CommandErrorCode::invalid_argument, "to", "to is missing"};
  }
  Context ctx = context(now);
  if (auto error = found->second.transfer(std::move(refer_to), command.headers, ctx))
    return std::move(*error);
  return std::uint32_t{0};
}

Agent::Answer Agent::execute(AcceptTransfer command, Instant now) {
  const auto found = calls_.find(command.call);
  if (found == calls_.end())
    return CommandError{CommandErrorCode::unknown_id, "call", "there is no such call"};
  if (auto error = refusal_of_call(command.directions, now)) return std::move(*error);
  Context ctx = context(now);
  auto referral = found->second.accept_transfer(ctx);
  if (!referral)
    return CommandError{CommandErrorCode::wrong_state, "call", "no transfer was asked for"};
  usage::add_headers(command.options.first_headers, referral->headers);
  const std::uint32_t id = place_call(std::move(referral->target), {}, command.directions,
                                      std::move(command.options), now);
  follows_.push_back({id, command.call, false});
  return id;
}

Agent::Answer Agent::execute(const RejectTransfer& command, Instant now) {
  const auto found = calls_.find(command.call);
  if (found == calls_.end())
    return CommandError{CommandErrorCode::unknown_id, "call", "there is no such call"};
  if (command.status < 300 || command.status > 699)
    return CommandError{CommandErrorCode::invalid_argument, "status",
                        "a transfer is rejected with a status from 300 to 699"};
  Context ctx = context(now);
  if (auto error =
          found->second.reject_transfer(command.status, command.reason, command.headers, ctx))
    return std::move(*error);
  return std::uint32_t{0};
}

/// RFC 3891 section 3, in its order. A malformed Replaces says nothing.
Agent::Replacing Agent::replacing(const message::Message& request) const {
  const auto values = request.headers(HeaderName::replaces);
  if (values.empty()) return {};
  const auto replaces = message::parse_replaces(values.front());
  if (!replaces) return {};
  if (values.size() > 1 || request.method() != "INVITE" || request.header(HeaderName::join))
    return {400, 0};
  using Named = usage::Call::Named;
  for (const auto& [id, call] : calls_) switch (call.named_by(*replaces)) {
      case Named::no:
        break;
      case Named::confirmed:
        if (replaces->early_only) return {486, 0};
        return {0, id};
      case Named::early_of_ours:
        return {0, id};
      case Named::early_of_peer:
        return {481, 0};
      case Named::over:
        return {603, 0};
    }
  return {481, 0};
}

/// What the user is told of a call that another waits for is what that other acts upon.
void Agent::follow_calls(Instant now) {
  if (follows_.empty()) told_ = outputs_.size();
  for (; told_ < outputs_.size(); ++told_) {
    const auto* event = std::get_if<usage::Event>(&outputs_[told_]);
    if (!event) continue;
    using Value = usage::TransferProgress::Value;
    if (const auto* told = std::get_if<usage::CallProgress>(event)) {
      if (told->status > 100) follow(told->call, Value::progress, told->status, told->reason, now);
    } else if (const auto* established = std::get_if<usage::CallEstablished>(event)) {
      follow(established->call, Value::completed, established->status, established->reason, now);
    } else if (const auto* ended = std::get_if<usage::CallEnded>(event)) {
      const int status = status_of(*ended);
      const std::string reason =
          status == ended->status ? ended->reason : std::string(message::reason_phrase(status));
      follow(ended->call, Value::failed, status, reason, now);
    }
  }
}

void Agent::follow(std::uint32_t call, usage::TransferProgress::Value state, int status,
                   std::string reason, Instant now) {
  const auto found = std::find_if(follows_.begin(), follows_.end(),
                                  [call](const Follow& follow) { return follow.call == call; });
  const bool is_over = state != usage::TransferProgress::Value::progress;
  if (found != follows_.end()) {
    const Follow follow = *found;
    if (is_over) follows_.erase(found);
    if (const auto other = calls_.find(follow.other); other != calls_.end()) {
      Context ctx = context(now);
      if (!follow.replaces)
        other->second.transfer_called(state, call, status, reason, ctx);
      else if (state == usage::TransferProgress::Value::completed)
        other->second.replaced(ctx);
    }
  }
  // Nobody waits for it any more.
  if (state == usage::TransferProgress::Value::failed)
    std::erase_if(follows_, [call](const Follow& follow) { return follow.other == call; });
}

}  // namespace sipml::agent
