/// Messages and bodies of several parts as the data of js-glue/message-data.ts.
#pragma once

#include <string>
#include <string_view>

#include "bridge/json_writer.hpp"
#include "message/message.hpp"
#include "message/multipart.hpp"

namespace sipml::bridge {

/// The result of parsing a message, with its diagnostics. js-glue/functions.ts puts the body beside
/// it and repeats what is asked for most under names of its own.
void write_parsed_message(JsonWriter& json, const message::Message& message,
                          const message::Body* parts, std::string& octets);

/// The member "parts": every part but the body as a whole, each behind what holds it, with the
/// place of its content in `octets`. What had a transfer encoding is decoded and appended to
/// `octets`, which begins with `text`.
void write_parts(JsonWriter& json, const message::Body& body, std::string_view text,
                 std::string& octets);

}  // namespace sipml::bridge
