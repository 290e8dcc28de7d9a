/// The vocabulary of base/ at its edges.
#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <string>

#include "base/ascii.hpp"
#include "base/result.hpp"
#include "base/slice.hpp"
#include "base/state_table.hpp"
#include "base/timer_set.hpp"

using namespace sipml;

TEST_CASE("RFC 3261 25.1: numbers are decimal digits only and never overflow") {
  CHECK(ascii::parse_number("0", 9) == 0);
  CHECK(ascii::parse_number("0000000000000000000000000000000009", 9) == 9);
  CHECK_FALSE(ascii::parse_number("10", 9).has_value());
  for (const char* text : {"", " 1", "1 ", "+1", "-1", "0x1", "1e3", "1.0"})
    CHECK_FALSE(ascii::parse_number(text, 1000).has_value());
  CHECK(ascii::parse_number("255", 255) == 255);
  CHECK_FALSE(ascii::parse_number("256", 255).has_value());
  CHECK(ascii::parse_number("4294967295", 4294967295U) == 4294967295U);
  CHECK_FALSE(ascii::parse_number("4294967296", 4294967295U).has_value());
  CHECK(ascii::parse_number("18446744073709551615", UINT64_MAX) == UINT64_MAX);
  CHECK_FALSE(ascii::parse_number("18446744073709551616", UINT64_MAX).has_value());
  CHECK_FALSE(ascii::parse_number(std::string(400, '9'), UINT64_MAX).has_value());
  CHECK(ascii::parse_number("0", 0) == 0);
  CHECK_FALSE(ascii::parse_number("1", 0).has_value());
}

TEST_CASE("RFC 3261 7.3.1: case, blanks and line ends are those of ASCII") {
  CHECK(ascii::equal_ignoring_case("Call-ID", "cALL-id"));
  CHECK_FALSE(ascii::equal_ignoring_case("Via", "Vi"));
  CHECK_FALSE(ascii::equal_ignoring_case("[", "{"));
  CHECK(ascii::to_lower("ABC\xc4z") == "abc\xc4z");
  CHECK(ascii::trim(" \t\r\n a b \t\r\n") == "a b");
  CHECK(ascii::trim(" \t").empty());
  CHECK(ascii::has_line_break("a\rb"));
  CHECK(ascii::has_line_break("a\nb"));
  CHECK(ascii::has_line_break(std::string_view("a\0b", 3)));
  CHECK_FALSE(ascii::has_line_break("a\tb\x7f\xe2\x80\xa8"));
}

TEST_CASE("Slices keep their place when the string moves") {
  std::string text = "Via: SIP/2.0";
  const Slice slice = slice_of(text, std::string_view(text).substr(5));
  const std::string moved = std::move(text);
  CHECK(slice.in(moved) == "SIP/2.0");
  CHECK(slice_of(moved, std::string_view()).empty());
}

TEST_CASE("A result holds its value or its error") {
  Result<std::string, int> good(std::string("yes"));
  Result<std::string, int> bad(7);
  CHECK(bool(good));
  CHECK_FALSE(bool(bad));
  CHECK(*good == "yes");
  CHECK(good->size() == 3);
  CHECK(bad.error() == 7);
  CHECK(std::move(good).value() == "yes");
}

namespace {

enum class Timer : std::uint8_t { first, second, third, count };

Instant at(std::int64_t ms) { return Instant{milliseconds(ms)}; }

}  // namespace

TEST_CASE("Timers are due in the order of their deadlines, ties in that of their names") {
  TimerSet<Timer> timers;
  CHECK_FALSE(timers.deadline().has_value());
  CHECK_FALSE(timers.take_due(at(1000)).has_value());
  timers.start(Timer::third, at(10));
  timers.start(Timer::first, at(20));
  timers.start(Timer::second, at(10));
  CHECK(timers.deadline() == at(10));
  CHECK_FALSE(timers.take_due(at(9)).has_value());
  CHECK(timers.take_due(at(30)) == Timer::second);
  CHECK(timers.take_due(at(30)) == Timer::third);
  CHECK(timers.is_running(Timer::first));
  timers.start(Timer::first, at(40));
  CHECK_FALSE(timers.take_due(at(30)).has_value());
  timers.stop(Timer::first);
  CHECK_FALSE(timers.deadline().has_value());
  timers.start(Timer::second, at(1));
  timers.stop_all();
  CHECK_FALSE(timers.is_running(Timer::second));
}

namespace {

enum class State : std::uint8_t { a, b, c };
enum class On : std::uint8_t { x, y };

struct Row {
  State from;
  On on;
  State to;
};

}  // namespace

TEST_CASE("The checks of state tables see what is wrong with one") {
  constexpr std::array<Row, 2> good = {{{State::a, On::x, State::b}, {State::b, On::y, State::a}}};
  static_assert(deterministic(good) && reachable(good, State::a) && is_final(good, State::c));
  constexpr std::array<Row, 2> twice = {{{State::a, On::x, State::b}, {State::a, On::x, State::c}}};
  CHECK_FALSE(deterministic(twice));
  constexpr std::array<Row, 2> lost = {{{State::a, On::x, State::b}, {State::c, On::x, State::c}}};
  CHECK_FALSE(reachable(lost, State::a));
  CHECK_FALSE(is_final(good, State::a));
  CHECK(find_transition(good, State::a, On::x)->to == State::b);
  CHECK_FALSE(find_transition(good, State::a, On::y).has_value());
}

TEST_CASE("find_control: every octet at every place of a word and behind it") {
  for (std::size_t length = 0; length < 20; ++length)
    for (std::size_t at = 0; at < length; ++at)
      for (int octet = 0; octet < 256; ++octet) {
        std::string text(length, 'x');
        text[at] = static_cast<char>(octet);
        const bool is_control = octet < 0x20 && octet != '\t';
        REQUIRE(ascii::find_control(text, 0) == (is_control ? at : length));
        REQUIRE(ascii::find_control(text, at + 1) == length);
      }
  CHECK(ascii::find_control("\t\t\t\t\t\t\t\t\n", 0) == 8);
}
