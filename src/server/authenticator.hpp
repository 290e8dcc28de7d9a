/// The server side of digest authentication: accounts with a known password, and everybody else on
/// trust at first use (RFC 3261 section 22, RFC 7616, RFC 8760, docs/decisions/0005).
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/digest.hpp"
#include "base/instant.hpp"
#include "crypto/random.hpp"
#include "message/message.hpp"
#include "message/write_message.hpp"

namespace sipml::server {

/// What to answer instead of acting upon a request.
struct Refusal {
  int status = 0;
  std::string_view reason;
  message::HeaderFields headers;
};

/// How long a nonce for an account is accepted.
inline constexpr Duration nonce_lifetime = seconds(300);

class Authenticator {
 public:
  /// `accounts`: passwords by user. `algorithms` are offered in that order; none: SHA-256, then
  /// MD5.
  Authenticator(std::map<std::string, std::string, std::less<>> accounts,
                std::vector<auth::Algorithm> algorithms, crypto::Random& random);

  /// True for an account, and for a user who has registered once.
  bool is_known(std::string_view user) const;
  bool has_account(std::string_view user) const { return accounts_.count(user) != 0; }

  /// Nothing when `user` proved in this REGISTER to be that user.
  std::optional<Refusal> authorize_registration(const message::Message& request,
                                                std::string_view user, Instant now,
                                                crypto::Random& random);

  /// The same for another request of a user who has an account. `proxy`: whether the request is to
  /// pass (407), not to be answered here (401).
  std::optional<Refusal> authorize_request(const message::Message& request, std::string_view user,
                                           bool proxy, Instant now, crypto::Random& random);

 private:
  struct Nonce {
    std::string value;
    Instant created;
    /// The greatest nonce count received with it.
    std::uint64_t count = 0;
  };

  /// What the first REGISTER of a user without an account showed of the password.
  struct Held {
    auth::Algorithm algorithm = auth::Algorithm::sha256;
    std::string realm;
    std::string uri;
    std::string response;
  };

  std::optional<Refusal> check_account(const message::Message& request, std::string_view user,
                                       std::string_view realm, bool proxy, Instant now,
                                       crypto::Random& random);
  std::optional<Refusal> check_held(const message::Message& request, std::string_view user);
  Refusal challenge(bool proxy, std::string_view realm, bool stale, Instant now,
                    crypto::Random& random);
  std::string held_nonce(std::string_view user) const;
  bool take_nonce(std::string_view value, std::optional<std::uint64_t> count, Instant now);

  std::map<std::string, std::string, std::less<>> accounts_;
  std::vector<auth::Algorithm> algorithms_;
  std::string secret_;
  std::string opaque_;
  std::deque<Nonce> nonces_;
  std::map<std::string, Held, std::less<>> held_;
};

}  // namespace sipml::server
