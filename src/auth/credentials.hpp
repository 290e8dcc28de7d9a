/// The client side of digest authentication: remembers challenges, answers them, and knows when an
/// answer was refused for good (RFC 3261 section 22, RFC 8760 section 2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/digest.hpp"
#include "crypto/random.hpp"
#include "message/message.hpp"
#include "message/write_message.hpp"

namespace sipml::auth {

/// What the user proves to be. The password is a secret.
struct Account {
  std::string user;
  std::string password;
  /// The only realm that may ask for them; "" for any.
  std::string realm = {};
};

class Credentials {
 public:
  /// Adds credentials for every challenge that this kind of request met before and that was
  /// answered well, so that no round trip is lost (22.3). ACK and CANCEL are left alone.
  void authorize(message::Request& request, const Account& account, crypto::Random& random);

  /// After a 401 or 407 to `request`: the request to send instead, with credentials for each realm
  /// that asks, the strongest algorithm that we know for each; its CSeq and Via are the caller's to
  /// renew. nullopt when the credentials were refused, or when nothing in the challenge can be
  /// answered.
  std::optional<message::Request> answer(const message::Request& request,
                                         const message::Message& response, const Account& account,
                                         crypto::Random& random);

  /// A response that is no challenge: the credentials in `request` were accepted.
  void accepted(const message::Request& request);

  /// Forgets every challenge: another account.
  void clear() { entries_.clear(); }

 private:
  /// One protection space: kind of header, realm, and whether it guards registrations.
  struct Entry {
    bool proxy = false;
    bool registration = false;
    std::string realm;
    /// As they stand between their quotes: so they are hashed, and echoed (RFC 7616 3.4).
    std::string nonce;
    std::string opaque;
    bool has_opaque = false;
    Algorithm algorithm = Algorithm::md5;
    bool names_algorithm = false;
    Qop qop = Qop::none;
    std::uint32_t nonce_count = 0;
    /// A request with this nonce got through.
    bool confirmed = false;
  };

  Entry* find(bool proxy, bool registration, std::string_view realm);
  bool learn(const message::Message& response, const message::Request& request,
             std::string_view only_realm);
  std::string credentials(Entry& entry, const message::Request& request, const Account& account,
                          crypto::Random& random) const;

  std::vector<Entry> entries_;
};

}  // namespace sipml::auth
