/// Outputs as JSON heads with raw bodies (js-glue/protocol.ts).
#pragma once

#include <string>

#include "usage/event.hpp"

namespace sipml::bridge {

struct Head {
  /// enum sipml_output_kind.
  unsigned kind = 0;
  std::string json;
  std::string body;
};

Head to_head(usage::Output output);

}  // namespace sipml::bridge
