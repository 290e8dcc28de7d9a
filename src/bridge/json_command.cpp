#include "bridge/json_command.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <string>

#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "bridge/json.hpp"
#include "bridge/names.hpp"
#include "crypto/hex.hpp"
#include "grammar/char_class.hpp"
#include "grammar/tokens.hpp"
#include "message/headers/content.hpp"
#include "message/headers/typed.hpp"

namespace sipml::bridge {

using usage::CommandErrorCode;

namespace {

/// Headers that the core writes itself; another value would break the dialog or the transaction.
constexpr std::string_view reserved_headers[] = {"Via",
                                                 "v",
                                                 "From",
                                                 "f",
                                                 "To",
                                                 "t",
                                                 "Call-ID",
                                                 "i",
                                                 "CSeq",
                                                 "Max-Forwards",
                                                 "Contact",
                                                 "m",
                                                 "Content-Type",
                                                 "c",
                                                 "Content-Length",
                                                 "l",
                                                 "Authorization",
                                                 "Proxy-Authorization"};

/// Reads the keys of one JSON object and keeps the first thing that was wrong.
class Reader {
 public:
  explicit Reader(const Json& json) : json_(json) {}

  const std::optional<CommandError>& error() const { return error_; }

  void fail(std::string argument, std::string message,
            CommandErrorCode code = CommandErrorCode::invalid_argument) {
    if (!error_) error_ = CommandError{code, std::move(argument), std::move(message)};
  }

  void too_much(const std::string& argument, const char* what, std::size_t limit) {
    fail(argument, argument + what + std::to_string(limit), CommandErrorCode::limit_exceeded);
  }

  bool has(const char* key) const { return json_.contains(key) && !json_[key].is_null(); }

  /// Text that goes into a message: `maximum` octets, and nothing that could end a header.
  std::optional<std::string> text(const char* key,
                                  std::size_t maximum = limits::command_text_size) {
    if (!has(key)) return std::nullopt;
    const Json& value = json_[key];
    if (!value.is_string()) {
      fail(key, std::string(key) + " is not a string");
      return std::nullopt;
    }
    const std::string& result = *value.get_ptr<const std::string*>();
    if (ascii::has_line_break(result)) {
      fail(key, std::string(key) + " holds CR, LF or NUL");
      return std::nullopt;
    }
    if (result.size() > maximum) {
      too_much(key, " is too long: its octets are limited to ", maximum);
      return std::nullopt;
    }
    return result;
  }

  /// Text that is only shown: line breaks in it are no fault and become blanks, and what is too
  /// long of it is left out.
  std::string free_text(const char* key) {
    if (!has(key)) return {};
    const std::string* value = json_[key].get_ptr<const std::string*>();
    if (!value) fail(key, std::string(key) + " is not a string");
    std::string result = value ? *value : std::string();
    if (result.size() > limits::command_text_size) {
      std::size_t end = limits::command_text_size;
      // Not in the middle of a character of UTF-8.
      while (end > 0 && (static_cast<unsigned char>(result[end]) & 0xC0U) == 0x80U) --end;
      result.resize(end);
    }
    for (char& c : result)
      if (ascii::has_line_break(std::string_view(&c, 1))) c = ' ';
    return result;
  }

  std::string text_or(const char* key, std::string fallback,
                      std::size_t maximum = limits::command_text_size) {
    return text(key, maximum).value_or(std::move(fallback));
  }

  bool flag_or(const char* key, bool fallback) {
    if (!has(key)) return fallback;
    if (json_[key].is_boolean()) return *json_[key].get_ptr<const bool*>();
    fail(key, std::string(key) + " is not a boolean");
    return fallback;
  }

  std::optional<std::uint32_t> number(const char* key, double minimum, double maximum) {
    if (!has(key)) return std::nullopt;
    const Json& value = json_[key];
    const double number = value.is_number() ? as_double(value) : -1;
    if (!value.is_number() || number < minimum || number > maximum ||
        number != std::floor(number)) {
      fail(key, std::string(key) + " is not a whole number from " +
                    std::to_string(static_cast<std::int64_t>(minimum)) + " to " +
                    std::to_string(static_cast<std::int64_t>(maximum)));
      return std::nullopt;
    }
    return static_cast<std::uint32_t>(number);
  }

