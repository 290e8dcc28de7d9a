#include "bridge/functions.hpp"

#include <algorithm>
#include <utility>

#include "auth/digest.hpp"
#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "bridge/data_address.hpp"
#include "bridge/data_header.hpp"
#include "bridge/data_message.hpp"
#include "bridge/data_sdp.hpp"
#include "bridge/functions_abi.h"
#include "bridge/json.hpp"
#include "grammar/char_class.hpp"
#include "message/message.hpp"
#include "message/multipart.hpp"
#include "message/status.hpp"
#include "sdp/description.hpp"
#include "sdp/faults.hpp"
#include "uri/name_addr.hpp"
#include "uri/tel.hpp"
#include "uri/uri.hpp"

namespace sipml::bridge {

using usage::CommandError;
using usage::CommandErrorCode;

namespace {

CommandError wrong(std::string argument, std::string_view what) {
  std::string message = argument + ' ' + std::string(what);
  return {CommandErrorCode::invalid_argument, std::move(argument), std::move(message)};
}

/// The value of a header as it means before it is decoded: folds become blanks (RFC 3261 7.3.1).
/// Every offset stays. Offset of a character that no header may have, if there is one.
std::optional<std::size_t> unfold(std::string& value) {
  for (std::size_t i = 0; i < value.size(); ++i) {
    const bool fold = value[i] == '\r' && i + 2 < value.size() && value[i + 1] == '\n' &&
                      grammar::is(value[i + 2], grammar::blank);
    if (fold) {
      value[i] = ' ';
      value[i + 1] = ' ';
    } else if (value[i] == '\r' || value[i] == '\n' ||
               (value[i] == '\0' && (i == 0 || value[i - 1] != '\\'))) {
      return i;
    }
  }
  return std::nullopt;
}

/// Reads the members of a JSON head. The first that is wrong is kept; values never get into it.
class Head {
 public:
  explicit Head(std::string_view text) : json_(parse(text)) {
    if (!json_.is_object())
      error_ = CommandError{CommandErrorCode::invalid_json, "", "the head is not a JSON object"};
  }

  const std::optional<CommandError>& error() const { return error_; }

  void fail(std::string argument, std::string_view what) {
    if (!error_) error_ = wrong(std::move(argument), what);
  }

  const Json* member(const char* key) const {
    if (error_) return nullptr;
    const auto found = json_.find(key);
    return found == json_.end() || found->is_null() ? nullptr : &*found;
  }

  std::optional<std::string> text(const char* key) {
    const Json* const value = member(key);
    if (!value) return std::nullopt;
    const auto* const text = value->get_ptr<const std::string*>();
    if (!text) fail(key, "is not a string");
    return text ? std::optional(*text) : std::nullopt;
  }

  /// Text of one line: nothing in it can end a header.
  std::optional<std::string> line(const char* key) {
    auto value = text(key);
    if (value && ascii::has_line_break(*value)) {
      fail(key, "holds CR, LF or NUL");
      return std::nullopt;
    }
    return value;
  }

  std::string required_line(const char* key) {
    auto value = line(key);
    if (!value) fail(key, "is missing");
    return std::move(value).value_or(std::string());
  }

  bool flag(const char* key) {
    const Json* const value = member(key);
    if (!value) return false;
    if (!value->is_boolean()) fail(key, "is neither true nor false");
    return value->is_boolean() && *value->get_ptr<const bool*>();
  }

