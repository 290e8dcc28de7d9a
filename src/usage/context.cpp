#include "usage/context.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "message/multipart.hpp"
#include "message/redact.hpp"

namespace sipml::usage {

namespace {

/// True for a request of a dialog: it goes where the dialog's route set says (12.2.1.1).
bool is_in_dialog(const message::Request& request) {
  const std::string* to = message::find_field(request.headers, "To");
  const auto parsed = to ? uri::parse_name_addr(*to) : uri::parse_name_addr({});
  return parsed && !parsed->tag().empty();
}

/// The Route values of a request that is sent now, before those that it has. sipML5: the outbound
/// proxy's stands before all others, in every request. The configured ones and, but for REGISTER,
/// those of the registrar (RFC 3608 section 5) make the route set of requests outside dialogs.
std::vector<std::string> routes(const message::Request& request, const Config& config) {
  std::vector<std::string> values;
  if (!config.outbound_proxy.empty()) values.push_back(config.outbound_proxy);
  if (is_in_dialog(request)) return values;
  values.insert(values.end(), config.routes.begin(), config.routes.end());
  if (request.method == "REGISTER") return values;
  for (const std::string& route : config.service.route)
    // An edge proxy that was configured also names itself.
    if (std::find(values.begin(), values.end(), route) == values.end()) values.push_back(route);
  return values;
}

void add_routes(message::Request& request, const Config& config) {
  // Most have none: then the request need not be looked at.
  if (config.outbound_proxy.empty() && config.routes.empty() && config.service.route.empty())
    return;
  std::vector<std::string> values = routes(request, config);
  auto& headers = request.headers;
  const auto named = [&headers](std::string_view name) {
    return std::find_if(headers.begin(), headers.end(),
                        [name](const message::HeaderField& field) { return field.name == name; });
  };
  auto place = named("Route");
  if (values.empty() || (place != headers.end() && place->value == values.front())) return;
  if (place == headers.end()) place = named("Call-ID");
  message::HeaderFields fields;
  for (std::string& value : values) fields.push_back({"Route", std::move(value)});
  headers.insert(place, fields.begin(), fields.end());
}

auth::Account account_of(const Config& config) {
  return {config.authorization_user, config.password, config.realm};
}

}  // namespace

void Context::emit(Event event) {
  if (cause && config.event_messages)
    std::visit(
        [this](auto& value) {
          if constexpr (requires { value.message; })
            if (!value.message) value.message = caused_by(*cause);
        },
        event);
  outputs.emplace_back(std::move(event));
}

CausedBy Context::caused_by(const message::Message& message) const {
  if (!config.event_messages) return std::nullopt;
  MessageHead head;
  if (message.is_request()) {
    head.method = message.method();
    head.uri = message.request_uri();
  } else {
    head.status = message.status();
    head.reason = message.reason();
  }
  for (const auto& [name, value] : message.all_headers()) {
    std::string_view known = message::to_string(message::header_name(name));
    if (known.empty()) known = name;
    if (!message::is_secret(known))
      head.headers.push_back({std::string(known), message::redact_value(value)});
  }
  head.body = message.body();
  return head;
}

void Context::tell_passed(bool sent, std::uint32_t usage, const message::Message& request) {
  if (!config.request_events) return;
  outputs.emplace_back(
      Event(RequestPassed{sent, usage, std::string(request.method()), caused_by(request)}));
}

void Context::flush(transaction::Outbox& outbox) {
  for (transaction::Transmission& transmission : outbox) {
    if (!connected) continue;
    if (config.trace) outputs.emplace_back(Log{true, message::redact(transmission.bytes)});
    outputs.emplace_back(Transmit{std::move(transmission.bytes)});
  }
  outbox.clear();
}

void Context::flush_request(std::uint32_t usage, transaction::Outbox& outbox) {
  std::optional<message::Message> request;
  if (config.request_events && !outbox.empty())
    if (auto parsed = message::parse_message(outbox.back().bytes))
      request = std::move(parsed).value();
  flush(outbox);
  if (request) tell_passed(true, usage, *request);
}

transaction::Id Context::send(message::Request request, transaction::Owner owner,
                              message::Request* sent) {
  if (!connected) return 0;
  if (!config.user_agent.empty() && !message::find_field(request.headers, "User-Agent"))
    request.headers.push_back({"User-Agent", config.user_agent});
  add_headers(request.headers, config.headers);
  add_routes(request, config);
  credentials.authorize(request, account_of(config), random);
  if (sent) *sent = request;
  return resend(std::move(request), owner);
}

transaction::Id Context::resend(message::Request request, transaction::Owner owner) {
  if (!connected) return 0;
  transaction::Outbox outbox;
  const auto id = transactions.send_request(std::move(request), owner, 0, config.via_transport,
                                            random, now, outbox);
  flush_request(owner.usage, outbox);
  return id;
}

std::optional<message::Request> Context::with_credentials(const transaction::Indication& indication,
                                                          const message::Message& response) {
  if (!is_challenge(response.status()) || config.password.empty() || !connected ||
      indication.owner.attempt >= limits::authentication_attempts)
    return std::nullopt;
  auto request = credentials.answer(indication.request, response, account_of(config), random);
  if (request) message::remove_fields(request->headers, "Via");
  return request;
}

void Context::respond(transaction::Id id, const message::Response& response) {
  transaction::Outbox outbox;
  transactions.send_response(id, response, now, outbox);
  flush(outbox);
}

std::string Context::send_ack(message::Request ack) {
  add_routes(ack, config);
  transaction::Outbox outbox;
  std::string bytes =
      transactions.send_ack(std::move(ack), 0, config.via_transport, random, outbox);
  flush(outbox);
  return bytes;
}

void set_cseq(message::Request& request, std::uint32_t number) {
  message::set_field(request.headers, "CSeq", std::to_string(number) + ' ' + request.method);
}

std::string supported_options(const Config& config) {
  const bool is_reliable = config.reliable_provisional != Config::ReliableProvisional::none;
  std::string options =
      is_reliable ? "100rel, timer, replaces, norefersub" : "timer, replaces, norefersub";
  if (offers_trickle(config)) (options += ", ") += trickle_package;
  return options;
}

bool is_supported(const Config& config, std::string_view option) {
  const std::string supported = supported_options(config);
  const auto options = grammar::split_list(supported);
  return std::any_of(options.begin(), options.end(), [option](std::string_view known) {
    return ascii::equal_ignoring_case(known, option);
  });
}

bool lists(const message::Message& message, message::HeaderName header, std::string_view token) {
  const auto values = message.values(header);
  return std::any_of(values.begin(), values.end(), [token](std::string_view value) {
    return ascii::equal_ignoring_case(value, token);
  });
}

message::HeaderField warning(const Config& config, const negotiation::RewriteError* error) {
  using Code = negotiation::RewriteErrorCode;
  // 20.43: 302 incompatible transport protocol, 304 media type not available, 305 incompatible
  // media format, 399 miscellaneous.
  std::string value = "305";
  std::string_view text = "The browser cannot take the session description";
  if (error) {
    text = error->text;
    if (error->code >= Code::no_fingerprint && error->code <= Code::no_rtcp_mux)
      value = "302";
    else if (error->code == Code::unknown_medium)
      value = "304";
    else if (error->code != Code::nothing_in_common)
      value = "399";
  }
  return {"Warning", value + ' ' + config.invalid_host + ' ' + grammar::quote(text)};
}

void add_headers(message::HeaderFields& fields, const message::HeaderFields& more) {
  for (const message::HeaderField& field : more) {
    if (ascii::equal_ignoring_case(field.name, "User-Agent"))
      message::set_field(fields, field.name, field.value);
    else
      fields.push_back(field);
  }
}

std::string contact_value(const Config& config, const message::HeaderFields& caps,
                          std::string_view method) {
  uri::NameAddr contact;
  contact.display_name = config.display_name;
  // RFC 5627 4.4: what the registrar gave reaches this instance wherever its flow goes. A gateway
  // that reads our Contact needs its own form.
  const bool for_gateway = config.rtcweb_breaker || config.click2call;
  if (!config.service.public_gruu.empty() && !for_gateway && method != "REGISTER") {
    std::string value =
        config.display_name.empty() ? std::string() : grammar::quote(config.display_name) + ' ';
    value += '<' + config.service.public_gruu + '>';
    for (const message::HeaderField& cap : caps) {
      value += ';' + cap.name;
      if (!cap.value.empty()) value += '=' + cap.value;
    }
    return value;
  }
  contact.uri.scheme = "sip";
  contact.uri.user = config.uri.user;
  contact.uri.host = config.invalid_host;
  if (config.rtcweb_breaker)
    contact.uri.parameters.push_back({"rtcweb-breaker", std::string("yes"), false});
  if (config.click2call)
    contact.uri.parameters.push_back({"click2call", std::string("yes"), false});
  contact.uri.parameters.push_back({"transport", std::string("ws"), false});
  // RFC 5626 4.3: dialogs are to come over the flow, too.
  if (config.service.outbound && method != "REGISTER")
    contact.uri.parameters.push_back({"ob", std::nullopt, false});
  std::string value = uri::to_string(contact);
  // It stands for the password, so it only goes where nobody on the way can read it.
  if (config.rtcweb_breaker && method == "INVITE" && config.via_transport == "WSS") {
    value += ";impi=" + uri::escape_user(config.authorization_user);
    value += ";ha1=" + auth::ha1(auth::Algorithm::md5, config.authorization_user, config.domain,
                                 config.password);
  }
  if (!config.instance_id.empty()) {
    value += ";+sip.instance=\"<" + config.instance_id + ">\"";
    if (method == "REGISTER") value += ";reg-id=1";
  }
  for (const message::HeaderField& cap : caps) {
    value += ';' + cap.name;
    if (!cap.value.empty()) value += '=' + cap.value;
  }
  return value;
}

std::optional<message::HeaderField> unsupported_encoding(const message::Message& request) {
  if (request.body().empty()) return std::nullopt;
  for (std::string_view encoding : request.values(message::HeaderName::content_encoding))
    if (!ascii::equal_ignoring_case(encoding, "identity"))
      return message::HeaderField{"Accept-Encoding", "identity"};
  return std::nullopt;
}

std::optional<Refusal> refused_body(const message::Message& request) {
  if (auto encoding = unsupported_encoding(request)) return Refusal{415, {std::move(*encoding)}};
  switch (message::find_session_description(request).refusal) {
    case 0:
      return std::nullopt;
    case 415:
      return Refusal{415, {{"Accept", std::string(accepted_types)}}};
    default:
      return Refusal{400, {}};
  }
}

Party party(const uri::NameAddr& address) {
  const std::string& user = address.uri.is_sip() ? address.uri.user : address.uri.opaque;
  return {uri::to_string(address.uri), uri::unescape(user), address.display_name};
}

uri::NameAddr local_address(const std::optional<uri::Uri>& from, Context& context) {
  uri::NameAddr address;
  address.display_name = context.config.display_name;
  address.uri = from.value_or(context.config.uri);
  address.parameters.push_back({"tag", context.random.token(12), false});
  return address;
}

message::Request make_request(std::string_view method, const std::string& request_uri,
                              const uri::NameAddr& from, const uri::NameAddr& to,
                              std::string_view call_id, std::uint32_t cseq) {
  message::Request request;
  request.method = method;
  request.request_uri = request_uri;
  request.headers = {{"Max-Forwards", "70"},
                     {"From", uri::to_string(from)},
                     {"To", uri::to_string(to)},
                     {"Call-ID", std::string(call_id)},
                     {"CSeq", std::to_string(cseq) + ' ' + std::string(method)}};
  return request;
}

}  // namespace sipml::usage
