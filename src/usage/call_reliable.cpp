/// Reliable provisional responses of both sides: RFC 3262.
#include "base/limits.hpp"
#include "message/multipart.hpp"
#include "message/status.hpp"
#include "usage/call.hpp"

namespace sipml::usage {

using message::HeaderName;

std::optional<CommandError> Call::ring(int status, const std::string& reason,
                                       const message::HeaderFields& headers, Context& context) {
  const auto wrong_state = [](const char* text) {
    return CommandError{CommandErrorCode::wrong_state, "call", text};
  };
  if (status < 101 || status > 199)
    return CommandError{CommandErrorCode::invalid_argument, "status",
                        "a provisional response has a status from 101 to 199"};
  if (progress_ != Progress::ringing && progress_ != Progress::answering)
    return wrong_state(is_outgoing_ ? "the call is an outgoing one" : "the call is not ringing");
  if (answer_in_ack_ && lists(*peer_invite_, HeaderName::require, "100rel"))
    return wrong_state("a reliable response to an INVITE without offer would have to carry one");
  if (waiting_1xx_.size() >= limits::provisional_count)
    return CommandError{CommandErrorCode::limit_exceeded, "call",
                        "too many provisional responses wait for their PRACK"};
  send_provisional(status, reason, headers, context);
  return std::nullopt;
}

/// Section 3: when the caller requires it, or when it allows and the user wants it. The first
/// reliable response to an INVITE without offer has to carry one, which would take the microphone
/// before the user accepts; so what need not be reliable there is not.
bool Call::wants_reliable(const Config& config) const {
  if (answer_in_ack_) return false;
  return lists(*peer_invite_, HeaderName::require, "100rel") ||
         (config.reliable_provisional == Config::ReliableProvisional::required &&
          lists(*peer_invite_, HeaderName::supported, "100rel"));
}

void Call::send_provisional(int status, const std::string& reason,
                            const message::HeaderFields& headers, Context& context) {
  // Only 100 could be sent, and the transaction does that.
  if (answer_in_ack_ && lists(*peer_invite_, HeaderName::require, "100rel")) return;
  message::Response response = make_2xx(*peer_invite_, context);
  response.status = status;
  response.reason = reason.empty() ? std::string(message::reason_phrase(status)) : reason;
  add_headers(response.headers, headers);
  if (!wants_reliable(context.config)) {
    context.respond(peer_transaction_, response);
    return;
  }
  // Section 3: from 1 to 2**31-1, with room for those that follow.
  if (rseq_ == 0) rseq_ = context.random.below(0x7fff0000U);
  response.headers.push_back({"Require", "100rel"});
  response.headers.push_back({"RSeq", std::to_string(++rseq_)});
  waiting_1xx_.push_back(std::move(response));
  reliable(OnReliable::send, context);
}

void Call::reliable(OnReliable on, Context& context) {
  const auto row = find_transition(reliable_provisional::table, reliable_, on);
  if (!row) return;
  reliable_ = row->to;
  using reliable_provisional::Do;
  const auto does = [&row](Do action) { return sipml::contains(row->actions, action); };
  if (does(Do::stop_timers)) {
    timers_.stop(Timer::resend_1xx);
    timers_.stop(Timer::prack);
  }
  if (does(Do::drop_first)) waiting_1xx_.erase(waiting_1xx_.begin());
  if (does(Do::send_first) || does(Do::resend_first))
    context.respond(peer_transaction_, waiting_1xx_.front());
  if (does(Do::start_timers)) {
    resend_1xx_interval_ = transaction::t1;
    timers_.start(Timer::prack, context.now + transaction::timer_64_t1);
  }
  if (does(Do::resend_first)) resend_1xx_interval_ *= 2;
  if (does(Do::start_timers) || does(Do::resend_first))
    timers_.start(Timer::resend_1xx, context.now + resend_1xx_interval_);
  if (does(Do::reject)) {
    rejection_status_ = 504;
    end_because(EndCause::timeout, Side::remote, 504, message::reason_phrase(504));
    progress(OnProgress::reject, context);
    return;
  }
  if (reliable_ == reliable_provisional::State::closing) waiting_1xx_.resize(1);
  if (reliable_ == reliable_provisional::State::idle && !waiting_1xx_.empty())
    reliable(OnReliable::send, context);
}

void Call::prack_received(const message::Message& request, transaction::Id transaction,
                          Context& context) {
  const auto value = request.header(HeaderName::rack);
  const auto rack = message::parse_rack(value.value_or(std::string_view()));
  if (!rack) {
    answer_request(transaction, request, 400, context);
    return;
  }
  const bool is_open =
      find_transition(reliable_provisional::table, reliable_, OnReliable::acknowledged) &&
      !waiting_1xx_.empty();
  if (!is_open || rack->method != "INVITE" || rack->cseq_number != invite_cseq_ ||
      std::to_string(rack->response_number) !=
          *message::find_field(waiting_1xx_.front().headers, "RSeq")) {
    answer_request(transaction, request, 481, context);
    return;
  }
  if (auto refusal = refused_body(request)) {
    answer_request(transaction, request, refusal->status, context, std::move(refusal->headers));
    return;
  }
  if (const auto description = message::find_session_description(request).text)
    update_offer(request, transaction, *description, *dialog_, context);
  else
    answer_request(transaction, request, 200, context);
  reliable(OnReliable::acknowledged, context);
}

void Call::send_prack(Branch& branch, const message::Message& response, Context& context) {
  message::Request prack = branch.dialog.make_request("PRACK");
  prack.headers.push_back(
      {"RAck", to_string(message::RAck{branch.rseq, response.cseq().number, "INVITE"})});
  context.send(std::move(prack), {id_, static_cast<std::uint32_t>(Purpose::prack), 0});
}

}  // namespace sipml::usage
