/// Descriptions that a test needs parsed.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>

#include "sdp/description.hpp"

namespace samples {

/// Fails the test if it does not parse.
inline sipml::sdp::Description parsed(std::string_view text) {
  auto result = sipml::sdp::parse(text);
  if (result) return std::move(result).value();
  FAIL("does not parse: " << std::string(to_string(result.error().code)));
  return {};
}

}  // namespace samples