 private:
  Json json_;
  std::optional<CommandError> error_;
};

/// The strings of an array of two; null when it is none.
std::pair<const std::string*, const std::string*> pair_of(const Json& json) {
  if (!json.is_array() || json.size() != 2) return {nullptr, nullptr};
  return {json[0].get_ptr<const std::string*>(), json[1].get_ptr<const std::string*>()};
}

/// Every header as "name: value" CRLF. Content-Length is ours to say: where the first one stands,
/// else behind the others.
std::string write_headers(Head& head, std::size_t body_size) {
  const std::string content_length = std::to_string(body_size);
  std::string out;
  bool has_length = false;
  const auto add = [&out](std::string_view name, std::string_view value) {
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
  };
  const Json* const headers = head.member("headers");
  if (headers && !headers->is_array()) head.fail("headers", "is not an array");
  for (std::size_t i = 0; headers && headers->is_array() && i < headers->size(); ++i) {
    const auto [name, value] = pair_of((*headers)[i]);
    const std::string argument = "headers[" + std::to_string(i) + ']';
    if (!name || !value) {
      head.fail(argument, "is not a name and a value");
    } else if (!grammar::is_token(*name)) {
      head.fail(argument + ".name", "is not a header name");
    } else if (ascii::has_line_break(*value)) {
      // The name is a token by now, so it can be shown.
      head.fail(argument + ".value", "of " + *name + " holds CR, LF or NUL");
    } else if (message::header_name(*name) != message::HeaderName::content_length) {
      add(*name, *value);
    } else if (!has_length) {
      add(*name, content_length);
      has_length = true;
    }
  }
  if (!has_length) add("Content-Length", content_length);
  return out;
}

std::string write_start_line(Head& head) {
  if (head.member("method")) {
    const std::string method = head.required_line("method");
    const std::string uri = head.required_line("uri");
    if (!grammar::is_token(method)) head.fail("method", "is not a token");
    const bool blank =
        std::any_of(uri.begin(), uri.end(), [](char c) { return grammar::is(c, grammar::blank); });
    if (uri.empty() || blank) head.fail("uri", "is empty or holds a blank");
    return method + ' ' + uri + " SIP/2.0\r\n";
  }
  const Json* const status = head.member("status");
  if (!status) head.fail("method", "is missing, and so is status");
  const bool whole = status && status->is_number_unsigned();
  const std::uint64_t code = whole ? *status->get_ptr<const std::uint64_t*>() : 0;
  if (code < 100 || code > 699) head.fail("status", "is not a whole number from 100 to 699");
  const std::string phrase =
      head.line("reason").value_or(std::string(message::reason_phrase(static_cast<int>(code))));
  return "SIP/2.0 " + std::to_string(code) + ' ' + phrase + "\r\n";
}

/// gen-value = token / host / quoted-string
bool needs_quotes(std::string_view value) {
  return !grammar::all_are(value, grammar::token_char) &&
         !(value.starts_with('[') && value.ends_with(']') &&
           grammar::all_are(value, grammar::host_char));
}

grammar::Parameters read_parameters(Head& head) {
  grammar::Parameters result;
  const Json* const params = head.member("params");
  if (!params) return result;
  if (!params->is_array()) head.fail("params", "is not an array");
  for (std::size_t i = 0; params->is_array() && i < params->size(); ++i) {
    const std::string argument = "params[" + std::to_string(i) + ']';
    const Json& item = (*params)[i];
    const auto [name, value] = pair_of(item);
    const bool without_value = name && item[1].is_null();
    if (!name || (!value && !without_value)) {
      head.fail(argument, "is not a name and a value");
    } else if (!grammar::is_token(*name)) {
      head.fail(argument + ".name", "is not a token");
    } else if (value && ascii::has_line_break(*value)) {
      head.fail(argument + ".value", "holds CR, LF or NUL");
    } else {
      grammar::Parameter parameter{*name, std::nullopt, false};
      if (value) {
        parameter.value = *value;
        parameter.quoted = needs_quotes(*value);
      }
      result.push_back(std::move(parameter));
    }
  }
  return result;
}

/// A nonce count as eight hexadecimal digits, from those or from a number.
std::string read_nonce_count(Head& head) {
  const Json* const value = head.member("nc");
  if (!value) return {};
  if (const auto* const text = value->get_ptr<const std::string*>()) {
    if (text->size() != 8 || !grammar::all_are(*text, grammar::hex_digit))
      head.fail("nc", "is not eight hexadecimal digits");
    return ascii::to_lower(*text);
  }
  constexpr std::uint64_t largest = 0xffffffffU;
  if (!value->is_number_unsigned() || *value->get_ptr<const std::uint64_t*>() > largest) {
    head.fail("nc", "is neither a count nor eight hexadecimal digits");
    return {};
  }
  constexpr std::string_view digits = "0123456789abcdef";
  std::uint64_t count = *value->get_ptr<const std::uint64_t*>();
  std::string text(8, '0');
  for (std::size_t i = 8; i-- > 0; count >>= 4U) text[i] = digits[count & 15U];
  return text;
}

}  // namespace

void Functions::begin_value() {
  json_.open_object();
  json_.boolean("ok", true);
  json_.key("value");
}

void Functions::end_value() {
  json_.open_array("diagnostics");
  json_.close_array();
  json_.close_object();
}

void Functions::fail(std::string_view reason, std::size_t offset, std::string_view header) {
  json_.open_object();
  json_.boolean("ok", false);
  json_.null("value");
  json_.key("error");
  write_diagnostic(json_, reason, offset, header);
  json_.open_array("diagnostics");
  write_diagnostic(json_, reason, offset, header);
  json_.close_array();
  json_.close_object();
}

std::optional<CommandError> Functions::call(std::uint32_t function, std::string_view head,
                                            std::string_view body) {
  json_.clear();
  made_ = std::string();
  octets_ = {};
  status_ = 0;
  switch (function) {
    case SIPML_PARSE_URI:
      parse_uri(body);
      break;
    case SIPML_PARSE_NAME_ADDR:
      parse_name_addr(body);
      break;
    case SIPML_PARSE_HEADER:
      parse_header(head, body);
      break;
    case SIPML_PARSE_MESSAGE:
      parse_message(body);
      break;
    case SIPML_PARSE_SDP:
      parse_sdp(body);
      break;
    case SIPML_PARSE_MULTIPART:
      parse_multipart(head, body);
      break;
    case SIPML_MESSAGE_STATUS:
      message_status(body);
      break;
    case SIPML_COMPARE_URIS:
      compare_uris(head, body);
      break;
    case SIPML_RESOLVE_TARGET:
      resolve_target(head, body);
      break;
    case SIPML_SERIALIZE:
      return serialize(head, body);
    case SIPML_FORMAT_NAME_ADDR:
      return format_name_addr(head);
    case SIPML_DIGEST_RESPONSE:
      return digest_response(head, body);
    default:
      return CommandError{CommandErrorCode::unknown_id, "function", "no such function"};
  }
  if (json_.overflowed()) {
    json_.clear();
    octets_ = {};
    fail("a text means more than a result can hold", 0);
  }
  return std::nullopt;
}

void Functions::parse_uri(std::string_view text) {
  const auto uri = uri::parse(text);
  if (!uri) return fail(uri.error().reason, uri.error().offset);
  if (uri->scheme == "tel") {
    const auto tel = uri::parse_tel(uri->opaque);
    if (!tel) return fail(tel.error().reason, uri->scheme.size() + 1 + tel.error().offset);
  }
  begin_value();
  write_uri(json_, *uri);
  end_value();
}

void Functions::parse_name_addr(std::string_view text) {
  std::string value(text);
  if (const auto bad = unfold(value)) return fail("an address has an illegal character", *bad);
  const auto address = uri::parse_name_addr(value);
  if (!address) return fail(address.error().reason, address.error().offset);
  begin_value();
  write_name_addr(json_, *address);
  end_value();
}

void Functions::parse_header(std::string_view name, std::string_view line) {
  std::size_t start = 0;
  if (name.empty()) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return fail("a header has no colon", line.size());
    name = line.substr(0, colon);
    start = colon + 1;
  }
  name = ascii::trim(name);
  if (!grammar::is_token(name)) return fail("a header name is no token", 0);
  const message::HeaderName id = message::header_name(name);
  const std::string_view canonical =
      id == message::HeaderName::other ? name : message::to_string(id);
  std::string unfolded(line.substr(start));
  if (unfolded.ends_with("\r\n")) unfolded.resize(unfolded.size() - 2);
  if (const auto bad = unfold(unfolded))
    return fail("a header value has an illegal character", start + *bad, canonical);
  const std::string_view value = ascii::trim(unfolded);
  if (value.size() > limits::header_value_size)
    return fail("a header value is too long", start + limits::header_value_size, canonical);
  if (!value.empty()) start += static_cast<std::size_t>(value.data() - unfolded.data());
  begin_value();
  const auto error = write_header_data(json_, id, value);
  end_value();
  if (!error) return;
  json_.clear();
  fail(error->reason, start + error->offset, canonical);
}

