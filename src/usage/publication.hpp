/// One publication of event state (RFC 3903), refreshed by the timing rule of registrations, as
/// sipML5 does it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/timer_set.hpp"
#include "usage/command_error.hpp"
#include "usage/context.hpp"
#include "usage/publication_state.hpp"

namespace sipml::usage {

struct PublicationOptions {
  std::string event;
  /// Whose state is published; our address of record if absent.
  std::optional<uri::Uri> to;
  std::optional<uri::Uri> from;
  /// Asked for; the server may grant another time. RFC 3856 6.4 has this default.
  std::uint32_t expires = 3600;
  message::HeaderFields headers;
  /// Of the requests before the next 2xx alone.
  message::HeaderFields first_headers{};
  /// Accept-Contact, for PUBLISH has no Contact.
  message::HeaderFields caps;
};

struct PublishedDocument {
  std::string content_type;
  std::string body;
};

class Publication {
 public:
  Publication(std::uint32_t id, PublicationOptions options, PublishedDocument document,
              Context& context);

  bool has_ended() const { return state_ == State::ended; }

  void start(Context& context) { step(On::start, context); }
  /// Publishes another document, at once or behind the PUBLISH that is open.
  std::optional<CommandError> modify(PublishedDocument document, Context& context);
  std::optional<CommandError> unpublish(Context& context,
                                        const message::HeaderFields& headers = {});
  PublicationOptions& options() { return options_; }

  void response(const transaction::Indication& indication, const message::Message& response,
                Context& context);
  void no_response(transaction::Outcome outcome, Context& context);
  void connected(Context& context) { step(On::connected, context); }
  /// No connection can be had.
  void connection_failed(Context& context);
  /// Nobody waits for the server any longer.
  void give_up(Context& context) { no_response(transaction::Outcome::timeout, context); }
  void timer_fired(Context& context);
  std::optional<Instant> deadline() const { return timers_.deadline(); }

 private:
  enum class Timer : std::uint8_t { refresh, count };
  using State = publication_state::State;
  using On = publication_state::On;
  using Cause = PublicationState::Ended;

  void step(On on, Context& context);
  void tell(PublicationState::Value value, Context& context);
  void send(const PublishedDocument* document, std::uint32_t expires, Context& context);
  void accept(const message::Message& response, Context& context);
  bool postpone(Duration wait, Context& context);

  std::uint32_t id_;
  State state_ = State::idle;
  PublicationOptions options_;
  /// What the application wants published, and whether that was sent since it said so.
  PublishedDocument document_;
  bool is_sent_ = false;
  PublishedDocument in_flight_;
  /// What is published: a document that was refused does not count.
  PublishedDocument accepted_;
  TimerSet<Timer> timers_;
  uri::NameAddr from_;
  std::string call_id_;
  std::uint32_t cseq_ = 0;
  /// "": the server has none of ours.
  std::string entity_tag_;
  std::uint32_t granted_ = 0;
  Instant refresh_at_;
  Instant expires_at_;
  int too_brief_ = 0;
  // Why it ended, or the last response.
  std::optional<Cause> cause_;
  int status_ = 0;
  std::string reason_;
};

}  // namespace sipml::usage
