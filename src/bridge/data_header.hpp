/// Header values as the data of js-glue/message-data.ts.
#pragma once

#include <optional>
#include <string_view>

#include "bridge/json_writer.hpp"
#include "grammar/parse_error.hpp"
#include "grammar/tokens.hpp"
#include "message/header_name.hpp"

namespace sipml::bridge {

/// A HeaderData. When the value is malformed it is null, and the error is returned; its offset
/// counts from the start of `value`.
std::optional<grammar::ParseError> write_header_data(JsonWriter& json, message::HeaderName name,
                                                     std::string_view value);

/// The members of a MediaType, without the braces around them.
void write_media_type_members(JsonWriter& json, std::string_view mime,
                              const grammar::Parameters& parameters);

}  // namespace sipml::bridge
