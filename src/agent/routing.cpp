/// Who gets which message: RFC 3261 sections 8.1.3, 8.2, 9.2, 12.2.2 and 18.
#include <algorithm>

#include "agent/agent.hpp"
#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "grammar/tokens.hpp"
#include "message/headers/content.hpp"
#include "message/multipart.hpp"
#include "message/redact.hpp"

namespace sipml::agent {

using message::HeaderName;
using usage::Context;

namespace {

/// RFC 5626 section 4.4.1: a server pings with two CRLFs and wants one back.
bool is_ping(std::string_view bytes) { return bytes == "\r\n\r\n"; }
bool is_pong(std::string_view bytes) { return bytes == "\r\n"; }

/// Option tags of Require that we do not support, as a list for Unsupported.
std::string unsupported_options(const usage::Config& config, const message::Message& request) {
  std::string list;
  for (std::string_view option : request.values(HeaderName::require)) {
    if (usage::is_supported(config, option)) continue;
    if (!list.empty()) list += ", ";
    list += option;
  }
  return list;
}

/// 20.1: an INVITE whose Accept leaves no room for a session description cannot be answered.
bool accepts_descriptions(const message::Message& request) {
  const auto types = request.values(HeaderName::accept);
  if (types.empty()) return true;
  for (std::string_view value : types)
    for (std::string_view fitting : {"application/sdp", "application/*", "*/*"})
      if (message::media_type(value) == fitting) return true;
  return false;
}

/// 17.2.3: the branches of RFC 3261 begin with a cookie.
bool is_of_rfc_2543(const message::Message& request) {
  return !request.top_branch().starts_with(message::magic_cookie);
}

/// 8.1.1.8: a request that makes a dialog says in its Contact where the peer can be reached.
bool has_remote_target(const message::Message& request) {
  const auto contacts = request.values(HeaderName::contact);
  // RFC 2543 6.13 had it optional: the peer is then where From says.
  if (contacts.empty()) return is_of_rfc_2543(request) && request.from().uri.is_sip();
  const auto contact = uri::parse_name_addr(contacts.front());
  return contact && contact->uri.is_sip();
}

}  // namespace

void Agent::diagnose(std::string code, std::string text, std::optional<std::size_t> offset) {
  outputs_.emplace_back(usage::Event(usage::Diagnostic{std::move(code), std::move(text), offset}));
}

void Agent::receive(std::string_view bytes, Instant now) {
  // Nobody takes what the messages before have caused.
  if (outputs_.size() >= limits::output_count) return;
  if (is_ping(bytes)) {
    schedule_ping(now);
    outputs_.emplace_back(usage::Transmit{"\r\n"});
    return;
  }
  if (is_pong(bytes)) answers_pings_ = true;
  schedule_ping(now);
  if (is_pong(bytes)) return;
  auto parsed = message::parse_message(std::string(bytes));
  if (!parsed) {
    diagnose("not_sip", std::string(parsed.error().reason), parsed.error().offset);
    return;
  }
  const message::Message& message = *parsed;
  if (config_.trace) outputs_.emplace_back(usage::Log{false, message::redact(bytes)});
  for (const message::Diagnostic& diagnostic : message.diagnostics())
    diagnose("malformed_header",
             diagnostic.header.empty() ? std::string(diagnostic.reason)
                                       : diagnostic.header + ": " + std::string(diagnostic.reason),
             diagnostic.offset);
  if (!message.body().empty() && message.content_type().starts_with("multipart/")) {
    const auto body = static_cast<std::size_t>(message.body().data() - message.bytes().data());
    for (const message::Diagnostic& diagnostic : message::parse_body(message).diagnostics)
      diagnose("malformed_body", std::string(diagnostic.reason), body + diagnostic.offset);
  }
  if (message.is_request())
    receive_request(message, now);
  else
    receive_response(message, now);
  settle(now);
}

void Agent::deliver(const transaction::Indication& indication, const message::Message* response,
                    Instant now) {
  if (response && !usage::is_challenge(response->status()) && response->status() != 403 &&
      response->status() >= 200)
    credentials_.accepted(indication.request);
  Context ctx = context(now);
  ctx.cause = response;
  const std::uint32_t usage = indication.owner.usage;
  if (const auto call = calls_.find(usage); call != calls_.end()) {
    if (response)
      call->second.response(indication, *response, ctx);
    else
      call->second.no_response(indication, ctx);
  } else if (const auto found = registrations_.find(usage); found != registrations_.end()) {
    if (response)
      found->second.response(indication, *response, ctx);
    else
      found->second.no_response(indication, ctx);
  } else if (outside_.deliver(indication, response, calls_, ctx)) {
    return;
  } else if (response && response->cseq().method == "INVITE" && response->status() >= 200 &&
             response->status() < 300) {
    end_stray_2xx(*response, now);
  }
}

void Agent::receive_response(const message::Message& response, Instant now) {
  if (response.fault()) {
    diagnose("malformed_response", std::string(response.fault()->reason), std::nullopt);
    return;
  }
  // 8.1.3.3: more than one Via means that it went astray; 18.1.2: so does another's sent-by.
  if (response.via_count() != 1 || response.top_via().sent_by != transactions_.sent_by()) {
    diagnose("misrouted_response", "the Via of a response is not ours", std::nullopt);
    return;
  }
  transaction::Outbox outbox;
  const auto received = transactions_.receive_response(response, now, outbox);
  Context ctx = context(now);
  ctx.flush(outbox);
  if (received.indication) deliver(*received.indication, &response, now);
  const bool is_2xx_to_invite =
      response.status() >= 200 && response.status() < 300 && response.cseq().method == "INVITE";
  if (received.matched || !is_2xx_to_invite) return;
  for (auto& [id, call] : calls_)
    if (call.owns_response(response)) {
      call.late_2xx(response, ctx);
      return;
    }
  end_stray_2xx(response, now);
}

/// A 2xx for a call that is over: the peer believes in it, so it is acknowledged and ended
/// (13.2.2.4).
void Agent::end_stray_2xx(const message::Message& response, Instant now) {
  message::Request invite;
  invite.method = "INVITE";
  if (const auto contact = response.values(HeaderName::contact); contact.empty()) return;
  invite.request_uri = uri::to_string(response.to().uri);
  invite.headers = {{"From", std::string(*response.header(HeaderName::from))}};
  dialog::Dialog dialog = dialog::Dialog::from_response(invite, response);
  Context ctx = context(now);
  ctx.send_ack(dialog.make_ack(response.cseq().number));
  ctx.send(dialog.make_request("BYE"), {});
}

void Agent::refuse_statelessly(const message::Message& request, int status, std::string_view reason,
                               Instant now) {
  const auto response = message::make_response(request, status, random_.token(12), reason);
  transaction::Outbox outbox{{0, message::write(response)}};
  context(now).flush(outbox);
}

void Agent::respond(const message::Message& request, transaction::Id id, int status, Instant now,
                    const message::HeaderFields& more) {
  message::Response response = message::make_response(request, status, random_.token(12));
  for (const message::HeaderField& field : more) response.headers.push_back(field);
  context(now).respond(id, response);
}

void Agent::receive_request(const message::Message& request, Instant now) {
  if (request.fault()) {
    diagnose("malformed_request", std::string(request.fault()->reason), std::nullopt);
    if (request.is_answerable())
      refuse_statelessly(request, request.fault()->status, request.fault()->reason, now);
    return;
  }
  transaction::Outbox outbox;
  const auto received = transactions_.receive_request(request, 0, now, outbox);
  Context ctx = context(now);
  ctx.cause = &request;
  ctx.flush(outbox);
  if (received.arrival == transaction::Arrival::absorbed) return;
  if (received.arrival == transaction::Arrival::refused) {
    refuse_statelessly(request, 503, {}, now);
    return;
  }
  if (request.method() == "CANCEL") {
    receive_cancel(request, received.id, now);
    return;
  }
  if (request.to_tag().empty()) {
    if (request.method() != "ACK") receive_outside_dialog(request, received.id, now);
    return;
  }
  for (auto& [id, call] : calls_) {
    if (!call.owns_request(request)) continue;
    ctx.tell_passed(false, id, request);
    if (request.method() == "ACK")
      call.ack(request, ctx);
    else if (const std::string unsupported = unsupported_options(config_, request);
             !unsupported.empty())
      respond(request, received.id, 420, now, {{"Unsupported", unsupported}});
    else if (request.method() != "MESSAGE")
      call.request(request, received.id, ctx);
    else if (call.takes(request, received.id, ctx))
      receive_for_application(request, received.id, id, now);
    return;
  }
  if (request.method() == "ACK") return;
  if (request.method() != "NOTIFY" || !outside_.receive_notify(request, received.id, ctx))
    respond(request, received.id, 481, now);
}

void Agent::receive_cancel(const message::Message& request, transaction::Id id, Instant now) {
  const transaction::Id invite = transactions_.cancel_target(request);
  const auto target = std::find_if(calls_.begin(), calls_.end(), [invite](const auto& entry) {
    return entry.second.is_cancelled_by(invite);
  });
  if (target == calls_.end()) {
    respond(request, id, invite == 0 ? 481 : 200, now);
    return;
  }
  Context ctx = context(now);
  ctx.cause = &request;
  ctx.tell_passed(false, target->first, request);
  // 9.2: the tag is that of the responses to the INVITE.
  ctx.respond(id, message::make_response(request, 200, target->second.local_tag()));
  target->second.cancelled(request, ctx);
}

void Agent::receive_outside_dialog(const message::Message& request, transaction::Id id,
                                   Instant now) {
  const std::string_view method = request.method();
  const auto target = uri::parse(request.request_uri());
  if (!target) {
    respond(request, id, 400, now);
    return;
  }
  if (method == "REFER") {
    // RFC 3515 5.2: only who is in a call with the user may ask him to make another.
    const int refusal = usage::refusal_of_refer(request);
    respond(request, id, refusal != 0 ? refusal : 603, now);
    return;
  }
  // INFO outlived RFC 6086 outside of calls; with an Info-Package it needs one.
  const bool is_for_application = method == "MESSAGE" ||
                                  (method == "INFO" && !request.header(HeaderName::info_package)) ||
                                  (method == "NOTIFY" && config_.unsolicited_notify);
  if (method != "INVITE" && method != "OPTIONS" && !is_for_application) {
    // 8.2.1; for what only lives in a dialog there is none (12.2.2).
    const bool needs_dialog = method == "BYE" || method == "INFO" || method == "NOTIFY" ||
                              method == "UPDATE" || method == "PRACK";
    if (needs_dialog)
      respond(request, id, 481, now);
    else
      respond(request, id, 405, now, {{"Allow", std::string(usage::allowed_methods)}});
    return;
  }
  if (!target->is_sip()) {
    respond(request, id, 416, now);
    return;
  }
  if (const std::string unsupported = unsupported_options(config_, request); !unsupported.empty()) {
    respond(request, id, 420, now, {{"Unsupported", unsupported}});
    return;
  }
  if (const int status = replacing(request).refusal; status != 0) {
    respond(request, id, status, now);
    return;
  }
  if (method == "OPTIONS") {
    // 11.2: as an INVITE would be answered.
    respond(request, id, calls_.size() >= limits::call_count ? 486 : 200, now,
            {{"Allow", std::string(usage::allowed_methods)},
             {"Accept", std::string(usage::accepted_types) + ", text/plain"},
             {"Accept-Encoding", "identity"},
             {"Accept-Language", "en"},
             {"Supported", usage::supported_options(config_)},
             {"Contact", usage::contact_value(config_, {}, "OPTIONS")}});
    return;
  }
  if (is_for_application)
    receive_for_application(request, id, 0, now);
  else
    receive_invite(request, id, now);
}

void Agent::receive_for_application(const message::Message& request, transaction::Id id,
                                    std::uint32_t call, Instant now) {
  Context ctx = context(now);
  ctx.cause = &request;
  usage::Refusal refusal{480, {}};
  if (stopping_ == Stopping::no) refusal = outside_.receive(request, id, call, last_id_, ctx);
  if (refusal.status != 0) respond(request, id, refusal.status, now, refusal.headers);
}

void Agent::receive_invite(const message::Message& request, transaction::Id id, Instant now) {
  for (const auto& [number, call] : calls_)
    if (call.is_merged(request)) {
      respond(request, id, 482, now);
      return;
    }
  if (const auto refusal = usage::refused_body(request)) {
    respond(request, id, refusal->status, now, refusal->headers);
    return;
  }
  if (!accepts_descriptions(request)) {
    respond(request, id, 406, now);
    return;
  }
  if (!has_remote_target(request)) {
    respond(request, id, 400, now);
    return;
  }
  if (stopping_ != Stopping::no || calls_.size() >= limits::call_count) {
    respond(request, id, stopping_ != Stopping::no ? 480 : 486, now);
    return;
  }
  const std::uint32_t number = ++last_id_;
  Context ctx = context(now);
  ctx.cause = &request;
  const std::uint32_t replaced = replacing(request).call;
  auto call = usage::Call::incoming(number, request, id, ctx, replaced);
  if (!call) return;
  auto& placed = calls_.emplace(number, std::move(*call)).first->second;
  if (replaced == 0) return;
  follows_.push_back({number, replaced, true});
  placed.take_place_of(calls_.find(replaced)->second, ctx);
}

}  // namespace sipml::agent
