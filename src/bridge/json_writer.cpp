#include "bridge/json_writer.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/utf8.hpp"

namespace sipml::bridge {

namespace {

/// Octets of a result; growing to it takes three times as much, of the 64 MiB that the module has.
constexpr std::size_t size_limit = 8 * 1024 * 1024;

constexpr std::size_t first_size = 512;
/// A longer text is written piece by piece, as every octet may need an escape.
constexpr std::size_t piece_size = 1024;
constexpr std::size_t escape_size = 6;

char* copy(std::string_view text, char* to) { return std::copy(text.begin(), text.end(), to); }

constexpr bool is_plain(char c) {
  return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
}

/// As JSON.stringify() writes it.
char* escape(char c, char* to) {
  constexpr std::string_view digits = "0123456789abcdef";
  constexpr std::string_view short_ones = "\"\\\b\t\n\f\r";
  constexpr std::string_view letters = "\"\\btnfr";
  *to++ = '\\';
  if (const std::size_t i = short_ones.find(c); i != std::string_view::npos) {
    *to++ = letters[i];
    return to;
  }
  const auto octet = static_cast<unsigned char>(c);
  to = copy("u00", to);
  *to++ = digits[octet >> 4U];
  *to++ = digits[octet & 15U];
  return to;
}

}  // namespace

char* JsonWriter::begin(std::size_t size) {
  const std::size_t needed = size_ + size + 1;
  if (needed > buffer_.size()) {
    // What overflows is written over what came first: the result is thrown away.
    if (needed > size_limit) {
      overflowed_ = true;
      size_ = 0;
    }
    const std::size_t doubled = std::max(2 * buffer_.size(), first_size);
    if (size_ + size + 1 > buffer_.size()) buffer_.resize(std::max(size_ + size + 1, doubled));
  }
  char* const position = buffer_.data() + size_;
  if (!comma_) return position;
  *position = ',';
  return position + 1;
}

void JsonWriter::end(const char* position) {
  size_ = static_cast<std::size_t>(position - buffer_.data());
  comma_ = true;
}

void JsonWriter::open(char bracket) {
  char* const position = begin(1);
  *position = bracket;
  end(position + 1);
  comma_ = false;
}

void JsonWriter::close(char bracket) {
  comma_ = false;
  char* const position = begin(1);
  *position = bracket;
  end(position + 1);
}

void JsonWriter::key(std::string_view name) {
  char* position = begin(name.size() + 3);
  *position++ = '"';
  position = copy(name, position);
  *position++ = '"';
  *position++ = ':';
  end(position);
  comma_ = false;
}

void JsonWriter::text(std::string_view value) {
  char* position = begin(1);
  *position++ = '"';
  do {
    end(position);
    comma_ = false;
    std::string_view piece = value.substr(0, piece_size);
    // Not in the middle of a character.
    while (piece.size() > piece_size - 4 && piece.size() < value.size() &&
           (static_cast<unsigned char>(value[piece.size()]) & 0xC0U) == 0x80)
      piece.remove_suffix(1);
    value.remove_prefix(piece.size());
    position = begin(piece.size() * escape_size + 1);
    while (!piece.empty()) {
      const char c = piece.front();
      const std::size_t length = utf8::character_length(piece);
      if (length == 0)
        position = copy("\xEF\xBF\xBD", position);
      else if (is_plain(c))
        position = copy(piece.substr(0, length), position);
      else
        position = escape(c, position);
      piece.remove_prefix(std::max<std::size_t>(length, 1));
    }
  } while (!value.empty());
  *position++ = '"';
  end(position);
}

void JsonWriter::number(std::uint64_t value) {
  constexpr std::size_t digits = 20;
  char* const position = begin(digits);
  end(std::to_chars(position, position + digits, value).ptr);
}

void JsonWriter::raw(std::string_view json) { end(copy(json, begin(json.size()))); }

void JsonWriter::open_object(std::string_view name) {
  key(name);
  open_object();
}

void JsonWriter::open_array(std::string_view name) {
  key(name);
  open_array();
}

void JsonWriter::text(std::string_view name, std::string_view value) {
  key(name);
  text(value);
}

void JsonWriter::text_or_null(std::string_view name, const std::optional<std::string_view>& value) {
  key(name);
  if (value)
    text(*value);
  else
    null();
}

void JsonWriter::number(std::string_view name, std::uint64_t value) {
  key(name);
  number(value);
}

void JsonWriter::number_or_null(std::string_view name, const std::optional<std::uint64_t>& value) {
  key(name);
  if (value)
    number(*value);
  else
    null();
}

void JsonWriter::integer(std::string_view name, std::int64_t value) {
  key(name);
  if (value < 0) {
    raw("-");
    comma_ = false;
  }
  const auto magnitude = static_cast<std::uint64_t>(value);
  number(value < 0 ? 0 - magnitude : magnitude);
}

void JsonWriter::boolean(std::string_view name, bool value) {
  key(name);
  boolean(value);
}

void JsonWriter::null(std::string_view name) {
  key(name);
  null();
}

std::string JsonWriter::take() {
  buffer_.resize(size_);
  std::string result = std::move(buffer_);
  buffer_ = std::string();
  clear();
  return result;
}

void JsonWriter::clear() {
  constexpr std::size_t kept = 64 * 1024;
  if (buffer_.size() > kept) buffer_ = std::string();
  size_ = 0;
  comma_ = false;
  overflowed_ = false;
}

std::string error_head(std::string_view code, std::string_view argument, std::string_view message) {
  JsonWriter json;
  json.open_object();
  json.text("code", code);
  json.text("argument", argument);
  json.text("message", message);
  json.close_object();
  return json.take();
}

}  // namespace sipml::bridge
