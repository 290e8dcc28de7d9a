#include "unit/conformance/cases.hpp"

using namespace sipml;
using namespace sipml::conformance;

TEST_CASE("RFC 3261 19.1: the URIs of the vectors") {
  run_vectors("uri", [](Findings& findings, const Json& input, const Json& expected) {
    if (input.is_string()) {
      const auto parsed = uri::parse(text_of(input));
      if (!verdict(findings, bool(parsed), parsed ? "" : parsed.error().reason, expected)) return;
      compare_uri(findings, "", *parsed, expected);
      const auto again = uri::parse(uri::to_string(*parsed));
      if (!again || !uri::equivalent(*again, *parsed)) findings.add("written", "reads differently");
    } else if (input.contains("a")) {
      const auto a = uri::parse(text_of(input["a"]));
      const auto b = uri::parse(text_of(input["b"]));
      if (!a || !b) return findings.add("valid", "was refused");
      findings.compare("equivalent", uri::equivalent(*a, *b), expected["equivalent"]);
      findings.compare("symmetric", uri::equivalent(*b, *a), expected["equivalent"]);
    } else {
      const auto parsed =
          uri::parse_destination(text_of(input["target"]), text_of(input["domain"]));
      if (verdict(findings, bool(parsed), parsed ? "" : parsed.error().reason, expected))
        findings.compare("uri", uri::to_string(*parsed), expected["uri"]);
    }
  });
}

TEST_CASE("RFC 3261 20.10: the addresses of the vectors") {
  run_vectors("nameaddr", [](Findings& findings, const Json& input, const Json& expected) {
    if (input.is_string()) {
      const auto parsed = uri::parse_name_addr(text_of(input));
      if (verdict(findings, bool(parsed), parsed ? "" : parsed.error().reason, expected))
        compare_name_addr(findings, "", *parsed, expected);
      return;
    }
    uri::NameAddr address;
    address.display_name = text_of(input["display"]);
    auto target = uri::parse(text_of(input["uri"]));
    REQUIRE(target);
    address.uri = std::move(target).value();
    const std::string text = uri::to_string(address);
    if (expected.contains("noCrlfInOutput")) {
      findings.compare("noCrlfInOutput", text.find_first_of("\r\n") == std::string::npos, true);
    } else if (expected.contains("reparse")) {
      const auto again = uri::parse_name_addr(text);
      if (!again) return findings.add("reparse", std::string(again.error().reason));
      compare_name_addr(findings, "reparse.", *again, expected["reparse"]);
    } else {
      findings.compare("text", text, expected["text"]);
    }
  });
}
