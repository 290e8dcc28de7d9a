/// What a call keeps of candidates that travel behind their descriptions (RFC 8838, RFC 8840).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sdp/fragment.hpp"
#include "transaction/layer.hpp"

namespace sipml::usage {

/// Of one dialog, for every fork is told by itself.
struct TricklePeer {
  /// It said that it wants INFO requests with candidates (Recv-Info, RFC 6086 5.2).
  bool takes_info = false;
  /// It refused one: for the rest of the call it is told nothing.
  bool is_off = false;
  /// What it was told last, as Trickle::version counts.
  std::uint32_t told = 0;
  /// It answers in an unreliable response and waits for a sign that this has come (RFC 8840 4.3.1).
  bool wants_sign = false;
  /// Our INFO that is not answered yet; 0: none (RFC 8840 10.9 has one at a time).
  transaction::Id open = 0;
  /// What `told` becomes when that is accepted.
  std::uint32_t telling = 0;
  /// Candidates that came before the description that they belong to.
  std::optional<sdp::Fragment> early;
};

struct Trickle {
  struct Found {
    std::string mid;
    std::string candidate;
    std::string ufrag;
  };

  /// The ICE agent behind the last description of the peer knows a=ice-options:trickle.
  bool ice_trickles = false;
  TricklePeer peer;

  /// Ours of the latest generation, in the order in which they are told (RFC 8840 4.4).
  sdp::Fragment local;
  /// Counts what is added to `local`; `described` is how much of it a description told.
  std::uint32_t version = 0;
  std::uint32_t described = 0;
  /// Found before the description that they belong to was done.
  std::vector<Found> found;
  /// The browser has no more for the description that is being made, or was made last.
  bool gathered = false;

  /// The peer's of the generation of its last description.
  sdp::Fragment remote;
  /// Those of them that the browser has not been given.
  std::vector<Found> waiting;
};

}  // namespace sipml::usage
