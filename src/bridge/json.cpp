#include "bridge/json.hpp"

#include <optional>

#include "base/limits.hpp"

namespace sipml::bridge {

namespace {

/// The UTF-16 code unit of the escape "\uXXXX" at `position`, if there is one.
std::optional<unsigned> code_unit(std::string_view text, std::size_t position) {
  if (position + 6 > text.size() || text[position] != '\\' || text[position + 1] != 'u')
    return std::nullopt;
  unsigned value = 0;
  for (char c : text.substr(position + 2, 4)) {
    const char lower = static_cast<char>(c | 0x20);
    const bool is_letter = lower >= 'a' && lower <= 'f';
    if (!is_letter && (c < '0' || c > '9')) return std::nullopt;
    value = value * 16 + static_cast<unsigned>(is_letter ? lower - 'a' + 10 : c - '0');
  }
  return value;
}

bool is_high(std::optional<unsigned> unit) { return unit && *unit >= 0xD800 && *unit <= 0xDBFF; }
bool is_low(std::optional<unsigned> unit) { return unit && *unit >= 0xDC00 && *unit <= 0xDFFF; }

}  // namespace

Json parse(std::string_view text) {
  std::size_t depth = 0;
  bool in_string = false;
  // Made only when there is something to mend.
  std::string mended;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string && c == '\\') {
      const auto unit = code_unit(text, i);
      if (is_high(unit) && is_low(code_unit(text, i + 6))) {
        i += 11;
      } else if (is_high(unit) || is_low(unit)) {
        if (mended.empty()) mended = text;
        mended.replace(i + 2, 4, "fffd");
        i += 5;
      } else {
        ++i;
      }
    } else if (c == '"') {
      in_string = !in_string;
    } else if (!in_string && (c == '[' || c == '{')) {
      if (++depth > limits::command_depth) return Json(Json::value_t::discarded);
    } else if (!in_string && (c == ']' || c == '}')) {
      if (depth == 0) return Json(Json::value_t::discarded);
      --depth;
    }
  }
  return Json::parse(mended.empty() ? text : std::string_view(mended), nullptr, false);
}

}  // namespace sipml::bridge
