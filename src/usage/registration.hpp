/// One registration of our address of record (RFC 3261 section 10.2; refresh times of TS 24.229, as
/// sipML5 keeps them).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/timer_set.hpp"
#include "usage/command_error.hpp"
#include "usage/context.hpp"
#include "usage/registration_state.hpp"

namespace sipml::usage {

struct RegistrationOptions {
  /// Asked for; the registrar may grant another time.
  std::uint32_t expires = 600;
  message::HeaderFields headers;
  /// Of the requests before the first 2xx alone.
  message::HeaderFields first_headers{};
  message::HeaderFields caps;
  /// Another address of record than the agent's.
  std::optional<uri::Uri> from;
};

class Registration {
 public:
  Registration(std::uint32_t id, Context& context);

  std::uint32_t id() const { return id_; }
  bool has_ended() const { return state_ == State::ended; }

  std::optional<CommandError> start(RegistrationOptions options, Context& context);
  std::optional<CommandError> unregister(const message::HeaderFields& headers, Context& context);

  void response(const transaction::Indication& indication, const message::Message& response,
                Context& context);
  void no_response(const transaction::Indication& indication, Context& context);
  void connected(Context& context);
  void disconnected(Context& context);
  /// No connection can be had.
  void connection_failed(Context& context);
  /// Nobody waits for the registrar any longer.
  void give_up(Context& context);
  void timer_fired(Context& context);
  std::optional<Instant> deadline() const { return timers_.deadline(); }

 private:
  enum class Timer : std::uint8_t { refresh, count };
  using State = registration_state::State;
  using On = registration_state::On;
  using Cause = RegistrationState::Cause;

  void step(On on, Context& context);
  void send(bool removal, Context& context);
  void not_sent(Context& context);
  void resend(message::Request request, std::uint32_t attempt, Context& context);
  void tell(RegistrationState::Value value, Context& context);
  bool postpone(const message::Message* response, Context& context);
  void learn(const message::Message& response, Context& context) const;
  void forget(Context& context) const;
  bool is_of_agent(const Config& config) const;
  std::uint32_t granted(const message::Message& response, const Config& config) const;

  std::uint32_t id_;
  State state_ = State::idle;
  RegistrationOptions options_;
  TimerSet<Timer> timers_;
  std::string call_id_;
  std::string from_tag_;
  std::uint32_t cseq_ = 0;
  std::uint32_t granted_ = 0;
  bool removing_ = false;
  bool ever_registered_ = false;
  /// The last response granted a binding, and it has not been removed.
  bool bound_ = false;
  std::uint32_t failures_ = 0;
  Duration retry_after_ = Duration::zero();
  int too_brief_ = 0;
  // Why it ended.
  std::optional<Cause> cause_;
  int status_ = 0;
  std::string reason_;
};

/// How long after a 2xx the next REGISTER is due, TS 24.229 5.1.1.4.1: 600 s before the end, or at
/// half of a time up to 1200 s; in milliseconds, never less than one second; 30 s when nothing was
/// granted.
Duration refresh_after(std::uint32_t granted_seconds);

}  // namespace sipml::usage