  std::uint32_t id(const char* key) {
    const auto value = number(key, 0, std::numeric_limits<std::uint32_t>::max());
    if (!value) fail(key, std::string(key) + " is missing");
    return value.value_or(0);
  }

  /// An array of at most `limits::parameter_count` texts; what is wrong is named as "key[0]".
  std::vector<std::string> texts(const char* key) {
    std::vector<std::string> result;
    if (!has(key)) return result;
    const Json& array = json_[key];
    if (!array.is_array()) {
      fail(key, std::string(key) + " is not an array");
      return result;
    }
    if (array.size() > limits::parameter_count) {
      too_much(key, " has too many entries: they are limited to ", limits::parameter_count);
      return result;
    }
    for (const Json& item : array) {
      const std::string path = std::string(key) + '[' + std::to_string(result.size()) + ']';
      const std::string* value = item.get_ptr<const std::string*>();
      if (!value) fail(path, path + " is not a string");
      if (value && ascii::has_line_break(*value)) fail(path, path + " holds CR, LF or NUL");
      if (value && value->size() > limits::command_text_size)
        too_much(path, " is too long: its octets are limited to ", limits::command_text_size);
      if (error_) return result;
      result.push_back(*value);
    }
    return result;
  }

  /// [{"name", "value"}] of at most `maximum` fields with names that are tokens. What is wrong is
  /// named as "headers[0].value".
  message::HeaderFields fields(const char* key, std::size_t maximum) {
    message::HeaderFields result;
    if (!has(key)) return result;
    const Json& array = json_[key];
    if (!array.is_array()) {
      fail(key, std::string(key) + " is not an array");
      return result;
    }
    if (array.size() > maximum) {
      too_much(key, " has too many entries: they are limited to ", maximum);
      return result;
    }
    for (const Json& item : array) {
      const std::string path = std::string(key) + '[' + std::to_string(result.size()) + ']';
      if (!item.is_object()) {
        fail(path, path + " is not an object");
        return result;
      }
      Reader inner(item);
      message::HeaderField field{inner.text_or("name", {}, limits::header_name_size),
                                 inner.text_or("value", {}, limits::header_value_size)};
      if (!grammar::is_token(field.name)) inner.fail("name", "a name is not a token of RFC 3261");
      take(inner, path);
      if (error_) return result;
      result.push_back(std::move(field));
    }
    return result;
  }

  message::HeaderFields headers(const char* key) {
    message::HeaderFields result = fields(key, limits::command_header_count);
    for (std::size_t i = 0; i < result.size(); ++i)
      for (std::string_view reserved : reserved_headers)
        if (ascii::equal_ignoring_case(result[i].name, reserved))
          fail(std::string(key) + '[' + std::to_string(i) + "].name",
               result[i].name + " is written by the user agent itself");
    return result;
  }

  /// Contact parameters as they are written: gen-value = token / host / quoted-string, and what is
  /// none of them is quoted.
  message::HeaderFields caps(const char* key) {
    message::HeaderFields result = fields(key, limits::command_cap_count);
    for (std::size_t i = 0; i < result.size(); ++i) {
      std::string& value = result[i].value;
      if (value.starts_with('"')) {
        if (grammar::quoted_string_length(value) != value.size())
          fail(std::string(key) + '[' + std::to_string(i) + "].value",
               "a quoted string does not end where its value does");
      } else if (!value.empty() && !grammar::is_token(value)) {
        value = grammar::quote(value);
      }
    }
    return result;
  }

  std::optional<uri::Uri> sip_uri(const char* key) {
    const auto value = text(key, limits::uri_size);
    if (!value) return std::nullopt;
    auto parsed = uri::parse(*value);
    if (!parsed) {
      fail(key, std::string(key) + ": " + std::string(parsed.error().reason) + " at offset " +
                    std::to_string(parsed.error().offset));
      return std::nullopt;
    }
    if (!parsed->is_sip() || parsed->user.empty()) {
      fail(key, std::string(key) + " is not a SIP URI with a user");
      return std::nullopt;
    }
    // Table 1 of 19.1.1: From and To have no headers.
    if (!parsed->headers.empty()) {
      fail(key, std::string(key) + " has headers, which an address of record may not have");
      return std::nullopt;
    }
    return std::move(parsed).value();
  }

