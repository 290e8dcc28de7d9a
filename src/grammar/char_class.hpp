/// Character classes of RFC 3261 section 25.1 as one 256-entry table.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sipml::grammar {

/// A bit per class; a character may be in several.
enum CharClass : std::uint16_t {
  /// token = 1*(alphanum / "-" / "." / "!" / "%" / "*" / "_" / "+" / "`" / "'" / "~")
  token_char = 1,
  /// unreserved = alphanum / mark
  unreserved = 2,
  /// user-unreserved = "&" / "=" / "+" / "$" / "," / ";" / "?" / "/"
  user_unreserved = 4,
  /// word, of Call-ID
  word_char = 8,
  /// host = hostname / IPv4address / IPv6reference, without the brackets' meaning
  host_char = 16,
  /// paramchar = param-unreserved / unreserved / escaped
  param_unreserved = 32,
  hex_digit = 64,
  blank = 128,
  /// What decides where a value of a comma list ends: "," DQUOTE "<" ">"
  list_mark = 256,
  /// userinfo without "%", ":" and "@": unreserved / user-unreserved, and what exchanges put there
  /// and mean although the grammar has no place for it: "#", "[", "]" and octets above 127.
  user_char = 512,
  /// uric of a URI's headers and of unknown schemes: anything but controls, blank, "<", ">" and
  /// DQUOTE.
  visible = 1024,
  /// scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." )
  scheme_char = 2048,
  /// uri-parameter, its "=" included
  uri_parameter_char = 4096,
};

inline constexpr auto char_classes = [] {
  std::array<std::uint16_t, 256> table{};
  const auto add = [&table](std::string_view characters, std::uint16_t classes) {
    for (char c : characters) {
      auto& entry = table[static_cast<unsigned char>(c)];
      entry = static_cast<std::uint16_t>(entry | classes);
    }
  };
  add("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
      token_char | unreserved | word_char | host_char | user_char | scheme_char |
          uri_parameter_char);
  add("-.!%*_+`'~", token_char | word_char);
  add("-_.!~*'()", unreserved);
  add("&=+$,;?/", user_unreserved);
  add("()<>:\\\"/[]?{}", word_char);
  add("-.:[]_", host_char);
  add("[]/:&+$", param_unreserved);
  add("0123456789abcdefABCDEF", hex_digit);
  add(" \t", blank);
  add(",\"<>", list_mark);
  add("-_.!~*'()&=+$,;?/`#[]", user_char);
  add("+-.", scheme_char);
  add("[]/:&+$-_.!~*'()%`=", uri_parameter_char);
  for (std::size_t c = 0x21; c < table.size(); ++c) {
    if (c != '<' && c != '>' && c != '"') table[c] = static_cast<std::uint16_t>(table[c] | visible);
    if (c > 0x7F) table[c] = static_cast<std::uint16_t>(table[c] | user_char);
  }
  return table;
}();

constexpr bool is(char c, std::uint16_t classes) {
  return (char_classes[static_cast<unsigned char>(c)] & classes) != 0;
}

/// True when `text` is not empty and every character is of one of the classes.
constexpr bool all_are(std::string_view text, std::uint16_t classes) {
  if (text.empty()) return false;
  for (char c : text)
    if (!is(c, classes)) return false;
  return true;
}

constexpr bool is_token(std::string_view text) { return all_are(text, token_char); }

}  // namespace sipml::grammar
