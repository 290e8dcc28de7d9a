#include "usage/standalone_request.hpp"

#include "base/limits.hpp"
#include "message/multipart.hpp"
#include "message/status.hpp"

namespace sipml::usage {

using message::HeaderName;

bool OutgoingRequest::send(message::Request request, Context& context) {
  return context.send(std::move(request),
                      {id_, static_cast<std::uint32_t>(Purpose::standalone), 0}) != 0;
}

void OutgoingRequest::tell(RequestResult result, Context& context) {
  has_ended_ = true;
  result.request = id_;
  result.call = call_;
  context.emit(std::move(result));
}

void OutgoingRequest::response(const transaction::Indication& indication,
                               const message::Message& response, Call* call, Context& context) {
  if (response.status() < 200) return;
  const bool has_dialog = call_ == 0 || (call && call->has_dialog());
  if (auto retried = has_dialog ? context.with_credentials(indication, response) : std::nullopt) {
    set_cseq(*retried, call ? call->next_cseq() : response.cseq().number + 1);
    if (context.resend(std::move(*retried),
                       {id_, indication.owner.purpose, indication.owner.attempt + 1}) != 0)
      return;
  }
  RequestResult result;
  result.status = response.status();
  result.reason = response.reason();
  tell(std::move(result), context);
}

void OutgoingRequest::no_response(transaction::Outcome outcome, Context& context) {
  RequestResult result;
  const bool timed_out = outcome == transaction::Outcome::timeout;
  // RFC 3261 8.1.3.1: as if these had come.
  result.status = timed_out ? 408 : 503;
  result.reason = message::reason_phrase(result.status);
  result.cause =
      timed_out ? RequestResult::NoResponse::timeout : RequestResult::NoResponse::transport_error;
  tell(std::move(result), context);
}

IncomingRequest::IncomingRequest(std::uint32_t id, std::uint32_t call,
                                 const message::Message& request, transaction::Id transaction,
                                 Context& context)
    : transaction_(transaction),
      response_(message::make_response(request, 200, context.random.token(12))),
      call_id_(request.call_id()),
      from_tag_(request.from_tag()),
      cseq_(request.cseq().number),
      deadline_(context.now + milliseconds(limits::request_answer_time)) {
  RequestIncoming event;
  event.request = id;
  event.call = call;
  event.method = request.method();
  event.from = party(request.from());
  event.to = party(request.to());
  event.content_type = request.content_type();
  event.body = request.body();
  context.emit(std::move(event));
}

bool IncomingRequest::is_merged(const message::Message& request) const {
  return request.cseq().number == cseq_ && request.call_id() == call_id_ &&
         request.from_tag() == from_tag_;
}

void IncomingRequest::accept(Context& context) const { context.respond(transaction_, response_); }

void IncomingRequest::respond(int status, std::string reason, const message::HeaderFields& headers,
                              const std::string& content_type, std::string body, Context& context) {
  response_.status = status;
  response_.reason = reason.empty() ? std::string(message::reason_phrase(status)) : reason;
  if (status == 405) response_.headers.push_back({"Allow", std::string(allowed_methods)});
  add_headers(response_.headers, headers);
  if (!content_type.empty()) response_.headers.push_back({"Content-Type", content_type});
  response_.body = std::move(body);
  accept(context);
}

std::optional<Refusal> refused_content(const message::Message& request) {
  if (auto encoding = unsupported_encoding(request)) return Refusal{415, {std::move(*encoding)}};
  if (const auto value = request.header(HeaderName::content_disposition)) {
    const auto disposition = message::parse_content_disposition(*value);
    bool is_known = !disposition || !disposition->required;
    for (std::string_view known :
         {"render", "notification", "info-package", "by-reference", "inline", "attachment"})
      is_known = is_known || disposition->type == known;
    if (!is_known) return Refusal{415, {{"Accept", std::string(accepted_types)}}};
  }
  if (request.content_type().starts_with("multipart/") &&
      message::parse_body(request).parts.front().is_malformed)
    return Refusal{400, {}};
  return std::nullopt;
}

void add_accept_contact(message::HeaderFields& fields, const message::HeaderFields& caps) {
  for (const message::HeaderField& cap : caps)
    fields.push_back(
        {"Accept-Contact", "*;" + cap.name + (cap.value.empty() ? "" : '=' + cap.value)});
}

}  // namespace sipml::usage