void Functions::parse_message(std::string_view octets) {
  const auto message = message::parse_message(std::string(octets));
  if (!message) return fail(message.error().reason, message.error().offset);
  std::optional<message::Body> parts;
  if (message->content_type().starts_with("multipart/")) parts = message::parse_body(*message);
  // Unfolding keeps offsets, so the body stands in the input where it stands in the message.
  const std::string_view body = message->body();
  octets_ = body.empty()
                ? body
                : octets.substr(static_cast<std::size_t>(body.data() - message->bytes().data()),
                                body.size());
  write_parsed_message(json_, *message, parts ? &*parts : nullptr, made_);
  if (!made_.empty()) octets_ = made_;
}

void Functions::parse_sdp(std::string_view text) {
  const auto description = sdp::parse(text);
  if (!description)
    return fail(sdp::to_string(description.error().code), description.error().offset);
  begin_value();
  write_description(json_, *description);
  json_.open_array("diagnostics");
  for (const sdp::Fault& fault : sdp::faults(text))
    write_diagnostic(json_, fault.reason, fault.offset, fault.name);
  json_.close_array();
  json_.close_object();
}

void Functions::parse_multipart(std::string_view content_type, std::string_view text) {
  const message::Body body =
      message::parse_body({{"Content-Type", std::string(content_type)}}, text);
  const message::BodyPart& whole = body.parts.front();
  if (!whole.is_multipart()) return fail("a Content-Type is no multipart", 0, "Content-Type");
  if (whole.part_count == 0) {
    const bool told = !body.diagnostics.empty();
    const message::Diagnostic first = told ? body.diagnostics.front() : message::Diagnostic();
    return fail(told ? first.reason : "a multipart has no part", first.offset, first.header);
  }
  begin_value();
  json_.open_object();
  json_.open_object("contentType");
  write_media_type_members(json_, whole.type, whole.parameters);
  json_.close_object();
  octets_ = text;
  write_parts(json_, body, text, made_);
  if (!made_.empty()) octets_ = made_;
  json_.close_object();
  json_.open_array("diagnostics");
  for (const message::Diagnostic& diagnostic : body.diagnostics)
    write_diagnostic(json_, diagnostic.reason, diagnostic.offset, diagnostic.header);
  json_.close_array();
  json_.close_object();
}

