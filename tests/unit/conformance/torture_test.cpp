#include <algorithm>

#include "message/headers/expires.hpp"
#include "sdp/attributes.hpp"
#include "unit/agent/phone.hpp"
#include "unit/conformance/cases.hpp"

using namespace sipml;
using namespace sipml::conformance;
using agent::test::Phone;
using message::HeaderName;
using message::Message;

namespace {

/// What a phone said to a message that came out of the blue.
struct Reaction {
  /// Final statuses, in order.
  std::vector<int> statuses;
  std::vector<Message> responses;
  /// Anything sent, or any event other than a diagnostic.
  bool acted = false;
};

Reaction react(const std::string& bytes) {
  Phone phone;
  const std::size_t events = phone.events.size();
  phone.receive(bytes);
  Reaction reaction;
  for (const std::string& sent : phone.sent) {
    reaction.acted = true;
    auto parsed = message::parse_message(sent);
    REQUIRE(parsed);
    if (parsed->status() < 200) continue;
    reaction.statuses.push_back(parsed->status());
    reaction.responses.push_back(std::move(parsed).value());
  }
  for (std::size_t i = events; i < phone.events.size(); ++i)
    if (!std::holds_alternative<usage::Diagnostic>(phone.events[i])) reaction.acted = true;
  return reaction;
}

/// Statuses that say that a request itself is wrong.
bool blames_the_message(int status) {
  for (int blaming : {400, 414, 416, 420, 493, 505, 513})
    if (status == blaming) return true;
  return false;
}

bool holds(const Json& list, int status) {
  return std::find(list.begin(), list.end(), Json(status)) != list.end();
}

void check_outcome(Findings& findings, const std::string& bytes, const Json& entry) {
  const Json& wanted = entry["expected"]["browser_ua_over_websocket"];
  const std::string outcome = text_of(wanted["outcome"]);
  const auto parsed = message::parse_message(bytes);
  const Reaction reaction = react(bytes);
  if (outcome == "no-crash") return;
  const std::string said =
      reaction.statuses.empty() ? "no response" : std::to_string(reaction.statuses.front());
  if (reaction.statuses.size() > 1) findings.add("outcome", "several final responses");
  const int status = reaction.statuses.empty() ? 0 : reaction.statuses.front();
  const auto may = [&](const char* name) {
    if (!wanted.contains("alt_outcomes")) return false;
    const Json& others = wanted["alt_outcomes"];
    return std::find(others.begin(), others.end(), Json(name)) != others.end();
  };
  const bool usable = parsed && !parsed->fault();
  const bool is_invite = parsed && parsed->is_request() && parsed->method() == "INVITE";
  bool accepted = usable && (is_invite ? !blames_the_message(status) : status == 200);
  if (wanted.contains("status")) accepted = usable && Json(status) == wanted["status"];
  if (outcome == "ignore") {
    if (reaction.acted) findings.add("outcome", "was acted upon: " + said);
  } else if (outcome == "accept" && text_of(entry["kind"]) == "response") {
    if (!usable) findings.add("outcome", "was refused");
    if (reaction.acted) findings.add("outcome", "was acted upon");
  } else if (outcome == "accept") {
    if (wanted.contains("alt_codes")) accepted = accepted || holds(wanted["alt_codes"], status);
    if (!accepted) findings.add("outcome", said);
  } else {
    REQUIRE(outcome == "respond");
    bool ok =
        holds(wanted["codes"], status) || (wanted.contains("alt") && holds(wanted["alt"], status));
    ok = ok || (status == 0 && may("ignore"));
    ok = ok || (accepted && status != 0 && may("accept"));
    ok = ok || (accepted && status != 0 && wanted.value("liberal_ok", false));
    if (!ok) findings.add("outcome", said);
    if (!wanted.contains("headers") || reaction.responses.empty()) return;
    for (const Json& header : wanted["headers"]) {
      const std::string line = text_of(header);
      const std::string name = line.substr(0, line.find(':'));
      const std::string value = line.size() > name.size() ? line.substr(name.size() + 2) : "";
      bool found = false;
      for (const auto& [sent, text] : reaction.responses.front().all_headers())
        found = found || (sent == name && (value.empty() || text == value));
      if (!found) findings.add("headers", "the response lacks " + line);
    }
  }
}

Json decoded_user(const Result<uri::Uri, grammar::ParseError>& uri) {
  return uri ? Json(uri::unescape(uri->user)) : Json();
}

Json number_of(const Message& message, HeaderName name) {
  const auto value = message.header(name);
  const auto number = value ? message::parse_delta_seconds(*value) : std::nullopt;
  return number ? Json(*number) : Json();
}

/// All Via values as the message has them.
std::vector<message::Via> vias_of(const Message& message) {
  std::vector<message::Via> vias;
  for (std::string_view value : message.values(HeaderName::via))
    if (auto via = message::parse_via(value)) vias.push_back(std::move(via).value());
  return vias;
}

std::string host_of(const message::Via& via) {
  const auto uri = uri::parse("sip:" + via.sent_by);
  return uri ? uri->host : std::string();
}

Json port_of(const message::Via& via) {
  const auto uri = uri::parse("sip:" + via.sent_by);
  return uri && uri->port ? Json(*uri->port) : Json();
}

/// The address without the brackets that some write and the grammar lacks (RFC 5118 4.5).
Json received_of(const message::Via& via) {
  std::string_view text = grammar::parameter_value(via.parameters, "received").value_or("");
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  return text;
}

Json connection_of(const sdp::Description& description, const sdp::Media& media) {
  const auto connection = sdp::connection(description, media);
  if (!connection) return {};
  return Json::array({connection->address_type, connection->address});
}

std::string header_text(const Message& message, const std::string& name) {
  for (const auto& [header, value] : message.all_headers()) {
    if (!ascii::equal_ignoring_case(header, name)) continue;
    // Folds are blanks by now; any run of blanks means one.
    std::string text;
    for (char c : value) {
      const bool blank = c == ' ' || c == '\t';
      if (!blank || (!text.empty() && text.back() != ' ')) text += blank ? ' ' : c;
    }
    return text;
  }
  return {};
}

/// The decoded values that the index names; what no function of ours decodes counts as a finding.
void check_facts(Findings& findings, const Message& message, const Json& facts) {
  const auto request_uri = uri::parse(message.request_uri());
  std::vector<uri::NameAddr> contacts;
  for (std::string_view value : message.values(HeaderName::contact))
    if (auto contact = uri::parse_name_addr(value)) contacts.push_back(std::move(contact).value());
  const uri::NameAddr contact = contacts.empty() ? uri::NameAddr() : contacts.front();
  const std::vector<message::Via> vias = vias_of(message);
  const auto description = sdp::parse(message.body());

  for (const auto& [name, value] : facts.items()) {
    Json actual;
    if (name == "method") {
      actual = message.method();
    } else if (name == "status") {
      actual = message.status();
    } else if (name == "reason") {
      actual = message.reason();
    } else if (name == "request_uri" && value.is_object()) {
      if (request_uri)
        compare_uri(findings, name + '.', *request_uri, value);
      else
        findings.add(name, "was refused");
      continue;
    } else if (name == "request_uri_user_decoded") {
      actual = decoded_user(request_uri);
    } else if (name == "request_uri_host") {
      actual = request_uri ? Json(request_uri->host) : Json();
    } else if (name == "request_uri_port") {
      actual = request_uri && request_uri->port ? Json(*request_uri->port) : Json();
    } else if (name == "request_uri_params") {
      actual = request_uri ? to_json(request_uri->parameters) : Json();
    } else if (name == "request_uri_headers") {
      // As written: these show that nothing was unescaped.
      actual = Json::object();
      if (request_uri) actual["Route"] = request_uri->headers.substr(sizeof "Route");
    } else if (name == "scheme") {
      findings.compare(name, request_uri ? request_uri->scheme : "",
                       ascii::to_lower(text_of(value)));
      continue;
    } else if (name == "to_tag") {
      actual = message.to().tag();
    } else if (name == "from_tag") {
      actual = or_null(message.from().tag());
    } else if (name == "from_tag_prefix") {
      actual = message.from().tag().substr(0, text_of(value).size());
    } else if (name == "from_display") {
      actual = message.from().display_name;
    } else if (name == "to_display") {
      actual = message.to().display_name;
    } else if (name == "from_params") {
      compare_parameters(findings, name, to_json(message.from().parameters), value);
      continue;
    } else if (name == "from_uri") {
      actual = uri::to_string(message.from().uri);
    } else if (name == "to_port") {
      actual = message.to().uri.port ? Json(*message.to().uri.port) : Json();
    } else if (name == "to_scheme") {
      actual = message.to().uri.scheme;
    } else if (name == "from_scheme") {
      actual = message.from().uri.scheme;
    } else if (name == "to_user_decoded") {
      actual = uri::unescape(message.to().uri.user);
    } else if (name == "from_user_decoded") {
      actual = uri::unescape(message.from().uri.user);
    } else if (name == "contact_scheme") {
      actual = contact.uri.scheme;
    } else if (name == "contact_host") {
      actual = contact.uri.host;
    } else if (name == "contact_user_decoded") {
      actual = uri::unescape(contact.uri.user);
    } else if (name == "contacts_decoded") {
      actual = Json::array();
      for (const uri::NameAddr& one : contacts) actual.push_back(uri::unescape(one.uri.user));
    } else if (name == "contact_count") {
      actual = contacts.size();
    } else if (name == "contact_uri") {
      actual = uri::to_string(contact.uri);
    } else if (name == "contact_uri_params") {
      actual = to_json(contact.uri.parameters);
    } else if (name == "contact_uri_params_decoded") {
      actual = to_json(contact.uri.parameters, true);
    } else if (name == "contact_header_params") {
      actual = to_json(contact.parameters);
    } else if (name == "contact_uri_headers") {
      actual = Json::object();
      for (const auto& [header, text] : header_list(contact.uri)) actual[header] = text;
    } else if (name == "contact") {
      findings.compare("contact.display", contact.display_name, value["display"]);
      findings.compare("contact.uri", uri::to_string(contact.uri), value["uri"]);
      compare_parameters(findings, "contact.params", to_json(contact.parameters), value["params"]);
      continue;
    } else if (name == "route") {
      actual = Json::array();
      for (std::string_view route : message.values(HeaderName::route))
        if (const auto parsed = uri::parse_name_addr(route))
          actual.push_back(uri::to_string(parsed->uri));
    } else if (name == "max_forwards") {
      actual = number_of(message, HeaderName::max_forwards);
    } else if (name == "content_length") {
      actual = number_of(message, HeaderName::content_length);
    } else if (name == "body_bytes") {
      actual = message.body().size();
    } else if (name == "body") {
      actual = message.body();
    } else if (name == "content_type") {
      actual = message.content_type();
    } else if (name == "subject") {
      actual = header_text(message, "Subject");
    } else if (name == "call_id") {
      actual = message.call_id();
    } else if (name == "cseq" && value.is_array()) {
      actual = Json::array({message.cseq().number, message.cseq().method});
    } else if (name == "branch") {
      actual = or_null(message.top_via().branch());
    } else if (name == "via" && value.is_array() && value[0].is_array()) {
      actual = Json::array();
      for (const message::Via& via : vias) {
        const Json& last = value[actual.size() % value.size()][2];
        actual.push_back(Json::array(
            {via.transport, host_of(via), last.is_string() ? Json(via.branch()) : port_of(via)}));
      }
    } else if (name == "via_count") {
      actual = message.via_count();
    } else if (name == "via_transports") {
      actual = Json::array();
      for (const message::Via& via : vias) actual.push_back(via.transport);
    } else if (name == "via_hosts") {
      actual = Json::array();
      for (const message::Via& via : vias) actual.push_back(host_of(via));
    } else if (name == "via_ports") {
      actual = Json::array();
      for (const message::Via& via : vias) actual.push_back(port_of(via));
    } else if (name == "via_host") {
      actual = host_of(message.top_via());
    } else if (name == "via_received") {
      actual = received_of(message.top_via());
    } else if (name == "third_via_received" && vias.size() > 2) {
      actual = received_of(vias[2]);
    } else if (name == "headers") {
      for (const auto& [header, text] : value.items())
        findings.compare("headers." + header, header_text(message, header), text);
      continue;
    } else if (name == "sdp_media") {
      if (value.is_number()) actual = description ? Json(description->media.size()) : Json();
    } else if (name == "sdp_connection" && description && !description->media.empty()) {
      actual = connection_of(*description, description->media.front());
    } else if (name == "sdp_media_connections" && description) {
      actual = Json::array();
      for (const sdp::Media& media : description->media)
        actual.push_back(connection_of(*description, media));
    } else if (name == "unknown_header") {
      if (!header_text(message, text_of(value)).empty()) actual = value;
    } else if (name == "ignored_trailing_bytes") {
      const auto body_at = message.body().data() - message.bytes().data();
      actual = message.bytes().size() - static_cast<std::size_t>(body_at) - message.body().size();
    } else if (name == "trailing_call_id") {
      if (message.call_id() != text_of(value)) continue;
    } else if (name == "accept_count") {
      actual = message.values(HeaderName::accept).size();
    } else if (name == "accept") {
      actual = Json::array();
      for (std::string_view type : message.values(HeaderName::accept)) actual.push_back(type);
    } else if (name == "date_text") {
      actual = header_text(message, "Date");
    } else if (name == "authorization_scheme") {
      const std::string text = header_text(message, "Authorization");
      actual = text.substr(0, text.find(' '));
    } else if (name == "record_route") {
      const auto route = message.values(HeaderName::record_route);
      const auto parsed = uri::parse_name_addr(route.empty() ? "" : route.front());
      actual = parsed ? Json(uri::to_string(parsed->uri)) : Json();
    } else if (name == "sdp_session_name") {
      actual = description ? Json(description->session_name().value_or("")) : Json();
    } else if (name == "require") {
      actual = Json::array();
      for (std::string_view option : message.values(HeaderName::require)) actual.push_back(option);
    } else {
      findings.add(name, "has no check: " + bridge::dump(value));
      continue;
    }
    findings.compare(name, actual, value);
  }
}

}  // namespace

TEST_CASE("RFC 4475, RFC 5118: the torture messages through a user agent") {
  const std::set<std::string> listed = disputed();
  std::size_t count = 0;
  for (const Json& entry : read_json("tests/data/torture/index.json")) {
    const std::string id = text_of(entry["file"]);
    const std::string bytes = read_file("tests/data/torture/" + id);
    CHECK_MESSAGE(bytes.size() == entry["bytes"].get<std::size_t>(), id);
    Findings findings;
    check_outcome(findings, bytes, entry);
    const auto parsed = message::parse_message(bytes);
    if (parsed && !parsed->fault()) check_facts(findings, *parsed, entry["facts"]);
    judge(id, findings, listed);
    ++count;
  }
  CHECK(count == 64);
}
