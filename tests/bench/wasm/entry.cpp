/// What the benchmark asks of the protocol core in WebAssembly without an agent around it: the
/// objects and flags are those of sipml.wasm.
#include <cstdint>
#include <string>
#include <vector>

#include "negotiation/rewrite.hpp"
#include "sdp/description.hpp"
#include "typed.hpp"

namespace {

std::vector<char>& input() {
  static auto* const buffer = new std::vector<char>;
  return *buffer;
}

std::string& output() {
  static auto* const text = new std::string;
  return *text;
}

std::string_view given(std::uint32_t length) { return {input().data(), length}; }

}  // namespace

extern "C" {

/// Room for `size` octets, valid until it is asked for more.
char* sipml_bench_input(std::uint32_t size) {
  if (input().size() < size) input().resize(size);
  return input().data();
}

/// From octets to a message with its headers typed, and that thrown away: the CSeq number, 0 if it
/// could not be parsed.
std::uint32_t sipml_bench_parse(std::uint32_t length) {
  const auto parsed = sipml::message::parse_message(std::string(given(length)));
  return parsed && !parsed->fault() ? parsed->cseq().number : 0;
}

/// The same with every field copied out of the message.
std::uint32_t sipml_bench_parse_copied(std::uint32_t length) {
  const auto typed = sipml::bench::parse_typed(std::string(given(length)));
  return typed ? typed->message.cseq().number : 0;
}

/// From the text of a session description to its model and back: how many octets that gave.
std::uint32_t sipml_bench_copy_description(std::uint32_t length) {
  const auto description = sipml::sdp::parse(given(length));
  output() = description ? sipml::sdp::write(*description) : std::string();
  return static_cast<std::uint32_t>(output().size());
}

/// The same with what is done to a peer's offer before a browser gets it.
std::uint32_t sipml_bench_rewrite_offer(std::uint32_t length) {
  auto rewritten = sipml::negotiation::remote_offer(given(length));
  output() = rewritten ? std::move(rewritten).value() : std::string();
  return static_cast<std::uint32_t>(output().size());
}

/// Where the octets of the last description are.
const char* sipml_bench_output() { return output().data(); }
}