void Functions::message_status(std::string_view octets) {
  const auto message = message::parse_message(std::string(octets));
  if (!message) {
    status_ = 1;
  } else if (const auto& fault = message->fault()) {
    status_ = static_cast<std::uint32_t>(fault->status);
  }
}

void Functions::compare_uris(std::string_view a, std::string_view b) {
  const auto first = uri::parse(a);
  const auto second = uri::parse(b);
  bool equal = false;
  if (first && second)
    equal = first->scheme == "tel" && second->scheme == "tel"
                ? uri::tel_equivalent(first->opaque, second->opaque)
                : uri::equivalent(*first, *second);
  json_.boolean(equal);
}

void Functions::resolve_target(std::string_view target, std::string_view domain) {
  const auto uri = uri::parse_destination(target, domain);
  if (!uri) return fail(uri.error().reason, uri.error().offset);
  begin_value();
  write_uri(json_, *uri);
  end_value();
}

std::optional<CommandError> Functions::serialize(std::string_view text, std::string_view body) {
  Head head(text);
  made_ = write_start_line(head);
  made_ += write_headers(head, body.size());
  if (head.error()) return head.error();
  made_ += "\r\n";
  made_ += body;
  octets_ = made_;
  return std::nullopt;
}

std::optional<CommandError> Functions::format_name_addr(std::string_view text) {
  Head head(text);
  uri::NameAddr address;
  address.display_name = head.line("displayName").value_or(std::string());
  auto uri = uri::parse(head.required_line("uri"));
  if (uri)
    address.uri = std::move(uri).value();
  else
    head.fail("uri", "is unusable: " + std::string(uri.error().reason));
  address.parameters = read_parameters(head);
  if (head.error()) return head.error();
  json_.text(uri::to_string(address));
  return std::nullopt;
}

