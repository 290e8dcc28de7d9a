/// The callee's side of a call: RFC 3261 sections 13.3 and 9.2.
#include "message/multipart.hpp"
#include "message/status.hpp"
#include "negotiation/hold.hpp"
#include "sdp/description.hpp"
#include "usage/call.hpp"
#include "usage/descriptions.hpp"

namespace sipml::usage {

std::optional<Call> Call::incoming(std::uint32_t id, const message::Message& invite,
                                   transaction::Id transaction, Context& context,
                                   std::uint32_t replaces) {
  Call call;
  call.id_ = id;
  call.is_outgoing_ = false;
  call.local_ = invite.to();
  call.remote_ = invite.from();
  call.call_id_ = invite.call_id();
  call.progress_ = Progress::ringing;
  call.dialog_ = dialog::Dialog::from_request(invite, context.random.token(12));
  call.peer_invite_ = invite;
  call.peer_transaction_ = transaction;
  call.invite_cseq_ = invite.cseq().number;
  if (call.refuse_session(invite, transaction, context)) return std::nullopt;
  call.learn_allowed(invite);
  const auto description = message::find_session_description(invite).text;
  CallIncoming event{id, party(call.remote_), party(call.local_), description.has_value(), {}};
  event.replaces = replaces;
  call.takes_place_ = replaces != 0;
  if (description) {
    auto offer = read_offer(id, *description, context);
    if (!offer) {
      context.emit(Diagnostic{"bad_remote_description", offer.error().text, offer.error().offset});
      call.answer_request(transaction, invite, 488, context,
                          {warning(context.config, &offer.error())});
      return std::nullopt;
    }
    call.remote_description_ = *description;
    call.offer_for_browser_ = std::move(offer).value();
    call.remote_described(call.offer_for_browser_);
    if (const auto parsed = sdp::parse(call.offer_for_browser_)) {
      const auto offered = negotiation::summarise(*parsed);
      event.offered = {offered.audio, offered.video};
      // By default as much as the offer allows.
      const auto allowed = negotiation::reversed(offered);
      call.directions_ = {allowed.audio, allowed.video};
    }
  } else {
    call.directions_.audio = sdp::Direction::sendrecv;
    call.answer_in_ack_ = true;
  }
  if (!call.takes_place_) call.send_provisional(180, {}, {}, context);
  context.emit(std::move(event));
  if (!call.answer_in_ack_) call.exchange(OnExchange::offer_received, context);
  return call;
}

std::optional<CommandError> Call::accept(const MediaChoice& choice, const CallOptions& options,
                                         Context& context) {
  if (progress_ != Progress::ringing)
    return CommandError{CommandErrorCode::wrong_state, "call",
                        is_outgoing_ ? "the call is an outgoing one" : "the call is not ringing"};
  // What was not offered cannot be answered.
  const bool is_free = answer_in_ack_;
  if (choice.audio && (is_free || directions_.audio)) directions_.audio = *choice.audio;
  if (choice.video && (is_free || directions_.video)) directions_.video = *choice.video;
  options_ = options;
  progress(OnProgress::accept, context);
  return std::nullopt;
}

std::optional<CommandError> Call::reject(int status, std::string reason,
                                         const message::HeaderFields& headers, Context& context) {
  if (progress_ != Progress::ringing && progress_ != Progress::answering)
    return CommandError{CommandErrorCode::wrong_state, "call",
                        is_outgoing_ ? "the call is an outgoing one" : "the call is not ringing"};
  if (status < 300 || status > 699)
    return CommandError{CommandErrorCode::invalid_argument, "status",
                        "a call is rejected with a status from 300 to 699"};
  rejection_status_ = status;
  rejection_reason_ = std::move(reason);
  rejection_headers_ = headers;
  end_because(EndCause::rejected, Side::local, status,
              rejection_reason_.empty() ? message::reason_phrase(status) : rejection_reason_);
  progress(OnProgress::reject, context);
  return std::nullopt;
}

void Call::send_rejection(int status, const std::string& reason, Context& context) {
  message::Response response =
      message::make_response(*peer_invite_, status, dialog_->local_tag(), reason);
  if (status != 487)
    response.headers.push_back({"Reason", "SIP;cause=" + std::to_string(status) +
                                              ";text=" + grammar::quote(response.reason)});
  if (status == 488 && lost_media(end_.media_error).empty())
    response.headers.push_back(warning(context.config, nullptr));
  add_headers(response.headers, rejection_headers_);
  reliable(OnReliable::final_response_sent, context);
  context.respond(peer_transaction_, response);
}

bool Call::is_cancelled_by(transaction::Id invite) const {
  return invite != 0 && peer_transaction_ == invite;
}

void Call::cancelled(const message::Message& cancel, Context& context) {
  if (progress_ == Progress::established) {
    // A re-INVITE of the peer is cancelled: the call stays as it was.
    if (carrier_ == Carrier::peer_reinvite &&
        context.transactions.is_unanswered(peer_transaction_)) {
      answer_request(peer_transaction_, *peer_invite_, 487, context);
      end_question(context);
      leave_remote_offer();
      exchange(exchange_ == Exchange::awaiting_local_offer ? OnExchange::offer_withdrawn
                                                           : OnExchange::offer_voided,
               context);
      start_change(context);
    }
    return;
  }
  if (progress_ != Progress::ringing && progress_ != Progress::answering) return;
  context.emit(CallCancelled{id_});
  end_because_of(cancel, EndCause::cancelled);
  progress(OnProgress::cancelled, context);
}

void Call::ack(const message::Message& ack, Context& context) {
  if (!unacknowledged_ || ack.cseq().number != unacknowledged_cseq_) return;
  unacknowledged_.reset();
  timers_.stop(Timer::resend_2xx);
  timers_.stop(Timer::ack);
  progress(OnProgress::ack_received, context);
  if (answer_in_ack_ && exchange_ == Exchange::have_local_offer) {
    answer_in_ack_ = false;
    if (const auto description = message::find_session_description(ack).text) {
      receive_answer(*description, context);
    } else if (carrier_ != Carrier::invite) {
      exchange(OnExchange::offer_rejected, context);
    } else {
      end_because(EndCause::protocol_error, Side::remote, 0, "The answer is missing");
      progress(OnProgress::media_failed, context);
    }
  }
  start_change(context);
  pass_candidates(context);
}

}  // namespace sipml::usage
