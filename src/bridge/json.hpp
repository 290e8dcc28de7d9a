/// nlohmann/json as this folder uses it: without exceptions, values read through checked accessors.
#pragma once

#include <string>
#include <string_view>

#ifndef JSON_NOEXCEPTION
#define JSON_NOEXCEPTION
#endif
#define JSON_USE_IMPLICIT_CONVERSIONS 0
#include <nlohmann/json.hpp>

namespace sipml::bridge {

using Json = nlohmann::json;

/// Nesting that a head may have: heads are flat, and what handles JSON values is partly recursive.
inline constexpr std::size_t maximum_depth = 16;

/// The value that `text` spells; a discarded one if it is no JSON or is nested more deeply.
inline Json parse(std::string_view text) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string && c == '\\') {
      ++i;
    } else if (c == '"') {
      in_string = !in_string;
    } else if (!in_string && (c == '[' || c == '{')) {
      if (++depth > maximum_depth) return Json(Json::value_t::discarded);
    } else if (!in_string && (c == ']' || c == '}')) {
      if (depth == 0) return Json(Json::value_t::discarded);
      --depth;
    }
  }
  return Json::parse(text, nullptr, false);
}

/// The text of a JSON value; octets that are no UTF-8 become U+FFFD.
inline std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace sipml::bridge
