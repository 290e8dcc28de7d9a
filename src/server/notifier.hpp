/// The notifier of the development server: subscriptions to what users publish, and the dialogs in
/// which they are told (RFC 6665 section 4.2, RFC 3856).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.hpp"
#include "dialog/dialog.hpp"
#include "message/message.hpp"
#include "server/publications.hpp"
#include "server/state.hpp"
#include "server/subscription_state.hpp"

namespace sipml::server {

/// transaction::Owner::purpose of each NOTIFY; the proxy's purposes count its branches.
inline constexpr std::uint32_t notifier_purpose = 0xFFFFFFFFU;

/// How long a subscriber that has no room, or we, are left alone when nothing says how long.
inline constexpr Duration notify_pause = seconds(5);

/// Where its dialogs are reached.
inline constexpr std::string_view notifier_contact = "<sip:sipml-server.invalid;transport=ws>";

class Notifier {
 public:
  Notifier(State& state, const Publications& publications)
      : state_(state), publications_(publications) {}

  /// The package that a SUBSCRIBE asks for, if it is one whose notifier is here; any other is
  /// between the user agents.
  static const PackageRow* find_package_of(const message::Message& request);

  /// A SUBSCRIBE outside of dialogs for the state of `user`.
  void subscribe(const message::Message& request, transaction::Id transaction,
                 const PackageRow& package, std::string_view user, Connection from, Instant now);
  /// A request in a dialog with this server.
  void receive_in_dialog(const message::Message& request, transaction::Id transaction,
                         Connection from, Instant now);

  void changed(const Presentity& presentity, Instant now);

  /// A response to the NOTIFY that `owner` stands for.
  void receive_response(const transaction::Owner& owner, const message::Message& response,
                        Instant now);
  /// The NOTIFY had no response.
  void failed(const transaction::Owner& owner, Instant now);
  /// To be told before the transaction layer is.
  void disconnected(Connection connection, Instant now);
  void timer_fired(Instant now);
  std::optional<Instant> deadline() const;

  std::size_t size() const { return subscriptions_.size(); }

 private:
  using Id = std::uint32_t;
  using On = subscription_state::On;

  struct Subscription {
    subscription_state::State state = subscription_state::State::fresh;
    dialog::Dialog dialog;
    Presentity presentity;
    /// The address of record as the subscriber wrote it.
    std::string entity;
    /// Event with its id.
    std::string event;
    Connection connection = 0;
    Instant expires;
    std::optional<Instant> retry;
    /// How long the subscriber is left alone.
    Duration pause = notify_pause;
    /// The client transaction of the NOTIFY under way.
    transaction::Id notify = 0;
    std::uint32_t version = 0;
  };

  bool refuse(const message::Message& request, transaction::Id transaction,
              const PackageRow& package, Instant now);
  void accept(Id id, const message::Message& request, transaction::Id transaction, Connection from,
              Instant now);
  void step(Id id, On on, Instant now);
  bool notify(Id id, Subscription& subscription, bool is_last, Instant now);
  void make_room();
  template <typename Predicate>
  std::vector<Id> ids_where(Predicate is_wanted) const;

  State& state_;
  const Publications& publications_;
  Id last_id_ = 0;
  std::map<Id, Subscription> subscriptions_;
};

}  // namespace sipml::server
