/// Two user agents in virtual time whose messages go straight to each other, and what their
/// browsers would do.
#pragma once

#include <deque>
#include <string>

#include "agent/agent.hpp"

namespace sipml::bench {

class Phones {
 public:
  /// `offer` is what the caller's browser writes, `answer` what the callee's does.
  Phones(std::string offer, std::string answer);

  /// Registers both; false if that failed.
  bool register_both();

  /// INVITE, 180, 200 and ACK; the caller's id of the call, 0 if it was not established.
  std::uint32_t establish();
  /// BYE and 200; false if the call did not end at both sides.
  bool hang_up(std::uint32_t call);
  /// Lets time pass until the transactions of ended calls are over.
  void settle();

 private:
  struct Phone {
    Phone(std::string_view user, std::uint8_t seed);
    agent::Agent agent;
    std::string description;
    std::uint32_t call = 0;
    std::size_t established = 0;
    std::size_t ended = 0;
    std::size_t registered = 0;
  };

  void drain(Phone& phone, Phone& peer);
  void drain_both();
  void answer_media(Phone& phone, const usage::MediaRequest& request);
  void take(Phone& phone, const usage::Event& event);
  /// The registrar's 200.
  void grant(Phone& phone, std::string_view request);

  Instant now_{seconds(1)};
  Phone caller_;
  Phone callee_;
  bool busy_ = false;
};

}  // namespace sipml::bench