  /// Absent: `fallback`; null: no such medium.
  std::optional<sdp::Direction> direction(const char* key, std::optional<sdp::Direction> fallback) {
    if (!json_.contains(key)) return fallback;
    if (json_[key].is_null()) return std::nullopt;
    const auto value = text(key);
    const auto parsed = value ? sdp::parse_direction(*value) : std::nullopt;
    if (!parsed)
      fail(key, std::string(key) + " is not sendrecv, sendonly, recvonly, inactive or null");
    return parsed;
  }

  bool has_direction(const char* key) const { return json_.contains(key); }

  /// The object at `key`, or an empty one.
  Json object(const char* key) {
    if (!has(key)) return Json::object();
    if (!json_[key].is_object()) {
      fail(key, std::string(key) + " is not an object");
      return Json::object();
    }
    return json_[key];
  }

  /// Takes the error of the object at `path` over.
  void take(const Reader& inner, const std::string& path) {
    if (!inner.error()) return;
    fail(path + '.' + inner.error()->argument, inner.error()->message, inner.error()->code);
  }

 private:
  static double as_double(const Json& value) {
    if (const auto* real = value.get_ptr<const double*>()) return *real;
    if (const auto* natural = value.get_ptr<const std::uint64_t*>())
      return static_cast<double>(*natural);
    if (const auto* whole = value.get_ptr<const std::int64_t*>())
      return static_cast<double>(*whole);
    return -1;
  }

