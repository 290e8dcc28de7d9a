/// Timer values of RFC 3261 table 4 and RFC 6026 section 7.1.
#pragma once

#include "base/instant.hpp"

namespace sipml::transaction {

inline constexpr Duration t1 = milliseconds(500);
inline constexpr Duration t2 = seconds(4);
inline constexpr Duration t4 = seconds(5);

/// Timers B, F, H, L, M and J: how long anything may stay unanswered.
inline constexpr Duration timer_64_t1 = 64 * t1;

/// RFC 3261 17.2.1: 100 is sent when the user of an INVITE server transaction takes longer.
inline constexpr Duration trying_after = milliseconds(200);

/// What the kind of transport decides. On a reliable one nothing is retransmitted and nobody
/// lingers for retransmissions of the peer (17.1.1.2, 17.1.2.2, 17.2.1, 17.2.2).
struct Timers {
  bool reliable = true;

  Duration timer_d() const { return reliable ? Duration::zero() : Duration(seconds(32)); }
  Duration timer_i() const { return reliable ? Duration::zero() : t4; }
  Duration timer_j() const { return reliable ? Duration::zero() : timer_64_t1; }
  Duration timer_k() const { return reliable ? Duration::zero() : t4; }
};

}  // namespace sipml::transaction
