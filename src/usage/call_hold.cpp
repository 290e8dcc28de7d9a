/// Changes inside a call, above all by re-INVITE of either side: RFC 3261 section 14, RFC 3264
/// section 8.
#include <algorithm>
#include <utility>

#include "base/limits.hpp"
#include "message/headers/expires.hpp"
#include "message/multipart.hpp"
#include "negotiation/hold.hpp"
#include "negotiation/origin.hpp"
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
  const bool is_refreshing =
      pending_change_ == Change::refresh && carrier_ == Carrier::own_reinvite;
  if (is_refreshing && !next_change_) {
    // The user cannot know of it: what is wanted follows.
    next_change_ = NextChange{change, directions, std::move(headers)};
    return std::nullopt;
  }
  if (is_refreshing || (pending_change_ && pending_change_ != Change::refresh))
    return wrong_state("another change of the call is in progress");
  if (change == Change::hold && local_hold_) return wrong_state("the call is already on hold");
  if (change == Change::resume && !local_hold_) return wrong_state("the call is not on hold");
  pending_change_ = change;
  pending_hold_ = change == Change::hold || (change != Change::resume && local_hold_);
  changed_directions_ = directions;
  change_headers_ = std::move(headers);
  // RFC 3261 14.1: ours has to wait for theirs, but not for the user.
  if (is_asking()) answer_without_addition(context);
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
  // Not before, for an offer of the peer may have added or ended a medium since it was asked for.
  pending_directions_ = changed_directions_.value_or(directions_);
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
    // Some answer a hold with port 0.
    if (!local_hold_) forget_refused_media();
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
  before_offer_ = Before{std::move(remote_description_), remote_hold_, directions_};
  remote_description_ = description;
  remote_described(offer_for_browser_);
  const auto parsed = sdp::parse(description);
  remote_hold_ = parsed && negotiation::is_remote_hold(*parsed);
  exchange(OnExchange::offer_received, context);
  asked_ = context.config.ask_upgrades && is_asking() ? added_media() : MediaDirections();
  if (asked_ != MediaDirections()) {
    const auto allowed = negotiation::reversed(negotiation::summarise(*parsed));
    context.emit(CallOffer{id_, {allowed.audio, allowed.video}});
    timers_.start(Timer::offer_answer, context.now + milliseconds(limits::offer_answer_time));
    return;
  }
  exchange(OnExchange::answer_wanted, context);
}

namespace {

using Direction = std::optional<sdp::Direction>;

bool is_active(Direction direction) { return direction && *direction != sdp::Direction::inactive; }

/// What the offer allows of a medium if it would have us take part in it, or send in it, anew.
/// `last` is what was allowed before, `had` what the user wanted; `resumes`: the offer ends a hold.
Direction addition(Direction now, Direction last, Direction had, bool resumes) {
  if (!is_active(now) || (resumes && now == last)) return std::nullopt;
  const bool is_new = !is_active(had);
  const bool sends = sdp::sends(*now) && had && !sdp::sends(*had) && !(last && sdp::sends(*last));
  return is_new || sends ? now : std::nullopt;
}

}  // namespace

/// What the open offer of the peer adds. A hold adds nothing, and neither does an offer that is the
/// old one but for what browsers exchange among themselves: its origin is the same.
MediaDirections Call::added_media() const {
  const auto offer = sdp::parse(remote_description_);
  if (!offer || remote_hold_) return {};
  const auto now = negotiation::reversed(negotiation::summarise(*offer));
  const auto before = sdp::parse(before_offer_->remote_description);
  if (before && negotiation::same_origin(*offer, *before) &&
      MediaDirections{now.audio, now.video} == allowed_)
    return {};
  const bool resumes = before_offer_->remote_hold;
  return {addition(now.audio, allowed_.audio, directions_.audio, resumes),
          addition(now.video, allowed_.video, directions_.video, resumes)};
}

/// The question is over: it was answered, or it has become void.
void Call::end_question(Context& context) {
  if (!is_asking()) return;
  timers_.stop(Timer::offer_answer);
  context.emit(CallOfferOver{id_});
}

void Call::answer_without_addition(Context& context) {
  if (!is_asking()) return;
  end_question(context);
  exchange(OnExchange::answer_wanted, context);
}

/// Without an answer for now.
void Call::void_question(Context& context) {
  end_question(context);
  leave_remote_offer();
  exchange(OnExchange::offer_voided, context);
}

std::optional<CommandError> Call::accept_offer(const MediaChoice& choice, Context& context) {
  if (!is_asking())
    return CommandError{CommandErrorCode::wrong_state, "call", "the peer offers nothing to add"};
  if (asked_.audio) directions_.audio = asked_.audio;
  if (asked_.video) directions_.video = asked_.video;
  // What was not offered cannot be answered.
  if (choice.audio && directions_.audio) directions_.audio = *choice.audio;
  if (choice.video && directions_.video) directions_.video = *choice.video;
  timers_.stop(Timer::offer_answer);
  exchange(OnExchange::answer_wanted, context);
  return std::nullopt;
}

std::optional<CommandError> Call::reject_offer(int status, const std::string& reason,
                                               const message::HeaderFields& headers,
                                               Context& context) {
  if (!is_asking())
    return CommandError{CommandErrorCode::wrong_state, "call", "the peer offers nothing to add"};
  // RFC 3261 12.2.1.2: with these the peer would take the call for over.
  if (status < 300 || status > 699 || status == 408 || status == 481)
    return CommandError{CommandErrorCode::invalid_argument, "status",
                        "an offer is rejected with a status from 300 to 699, but not 408 or 481"};
  message::Response response = message::make_response(*peer_invite_, status, local_tag(), reason);
  add_headers(response.headers, headers);
  context.respond(peer_transaction_, response);
  timers_.stop(Timer::offer_answer);
  leave_remote_offer();
  exchange(OnExchange::offer_voided, context);
  start_change(context);
  return std::nullopt;
}

/// A medium that the peer has refused, or taken out, is not offered again unless the user wants it;
/// one that a hold took out comes back with its end.
void Call::forget_refused_media() {
  const auto remote = sdp::parse(remote_description_);
  if (!remote || remote_hold_) return;
  const auto allowed = negotiation::reversed(negotiation::summarise(*remote));
  if (!allowed.audio) directions_.audio.reset();
  if (!allowed.video) directions_.video.reset();
  // One of them alone is inactive because it is not wanted, all of them because of a hold.
  if (!local_hold_ && !negotiation::is_remote_hold(*remote)) {
    if (directions_.audio && !is_active(allowed.audio)) directions_.audio = allowed.audio;
    if (directions_.video && !is_active(allowed.video)) directions_.video = allowed.video;
  }
  if (!local_hold_) allowed_ = {allowed.audio, allowed.video};
}

/// The offer of a re-INVITE is void: what held before holds (RFC 3261 14.2).
void Call::leave_remote_offer() {
  if (!before_offer_) return;
  remote_description_ = std::move(before_offer_->remote_description);
  remote_hold_ = before_offer_->remote_hold;
  remote_described(remote_description_);
  directions_ = before_offer_->directions;
  before_offer_.reset();
}

}  // namespace sipml::usage
