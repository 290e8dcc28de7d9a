/// nlohmann/json as this folder uses it: without exceptions, values read through checked accessors.
#pragma once

#include <string>

#ifndef JSON_NOEXCEPTION
#define JSON_NOEXCEPTION
#endif
#define JSON_USE_IMPLICIT_CONVERSIONS 0
#include <nlohmann/json.hpp>

namespace sipml::bridge {

using Json = nlohmann::json;

/// The text of a JSON value; octets that are no UTF-8 become U+FFFD.
inline std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace sipml::bridge
