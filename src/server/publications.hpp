/// The event state compositor of the development server (RFC 3903 section 6).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.hpp"
#include "message/message.hpp"
#include "message/write_message.hpp"
#include "server/event_package.hpp"
#include "server/state.hpp"

namespace sipml::server {

/// One user's state of one kind.
struct Presentity {
  std::string user;
  Package package = Package::presence;

  bool operator==(const Presentity&) const = default;
};

bool operator<(const Presentity& a, const Presentity& b);

/// What users published. A publication counts while the connection that it came over, or was last
/// refreshed over, is open and, if its user has been registered meanwhile, still is: who closed the
/// page or logged out is not there any more, whatever was published before. It is kept until it
/// expires, so that a client that comes back can refresh it.
class Publications {
 public:
  explicit Publications(State& state) : state_(state) {}

  /// Carries out a PUBLISH that `user` was authorised for, and makes its response.
  message::Response process(const message::Message& request, std::string_view user,
                            Connection connection, Instant now);

  /// Forgets what expired, finds out what counts, and returns whose state is another one than when
  /// this was last called.
  std::vector<Presentity> settle(Instant now);

  /// The document about `presentity`, as make_document() writes it.
  std::string document(const Presentity& presentity, std::string_view entity,
                       std::uint32_t version) const;

  std::optional<Instant> deadline() const;
  std::size_t size() const;

 private:
  struct Publication {
    std::uint32_t number = 0;
    std::string etag;
    std::string body;
    Instant expires;
    Connection connection = 0;
    bool was_registered = false;
    bool counts = false;
    /// Grows with each change of the body.
    std::uint32_t changed = 0;
  };
  using Of = std::vector<Publication>;

  State& state_;
  std::uint32_t last_number_ = 0;
  std::uint32_t last_change_ = 0;
  std::size_t octets_ = 0;
  std::map<Presentity, Of> publications_;
  /// Whose state changed since settle() was last called.
  std::set<Presentity> changed_;
};

}  // namespace sipml::server
