#include "message/headers/date.hpp"

#include <cstddef>

#include "base/ascii.hpp"

namespace sipml::message {

namespace {

constexpr std::string_view weekdays = "MonTueWedThuFriSatSun";
constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
constexpr std::int64_t seconds_a_day = 86400;

/// The number of the three letters `name` in `names`; nullopt if they are not there.
std::optional<std::int64_t> find_name(std::string_view names, std::string_view name) {
  for (std::size_t i = 0; i < names.size(); i += 3)
    if (names.substr(i, 3) == name) return static_cast<std::int64_t>(i / 3);
  return std::nullopt;
}

constexpr bool is_leap_year(std::int64_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

constexpr std::int64_t days_of_month(std::int64_t year, std::int64_t month) {
  if (month == 1) return is_leap_year(year) ? 29 : 28;
  return month == 3 || month == 5 || month == 8 || month == 10 ? 30 : 31;
}

/// Days from 0001-01-01 to the first day of `year`.
constexpr std::int64_t days_before(std::int64_t year) {
  const std::int64_t years = year - 1;
  return years * 365 + years / 4 - years / 100 + years / 400;
}

constexpr std::int64_t epoch = days_before(1970);

}  // namespace

std::optional<std::int64_t> parse_date(std::string_view text) {
  // "9" stands for a digit, "a" for a letter.
  constexpr std::string_view form = "aaa, 99 aaa 9999 99:99:99 GMT";
  text = ascii::trim(text);
  if (text.size() != form.size()) return std::nullopt;
  for (std::size_t i = 0; i < form.size(); ++i) {
    const bool fits = form[i] == '9'   ? ascii::is_digit(text[i])
                      : form[i] == 'a' ? ascii::is_alpha(text[i])
                                       : text[i] == form[i];
    if (!fits) return std::nullopt;
  }
  const auto number = [text](std::size_t at, std::size_t length) {
    return static_cast<std::int64_t>(*ascii::parse_number(text.substr(at, length), 9999));
  };
  const std::int64_t day = number(5, 2);
  const auto month = find_name(months, text.substr(8, 3));
  const std::int64_t year = number(12, 4);
  const std::int64_t hour = number(17, 2);
  const std::int64_t minute = number(20, 2);
  const std::int64_t second = number(23, 2);
  // 60 is a leap second.
  if (!find_name(weekdays, text.substr(0, 3)) || !month || year == 0 || day == 0 ||
      day > days_of_month(year, *month) || hour > 23 || minute > 59 || second > 60)
    return std::nullopt;
  std::int64_t days = days_before(year) - epoch + day - 1;
  for (std::int64_t i = 0; i < *month; ++i) days += days_of_month(year, i);
  return days * seconds_a_day + hour * 3600 + minute * 60 + second;
}

}  // namespace sipml::message
