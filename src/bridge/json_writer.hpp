/// Writes JSON (RFC 8259) straight into a text: heads of outputs, and the results of functions,
/// which are too large to be built as trees first.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sipml::bridge {

/// The size is limited: what a session-level attribute of a description says, for one, is said of
/// every medium. Puts the commas itself; what is opened has to be closed by the caller. Octets
/// that are no UTF-8 become U+FFFD.
class JsonWriter {
 public:
  void open_object() { open('{'); }
  void close_object() { close('}'); }
  void open_array() { open('['); }
  void close_array() { close(']'); }
  /// A member's name; its value comes next. Names are ours and need no escape.
  void key(std::string_view name);

  void text(std::string_view value);
  void number(std::uint64_t value);
  void boolean(bool value) { raw(value ? "true" : "false"); }
  void null() { raw("null"); }
  /// JSON that is complete in itself.
  void raw(std::string_view json);

  void open_object(std::string_view name);
  void open_array(std::string_view name);
  void text(std::string_view name, std::string_view value);
  /// null without a value.
  void text_or_null(std::string_view name, const std::optional<std::string_view>& value);
  void number(std::string_view name, std::uint64_t value);
  /// null without a value.
  void number_or_null(std::string_view name, const std::optional<std::uint64_t>& value);
  void integer(std::string_view name, std::int64_t value);
  void boolean(std::string_view name, bool value);
  void null(std::string_view name);

  std::string_view str() const { return {buffer_.data(), size_}; }
  /// The same, given away; the writer begins anew.
  std::string take();
  /// True when more was written than is kept: str() is no JSON then.
  bool overflowed() const { return overflowed_; }
  /// Begins anew; the room is kept, unless an unusually large text left it behind.
  void clear();

 private:
  void open(char bracket);
  void close(char bracket);
  /// Room for a comma, if one is due, and `size` octets more; where they begin.
  char* begin(std::size_t size);
  void end(const char* position);

  /// What is behind size_ is room.
  std::string buffer_;
  std::size_t size_ = 0;
  bool comma_ = false;
  bool overflowed_ = false;
};

/// {"code", "argument", "message"}: the head of an error.
std::string error_head(std::string_view code, std::string_view argument, std::string_view message);

}  // namespace sipml::bridge
