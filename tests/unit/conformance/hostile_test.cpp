#include <algorithm>

#include "message/headers/expires.hpp"
#include "message/headers/via.hpp"
#include "negotiation/rewrite.hpp"
#include "sdp/attributes.hpp"
#include "unit/agent/phone.hpp"
#include "unit/conformance/cases.hpp"

using namespace sipml;
using namespace sipml::conformance;
using agent::test::Phone;

namespace {

/// The text of an input: as it stands, or pieces that are repeated with their number.
std::string spell(const Json& input) {
  if (input.is_string()) return text_of(input);
  std::string text;
  for (const Json& piece : input["gen"])
    for (std::size_t i = 0; i < piece[1].get<std::size_t>(); ++i) {
      std::string one = text_of(piece[0]);
      for (std::size_t at = one.find("{i}"); at != std::string::npos; at = one.find("{i}"))
        one.replace(at, 3, std::to_string(i));
      text += one;
    }
  return text;
}

bool also_ok(const Json& expected, const std::string& outcome) {
  if (!expected.contains("also_ok")) return false;
  const Json& others = expected["also_ok"];
  return std::find(others.begin(), others.end(), Json(outcome)) != others.end();
}

/// The verdict of a parser: accept or reject.
void check_verdict(Findings& findings, bool accepted, const Json& expected) {
  const std::string verdict = accepted ? "accept" : "reject";
  if (expected["outcome"] != verdict && !also_ok(expected, verdict))
    findings.add("outcome", verdict);
}

void check_uri(Findings& findings, const std::string& text, const Json& expected) {
  const auto parsed = uri::parse(text);
  check_verdict(findings, bool(parsed), expected);
  if (!parsed || !expected.contains("facts")) return;
  for (const auto& [name, value] : expected["facts"].items()) {
    if (name != "equals" && name != "not_equals") {
      findings.add(name, "no function decodes it");
      continue;
    }
    const auto other = uri::parse(text_of(value));
    REQUIRE(other);
    findings.compare(name, uri::equivalent(*parsed, *other), name == "equals");
  }
}

void check_header(Findings& findings, const std::string& name, const std::string& value,
                  const Json& expected) {
  const Json facts = expected.contains("facts") ? expected["facts"] : Json::object();
  if (name == "From" || name == "To" || name == "Contact") {
    const auto parsed = uri::parse_name_addr(value);
    check_verdict(findings, bool(parsed), expected);
    if (!parsed) return;
    for (const auto& [fact, wanted] : facts.items()) {
      Json actual = parsed->display_name;
      if (fact == "tag") actual = parsed->tag();
      if (fact == "header_params") actual = to_json(parsed->parameters);
      if (fact == "uri_params") actual = to_json(parsed->uri.parameters);
      findings.compare(fact, actual, wanted);
    }
  } else if (name == "Via") {
    const auto parsed = message::parse_via(value);
    check_verdict(findings, bool(parsed), expected);
    if (!parsed || facts.empty()) return;
    findings.compare("transport", parsed->transport, facts["transport"]);
    findings.compare("branch", parsed->branch(), facts["branch"]);
  } else if (name == "Retry-After") {
    const auto seconds = message::parse_delta_seconds(value);
    for (const auto& [fact, wanted] : facts.items()) {
      if (fact == "seconds")
        findings.compare(fact, seconds.value_or(0), wanted);
      else
        findings.add(fact, "no function decodes it");
    }
    if (facts.empty()) findings.compare("clamp", seconds.value_or(4294967295U), 4294967295U);
  } else {
    findings.add("parser", "no function decodes " + name);
  }
}

void check_sdp(Findings& findings, const std::string& text, const Json& expected) {
  const auto parsed = sdp::parse(text);
  const auto offer = negotiation::remote_offer(text);
  check_verdict(findings, parsed && (offer || expected["outcome"] == "accept"), expected);
  if (!parsed || parsed->media.empty() || !expected.contains("facts")) return;
  for (const auto& [name, value] : expected["facts"].items()) {
    if (name == "media") {
      findings.compare(name, parsed->media.size(), value);
    } else if (name == "mid") {
      findings.compare(name, sdp::mid(parsed->media[0]).value_or(""), value);
    } else if (name == "media_rejected") {
      findings.compare(name, parsed->media[0].is_rejected(), value[0]);
    } else if (name == "respond") {
      findings.compare(name, offer ? 200 : 488, value);
    } else {
      findings.add(name, "no function decodes it");
    }
  }
}

void check_frame(Findings& findings, const std::string& bytes, const Json& expected) {
  Phone phone;
  phone.receive(bytes);
  std::vector<message::Message> responses;
  for (const std::string& sent : phone.sent) {
    auto response = message::parse_message(sent);
    REQUIRE(response);
    if (response->status() >= 200) responses.push_back(std::move(response).value());
  }
  const bool rings = phone.count<usage::CallIncoming>() == 1;
  const int status = responses.empty() ? 0 : responses.front().status();
  const std::string respond = "respond " + std::to_string(status);
  const std::string outcome = text_of(expected["outcome"]);
  const bool accepted = status == 200 || (status == 0 && rings);
  bool ok = (accepted && also_ok(expected, "accept")) || also_ok(expected, respond);
  if (outcome == "accept") ok = ok || accepted;
  if (outcome == "ignore" || also_ok(expected, "ignore")) ok = ok || phone.sent.empty();
  if (outcome == "respond")
    for (const Json& code : expected["codes"]) ok = ok || code == status;
  if (!ok) findings.add("outcome", rings ? "rings" : respond);
  if (!expected.contains("facts")) return;
  const auto parsed = message::parse_message(bytes);
  for (const auto& [name, value] : expected["facts"].items()) {
    if (name == "status") {
      findings.compare(name, status, value);
    } else if (name == "body") {
      findings.compare(name, parsed ? parsed->body() : "", value);
    } else if (name == "content_length") {
      findings.compare(name, parsed ? parsed->body().size() : 0, value);
    } else if (name == "ring") {
      findings.compare(name, rings, value);
    } else if (name == "remote_tag") {
      findings.compare(name, parsed ? or_null(parsed->from().tag()) : Json("unread"), value);
    } else if (name == "responses_sent") {
      findings.compare(name, responses.size(), value);
    } else if (name == "response_call_id") {
      findings.compare(name, responses.empty() ? "" : responses.front().call_id(), value);
    } else if (name == "flow") {
      phone.receive("\r\n\r\n");
      findings.compare(name, phone.sent.back(), "\r\n");
    } else if (name == "header") {
      for (const auto& [header, text] : value.items())
        for (const auto& [sent, actual] : parsed->all_headers())
          if (sent == header) findings.compare(name, actual, text);
    } else {
      findings.add(name, "has no check");
    }
  }
}

}  // namespace

TEST_CASE("Hostile input: frames out of the blue, URIs, header values, descriptions") {
  const std::set<std::string> listed = disputed();
  const Json file = Json::parse(read_file("tests/data/hostile.json"), nullptr, false);
  REQUIRE(file.is_object());
  std::size_t count = 0;
  for (const Json& entry : file["cases"]) {
    const std::string layer = text_of(entry["layer"]);
    const Json& input = entry["input"];
    const Json& expected = entry["expected"];
    Findings findings;
    if (layer == "steps" || layer == "api" || entry.contains("given") ||
        input.contains("gen_nested_multipart"))
      findings.add("script", "is not played");
    else if (layer == "uri")
      check_uri(findings, spell(input), expected);
    else if (layer == "header")
      check_header(findings, text_of(input["header"]), text_of(input["value"]), expected);
    else if (layer == "sdp")
      check_sdp(findings, spell(input), expected);
    else
      check_frame(findings, spell(input), expected);
    judge(text_of(entry["id"]), findings, listed);
    ++count;
  }
  CHECK(count == file["count"].get<std::size_t>());
}
