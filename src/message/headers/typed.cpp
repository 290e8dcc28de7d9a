#include "message/headers/typed.hpp"

#include <utility>

#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "message/headers/header_value.hpp"

namespace sipml::message {

using grammar::ParseError;

namespace {

/// The one value of a header that has no comma list, or that may have only one here.
Result<HeaderValue, ParseError> parse_single(HeaderName name, std::string_view text) {
  auto values = parse_header_value(name, text);
  if (!values) return values.error();
  if (values->size() != 1) return ParseError{"a header has not exactly one value", 0};
  return std::move(values->front());
}

std::string text_parameter(const grammar::Parameters& parameters, std::string_view name) {
  return std::string(grammar::parameter_value(parameters, name).value_or(std::string_view()));
}

constexpr std::uint32_t number_of(std::int64_t number) {
  return static_cast<std::uint32_t>(number);
}

}  // namespace

std::string_view EventType::package() const {
  return std::string_view(type).substr(0, type.find('.'));
}

std::vector<std::string_view> EventType::templates() const {
  std::vector<std::string_view> result;
  std::string_view rest = type;
  for (std::size_t dot = rest.find('.'); dot != std::string_view::npos; dot = rest.find('.')) {
    rest.remove_prefix(dot + 1);
    result.push_back(rest.substr(0, rest.find('.')));
  }
  return result;
}

Result<EventType, ParseError> parse_event(std::string_view text) {
  auto value = parse_single(HeaderName::event, text);
  if (!value) return value.error();
  std::string id = text_parameter(value->parameters, "id");
  return EventType{std::move(value->text), std::move(id), std::move(value->parameters)};
}

Result<SubscriptionState, ParseError> parse_subscription_state(std::string_view text) {
  auto value = parse_single(HeaderName::subscription_state, text);
  if (!value) return value.error();
  SubscriptionState result;
  result.state = std::move(value->text);
  result.parameters = std::move(value->parameters);
  result.reason = ascii::to_lower(text_parameter(result.parameters, "reason"));
  result.expires = seconds_parameter(result.parameters, "expires");
  result.retry_after = seconds_parameter(result.parameters, "retry-after");
  return result;
}

Result<SessionExpires, ParseError> parse_session_expires(std::string_view text) {
  const auto value = parse_single(HeaderName::session_expires, text);
  if (!value) return value.error();
  SessionExpires result{number_of(value->number), Refresher::none};
  const auto refresher = grammar::parameter_value(value->parameters, "refresher");
  if (!refresher) return result;
  if (ascii::equal_ignoring_case(*refresher, "uac"))
    result.refresher = Refresher::uac;
  else if (ascii::equal_ignoring_case(*refresher, "uas"))
    result.refresher = Refresher::uas;
  else
    return ParseError{"a refresher is neither uac nor uas", text.find(';')};
  return result;
}

std::string to_string(const SessionExpires& value) {
  std::string out = std::to_string(value.seconds);
  if (value.refresher != Refresher::none)
    out += value.refresher == Refresher::uac ? ";refresher=uac" : ";refresher=uas";
  return out;
}

Result<Replaces, ParseError> parse_replaces(std::string_view text) {
  auto value = parse_single(HeaderName::replaces, text);
  if (!value) return value.error();
  return Replaces{std::move(value->text), text_parameter(value->parameters, "to-tag"),
                  text_parameter(value->parameters, "from-tag"),
                  grammar::find_parameter(value->parameters, "early-only") != nullptr};
}

std::string to_string(const Replaces& value) {
  return value.call_id + ";to-tag=" + value.to_tag + ";from-tag=" + value.from_tag +
         (value.early_only ? ";early-only" : "");
}

Result<RAck, ParseError> parse_rack(std::string_view text) {
  auto value = parse_single(HeaderName::rack, text);
  if (!value) return value.error();
  return RAck{number_of(value->number), number_of(value->second.value_or(0)),
              std::move(value->text)};
}

std::string to_string(const RAck& value) {
  return std::to_string(value.response_number) + ' ' + std::to_string(value.cseq_number) + ' ' +
         value.method;
}

Result<std::vector<Reason>, ParseError> parse_reason(std::string_view text) {
  auto values = parse_header_value(HeaderName::reason, text);
  if (!values) return values.error();
  std::vector<Reason> result;
  for (HeaderValue& value : *values) {
    Reason& reason = result.emplace_back();
    reason.protocol = std::move(value.text);
    reason.cause = seconds_parameter(value.parameters, "cause");
    if (const grammar::Parameter* phrase = grammar::find_parameter(value.parameters, "text"))
      reason.text = phrase->value;
  }
  return result;
}

std::string to_string(const Reason& value) {
  // Q.850 and SIP are what peers look for.
  std::string out = value.protocol;
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  if (value.cause) out += ";cause=" + std::to_string(*value.cause);
  if (value.text) out += ";text=" + grammar::quote(*value.text);
  return out;
}

Result<std::vector<Warning>, ParseError> parse_warning(std::string_view text) {
  auto values = parse_header_value(HeaderName::warning, text);
  if (!values) return values.error();
  std::vector<Warning> result;
  for (HeaderValue& value : *values)
    result.push_back(
        {static_cast<std::uint16_t>(value.number), std::move(value.detail), std::move(value.text)});
  return result;
}

Result<RetryAfter, ParseError> parse_retry_after(std::string_view text) {
  auto value = parse_single(HeaderName::retry_after, text);
  if (!value) return value.error();
  return RetryAfter{number_of(value->number), std::move(value->detail),
                    seconds_parameter(value->parameters, "duration")};
}

Result<ReferTo, ParseError> parse_refer_to(std::string_view text) {
  auto value = parse_single(HeaderName::refer_to, text);
  if (!value) return value.error();
  if (!value->uri) return ParseError{"a Refer-To has no URI", 0};
  ReferTo result;
  result.address = {std::move(value->detail), std::move(*value->uri), std::move(value->parameters)};
  std::string_view headers = result.address.uri.headers;
  while (!headers.empty()) {
    const std::string_view item = headers.substr(0, headers.find('&'));
    headers.remove_prefix(std::min(item.size() + 1, headers.size()));
    const std::size_t equals = std::min(item.find('='), item.size());
    if (!ascii::equal_ignoring_case(uri::unescape(item.substr(0, equals)), "Replaces")) continue;
    const std::size_t at = std::min(text.find(item), text.size());
    if (result.replaces) return ParseError{"a Refer-To has two Replaces", at};
    auto replaces = parse_replaces(uri::unescape(item.substr(std::min(equals + 1, item.size()))));
    if (!replaces) return ParseError{replaces.error().reason, at};
    result.replaces = std::move(replaces).value();
  }
  return result;
}

Result<ContentDisposition, ParseError> parse_content_disposition(std::string_view text) {
  auto value = parse_single(HeaderName::content_disposition, text);
  if (!value) return value.error();
  const bool optional =
      ascii::equal_ignoring_case(text_parameter(value->parameters, "handling"), "optional");
  return ContentDisposition{std::move(value->text), !optional, std::move(value->parameters)};
}

std::string_view MediaType::boundary() const {
  return grammar::parameter_value(parameters, "boundary").value_or(std::string_view());
}

std::string_view MediaType::charset() const {
  return grammar::parameter_value(parameters, "charset").value_or(std::string_view());
}

Result<MediaType, ParseError> parse_media_type(std::string_view text) {
  auto value = parse_single(HeaderName::content_type, text);
  if (!value) return value.error();
  const std::size_t slash = value->text.find('/');
  return MediaType{value->text.substr(0, slash), value->text.substr(slash + 1),
                   std::move(value->parameters)};
}

Result<std::vector<std::string>, ParseError> parse_privacy(std::string_view text) {
  auto values = parse_header_value(HeaderName::privacy, text);
  if (!values) return values.error();
  std::vector<std::string> result;
  for (HeaderValue& value : *values) result.push_back(std::move(value.text));
  return result;
}

std::optional<std::uint16_t> contact_q(const grammar::Parameters& parameters) {
  const grammar::Parameter* parameter = grammar::find_parameter(parameters, "q");
  if (!parameter) return std::uint16_t{1000};
  // qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )
  const std::string_view text = parameter->value ? *parameter->value : std::string_view();
  const std::size_t point = std::min(text.find('.'), text.size());
  std::string thousandths(text.substr(std::min(point + 1, text.size())));
  for (char c : thousandths)
    if (!ascii::is_digit(c)) return std::nullopt;
  thousandths.resize(3, '0');
  const auto whole = ascii::parse_number(text.substr(0, point), 1);
  const std::uint64_t fraction = ascii::parse_number(thousandths, 999).value_or(0);
  if (!whole || (*whole == 1 && fraction != 0)) return std::nullopt;
  return static_cast<std::uint16_t>(*whole * 1000 + fraction);
}

std::optional<std::uint32_t> seconds_parameter(const grammar::Parameters& parameters,
                                               std::string_view name) {
  const auto value = grammar::parameter_value(parameters, name);
  if (!value || value->empty()) return std::nullopt;
  for (char c : *value)
    if (!ascii::is_digit(c)) return std::nullopt;
  const auto number = ascii::parse_number(*value, limits::delta_seconds);
  return static_cast<std::uint32_t>(number.value_or(limits::delta_seconds));
}

}  // namespace sipml::message
