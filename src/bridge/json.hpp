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

/// The value that `text` spells; a discarded one if it is no JSON or is nested more deeply than
/// limits::command_depth. Half a surrogate pair, which JSON.stringify writes as it stands, becomes
/// U+FFFD as in every other text that JavaScript hands over.
Json parse(std::string_view text);

/// The text of a JSON value; octets that are no UTF-8 become U+FFFD.
inline std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace sipml::bridge
