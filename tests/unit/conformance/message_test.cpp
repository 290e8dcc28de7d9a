#include "auth/digest.hpp"
#include "message/headers/content.hpp"
#include "message/headers/expires.hpp"
#include "unit/agent/phone.hpp"
#include "unit/conformance/cases.hpp"

using namespace sipml;
using namespace sipml::conformance;
using agent::test::Phone;
using message::HeaderName;
using message::Message;

namespace {

Json split_words(std::string_view list) {
  Json words = Json::array();
  for (std::string_view word : grammar::split_list(list)) words.push_back(word);
  return words;
}

void compare_challenge(Findings& findings, const std::string& prefix, std::string_view text,
                       const Json& expected) {
  const auto challenge = auth::parse_digest(text);
  if (!verdict(findings, bool(challenge), challenge ? "" : challenge.error().reason, expected))
    return;
  for (const auto& [name, value] : expected.items()) {
    if (name == "valid") continue;
    Json actual = challenge->get(name);
    if (name == "scheme") actual = "digest";
    // Tokens are compared without case.
    if (name == "qop") actual = split_words(ascii::to_lower(challenge->get(name)));
    if (name == "algorithm") {
      findings.compare(prefix + name, ascii::to_lower(challenge->get(name)),
                       ascii::to_lower(text_of(value)));
      continue;
    }
    if (value.is_boolean()) actual = ascii::equal_ignoring_case(challenge->get(name), "true");
    findings.compare(prefix + name, actual, value);
  }
}

void compare_via(Findings& findings, const std::string& prefix, const message::Via& via,
                 const Json& expected) {
  const auto sent_by = uri::parse("sip:" + via.sent_by);
  if (!sent_by) return findings.add(prefix + "host", std::string(sent_by.error().reason));
  for (const auto& [name, value] : expected.items()) {
    const auto parameter = grammar::parameter_value(via.parameters, name);
    Json actual = parameter ? Json(*parameter) : Json();
    if (name == "valid") continue;
    if (name == "host" || name == "port" || name == "hostType") {
      compare_uri(findings, prefix, *sent_by, Json{{name, value}});
      continue;
    }
    if (name == "params") {
      compare_parameters(findings, prefix + name, to_json(via.parameters), value);
      continue;
    }
    if (name == "protocol") actual = "SIP";
    if (name == "transport") actual = via.transport;
    if (name == "hasRport") actual = grammar::find_parameter(via.parameters, "rport") != nullptr;
    if (name == "rport") {
      const auto number = ascii::parse_number(parameter.value_or(""), 65535);
      actual = number ? Json(*number) : Json();
    }
    findings.compare(prefix + name, actual, value);
  }
}

std::vector<std::string_view> values_of(const Message& message, const std::string& name) {
  std::vector<std::string_view> values;
  for (const auto& [header, value] : message.all_headers())
    if (message::header_name(header) != HeaderName::other
            ? message::header_name(header) == message::header_name(name)
            : ascii::equal_ignoring_case(header, name))
      values.push_back(value);
  return values;
}

void compare_message(Findings& findings, const Message& message, const Json& expected) {
  std::vector<uri::NameAddr> contacts;
  for (std::string_view value : message.values(HeaderName::contact))
    if (auto contact = uri::parse_name_addr(value)) contacts.push_back(std::move(contact).value());
  for (const auto& [name, value] : expected.items()) {
    Json actual;
    if (name == "type") {
      actual = message.is_request() ? "request" : "response";
    } else if (name == "method") {
      actual = message.method();
    } else if (name == "status") {
      actual = message.status();
    } else if (name == "reason") {
      actual = message.reason();
    } else if (name == "requestUri") {
      const auto target = uri::parse(message.request_uri());
      if (target)
        compare_uri(findings, "requestUri.", *target, value);
      else
        findings.add(name, std::string(target.error().reason));
      continue;
    } else if (name == "from") {
      compare_name_addr(findings, "from.", message.from(), value);
      continue;
    } else if (name == "to") {
      compare_name_addr(findings, "to.", message.to(), value);
      continue;
    } else if (name == "contact") {
      if (contacts.empty())
        findings.add(name, "is missing");
      else
        compare_uri(findings, "contact.", contacts.front().uri, value);
      continue;
    } else if (name == "contactParams") {
      if (contacts.empty())
        findings.add(name, "is missing");
      else
        compare_parameters(findings, name, to_json(contacts.front().parameters), value);
      continue;
    } else if (name == "contactCount") {
      actual = contacts.size();
    } else if (name == "contactStar") {
      actual = message.header(HeaderName::contact) == "*";
    } else if (name == "topVia") {
      compare_via(findings, "topVia.", message.top_via(), value);
      continue;
    } else if (name == "viaCount") {
      actual = message.headers(HeaderName::via).size();
    } else if (name == "viaValues") {
      actual = message.via_count();
    } else if (name == "cseq") {
      actual = Json{{"number", message.cseq().number}, {"method", message.cseq().method}};
    } else if (name == "callId") {
      actual = message.call_id();
    } else if (name == "maxForwards") {
      const auto number =
          message::parse_delta_seconds(message.header(HeaderName::max_forwards).value_or(""));
      actual = number ? Json(*number) : Json();
    } else if (name == "headerText" || name == "headerCounts" || name == "headerValues") {
      for (const auto& [header, wanted] : value.items()) {
        const auto values = values_of(message, header);
        Json found = values.size();
        if (name == "headerText") found = values.empty() ? Json() : Json(values.front());
        if (name == "headerValues") found = message.values(message::header_name(header)).size();
        findings.compare(name + '.' + header, found, wanted);
      }
      continue;
    } else if (name == "bodyBytes") {
      actual = message.body().size();
    } else if (name == "body") {
      actual = message.body();
    } else if (name == "contentType") {
      actual = message.content_type();
    } else if (name == "challenge") {
      compare_challenge(findings, "challenge.",
                        message.header(HeaderName::www_authenticate).value_or(""), value);
      continue;
    } else if (name == "outcome" || name == "uasStatus" || name == "mustNotThrow" ||
               name == "mustNotBeAnswered" || name == "unsupported" || name == "lenient" ||
               name == "orLenient") {
      continue;
    } else {
      findings.add(name, "has no check");
      continue;
    }
    findings.compare(name, actual, value);
  }
}

void check_response(Findings& findings, const std::string& bytes, const Json& expected,
                    bool may_pass) {
  Phone phone;
  phone.receive(bytes);
  int status = 0;
  std::string unsupported;
  for (const std::string& sent : phone.sent) {
    const auto response = message::parse_message(sent);
    REQUIRE(response);
    if (response->status() < 200) continue;
    if (status != 0) findings.add("uasStatus", "several final responses");
    status = response->status();
    unsupported = response->header(HeaderName::unsupported).value_or("");
  }
  if (expected.contains("uasStatus")) {
    bool allowed = may_pass;
    for (const Json& one : expected["uasStatus"]) allowed = allowed || one == status;
    if (!allowed) findings.add("uasStatus", std::to_string(status));
  }
  if (expected.contains("unsupported"))
    findings.compare("unsupported", split_words(unsupported), expected["unsupported"]);
  if (expected.value("mustNotBeAnswered", false) && !phone.sent.empty())
    findings.add("mustNotBeAnswered", std::to_string(status));
}

/// A header as the only one of its kind in a message, folds and all; a Via below ours.
std::optional<Message> carrying(const std::string& name, const std::string& value) {
  std::string text = "OPTIONS sip:a@example.org SIP/2.0\r\nVia: SIP/2.0/WS a;branch=z9hG4bK1\r\n";
  text += name + ": " + value + "\r\n";
  text += "From: <sip:a@example.org>;tag=1\r\nTo: <sip:b@example.org>\r\nCall-ID: 1\r\n";
  if (name != "CSeq") text += "CSeq: 1 OPTIONS\r\n";
  auto parsed = message::parse_message(text + "\r\n");
  if (!parsed) return std::nullopt;
  return std::move(parsed).value();
}

void compare_addresses(Findings& findings, const Message& message, const std::string& name,
                       const Json& expected) {
  std::vector<uri::NameAddr> addresses;
  std::string_view reason;
  for (std::string_view value : message.values(message::header_name(name))) {
    auto address = uri::parse_name_addr(value);
    if (address)
      addresses.push_back(std::move(address).value());
    else
      reason = address.error().reason;
  }
  if (!verdict(findings, reason.empty(), reason, expected)) return;
  findings.compare("count", addresses.size(), expected["count"]);
  for (std::size_t i = 0; i < expected["items"].size() && i < addresses.size(); ++i)
    compare_name_addr(findings, "items.", addresses[i], expected["items"][i]);
}

void check_header(Findings& findings, const std::string& name, const std::string& value,
                  const Json& expected) {
  const auto message = carrying(name, value);
  REQUIRE(message);
  const auto values = message->headers(message::header_name(name));
  const std::string_view text = values.empty() ? "" : values.back();
  if (name == "Via") {
    const auto via = message::parse_via(text);
    if (verdict(findings, bool(via), via ? "" : via.error().reason, expected))
      compare_via(findings, "", *via, expected);
  } else if (name == "CSeq") {
    const auto cseq = message::parse_cseq(text);
    if (!verdict(findings, bool(cseq), cseq ? "" : cseq.error().reason, expected)) return;
    findings.compare("number", cseq->number, expected["number"]);
    findings.compare("method", cseq->method, expected["method"]);
  } else if (name == "WWW-Authenticate" || name == "Proxy-Authenticate") {
    compare_challenge(findings, "", text, expected);
  } else if (name == "Min-Expires" || name == "Retry-After") {
    const auto seconds = message::parse_delta_seconds(text);
    const bool clamped = expected.value("orClamped", false);
    if (clamped) findings.compare("orClamped", seconds.value_or(4294967295U), 4294967295U);
    if (!clamped && verdict(findings, bool(seconds), "is no number", expected))
      findings.compare("seconds", *seconds, expected["seconds"]);
  } else if (name == "Content-Type") {
    findings.compare("mime", message::media_type(text), expected["mime"]);
    const auto parameters = grammar::parse_parameters(text.substr(text.find(';')));
    REQUIRE(parameters);
    compare_parameters(findings, "params", to_json(*parameters), expected["params"]);
  } else if (name == "Contact" || name == "Service-Route" || name == "Record-Route") {
    compare_addresses(findings, *message, name, expected);
  } else {
    findings.add("parser", "no function decodes " + name);
  }
}

}  // namespace

TEST_CASE("RFC 3261 7, 8.2: the messages of the vectors through a user agent") {
  run_vectors("sip-parse", [](Findings& findings, const Json& input, const Json& expected) {
    const std::string bytes = text_of(input);
    const auto parsed = message::parse_message(bytes);
    const std::string outcome = text_of(expected["outcome"]);
    const bool usable = parsed && !parsed->fault();
    const bool may_pass = usable && (outcome == "either" || expected.value("orLenient", false));
    if (outcome == "accept" && !usable)
      findings.add("outcome",
                   std::string(parsed ? parsed->fault()->reason : parsed.error().reason));
    if (outcome == "reject" && usable && !may_pass) findings.add("outcome", "was accepted");
    if (outcome == "accept" && usable) compare_message(findings, *parsed, expected);
    check_response(findings, bytes, expected, may_pass);
  });
}

TEST_CASE("RFC 3261 20: the header values of the vectors") {
  run_vectors("header", [](Findings& findings, const Json& input, const Json& expected) {
    check_header(findings, text_of(input["name"]), text_of(input["value"]), expected);
  });
}
