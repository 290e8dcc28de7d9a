/// HTTP Digest as SIP uses it: RFC 3261 section 22.4, RFC 7616, RFC 8760.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ascii.hpp"
#include "base/result.hpp"
#include "grammar/tokens.hpp"

namespace sipml::auth {

/// In order of strength; a `-sess` form is as strong as its base, and comes behind it.
enum class Algorithm : std::uint8_t {
  md5,
  md5_sess,
  sha256,
  sha256_sess,
  sha512_256,
  sha512_256_sess
};

/// Protection, RFC 7616 section 3.3. `none` is RFC 2069.
enum class Qop : std::uint8_t { none, auth, auth_int };

std::string_view to_string(Algorithm algorithm);
std::optional<Algorithm> parse_algorithm(std::string_view text);
std::string_view to_string(Qop qop);
/// Greater is stronger; -sess forms equal their base.
int strength(Algorithm algorithm);
bool is_session(Algorithm algorithm);

/// H(data) in lower case hexadecimal.
std::string hash(Algorithm algorithm, std::string_view data);

/// H(user ":" realm ":" password): what stands for the password. A secret.
std::string ha1(Algorithm algorithm, std::string_view user, std::string_view realm,
                std::string_view password);

struct DigestInput {
  Algorithm algorithm = Algorithm::md5;
  Qop qop = Qop::none;
  /// ha1(), before any -sess step.
  std::string_view ha1;
  std::string_view nonce;
  std::string_view cnonce;
  /// Eight hexadecimal digits.
  std::string_view nc;
  std::string_view method;
  std::string_view uri;
  /// Of the message; counts for auth-int.
  std::string_view body;
};

/// The response directive, RFC 7616 sections 3.4.1 to 3.4.3.
std::string digest_response(const DigestInput& input);

/// A WWW-Authenticate or Proxy-Authenticate value of scheme Digest, or an Authorization value.
struct DigestParameters {
  /// Names in lower case.
  grammar::Parameters all;
  /// The same values as they stand between their quotes, escapes and all.
  std::vector<std::string> raw_values;

  /// "" if absent.
  std::string_view get(std::string_view name) const SIPML_LIFETIMEBOUND {
    return grammar::parameter_value(all, name).value_or(std::string_view());
  }
  /// The value as it stands between its quotes; "" if absent.
  std::string_view raw(std::string_view name) const SIPML_LIFETIMEBOUND {
    for (std::size_t i = 0; i < all.size(); ++i)
      if (ascii::equal_ignoring_case(all[i].name, name)) return raw_values[i];
    return {};
  }
  bool contains(std::string_view name) const {
    return grammar::find_parameter(all, name) != nullptr;
  }
};

/// Parses `Digest` followed by a comma list of auth-params. Another scheme is an error.
Result<DigestParameters, grammar::ParseError> parse_digest(std::string_view text);

/// The strongest qop of a challenge's list that we prefer: auth, then auth-int, none when there is
/// no list; nullopt when a list has nothing that we know.
std::optional<Qop> choose_qop(const DigestParameters& challenge);

}  // namespace sipml::auth
