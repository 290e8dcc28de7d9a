#include "auth/digest.hpp"

#include <array>

#include "base/limits.hpp"
#include "crypto/hex.hpp"
#include "crypto/md5.hpp"
#include "crypto/sha2.hpp"
#include "grammar/char_class.hpp"

namespace sipml::auth {

namespace {

struct Row {
  Algorithm algorithm;
  std::string_view name;
  int strength;
  bool session;
};

constexpr auto algorithms = std::to_array<Row>({
    {Algorithm::md5, "MD5", 1, false},
    {Algorithm::md5_sess, "MD5-sess", 1, true},
    {Algorithm::sha256, "SHA-256", 2, false},
    {Algorithm::sha256_sess, "SHA-256-sess", 2, true},
    {Algorithm::sha512_256, "SHA-512-256", 3, false},
    {Algorithm::sha512_256_sess, "SHA-512-256-sess", 3, true},
});

const Row& row(Algorithm algorithm) {
  for (const Row& candidate : algorithms)
    if (candidate.algorithm == algorithm) return candidate;
  return algorithms.front();
}

std::string colon_joined(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (std::string_view part : parts) {
    text += part;
    text += ':';
  }
  text.pop_back();
  return text;
}

}  // namespace

std::string_view to_string(Algorithm algorithm) { return row(algorithm).name; }

std::optional<Algorithm> parse_algorithm(std::string_view text) {
  for (const Row& candidate : algorithms)
    if (ascii::equal_ignoring_case(candidate.name, text)) return candidate.algorithm;
  return std::nullopt;
}

std::string_view to_string(Qop qop) {
  if (qop == Qop::auth) return "auth";
  return qop == Qop::auth_int ? "auth-int" : "";
}

int strength(Algorithm algorithm) { return row(algorithm).strength; }
bool is_session(Algorithm algorithm) { return row(algorithm).session; }

std::string hash(Algorithm algorithm, std::string_view data) {
  if (strength(algorithm) == 1) return crypto::to_hex(crypto::md5(data));
  if (strength(algorithm) == 2) return crypto::to_hex(crypto::sha256(data));
  return crypto::to_hex(crypto::sha512_256(data));
}

std::string ha1(Algorithm algorithm, std::string_view user, std::string_view realm,
                std::string_view password) {
  return hash(algorithm, colon_joined({user, realm, password}));
}

std::string digest_response(const DigestInput& in) {
  const auto h = [&in](std::initializer_list<std::string_view> parts) {
    return hash(in.algorithm, colon_joined(parts));
  };
  const std::string session_key =
      is_session(in.algorithm) ? h({in.ha1, in.nonce, in.cnonce}) : std::string(in.ha1);
  const std::string ha2 = in.qop == Qop::auth_int
                              ? h({in.method, in.uri, hash(in.algorithm, in.body)})
                              : h({in.method, in.uri});
  if (in.qop == Qop::none) return h({session_key, in.nonce, ha2});
  return h({session_key, in.nonce, in.nc, in.cnonce, to_string(in.qop), ha2});
}

Result<DigestParameters, grammar::ParseError> parse_digest(std::string_view text) {
  using grammar::ParseError;
  const std::size_t scheme_end = text.find_first_of(" \t");
  if (!ascii::equal_ignoring_case(text.substr(0, scheme_end), "Digest"))
    return ParseError{"an authentication scheme is not Digest", 0};
  DigestParameters result;
  std::size_t position = std::min(scheme_end, text.size());
  const auto skip = [&](std::string_view characters) {
    while (position < text.size() && characters.find(text[position]) != std::string_view::npos)
      ++position;
  };
  for (skip(" \t,"); position < text.size(); skip(" \t,")) {
    const std::size_t start = position;
    while (position < text.size() && grammar::is(text[position], grammar::token_char)) ++position;
    grammar::Parameter parameter{ascii::to_lower(text.substr(start, position - start)),
                                 std::nullopt, false};
    skip(" \t");
    if (parameter.name.empty() || position == text.size() || text[position] != '=')
      return ParseError{"an authentication parameter lacks its name or value", position};
    ++position;
    skip(" \t");
    std::string raw;
    if (position < text.size() && text[position] == '"') {
      const auto length = grammar::quoted_string_length(text.substr(position));
      if (!length) return ParseError{"a quoted string does not end", position};
      raw = text.substr(position + 1, *length - 2);
      parameter.value = grammar::unquote(text.substr(position, *length));
      parameter.quoted = true;
      position += *length;
      skip(" \t");
      if (position < text.size() && text[position] != ',')
        return ParseError{"an authentication parameter lacks the comma behind it", position};
    } else {
      const std::size_t value = position;
      while (position < text.size() && text[position] != ',') ++position;
      parameter.value = ascii::trim(text.substr(value, position - value));
      // Should it be no token, it still has to fit between quotes.
      raw = grammar::quote(*parameter.value);
      raw = raw.substr(1, raw.size() - 2);
    }
    if (result.all.size() == limits::parameter_count)
      return ParseError{"too many authentication parameters", start};
    result.all.push_back(std::move(parameter));
    result.raw_values.push_back(std::move(raw));
  }
  return result;
}

std::optional<Qop> choose_qop(const DigestParameters& challenge) {
  if (!challenge.contains("qop")) return Qop::none;
  bool integrity = false;
  for (std::string_view value : grammar::split_list(challenge.get("qop"))) {
    if (ascii::equal_ignoring_case(value, "auth")) return Qop::auth;
    if (ascii::equal_ignoring_case(value, "auth-int")) integrity = true;
  }
  if (integrity) return Qop::auth_int;
  return std::nullopt;
}

}  // namespace sipml::auth
