/// One SIP message: what was parsed can be written, and is parsed the same again; every place that
/// is told lies in the input; a response to a request is well-formed.
#include <algorithm>
#include <string>
#include <vector>

#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "fuzz/oracle.hpp"
#include "message/message.hpp"
#include "message/redact.hpp"
#include "message/write_message.hpp"

namespace {

using namespace sipml;
using message::HeaderName;
using message::Message;

constexpr HeaderName address_headers[] = {HeaderName::contact, HeaderName::route,
                                          HeaderName::record_route};

std::vector<std::pair<std::string_view, std::string_view>> without_length(const Message& parsed) {
  auto headers = parsed.all_headers();
  std::erase_if(headers, [](const auto& header) {
    return message::header_name(header.first) == HeaderName::content_length;
  });
  return headers;
}

std::string write_again(const Message& parsed) {
  message::HeaderFields fields;
  for (const auto& [name, value] : without_length(parsed))
    fields.push_back({std::string(name), std::string(value)});
  const std::string body(parsed.body());
  if (parsed.is_request())
    return message::write(message::Request{std::string(parsed.method()),
                                           std::string(parsed.request_uri()), fields, body});
  return message::write(
      message::Response{parsed.status(), std::string(parsed.reason()), fields, body});
}

void check_accessors(const Message& parsed, std::size_t size) {
  fuzz::check(parsed.diagnostics().size() <= limits::diagnostic_count, "diagnostics are bounded");
  for (const message::Diagnostic& diagnostic : parsed.diagnostics()) {
    fuzz::check(!diagnostic.reason.empty(), "a diagnostic has a reason");
    fuzz::check(diagnostic.offset <= size, "a diagnostic is in the message");
  }
  const auto headers = parsed.all_headers();
  fuzz::check(headers.size() <= limits::header_count || parsed.fault(),
              "headers are bounded or a fault");
  for (const auto& [name, value] : headers) {
    const HeaderName id = message::header_name(name);
    fuzz::check(value == ascii::trim(value), "a header value is trimmed", value);
    if (id == HeaderName::other) continue;
    const auto all = parsed.headers(id);
    const auto same = [text = value](std::string_view other) { return other == text; };
    fuzz::check(std::any_of(all.begin(), all.end(), same), "each header is found by its name");
    fuzz::check(parsed.header(id) == all.front(), "the first header is the first of all");
    for (const std::string_view one : parsed.values(id))
      fuzz::check(!one.empty() && one == ascii::trim(one), "a value of a list is trimmed", one);
  }
  for (const HeaderName name : address_headers) (void)parsed.addresses(name);
}

void check_decoded(const Message& parsed, const Message& again) {
  fuzz::check(parsed.call_id() == again.call_id(), "the Call-ID stays");
  fuzz::check(parsed.cseq().number == again.cseq().number, "the CSeq number stays");
  fuzz::check(parsed.cseq().method == again.cseq().method, "the CSeq method stays");
  fuzz::check(parsed.from_tag() == again.from_tag(), "the From tag stays");
  fuzz::check(parsed.to_tag() == again.to_tag(), "the To tag stays");
  fuzz::check(parsed.top_branch() == again.top_branch(), "the branch stays");
  fuzz::check(parsed.via_count() == again.via_count(), "the number of Vias stays");
  fuzz::check(parsed.content_type() == again.content_type(), "the Content-Type stays");
  fuzz::check(uri::to_string(parsed.from()) == uri::to_string(again.from()), "From stays");
  fuzz::check(uri::to_string(parsed.to()) == uri::to_string(again.to()), "To stays");
  fuzz::check(parsed.from().tag() == grammar::unquote(parsed.from_tag()) ||
                  parsed.from().tag() == parsed.from_tag() ||
                  parsed.from_tag().find('\\') != std::string_view::npos,
              "both ways to the From tag lead there");
  for (const HeaderName name : address_headers)
    fuzz::check(parsed.addresses(name).size() == again.addresses(name).size(),
                "the addresses stay");
}

void check_response(const Message& request) {
  for (const int status : {100, 200, 400, 699}) {
    const std::string text = message::write(message::make_response(request, status, "our-tag"));
    const auto response = message::parse_message(text);
    fuzz::check(bool(response), "a response can be parsed", text);
    fuzz::check(response->status() == status, "a response has its status", text);
    fuzz::check(response->headers(HeaderName::via) == request.headers(HeaderName::via),
                "a response has the request's Vias", text);
    if (request.fault()) continue;
    fuzz::check(!response->fault(), "a response to a good request is good", text);
    fuzz::check(response->cseq().number == request.cseq().number, "CSeq is the request's", text);
    if (status != 100)
      fuzz::check(!response->to_tag().empty() || !request.to_tag().empty() ||
                      grammar::find_parameter(request.to().parameters, "tag"),
                  "a response has a To tag", text);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const auto parsed = message::parse_message(std::string(text));
  const std::string redacted = message::redact(text);
  fuzz::check(message::redact(redacted) == redacted, "redacting twice is redacting once", redacted);
  if (!parsed) {
    fuzz::check(!parsed.error().reason.empty(), "an error has a reason");
    fuzz::check(parsed.error().offset <= size, "an error is in the message");
    return 0;
  }
  check_accessors(*parsed, size);
  if (const auto shown = message::parse_message(redacted))
    for (const HeaderName name : {HeaderName::authorization, HeaderName::proxy_authorization})
      for (const std::string_view value : shown->headers(name))
        fuzz::check(value == "***", "credentials are not shown", redacted);
  if (parsed->is_request() && parsed->is_answerable()) check_response(*parsed);
  if (parsed->fault()) return 0;

  const std::string written = write_again(*parsed);
  const auto again = message::parse_message(written);
  fuzz::check(bool(again), "what was written can be parsed", written);
  fuzz::check(!again->fault() || parsed->all_headers().size() == limits::header_count,
              "what was written has no fault", written);
  if (again->fault()) return 0;
  fuzz::check(again->is_request() == parsed->is_request(), "a request stays one", written);
  fuzz::check(again->method() == parsed->method(), "the method stays", written);
  fuzz::check(again->request_uri() == parsed->request_uri(), "the Request-URI stays", written);
  fuzz::check(again->status() == parsed->status(), "the status stays", written);
  if (!parsed->is_request() && !parsed->reason().empty())
    fuzz::check(again->reason() == parsed->reason(), "the reason stays", written);
  fuzz::check(without_length(*again) == without_length(*parsed), "the headers stay", written);
  fuzz::check(again->body() == parsed->body(), "the body stays", written);
  check_decoded(*parsed, *again);
  return 0;
}
