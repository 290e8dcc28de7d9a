/// Reads the a= lines that set up a transport (RFC 8839, RFC 8122, RFC 4145, RFC 3605, RFC 8841).
#include "sdp/transport.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "base/ascii.hpp"
#include "grammar/char_class.hpp"
#include "sdp/words.hpp"

namespace sipml::sdp {
namespace {

bool is_ice_text(std::string_view text, std::size_t shortest) {
  constexpr std::size_t longest = 256;
  return text.size() >= shortest && text.size() <= longest &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return ascii::is_alpha(c) || ascii::is_digit(c) ||
                  std::string_view("+/-=#_").find(c) != std::string_view::npos;
         });
}

std::optional<std::string_view> first_word(std::optional<std::string_view> value) {
  if (!value) return std::nullopt;
  return Words(*value).next();
}

struct Hash {
  std::string_view name;
  std::size_t size;
};
constexpr std::array<Hash, 5> hashes = {
    {{"sha-1", 20}, {"sha-224", 28}, {"sha-256", 32}, {"sha-384", 48}, {"sha-512", 64}}};

}  // namespace

std::optional<std::string_view> ice_ufrag(const Description& description, const Media& media) {
  return first_word(attribute(description, media, "ice-ufrag"));
}

std::optional<std::string_view> ice_pwd(const Description& description, const Media& media) {
  return first_word(attribute(description, media, "ice-pwd"));
}

bool is_ice_ufrag(std::string_view text) { return is_ice_text(text, 4); }
bool is_ice_pwd(std::string_view text) { return is_ice_text(text, 22); }

std::vector<std::string_view> ice_options(const Description& description, const Media& media) {
  return split_words(attribute(description, media, "ice-options").value_or(std::string_view()));
}

bool is_ice_lite(const Description& description) {
  return has_attribute(description.session, "ice-lite");
}

// fingerprint-attribute = "fingerprint" ":" hash-func SP fingerprint
std::optional<Fingerprint> parse_fingerprint(std::string_view value) {
  Words words(value);
  const std::string_view hash = words.next();
  const std::string_view digits = words.next();
  if (digits.empty() || !words.at_end()) return std::nullopt;
  return Fingerprint{hash, digits};
}

std::size_t hash_size(std::string_view name) {
  for (const Hash& hash : hashes)
    if (ascii::equal_ignoring_case(hash.name, name)) return hash.size;
  return 0;
}

// fingerprint = 2UHEX *(":" 2UHEX)
bool is_usable(const Fingerprint& fingerprint) {
  const std::size_t size = hash_size(fingerprint.hash);
  if (size == 0 || fingerprint.value.size() != size * 3 - 1) return false;
  for (std::size_t i = 0; i < fingerprint.value.size(); ++i) {
    const char c = fingerprint.value[i];
    if (i % 3 == 2 ? c != ':' : !grammar::is(c, grammar::hex_digit)) return false;
  }
  return true;
}

std::vector<Fingerprint> own_fingerprints(const Lines& lines) {
  return parse_attributes(lines, "fingerprint", parse_fingerprint);
}

std::vector<Fingerprint> fingerprints(const Description& description, const Media& media) {
  std::vector<Fingerprint> own = own_fingerprints(media.lines);
  return own.empty() ? own_fingerprints(description.session) : own;
}

std::optional<std::string_view> setup(const Description& description, const Media& media) {
  return first_word(attribute(description, media, "setup"));
}

bool is_setup(std::string_view text) {
  constexpr std::array<std::string_view, 4> roles = {"active", "passive", "actpass", "holdconn"};
  return std::find(roles.begin(), roles.end(), text) != roles.end();
}

bool has_rtcp_mux(const Media& media) {
  return has_attribute(media.lines, "rtcp-mux") || has_attribute(media.lines, "rtcp-mux-only");
}

// rtcp-attribute = "a=rtcp:" port [nettype space addrtype space connection-address]
std::optional<Rtcp> parse_rtcp(std::string_view value) {
  Words words(value);
  const auto port = ascii::parse_number(words.next(), 65535);
  if (!port) return std::nullopt;
  Rtcp rtcp{static_cast<std::uint16_t>(*port), words.next(), {}, {}};
  rtcp.address_type = words.next();
  rtcp.address = words.next();
  if (rtcp.network_type.empty() != rtcp.address.empty() || !words.at_end()) return std::nullopt;
  return rtcp;
}

std::optional<std::uint16_t> sctp_port(const Media& media) {
  auto text = attribute(media.lines, "sctp-port");
  if (!text) text = attribute(media.lines, "sctpmap");
  const MediaLine line = media.line();
  if (!text && line.proto.ends_with("SCTP/DTLS") && !line.formats.empty()) text = line.formats[0];
  if (!text) return std::nullopt;
  const auto port = ascii::parse_number(Words(*text).next(), 65535);
  if (!port) return std::nullopt;
  return static_cast<std::uint16_t>(*port);
}

std::optional<std::uint64_t> max_message_size(const Media& media) {
  const auto text = attribute(media.lines, "max-message-size");
  if (!text) return std::nullopt;
  return ascii::parse_number(ascii::trim(*text), std::numeric_limits<std::uint64_t>::max());
}

}  // namespace sipml::sdp
