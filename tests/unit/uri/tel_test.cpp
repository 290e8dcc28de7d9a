#include "uri/tel.hpp"

#include <doctest/doctest.h>

#include <string>

#include "base/limits.hpp"
#include "uri/uri.hpp"

using namespace sipml;
using namespace sipml::uri;

namespace {

Tel parsed(std::string_view text) {
  CAPTURE(text);
  auto tel = parse_tel(text);
  REQUIRE(tel);
  return std::move(tel).value();
}

/// The offset of what is wrong; -1 when the text is accepted.
int fault(std::string_view text) {
  const auto tel = parse_tel(text);
  return tel ? -1 : static_cast<int>(tel.error().offset);
}

bool equal(std::string_view a, std::string_view b) {
  const auto first = parse(a);
  const auto second = parse(b);
  REQUIRE(first);
  REQUIRE(second);
  CHECK(equivalent(*first, *second) == equivalent(*second, *first));
  return equivalent(*first, *second);
}

}  // namespace

TEST_CASE("RFC 3966 3: global and local numbers") {
  const Tel global = parsed("+1-201-(555).0123;ext=0-2;isub=12%2034;Vendor=x;flag");
  CHECK(global.number == "+12015550123");
  CHECK(global.is_global());
  CHECK(global.extension == "02");
  CHECK(global.isdn_subaddress == "12 34");
  CHECK(global.parameters.size() == 4);
  CHECK(global.parameters[3].value == std::nullopt);
  const Tel local = parsed("7042;phone-context=example.com");
  CHECK(local.number == "7042");
  CHECK(local.phone_context == "example.com");
  CHECK_FALSE(local.is_global());
  CHECK(parsed("863-1234;phone-context=+1-914-555").phone_context == "+1-914-555");
  CHECK(parsed("*#A1b;phone-context=x").number == "*#a1b");
  CHECK(parsed("7042").phone_context.empty());
}

TEST_CASE("RFC 3966 3: what is no number, and where") {
  CHECK(fault("") == 0);
  CHECK(fault("+") == 0);
  CHECK(fault("-.()") == 0);
  CHECK(fault("+12a") == 3);
  CHECK(fault("+*1") == 1);
  CHECK(fault("12 3") == 2);
  CHECK(fault("alice") == 1);
  CHECK(fault("1;") == 2);
  CHECK(fault("1;=a") == 2);
  CHECK(fault("1;a=b;A=c") == 6);
  CHECK(fault("1;ext=x") == 2);
  CHECK(fault("1;ext") == 2);
  CHECK(fault("1;isub=") == 2);
  CHECK(fault("1;phone-context=") == 2);
  CHECK(fault("1;phone-context=a,b") == 2);
  CHECK(fault("+1-201-555-0123;phone-context=evil.example") == 16);
}

TEST_CASE("RFC 3966 3: limits of a tel URI") {
  std::string many = "1";
  for (std::size_t i = 0; i < limits::parameter_count; ++i) many += ";p" + std::to_string(i);
  CHECK(fault(many.substr(0, many.rfind(';'))) == -1);
  CHECK(fault(many) == -1);
  CHECK(fault(many + ";q") == static_cast<int>(many.size()) + 1);
  const std::string longest(limits::uri_size, '1');
  CHECK(fault(longest.substr(1)) == -1);
  CHECK(fault(longest) == -1);
  CHECK(fault(longest + '1') == static_cast<int>(limits::uri_size));
}

TEST_CASE("RFC 3966 4: tel URIs compare without separators, order and case") {
  CHECK(equal("tel:+1-201-555-0123", "TEL:+1.201.555(0123)"));
  CHECK_FALSE(equal("tel:+12015550123", "tel:12015550123"));
  CHECK_FALSE(equal("tel:+12015550123", "tel:+12015550124"));
  CHECK(equal("tel:7042;phone-context=Example.com", "tel:70-42;phone-context=example.COM"));
  CHECK(equal("tel:1;phone-context=+1-914", "tel:1;phone-context=+1914"));
  CHECK_FALSE(equal("tel:1;phone-context=+1914", "tel:1;phone-context=+1915"));
  CHECK_FALSE(equal("tel:1;phone-context=a.example", "tel:1"));
  CHECK(equal("tel:+1;a=x;ext=1-2", "tel:+1;EXT=12;A=X"));
  CHECK(equal("tel:+1;isub=%41", "tel:+1;isub=a"));
  CHECK_FALSE(equal("tel:+1;a=x", "tel:+1"));
  CHECK_FALSE(equal("tel:+1;a=x", "tel:+1;a=y"));
  CHECK(equal("tel:A;phone-context=x", "tel:a;phone-context=x"));
  // What is no number is compared as text.
  CHECK(equal("tel:alice", "tel:alice"));
  CHECK_FALSE(equal("tel:alice", "tel:bob"));
  CHECK_FALSE(equal("urn:a", "tel:1"));
}
