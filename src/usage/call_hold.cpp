/// Changes inside a call, above all by re-INVITE of either side: RFC 3261 section 14, RFC 3264
/// section 8.
#include <algorithm>
#include <utility>

#include "message/headers/expires.hpp"
#include "message/multipart.hpp"
#include "negotiation/hold.hpp"
#include "sdp/description.hpp"
#include "usage/call.hpp"
#include "usage/descriptions.hpp"

namespace sipml::usage {

namespace {

/// RFC 3264 8.4: what is received stops, what is sent goes on as "sendonly"; towards a peer that
/// holds us nothing is left.
std::optional<sdp::Direction> held(std::optional<sdp::Direction> direction, bool by_both) {
  if (!direction) return direction;
  return sdp::make_direction(sdp::sends(*direction) && !by_both, false);
}

}  // namespace

MediaDirections Call::wanted_directions() const {
  const bool own = is_own_change();
  MediaDirections directions = own ? pending_directions_ : directions_;
  if (own ? pending_hold_ : local_hold_) {
    directions.audio = held(directions.audio, remote_hold_);
    directions.video = held(directions.video, remote_hold_);
  }
  return directions;
}

std::optional<CommandError> Call::change(Change change, std::optional<MediaDirections> directions,
                                         message::HeaderFields headers, Context& context) {
  const auto wrong_state = [](const char* text) {
    return CommandError{CommandErrorCode::wrong_state, "call", text};
  };
  if (progress_ != Progress::established && progress_ != Progress::answered && !can_update_early())
    return wrong_state("the call is not established");
  if (pending_change_ == Change::refresh && carrier_ == Carrier::own_reinvite && !next_change_) {
    // The user cannot know of it: what is wanted follows.
    next_change_ = NextChange{change, directions, std::move(headers)};
    return std::nullopt;
  }
  if (pending_change_ && pending_change_ != Change::refresh)
    return wrong_state("another change of the call is in progress");
  if (change == Change::hold && local_hold_) return wrong_state("the call is already on hold");
  if (change == Change::resume && !local_hold_) return wrong_state("the call is not on hold");
  pending_change_ = change;
  pending_hold_ = change == Change::hold || (change != Change::resume && local_hold_);
  pending_directions_ = directions.value_or(directions_);
  change_headers_ = std::move(headers);
  start_change(context);
  return std::nullopt;
}

void Call::start_change(Context& context) {
  const bool early = can_update_early();
  if (!pending_change_ || (progress_ != Progress::established && !early) || unacknowledged_ ||
      !context.connected || timers_.is_running(Timer::glare))
    return;
  if (early && !early_settled_) {
    settle_early(context);
    return;
  }
  if (!negotiation::offer_answer::may_offer(exchange_)) return;
  carrier_ = early ? Carrier::own_update : Carrier::own_reinvite;
  exchange(OnExchange::offer_wanted, context);
}

void Call::send_reinvite(Context& context) {
  reinvite_ = dialog_->make_request("INVITE");
  describe_us(reinvite_.headers, "re-INVITE", context);
  ask_session(reinvite_);
  add_headers(reinvite_.headers, options_.headers);
  add_headers(reinvite_.headers, change_headers_);
  reinvite_.headers.push_back({"Content-Type", std::string(description_type)});
  reinvite_.body = local_description_;
  reinvite_transaction_ =
      context.send(reinvite_, {id_, static_cast<std::uint32_t>(Purpose::reinvite), 0}, &reinvite_);
  if (reinvite_transaction_ == 0) change_refused(0, "Transport Error", context);
}

void Call::change_response(const transaction::Indication& indication,
                           const message::Message& response, Context& context) {
  const bool is_invite = response.cseq().method == "INVITE";
  dialog::Dialog* dialog = dialog_with(response.to_tag());
  if (response.status() < 200 || !dialog) return;
  if (response.status() < 300) {
    const bool is_new = exchange_ == Exchange::have_local_offer && is_own_change() &&
                        indication.id == reinvite_transaction_;
    if (is_invite && !is_new && progress_ == Progress::established) {
      late_2xx(response, context);
      return;
    }
    dialog->refresh_target(response);
    if (is_invite) send_ack(*dialog, response.cseq().number, indication.request, context);
    if (!is_new) return;
    change_accepted_by_ = context.caused_by(response);
    learn_allowed(response);
    session_answered(response, context);
    if (const auto description = message::find_session_description(response).text) {
      receive_answer(*description, context);
    } else {
      exchange(OnExchange::offer_rejected, context);
      finish_change(false, response.status(), "The answer is missing", context);
    }
    return;
  }
  if (media_closed_) return;
  std::uint32_t attempt = indication.owner.attempt + 1;
  auto retried = context.with_credentials(indication, response);
  if (!retried) {
    retried = with_longer_session(indication, response);
    attempt = indication.owner.attempt;
  }
  if (retried) {
    set_cseq(*retried, dialog->next_cseq());
    reinvite_ = *retried;
    reinvite_transaction_ =
        context.resend(std::move(*retried), {id_, indication.owner.purpose, attempt});
    if (reinvite_transaction_ != 0) return;
  }
  if (response.status() == 491) {
    // 14.1: who made the Call-ID waits 2.1 to 4 s, the other 0 to 2 s, in units of 10 ms.
    const std::uint32_t units =
        is_outgoing_ ? 210 + context.random.below(191) : context.random.below(201);
    timers_.start(Timer::glare, context.now + milliseconds(10 * std::int64_t{units}));
    exchange(OnExchange::offer_rejected, context);
    return;
  }
  change_refused(response.status(), response.reason(), context);
}

void Call::change_refused(int status, std::string_view reason, Context& context) {
  if (!is_own_change() || exchange_ != Exchange::have_local_offer) return;
  exchange(OnExchange::offer_rejected, context);
  finish_change(false, status, reason, context);
  dialog_refused(status, reason, context);
}

/// 12.2.1.2: the responses to a request that end its dialog. After 481 the peer has none left to
/// end; after 408 it may have, and gets a BYE.
void Call::dialog_refused(int status, std::string_view reason, Context& context) {
  if (progress_ != Progress::established || (status != 481 && status != 408)) return;
  end_because(status == 481 ? EndCause::bye : EndCause::timeout, Side::remote, status, reason);
  progress(status == 481 ? OnProgress::dialog_lost : OnProgress::given_up, context);
}

void Call::finish_change(bool ok, int status, std::string_view reason, Context& context) {
  if (!pending_change_) return;
  if (ok) {
    local_hold_ = pending_hold_;
    directions_ = pending_directions_;
  }
  const Change change = *pending_change_;
  pending_change_.reset();
  change_headers_.clear();
  if (ok) tell_flow(context);
  if (is_own_change()) carrier_ = Carrier::peer_reinvite;
  if (change == Change::refresh) {
    if (!ok) session(OnSession::refresh_failed, context);
    if (auto next = std::exchange(next_change_, std::nullopt))
      if (this->change(next->change, next->directions, std::move(next->headers), context))
        context.emit(CallModified{id_, next->change, false, 0, {}, {}});
    change_accepted_by_.reset();
    return;
  }
  context.emit(CallModified{id_, change, ok, status, std::string(reason), change_accepted_by_});
  change_accepted_by_.reset();
}

void Call::reinvite_received(const message::Message& request, transaction::Id transaction,
                             Context& context) {
  using negotiation::offer_answer::Do;
  if (progress_ == Progress::terminating || progress_ == Progress::hanging_up) {
    answer_request(transaction, request, 481, context);
    return;
  }
  if (auto refusal = refused_body(request)) {
    answer_request(transaction, request, refusal->status, context, std::move(refusal->headers));
    return;
  }
  if (refuse_session(request, transaction, context)) return;
  const auto description = message::find_session_description(request).text;
  const auto row = negotiation::offer_answer::step(
      exchange_, description ? OnExchange::offer_received : OnExchange::offer_wanted);
  if ((row && sipml::contains(row->actions, Do::refuse_500)) ||
      context.transactions.is_unanswered(peer_transaction_)) {
    answer_request(transaction, request, 500, context,
                   {{"Retry-After", std::to_string(context.random.below(11))}});
    return;
  }
  if (!row || sipml::contains(row->actions, Do::refuse_491) || unacknowledged_ ||
      progress_ != Progress::established) {
    answer_request(transaction, request, 491, context);
    return;
  }
  if (description) {
    auto offer = read_offer(id_, *description, context);
    if (!offer) {
      context.emit(Diagnostic{"bad_remote_description", offer.error().text, offer.error().offset});
      answer_request(transaction, request, 488, context, {warning(context.config, &offer.error())});
      return;
    }
    offer_for_browser_ = std::move(offer).value();
  }
  learn_allowed(request);
  peer_invite_ = request;
  peer_transaction_ = transaction;
  carrier_ = Carrier::peer_reinvite;
  if (!description) {
    answer_in_ack_ = true;
    exchange(OnExchange::offer_wanted, context);
    return;
  }
  answer_in_ack_ = false;
  take_remote_offer(*description, context);
}

void Call::take_remote_offer(std::string_view description, Context& context) {
  // RFC 3264 8: the same description again, so the same answer holds. The o= line alone would say
  // so, but peers forget to count its version up when they hold.
  if (!answered_offer_.empty() && description == answered_offer_) {
    local_description_ = last_answer_;
    send_answer(context);
    return;
  }
  before_offer_ = Before{std::move(remote_description_), remote_hold_};
  remote_description_ = description;
  remote_described(offer_for_browser_);
  const auto parsed = sdp::parse(description);
  remote_hold_ = parsed && negotiation::is_remote_hold(*parsed);
  exchange(OnExchange::offer_received, context);
  exchange(OnExchange::answer_wanted, context);
}

/// The offer of a re-INVITE is void: what held before holds (RFC 3261 14.2).
void Call::leave_remote_offer() {
  if (!before_offer_) return;
  remote_description_ = std::move(before_offer_->remote_description);
  remote_hold_ = before_offer_->remote_hold;
  remote_described(remote_description_);
  before_offer_.reset();
}

}  // namespace sipml::usage
