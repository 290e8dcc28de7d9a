/// What sipml-functions.wasm does without an agent: texts taken apart into data, data written as
/// text, digests and comparisons (js-glue/functions.ts).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "bridge/json_writer.hpp"
#include "usage/command_error.hpp"

namespace sipml::bridge {

class Functions {
 public:
  /// Runs one of enum sipml_function. An error means that an argument is wrong; whatever is wrong
  /// with a text that is to be parsed is part of the result.
  std::optional<usage::CommandError> call(std::uint32_t function, std::string_view head,
                                          std::string_view body);

  /// The result of the last call, valid until the next.
  std::string_view json() const { return json_.str(); }
  /// May lie in the `body` of the call.
  std::string_view octets() const { return octets_; }
  std::uint32_t status() const { return status_; }

 private:
  void parse_uri(std::string_view text);
  void parse_name_addr(std::string_view text);
  void parse_header(std::string_view name, std::string_view value);
  void parse_message(std::string_view octets);
  void parse_sdp(std::string_view text);
  void parse_multipart(std::string_view content_type, std::string_view text);
  void message_status(std::string_view octets);
  void compare_uris(std::string_view a, std::string_view b);
  void resolve_target(std::string_view target, std::string_view domain);
  std::optional<usage::CommandError> serialize(std::string_view head, std::string_view body);
  std::optional<usage::CommandError> format_name_addr(std::string_view head);
  std::optional<usage::CommandError> digest_response(std::string_view head, std::string_view body);

  /// {"ok":true,"value": and what ends it when there is no diagnostic.
  void begin_value();
  void end_value();
  /// {"ok":false ... }
  void fail(std::string_view reason, std::size_t offset, std::string_view header = {});

  JsonWriter json_;
  std::string made_;
  std::string_view octets_;
  std::uint32_t status_ = 0;
};

}  // namespace sipml::bridge
