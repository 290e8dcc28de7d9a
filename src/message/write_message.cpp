#include "message/write_message.hpp"

#include "base/ascii.hpp"
#include "message/status.hpp"

namespace sipml::message {

namespace {

std::string with_headers(std::string out, const HeaderFields& headers, const std::string& body) {
  for (const HeaderField& field : headers) {
    out += field.name;
    out += ": ";
    out += field.value;
    out += "\r\n";
  }
  out += "Content-Length: ";
  out += std::to_string(body.size());
  out += "\r\n\r\n";
  out += body;
  return out;
}

}  // namespace

const std::string* find_field(const HeaderFields& fields, std::string_view name) {
  for (const HeaderField& field : fields)
    if (ascii::equal_ignoring_case(field.name, name)) return &field.value;
  return nullptr;
}

void set_field(HeaderFields& fields, std::string_view name, std::string value) {
  for (HeaderField& field : fields)
    if (ascii::equal_ignoring_case(field.name, name)) {
      field.value = std::move(value);
      return;
    }
  fields.push_back({std::string(name), std::move(value)});
}

void remove_fields(HeaderFields& fields, std::string_view name) {
  std::erase_if(fields, [name](const HeaderField& field) {
    return ascii::equal_ignoring_case(field.name, name);
  });
}

std::string write(const Request& request) {
  return with_headers(request.method + ' ' + request.request_uri + " SIP/2.0\r\n", request.headers,
                      request.body);
}

std::string write(const Response& response) {
  return with_headers("SIP/2.0 " + std::to_string(response.status) + ' ' + response.reason + "\r\n",
                      response.headers, response.body);
}

Response make_response(const Message& request, int status, std::string_view to_tag,
                       std::string_view reason) {
  Response response;
  response.status = status;
  response.reason = reason.empty() ? reason_phrase(status) : reason;
  for (std::string_view via : request.headers(HeaderName::via))
    response.headers.push_back({"Via", std::string(via)});
  for (HeaderName name :
       {HeaderName::from, HeaderName::to, HeaderName::call_id, HeaderName::cseq}) {
    std::string value(request.header(name).value_or(std::string_view()));
    if (name == HeaderName::to && request.to_tag().empty() && status != 100 && !to_tag.empty()) {
      value += ";tag=";
      value += to_tag;
    }
    response.headers.push_back({std::string(to_string(name)), std::move(value)});
  }
  return response;
}

}  // namespace sipml::message
