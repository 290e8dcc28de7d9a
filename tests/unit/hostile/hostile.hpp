/// What the hostile-input tests share: numbers that look random and never change, texts of random
/// Unicode, files, and repeated text.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "bridge/json.hpp"

namespace sipml::hostile {

/// splitmix64: every run of a test sees the same values.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
  }

  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(next() % bound); }

 private:
  std::uint64_t state_;
};

inline void append_utf8(std::string& out, std::uint32_t code_point) {
  const auto put = [&out](std::uint32_t octet) { out += static_cast<char>(octet); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0U | (code_point >> 6U));
    put(0x80U | (code_point & 0x3FU));
  } else if (code_point < 0x10000) {
    put(0xE0U | (code_point >> 12U));
    put(0x80U | ((code_point >> 6U) & 0x3FU));
    put(0x80U | (code_point & 0x3FU));
  } else {
    put(0xF0U | (code_point >> 18U));
    put(0x80U | ((code_point >> 12U) & 0x3FU));
    put(0x80U | ((code_point >> 6U) & 0x3FU));
    put(0x80U | (code_point & 0x3FU));
  }
}

/// Up to `longest` characters: what grammars care about, control characters, every plane of
/// Unicode; never a surrogate. CR, LF and NUL only if `with_breaks`.
inline std::string random_text(Dice& dice, std::uint32_t longest, bool with_breaks = false) {
  constexpr std::string_view special = "\"\\<>@:;,=?&%[](){}/ \t'`*+-.~#|^$!_";
  std::string text;
  for (std::uint32_t left = dice.below(longest + 1); left > 0; --left) {
    std::uint32_t c = 0;
    switch (dice.below(6)) {
      case 0:
      case 1:
        c = static_cast<unsigned char>(special[dice.below(special.size())]);
        break;
      case 2:
        c = dice.below(0x80);
        break;
      case 3:
        c = dice.below(0x800);
        break;
      case 4:
        c = dice.below(0x10000);
        break;
      default:
        c = dice.below(0x110000);
    }
    if (c >= 0xD800 && c <= 0xDFFF) c = 0xFFFD;
    if (!with_breaks && (c == '\r' || c == '\n' || c == 0)) c = 0x7F;
    append_utf8(text, c);
  }
  return text;
}

inline std::string repeat(std::string_view text, std::size_t count) {
  std::string result;
  result.reserve(text.size() * count);
  for (std::size_t i = 0; i < count; ++i) result += text;
  return result;
}

/// tests/contract/protocol.json, where an example of every command stands.
inline bridge::Json read_contract() {
  std::string text;
  std::FILE* file = std::fopen(SIPML_SOURCE_DIR "/tests/contract/protocol.json", "rb");
  if (!file) return {};
  char buffer[4096];
  for (std::size_t count = 0; (count = std::fread(buffer, 1, sizeof buffer, file)) > 0;)
    text.append(buffer, count);
  std::fclose(file);
  return bridge::Json::parse(text, nullptr, false);
}

}  // namespace sipml::hostile
