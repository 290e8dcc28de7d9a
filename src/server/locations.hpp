/// The location service of the development server: which connections reach a user (RFC 3261 10.1).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.hpp"
#include "grammar/tokens.hpp"
#include "transaction/layer.hpp"
#include "uri/uri.hpp"

namespace sipml::server {

/// The caller's number of one WebSocket.
using Connection = transaction::Flow;

/// One registered Contact. It is reached over the connection that registered it, never by its host.
struct Binding {
  uri::Uri contact;
  /// Of the Contact header, without expires.
  grammar::Parameters parameters;
  std::string call_id;
  std::uint32_t cseq = 0;
  Connection connection = 0;
  Instant expires;

  /// The +sip.instance parameter (RFC 5626 section 4.1), "" if absent.
  std::string_view instance() const SIPML_LIFETIMEBOUND;
  std::string_view reg_id() const SIPML_LIFETIMEBOUND;
};

/// True for a name under `.invalid`: browsers have no address that they could tell (RFC 7118
/// section 5).
bool is_made_up(std::string_view host);

/// True when registering `update` renews or replaces `old`: the same instance and flow of RFC 5626
/// section 6, or an equivalent URI (RFC 3261 10.3). An equivalent `.invalid` URI on another open
/// connection is another device: clients make such names up, some always the same.
bool is_same_binding(const Binding& old, const Binding& update);

class Locations {
 public:
  using Bindings = std::vector<Binding>;

  /// In order of registration; empty when the user has none.
  const Bindings& of(std::string_view user) const SIPML_LIFETIMEBOUND;
  /// Replaces the bindings of a user.
  void set(std::string_view user, Bindings bindings);

  bool holds(Connection connection, std::string_view user) const;
  /// The connection behind a registered Contact that is equivalent to `target`; one of `user`'s is
  /// preferred, then the newest.
  std::optional<Connection> find_contact(const uri::Uri& target, std::string_view user) const;

  void remove_connection(Connection connection);
  void remove_expired(Instant now);
  std::optional<Instant> deadline() const;
  /// Bindings of all users.
  std::size_t size() const;

 private:
  template <typename Predicate>
  void remove_if(Predicate predicate);

  std::map<std::string, Bindings, std::less<>> users_;
  const Bindings none_{};
};

}  // namespace sipml::server