std::optional<CommandError> Functions::digest_response(std::string_view text,
                                                       std::string_view body) {
  Head head(text);
  const std::string username = head.required_line("username");
  const auto password = head.text("password");
  const auto given_ha1 = head.text("ha1");
  const std::string realm = head.required_line("realm");
  const std::string nonce = head.required_line("nonce");
  const std::string method = head.required_line("method");
  const std::string uri = head.required_line("uri");
  const auto algorithm = auth::parse_algorithm(head.line("algorithm").value_or("MD5"));
  const std::string qop = ascii::to_lower(head.line("qop").value_or(""));
  const auto cnonce = head.line("cnonce");
  const std::string nc = read_nonce_count(head);
  const bool userhash = head.flag("userhash");
  const bool reveal = head.flag("revealHa1");
  if (!algorithm) head.fail("algorithm", "is not one of MD5, SHA-256, SHA-512-256 or their -sess");
  if (qop != "" && qop != "auth" && qop != "auth-int")
    head.fail("qop", "is neither auth nor auth-int");
  if (password.has_value() == given_ha1.has_value())
    head.fail("password", "has to be there, or ha1, but not both");
  if ((qop != "" || (algorithm && auth::is_session(*algorithm))) && !cnonce)
    head.fail("cnonce", "is missing");
  if (qop != "" && nc.empty()) head.fail("nc", "is missing");
  if (head.error()) return head.error();

  const std::string secret =
      given_ha1 ? ascii::to_lower(*given_ha1) : auth::ha1(*algorithm, username, realm, *password);
  const std::size_t digits = auth::hash(*algorithm, "").size();
  if (secret.size() != digits || !grammar::all_are(secret, grammar::hex_digit))
    return wrong("ha1", "is not a hash of the algorithm in hexadecimal");
  auth::DigestInput input;
  input.algorithm = *algorithm;
  if (qop == "auth") input.qop = auth::Qop::auth;
  if (qop == "auth-int") input.qop = auth::Qop::auth_int;
  input.ha1 = secret;
  input.nonce = nonce;
  if (cnonce) input.cnonce = *cnonce;
  input.nc = nc;
  input.method = method;
  input.uri = uri;
  input.body = body;
  json_.open_object();
  json_.text("response", auth::digest_response(input));
  json_.text("username", userhash ? auth::hash(*algorithm, username + ':' + realm) : username);
  json_.text("algorithm", auth::to_string(*algorithm));
  if (reveal) {
    json_.text("ha1", auth::is_session(*algorithm)
                          ? auth::hash(*algorithm,
                                       secret + ':' + nonce + ':' + cnonce.value_or(std::string()))
                          : secret);
  }
  json_.close_object();
  return std::nullopt;
}

}  // namespace sipml::bridge
