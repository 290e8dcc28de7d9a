/// What each stack does in the native benchmark, behind functions of one shape.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sipml::bench {

/// What a parser must have found in a message to be measured with it.
struct Facts {
  std::uint32_t cseq = 0;
  std::string from_tag;
  /// Of the topmost Via.
  std::string branch;
  /// user@host of the first Contact; "" without one.
  std::string contact;
  std::size_t record_routes = 0;

  bool operator==(const Facts&) const = default;
};

/// One stack. A function that it has no counterpart for is null.
struct Contender {
  std::string_view name;

  /// From octets to a message with its headers typed, and that thrown away: the CSeq number, 0 if
  /// it could not be parsed.
  std::uint32_t (*parse)(std::string_view octets) = nullptr;
  /// The same, and what was found.
  Facts (*facts)(std::string_view octets) = nullptr;

  /// Makes `octets` the message that write() writes; false if it could not be parsed.
  bool (*keep)(std::string_view octets) = nullptr;
  /// From the typed headers of the kept message to octets: how many there are.
  std::size_t (*write)() = nullptr;
  /// The same octets.
  std::string (*written)() = nullptr;

  /// From the text of a session description to its model and back: how many octets that gave.
  std::size_t (*copy_description)(std::string_view text) = nullptr;
  /// The same text.
  std::string (*copied_description)(std::string_view text) = nullptr;
};

Contender sipml_wasm();
Contender sipml_wasm_copied();
Contender sofia();
Contender osip();
Contender libre();

}  // namespace sipml::bench
