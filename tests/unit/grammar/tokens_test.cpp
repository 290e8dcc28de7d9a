/// Parameters, quoted strings and comma lists (RFC 3261 section 25.1).
#include "grammar/tokens.hpp"

#include <doctest/doctest.h>

#include "base/limits.hpp"
#include "grammar/char_class.hpp"

using namespace sipml;
using namespace sipml::grammar;

namespace {

Parameters parsed(std::string_view text) {
  auto parameters = parse_parameters(text);
  CAPTURE(text);
  CHECK(parameters);
  return parameters ? std::move(parameters).value() : Parameters{};
}

std::string rewritten(std::string_view text) {
  std::string out;
  write_parameters(out, parsed(text));
  return out;
}

}  // namespace

TEST_CASE("RFC 3261 25.1: character classes hold what the grammar lists, and nothing else") {
  CHECK(is_token("AZaz09-.!%*_+`'~"));
  CHECK_FALSE(is_token(""));
  for (char c : std::string_view("()<>@,;:\\\"/[]?={} \t\r\n\0\x7f\xff", 24)) {
    CAPTURE(static_cast<int>(c));
    CHECK_FALSE(is(c, token_char));
  }
  CHECK(all_are("-_.!~*'()", unreserved));
  CHECK(all_are("&=+$,;?/", user_unreserved));
  CHECK(all_are("0123456789abcdefABCDEF", hex_digit));
  CHECK_FALSE(is('g', hex_digit));
  CHECK(all_are(" \t", blank));
  CHECK_FALSE(is('\r', blank));
}

TEST_CASE("RFC 3261 25.1: parameters with tokens, quotes, flags and blanks") {
  const Parameters found = parsed(" ; tag = 1 ;lr;q=\"a;b\\\"c\";;Empty=;x=[::1] ");
  REQUIRE(found.size() == 5);
  CHECK(parameter_value(found, "TAG") == "1");
  CHECK(parameter_value(found, "lr") == "");
  CHECK_FALSE(find_parameter(found, "lr")->value.has_value());
  CHECK(parameter_value(found, "q") == "a;b\"c");
  CHECK(find_parameter(found, "q")->quoted);
  CHECK(parameter_value(found, "empty") == "");
  CHECK(parameter_value(found, "x") == "[::1]");
  CHECK_FALSE(parameter_value(found, "none").has_value());
  CHECK(find_parameter(found, "none") == nullptr);
  CHECK(parsed("").empty());
}

TEST_CASE("RFC 3261 25.1: what is no parameter list is refused where it goes wrong") {
  struct Case {
    std::string_view text;
    std::size_t offset;
  };
  for (const Case& wrong : {Case{"x", 0}, Case{";a b", 3}, Case{";=x", 1}, Case{";a=\"x", 3},
                            Case{";a=\"x\"y", 6}, Case{";a;<", 3}}) {
    CAPTURE(wrong.text);
    const auto result = parse_parameters(wrong.text);
    REQUIRE_FALSE(result);
    CHECK(result.error().offset == wrong.offset);
    CHECK_FALSE(result.error().reason.empty());
  }
}

TEST_CASE("RFC 3261 25.1: parameters are written as they were read") {
  CHECK(rewritten(";a=1;lr;q=\"x y\\\\z\"") == ";a=1;lr;q=\"x y\\\\z\"");
  CHECK(rewritten(" ; a = 1 ;; b ") == ";a=1;b");
}

TEST_CASE("Limits: the number of parameters") {
  std::string text;
  for (std::size_t i = 0; i < limits::parameter_count; ++i) text += ";a";
  CHECK(parse_parameters(text));
  text += ";a";
  CHECK_FALSE(parse_parameters(text));
}

