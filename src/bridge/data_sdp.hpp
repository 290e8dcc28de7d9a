/// Session descriptions as the data of js-glue/message-data.ts.
#pragma once

#include "bridge/json_writer.hpp"
#include "sdp/description.hpp"

namespace sipml::bridge {

/// A ParsedSdp.
void write_description(JsonWriter& json, const sdp::Description& description);

}  // namespace sipml::bridge