  const Json& json_;
  std::optional<CommandError> error_;
};

Json parse_head(std::string_view head) {
  return head.size() > limits::command_size ? Json(Json::value_t::discarded) : parse(head);
}

std::optional<CommandError> check_head(const Json& json, std::string_view head, const char* what) {
  if (head.size() > limits::command_size)
    return CommandError{
        CommandErrorCode::limit_exceeded, "",
        std::string(what) + " has more than " + std::to_string(limits::command_size) + " octets"};
  if (!json.is_object())
    return CommandError{CommandErrorCode::invalid_json, "",
                        std::string(what) + " is not a JSON object"};
  return std::nullopt;
}

/// scheme://host:port as webrtc2sip's private Route (sipML5 tsip_stack, outbound proxy).
std::string outbound_route(Reader& reader, const std::string& url) {
  if (url.empty()) return {};
  const std::size_t separator = url.find("://");
  const std::string scheme = ascii::to_lower(std::string_view(url).substr(0, separator));
  if (separator == std::string::npos || url.size() == separator + 3) {
    reader.fail("outbound_proxy", "outbound_proxy is not of the form scheme://host:port");
    return {};
  }
  std::string transport = "udp";
  for (const char* known : {"tcp", "tls", "dtls", "sctp", "ws", "wss"})
    if (scheme == known) transport = known;
  std::string address = url.substr(separator + 3);
  while (!address.empty() && address.back() == '/') address.pop_back();
  const std::string route = "sip:" + address + ";lr;sipml5-outbound;transport=" + transport;
  if (!uri::parse(route)) {
    reader.fail("outbound_proxy", "outbound_proxy has no usable host and port");
    return {};
  }
  return '<' + route + '>';
}

/// "routes" as the values of Route headers; an addr-spec is put between angle brackets.
std::vector<std::string> read_routes(Reader& reader) {
  std::vector<std::string> routes = reader.texts("routes");
  for (std::size_t i = 0; i < routes.size(); ++i) {
    // An addr-spec keeps its parameters, which a header would take for its own.
    const bool is_bare = routes[i].find('<') == std::string::npos;
    const auto parsed = uri::parse_name_addr(is_bare ? '<' + routes[i] + '>' : routes[i]);
    if (parsed && parsed->uri.is_sip())
      routes[i] = uri::to_string(*parsed);
    else
      reader.fail("routes[" + std::to_string(i) + ']', "a route is not a SIP address");
  }
  return routes;
}

/// Changes in `config` what the object names.
void read_config(Reader& reader, usage::Config& config) {
  if (auto value = reader.sip_uri("uri")) config.uri = std::move(*value);
  config.display_name = reader.text_or("display_name", config.display_name);
  config.authorization_user = reader.text_or("authorization_user", config.authorization_user);
  config.password = reader.text_or("password", config.password);
  config.realm = reader.text_or("realm", config.realm);
  if (const auto value = reader.text("domain")) {
    config.domain = *value;
    const auto parsed = uri::parse("sip:" + *value);
    if (!parsed || !parsed->user.empty() || !parsed->parameters.empty() || !parsed->headers.empty())
      reader.fail("domain", "domain is not a host with an optional port");
  }
  if (const auto value = reader.text("transport")) {
    if (*value != "ws" && *value != "wss") reader.fail("transport", "transport is not ws or wss");
    config.via_transport = *value == "ws" ? "WS" : "WSS";
  }
  config.user_agent = reader.text_or("user_agent", config.user_agent);
  if (reader.has("headers")) config.headers = reader.headers("headers");
  if (const auto value = reader.text("outbound_proxy"))
    config.outbound_proxy = outbound_route(reader, *value);
  config.rtcweb_breaker = reader.flag_or("rtcweb_breaker", config.rtcweb_breaker);
  config.click2call = reader.flag_or("click2call", config.click2call);
  config.early_ims = reader.flag_or("early_ims", config.early_ims);
  if (const auto value = reader.text("session_name")) config.session_name = *value;
  config.instance_id = reader.text_or("instance_id", config.instance_id);
  if (config.instance_id.find_first_of("\"<>\\") != std::string::npos)
    reader.fail("instance_id", "instance_id is not a URN");
  if (const auto value = reader.number("reconnect_time", 0, 4294967295.0))
    config.reconnect_time = milliseconds(std::int64_t{*value});
  if (reader.has("routes")) config.routes = read_routes(reader);
  if (const auto value = reader.number("keep_alive", 0, 4294967295.0))
    config.keep_alive = milliseconds(std::int64_t{*value});
  config.session_expires =
      reader.number("session_expires", 0, 4294967295.0).value_or(config.session_expires);
  if (const auto value = reader.text("reliable_provisional")) {
    using Reliable = usage::Config::ReliableProvisional;
    if (*value == "none")
      config.reliable_provisional = Reliable::none;
    else if (*value == "supported")
      config.reliable_provisional = Reliable::supported;
    else if (*value == "required")
      config.reliable_provisional = Reliable::required;
    else
      reader.fail("reliable_provisional",
                  "reliable_provisional is not none, supported or required");
  }
  config.redirects =
      reader.number("redirects", 0, limits::redirect_count).value_or(config.redirects);
  config.unsolicited_notify = reader.flag_or("unsolicited_notify", config.unsolicited_notify);
  config.event_messages = reader.flag_or("event_messages", config.event_messages);
  config.request_events = reader.flag_or("request_events", config.request_events);
  if (const auto value = reader.text("trickle")) {
    using Trickle = usage::Config::Trickle;
    if (*value == "none")
      config.trickle = Trickle::none;
    else if (*value == "half")
      config.trickle = Trickle::half;
    else if (*value == "full")
      config.trickle = Trickle::full;
    else
      reader.fail("trickle", "trickle is not none, half or full");
  }
  config.ask_upgrades = reader.flag_or("ask_upgrades", config.ask_upgrades);
  config.require_rtcp_mux = reader.flag_or("require_rtcp_mux", config.require_rtcp_mux);
  config.review_descriptions = reader.flag_or("review_descriptions", config.review_descriptions);
  config.trace = reader.flag_or("trace", config.trace);
  if (!config.uri.host.empty()) {
    if (config.domain.empty()) config.domain = config.uri.host;
    if (config.authorization_user.empty()) {
      config.authorization_user = uri::unescape(config.uri.user);
      // A quoted string cannot hold what these escapes mean.
      if (ascii::has_line_break(config.authorization_user))
        config.authorization_user = config.uri.user;
    }
  }
}

/// Takes out of the filter what "removed_candidates" names.
void read_candidates(Reader& reader, negotiation::rules::CandidateFilter& filter) {
  using Filter = negotiation::rules::CandidateFilter;
  struct Kind {
    std::string_view name;
    bool Filter::*kept;
  };
  constexpr Kind kinds[] = {
      {"udp", &Filter::udp},     {"tcp", &Filter::tcp},     {"host", &Filter::host},
      {"srflx", &Filter::srflx}, {"prflx", &Filter::prflx}, {"relay", &Filter::relay},
      {"ipv4", &Filter::ipv4},   {"ipv6", &Filter::ipv6},   {"name", &Filter::name}};
  const std::vector<std::string> names = reader.texts("removed_candidates");
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto kind = std::find_if(std::begin(kinds), std::end(kinds),
                                   [&](const Kind& one) { return one.name == names[i]; });
    const std::string path = "removed_candidates[" + std::to_string(i) + ']';
    if (kind == std::end(kinds))
      reader.fail(path, path + " is not udp, tcp, host, srflx, prflx, relay, ipv4, ipv6 or name");
    else
      filter.*(kind->kept) = false;
  }
}

usage::CallOptions read_options(Reader& reader) {
  usage::CallOptions options;
  options.headers = reader.headers("headers");
  options.first_headers = reader.headers("first_headers");
  options.caps = reader.caps("caps");
  const Json bandwidth = reader.object("bandwidth");
  Reader inner(bandwidth);
  options.media.audio_bandwidth = inner.number("audio", 0, 10000000);
  options.media.video_bandwidth = inner.number("video", 0, 10000000);
  reader.take(inner, "bandwidth");
  const Json wire = reader.object("wire_directions");
  Reader directions(wire);
  options.media.audio_wire_direction = directions.direction("audio", std::nullopt);
  options.media.video_wire_direction = directions.direction("video", std::nullopt);
  reader.take(directions, "wire_directions");
  options.media.removed_codecs = reader.texts("removed_codecs");
  options.media.codec_order = reader.texts("codec_order");
  read_candidates(reader, options.media.candidates);
  return options;
}

std::optional<usage::MediaDirections> read_directions(Reader& reader) {
  if (!reader.has_direction("audio") && !reader.has_direction("video")) return std::nullopt;
  usage::MediaDirections directions;
  directions.audio = reader.direction("audio", std::nullopt);
  directions.video = reader.direction("video", std::nullopt);
  return directions;
}

usage::MediaChoice read_choice(Reader& reader) {
  usage::MediaChoice choice;
  if (reader.has_direction("audio")) choice.audio = reader.direction("audio", std::nullopt);
  if (reader.has_direction("video")) choice.video = reader.direction("video", std::nullopt);
  return choice;
}

agent::Register read_register(Reader& reader) {
  agent::Register command;
  if (reader.has("registration")) command.registration = reader.id("registration");
  command.options.expires =
      reader.number("expires", 1, 4294967295.0).value_or(command.options.expires);
  command.options.headers = reader.headers("headers");
  command.options.first_headers = reader.headers("first_headers");
  command.options.caps = reader.caps("caps");
  command.options.from = reader.sip_uri("from");
  return command;
}

agent::PlaceCall read_call(Reader& reader) {
  agent::PlaceCall command;
  command.to = reader.text_or("to", {}, limits::uri_size);
  if (command.to.empty()) reader.fail("to", "to is missing");
  command.from = reader.sip_uri("from");
  command.directions = read_directions(reader).value_or(usage::MediaDirections{});
  command.options = read_options(reader);
  return command;
}

agent::Reject read_reject(Reader& reader, std::uint32_t status = 603) {
  agent::Reject command;
  command.call = reader.id("call");
  command.status = static_cast<int>(reader.number("status", 300, 699).value_or(status));
  command.reason = reader.text_or("reason", {});
  command.headers = reader.headers("headers");
  return command;
}

usage::MediaError read_media_error(Reader& reader) {
  const auto error = media_error(reader.text_or("error", "failed"));
  if (!error) reader.fail("error", "error is not a MediaError");
  return error.value_or(usage::MediaError::failed);
}

agent::MediaFailed read_media_failed(Reader& reader) {
  agent::MediaFailed command;
  command.call = reader.id("call");
  command.token = reader.id("token");
  command.error = read_media_error(reader);
  command.text = reader.free_text("message");
  return command;
}

agent::LocalCandidate read_local_candidate(Reader& reader) {
  agent::LocalCandidate command;
  command.call = reader.id("call");
  command.mid = reader.text_or("mid", {});
  command.candidate = reader.text_or("candidate", {});
  command.ufrag = reader.text_or("ufrag", {});
  return command;
}

/// "content_type", which a body needs.
std::string read_content_type(Reader& reader, std::string_view body) {
  std::string value = reader.text_or("content_type", {});
  if (value.empty() ? !body.empty() : message::media_type(value).empty())
    reader.fail("content_type", "content_type is not a media type");
  return value;
}

/// "event", which may carry an id.
std::string read_event(Reader& reader) {
  std::string value = reader.text_or("event", "presence");
  if (!message::parse_event(value)) reader.fail("event", "event is not an event package");
  return value;
}

agent::Progress read_progress(Reader& reader) {
  agent::Progress command;
  command.call = reader.id("call");
  command.status = static_cast<int>(reader.number("status", 101, 199).value_or(180));
  command.reason = reader.text_or("reason", {});
  command.headers = reader.headers("headers");
  return command;
}

agent::SendRequest read_request(Reader& reader, std::string_view body) {
  agent::SendRequest command;
  command.method = reader.text_or("method", {});
  if (command.method != "MESSAGE" && command.method != "OPTIONS" && command.method != "INFO")
    reader.fail("method", "method is not MESSAGE, OPTIONS or INFO");
  command.to = reader.text_or("to", {}, limits::uri_size);
  if (reader.has("call"))
    command.call = reader.id("call");
  else if (command.to.empty())
    reader.fail("to", "to is missing");
  command.from = reader.sip_uri("from");
  command.content_type = read_content_type(reader, body);
  command.headers = reader.headers("headers");
  command.first_headers = reader.headers("first_headers");
  command.caps = reader.caps("caps");
  command.body = body;
  return command;
}

agent::Respond read_respond(Reader& reader, std::string_view body) {
  agent::Respond command;
  command.request = reader.id("request");
  const auto status = reader.number("status", 200, 699);
  if (!status) reader.fail("status", "status is missing");
  command.status = static_cast<int>(status.value_or(200));
  command.reason = reader.text_or("reason", {});
  command.content_type = read_content_type(reader, body);
  command.headers = reader.headers("headers");
  command.body = body;
  return command;
}

agent::Publish read_publish(Reader& reader, std::string_view body) {
  agent::Publish command;
  if (reader.has("publication")) command.publication = reader.id("publication");
  command.event = read_event(reader);
  command.to = reader.text_or("to", {}, limits::uri_size);
  command.from = reader.sip_uri("from");
  command.expires = reader.number("expires", 1, 4294967295.0);
  command.content_type = read_content_type(reader, body);
  command.headers = reader.headers("headers");
  command.first_headers = reader.headers("first_headers");
  command.caps = reader.caps("caps");
  command.body = body;
  return command;
}

agent::Subscribe read_subscribe(Reader& reader) {
  agent::Subscribe command;
  if (reader.has("subscription")) command.subscription = reader.id("subscription");
  command.to = reader.text_or("to", {}, limits::uri_size);
  if (!command.subscription && command.to.empty()) reader.fail("to", "to is missing");
  command.event = read_event(reader);
  command.accept = reader.texts("accept");
  for (std::size_t i = 0; i < command.accept.size(); ++i)
    if (message::media_type(command.accept[i]).empty()) {
      const std::string path = "accept[" + std::to_string(i) + ']';
      reader.fail(path, path + " is not a media type");
    }
  command.from = reader.sip_uri("from");
  command.expires = reader.number("expires", 0, 4294967295.0);
  command.headers = reader.headers("headers");
  command.first_headers = reader.headers("first_headers");
  command.caps = reader.caps("caps");
  return command;
}

agent::Transfer read_transfer(Reader& reader) {
  agent::Transfer command;
  command.call = reader.id("call");
  command.to = reader.text_or("to", {}, limits::uri_size);
  if (reader.has("replaces"))
    command.replaces = reader.id("replaces");
  else if (command.to.empty())
    reader.fail("to", "to is missing");
  command.headers = reader.headers("headers");
  return command;
}

agent::RejectTransfer read_reject_transfer(Reader& reader) {
  agent::Reject command = read_reject(reader);
  return {command.call, command.status, std::move(command.reason), std::move(command.headers)};
}

agent::RejectOffer read_reject_offer(Reader& reader) {
  agent::Reject command = read_reject(reader, 488);
  return {command.call, command.status, std::move(command.reason), std::move(command.headers)};
}

std::optional<agent::Command> read_command(Reader& reader, std::string_view type,
                                           std::string_view body, const usage::Config& current) {
  if (type == "start") return agent::Start{};
  if (type == "stop") return agent::Stop{reader.number("timeout", 0, 4294967295.0).value_or(3000)};
  if (type == "configure") {
    const Json object = reader.object("config");
    Reader inner(object);
    usage::Config config = current;
    read_config(inner, config);
    reader.take(inner, "config");
    return agent::Configure{std::move(config)};
  }
  if (type == "register") return read_register(reader);
  if (type == "unregister")
    return agent::Unregister{reader.id("registration"), reader.headers("headers")};
  if (type == "call") return read_call(reader);
  if (type == "accept")
    return agent::Accept{reader.id("call"), read_choice(reader), read_options(reader)};
  if (type == "reject") return read_reject(reader);
  if (type == "hangup") return agent::HangUp{reader.id("call"), reader.headers("headers")};
  if (type == "hold")
    return agent::ChangeCall{reader.id("call"), usage::Change::hold, {}, reader.headers("headers")};
  if (type == "resume")
    return agent::ChangeCall{
        reader.id("call"), usage::Change::resume, {}, reader.headers("headers")};
  if (type == "modify") {
    const auto directions = read_directions(reader);
    if (!directions) reader.fail("audio", "audio and video are missing");
    return agent::ChangeCall{reader.id("call"), usage::Change::modify, directions,
                             reader.headers("headers")};
  }
  if (type == "info") {
    agent::SendInfo command{reader.id("call"), reader.text_or("content_type", {}),
                            std::string(body), reader.headers("headers")};
    if (message::media_type(command.content_type).empty())
      reader.fail("content_type", "content_type is not a media type");
    return command;
  }
  if (type == "progress") return read_progress(reader);
  if (type == "request") return read_request(reader, body);
  if (type == "forget_request") return agent::ForgetRequest{reader.id("request")};
  if (type == "respond") return read_respond(reader, body);
  if (type == "publish") return read_publish(reader, body);
  if (type == "unpublish")
    return agent::Unpublish{reader.id("publication"), reader.headers("headers")};
  if (type == "subscribe") return read_subscribe(reader);
  if (type == "unsubscribe")
    return agent::Unsubscribe{reader.id("subscription"), reader.headers("headers")};
  if (type == "transfer") return read_transfer(reader);
  if (type == "accept_transfer")
    return agent::AcceptTransfer{reader.id("call"),
                                 read_directions(reader).value_or(usage::MediaDirections{}),
                                 read_options(reader)};
  if (type == "reject_transfer") return read_reject_transfer(reader);
  if (type == "restart_ice") return agent::RestartIce{reader.id("call"), reader.headers("headers")};
  if (type == "accept_offer") return agent::AcceptOffer{reader.id("call"), read_choice(reader)};
  if (type == "reject_offer") return read_reject_offer(reader);
  if (type == "request_key_frame") return agent::RequestKeyFrame{reader.id("call")};
  if (type == "media_ready")
    return agent::MediaReady{reader.id("call"), reader.id("token"), std::string(body)};
  if (type == "media_failed") return read_media_failed(reader);
  if (type == "local_candidate") return read_local_candidate(reader);
  if (type == "media_lost")
    return agent::MediaLost{reader.id("call"), read_media_error(reader),
                            reader.free_text("message")};
  return std::nullopt;
}

}  // namespace

Result<AgentSetup, CommandError> parse_setup(std::string_view head) {
  const Json json = parse_head(head);
  if (const auto error = check_head(json, head, "a configuration")) return *error;
  Reader reader(json);
  AgentSetup setup;
  if (!reader.has("uri")) reader.fail("uri", "uri is missing");
  read_config(reader, setup.config);
  const auto entropy = crypto::parse_hex_32(reader.text_or("entropy", {}));
  if (!entropy) reader.fail("entropy", "entropy is not 64 hexadecimal digits");
  if (reader.error()) return *reader.error();
  setup.entropy = *entropy;
  return setup;
}

Result<agent::Command, CommandError> parse_command(std::string_view head, std::string_view body,
                                                   const usage::Config& current) {
  const Json json = parse_head(head);
  if (const auto error = check_head(json, head, "a command")) return *error;
  Reader reader(json);
  if (body.size() > limits::message_size)
    reader.too_much("body", " is too long: its octets are limited to ", limits::message_size);
  const std::string type = reader.text_or("type", {});
  auto command = read_command(reader, type, body, current);
  if (!command) reader.fail("type", "type is not a command");
  if (reader.error()) return *reader.error();
  return std::move(*command);
}

}  // namespace sipml::bridge