TEST_CASE("RFC 3261 25.1: quoted strings end at their quote and read back as they were") {
  CHECK(quoted_string_length("\"\"x") == 2);
  CHECK(quoted_string_length("\"a\\\"b\" x") == 6);
  CHECK(quoted_string_length("\"\\\\\"") == 4);
  CHECK_FALSE(quoted_string_length("\"a").has_value());
  CHECK_FALSE(quoted_string_length("\"a\\\"").has_value());
  CHECK_FALSE(quoted_string_length("\"a\\").has_value());
  CHECK(unquote("\"a\\\"b\\\\\\c\"") == "a\"b\\c");
  CHECK(unquote("plain") == "plain");
  CHECK(unquote("\"") == "\"");
  for (std::string_view text : {"", "plain", "\"", "\\", "a\\\"b", "\\\\\"\"", "\xc3\xa9\xff"}) {
    CAPTURE(text);
    CHECK(unquote(quote(text)) == text);
    CHECK(quoted_string_length(quote(text)) == quote(text).size());
  }
  CHECK(quote("a\r\nb") == "\"a  b\"");
  CHECK(unquote(quote(std::string_view("a\0b", 3))) == std::string_view("a\0b", 3));
}

TEST_CASE("RFC 3261 7.3.1: commas in quotes and angle brackets do not separate values") {
  CHECK(split_list("a,b , c") == std::vector<std::string_view>{"a", "b", "c"});
  CHECK(split_list("\"x, y\" <sip:a,b@c>;p=\"1,2\", <sip:d>") ==
        std::vector<std::string_view>{"\"x, y\" <sip:a,b@c>;p=\"1,2\"", "<sip:d>"});
  CHECK(split_list(",, a ,").size() == 1);
  CHECK(split_list("").empty());
  CHECK(split_list("\"open, a").size() == 1);
  CHECK(split_list("<open, a").size() == 1);
  CHECK(find_unquoted("\"a\",b", ',') == 3);
  CHECK(find_unquoted("<a,b>", ',') == std::string_view::npos);
  CHECK(find_unquoted("a,b,c", ',', 2) == 3);
}

TEST_CASE("RFC 3261 7.3.1: list readers stop at each value and after the last") {
  ListReader reader(" a,, \"b,\" ,<c,d>,");
  std::string_view value;
  std::vector<std::string> values;
  while (reader.next(value)) values.emplace_back(value);
  CHECK(values == std::vector<std::string>{"a", "\"b,\"", "<c,d>"});
  CHECK_FALSE(reader.next(value));
}

TEST_CASE("RFC 3261 25.1: parameter readers show each parameter as it is written") {
  ParameterReader reader(" ; a ;b = c ;; d=\"e\\\";\" ;f=");
  ParameterView view;
  REQUIRE(reader.next(view));
  CHECK(view.name == "a");
  CHECK_FALSE(view.has_value);
  REQUIRE(reader.next(view));
  CHECK(view.name == "b");
  CHECK(view.value == "c");
  CHECK_FALSE(view.quoted);
  REQUIRE(reader.next(view));
  CHECK(view.value == "\"e\\\";\"");
  CHECK(unquoted(view) == "e\\\";");
  REQUIRE(reader.next(view));
  CHECK(view.has_value);
  CHECK(view.value.empty());
  CHECK_FALSE(reader.next(view));
  CHECK_FALSE(reader.error().has_value());
}

TEST_CASE("RFC 3261 25.1: a parameter reader stays at what is wrong") {
  ParameterReader reader(";a=1;b=\"x");
  ParameterView view;
  CHECK(reader.next(view));
  CHECK_FALSE(reader.next(view));
  REQUIRE(reader.error().has_value());
  CHECK(reader.error()->offset == 7);
  CHECK_FALSE(reader.next(view));
}

TEST_CASE("RFC 3261 25.1: a value that lacks its quotes is written with them") {
  const auto parameters = parse_parameters(";a=1,\"x\" <y>;b=2;c=some words");
  REQUIRE(parameters);
  std::string written;
  write_parameters(written, *parameters);
  CHECK(written == ";a=\"1,\\\"x\\\" <y>\";b=2;c=\"some words\"");
  const auto again = parse_parameters(written);
  REQUIRE(again);
  CHECK(*again == *parameters);
}
