/// The user agent: one input, then drain. This is the C++ interface of the whole core.
///
/// Inputs are what comes from the network, the clock and the application; each changes the state
/// and appends outputs, which poll() hands over in order. Nothing here reads a clock or a socket.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/command.hpp"
#include "agent/connection.hpp"
#include "agent/outside.hpp"
#include "base/result.hpp"
#include "base/timer_set.hpp"
#include "usage/context.hpp"

namespace sipml::agent {

using usage::CommandError;

class Agent {
 public:
  /// `entropy` seeds every tag, branch, Call-ID and cnonce; the same seed gives the same octets.
  Agent(usage::Config config, const std::array<std::uint8_t, 32>& entropy);

  const usage::Config& config() const { return config_; }

  // Inputs.
  void connected(Instant now);
  void disconnected(Instant now);
  /// One WebSocket message.
  void receive(std::string_view bytes, Instant now);
  void timer_fired(Instant now);
  /// The id of what the command made, or 0.
  Result<std::uint32_t, CommandError> execute(Command command, Instant now);

  // Outputs.
  std::optional<usage::Output> poll();
  std::optional<Instant> deadline() const;

  /// Nothing is held and nothing waits, but for the connection.
  bool is_idle() const { return calls_.empty() && outside_.is_idle() && transactions_.size() == 0; }

 private:
  enum class Timer : std::uint8_t { reconnect, give_up, ping, pong, stop_calls, stop_all, count };
  enum class Stopping : std::uint8_t { no, calls, registrations };
  using Answer = Result<std::uint32_t, CommandError>;

  usage::Context context(Instant now);

  // agent.cpp
  void step(connection::On on, Instant now);
  Answer execute(Start command, Instant now);
  Answer execute(const Stop& command, Instant now);
  Answer execute(Configure command, Instant now);
  Answer execute(Register command, Instant now);
  Answer execute(const Unregister& command, Instant now);
  Answer execute(PlaceCall command, Instant now);
  Answer execute(const Accept& command, Instant now);
  Answer execute(const Reject& command, Instant now);
  Answer execute(const HangUp& command, Instant now);
  Answer execute(const ChangeCall& command, Instant now);
  Answer execute(SendInfo command, Instant now);
  Answer execute(const Progress& command, Instant now);
  Answer execute(SendRequest command, Instant now);
  Answer execute(const ForgetRequest& command, Instant now);
  Answer execute(const Respond& command, Instant now);
  Answer execute(Publish command, Instant now);
  Answer execute(const Unpublish& command, Instant now);
  Answer execute(Subscribe command, Instant now);
  Answer execute(const Unsubscribe& command, Instant now);
  Answer execute(const Transfer& command, Instant now);
  Answer execute(AcceptTransfer command, Instant now);
  Answer execute(const RejectTransfer& command, Instant now);
  Answer execute(const RestartIce& command, Instant now);
  Answer execute(const AcceptOffer& command, Instant now);
  Answer execute(const RejectOffer& command, Instant now);
  Answer execute(const RequestKeyFrame& command, Instant now);
  Answer execute(const MediaReady& command, Instant now);
  Answer execute(const MediaFailed& command, Instant now);
  Answer execute(const LocalCandidate& command, Instant now);
  Answer execute(const MediaLost& command, Instant now);
  template <typename Act>
  Answer with_call(std::uint32_t id, Instant now, const Act& act);
  void settle(Instant now);
  void end_calls(Instant now);
  void advance_stop(Instant now);
  void schedule_ping(Instant now);
  void lose_connection(connection::On on, Instant now);
  bool has_live_registration() const;
  std::optional<CommandError> refusal_of_call(const usage::MediaDirections& directions,
                                              Instant now);
  std::uint32_t place_call(uri::NameAddr to, std::optional<uri::Uri> from,
                           const usage::MediaDirections& directions, usage::CallOptions options,
                           Instant now);

  // transfer.cpp
  /// What the Replaces of a request means: a refusal, or the call that is to be replaced.
  struct Replacing {
    int refusal = 0;
    std::uint32_t call = 0;
  };
  Replacing replacing(const message::Message& request) const;
  void follow_calls(Instant now);
  void follow(std::uint32_t call, usage::TransferProgress::Value state, int status,
              std::string reason, Instant now);

  // routing.cpp
  void deliver(const transaction::Indication& indication, const message::Message* response,
               Instant now);
  void receive_response(const message::Message& response, Instant now);
  void receive_request(const message::Message& request, Instant now);
  void receive_cancel(const message::Message& request, transaction::Id id, Instant now);
  void receive_outside_dialog(const message::Message& request, transaction::Id id, Instant now);
  void receive_invite(const message::Message& request, transaction::Id id, Instant now);
  void receive_for_application(const message::Message& request, transaction::Id id,
                               std::uint32_t call, Instant now);
  void end_stray_2xx(const message::Message& response, Instant now);
  void refuse_statelessly(const message::Message& request, int status, std::string_view reason,
                          Instant now);
  void respond(const message::Message& request, transaction::Id id, int status, Instant now,
               const message::HeaderFields& more = {});
  void diagnose(std::string code, std::string text, std::optional<std::size_t> offset);

  usage::Config config_;
  crypto::Random random_;
  transaction::Layer transactions_;
  auth::Credentials credentials_;
  std::deque<usage::Output> outputs_;
  std::map<std::uint32_t, usage::Call> calls_;
  std::map<std::uint32_t, usage::Registration> registrations_;
  Outside outside_;
  std::uint32_t last_id_ = 0;
  /// A call whose fate decides another's: of the call that it was transferred from, or of the one
  /// that it replaces.
  struct Follow {
    std::uint32_t call = 0;
    std::uint32_t other = 0;
    bool replaces = false;
  };
  std::vector<Follow> follows_;
  /// How many of the outputs follow_calls() has seen.
  std::size_t told_ = 0;

  connection::State connection_ = connection::State::idle;
  std::uint32_t attempts_ = 0;
  /// The server answered a ping of this connection: one that it does not answer tells something.
  bool answers_pings_ = false;
  bool flow_failed_ = false;
  TimerSet<Timer> timers_;
  Stopping stopping_ = Stopping::no;
};

}  // namespace sipml::agent
