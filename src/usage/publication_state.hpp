/// The life of a publication as a table (RFC 3903 section 4).
#pragma once

#include <array>
#include <cstdint>

#include "base/state_table.hpp"

namespace sipml::usage::publication_state {

enum class State : std::uint8_t {
  idle,
  /// The first PUBLISH, or the one that replaces what the server has forgotten.
  publishing,
  published,
  /// PUBLISH with another document.
  modifying,
  /// PUBLISH without a document, before the event state expires.
  refreshing,
  /// No connection; publishes as soon as there is one.
  waiting,
  /// The end was asked for while a PUBLISH is open; two may not be (section 4).
  unpublish_pending,
  unpublishing,
  ended
};

enum class On : std::uint8_t {
  start,
  response_2xx,
  /// 401, 407 or 423 that can be answered by another PUBLISH.
  retry,
  /// 412: the server does not know the entity-tag.
  lost,
  response_300_699,
  /// A failure that may pass before what is published expires.
  postponed,
  no_response,
  transport_lost,
  connected,
  refresh_due,
  modify,
  unpublish
};

enum class Do : std::uint16_t {
  nothing = 0,
  tell_publishing = 1,
  send_document = 2,
  tell_published = 4,
  schedule_refresh = 8,
  send_refresh = 16,
  tell_unpublishing = 32,
  send_removal = 64,
  stop_timer = 128,
  finish = 256
};
constexpr bool is_action_set(Do) { return true; }

using Transition = sipml::Transition<State, On, Do>;

// clang-format off
inline constexpr auto table = [] {
  using enum State;
  using enum On;
  using enum Do;
  return std::to_array<Transition>({
      // from              on                to                  do
      {idle,               start,            publishing,         tell_publishing | send_document},

      {publishing,         response_2xx,     published,          tell_published | schedule_refresh},
      {publishing,         retry,            publishing,         nothing},
      {publishing,         lost,             publishing,         send_document},
      {publishing,         response_300_699, ended,              finish},
      {publishing,         no_response,      ended,              finish},
      {publishing,         transport_lost,   waiting,            nothing},
      {publishing,         unpublish,        unpublish_pending,  tell_unpublishing},

      {published,          refresh_due,      refreshing,         send_refresh},
      {published,          modify,           modifying,          stop_timer | tell_publishing |
                                                                 send_document},
      {published,          unpublish,        unpublishing,       stop_timer | tell_unpublishing |
                                                                 send_removal},

      {modifying,          response_2xx,     published,          tell_published | schedule_refresh},
      {modifying,          retry,            modifying,          nothing},
      {modifying,          lost,             publishing,         send_document},
      // What was published before stays.
      {modifying,          response_300_699, published,          tell_published | schedule_refresh},
      {modifying,          postponed,        published,          schedule_refresh},
      {modifying,          no_response,      ended,              finish},
      {modifying,          transport_lost,   waiting,            nothing},
      {modifying,          unpublish,        unpublish_pending,  tell_unpublishing},

      {refreshing,         response_2xx,     published,          tell_published | schedule_refresh},
      {refreshing,         retry,            refreshing,         nothing},
      {refreshing,         lost,             publishing,         send_document},
      {refreshing,         response_300_699, ended,              finish},
      {refreshing,         postponed,        published,          schedule_refresh},
      {refreshing,         no_response,      ended,              finish},
      {refreshing,         transport_lost,   waiting,            nothing},
      {refreshing,         unpublish,        unpublish_pending,  tell_unpublishing},

      {waiting,            connected,        publishing,         tell_publishing | send_document},
      {waiting,            unpublish,        ended,              tell_unpublishing | finish},
      {waiting,            no_response,      ended,              finish},

      {unpublish_pending,  response_2xx,     unpublishing,       send_removal},
      {unpublish_pending,  retry,            unpublish_pending,  nothing},
      {unpublish_pending,  lost,             ended,              finish},
      {unpublish_pending,  response_300_699, ended,              finish},
      {unpublish_pending,  postponed,        unpublishing,       send_removal},
      {unpublish_pending,  no_response,      ended,              finish},
      {unpublish_pending,  transport_lost,   ended,              finish},

      {unpublishing,       response_2xx,     ended,              finish},
      {unpublishing,       retry,            unpublishing,       nothing},
      {unpublishing,       lost,             ended,              finish},
      {unpublishing,       response_300_699, ended,              finish},
      {unpublishing,       no_response,      ended,              finish},
      {unpublishing,       transport_lost,   ended,              finish},
  });
}();
// clang-format on

static_assert(deterministic(table) && is_final(table, State::ended) &&
              reachable(table, State::idle));

}  // namespace sipml::usage::publication_state
