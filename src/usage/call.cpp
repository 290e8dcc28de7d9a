#include "usage/call.hpp"
#include "usage/descriptions.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "message/headers/expires.hpp"
#include "message/status.hpp"
#include "negotiation/hold.hpp"
#include "negotiation/ice_restart.hpp"
#include "negotiation/origin.hpp"
#include "sdp/description.hpp"
#include "usage/info_content.hpp"

namespace sipml::usage {

using message::HeaderName;

void Call::end_because(EndCause cause, Side by, int status, std::string_view reason) {
  if (has_end_cause_) return;
  has_end_cause_ = true;
  end_.cause = cause;
  end_.by = by;
  end_.status = status;
  end_.reason = reason;
  end_.message.reset();
}

std::string_view lost_media(std::optional<MediaError> error) {
  if (error == MediaError::ice_failed) return "ICE failed";
  if (error == MediaError::dtls_failed) return "DTLS failed";
  return {};
}

/// What the peer says of why it ends the call (RFC 3326): of several reasons that of SIP, which has
/// a status; that of the telephone network has words, at most.
void Call::end_because_of(const message::Message& request, EndCause cause) {
  int status = 0;
  std::string reason;
  for (const std::string_view field : request.headers(HeaderName::reason)) {
    const auto values = message::parse_reason(field);
    if (!values) continue;
    for (const message::Reason& value : *values) {
      const bool is_sip = value.protocol == "sip" && value.cause && *value.cause < 700;
      if (status != 0 || !(is_sip || (value.protocol == "q.850" && reason.empty()))) continue;
      if (is_sip) status = static_cast<int>(*value.cause);
      if (value.text)
        reason = *value.text;
      else if (is_sip)
        reason = message::reason_phrase(status);
      else if (value.cause)
        reason = "Q.850 " + std::to_string(*value.cause);
    }
  }
  end_because(cause, Side::remote, status, reason);
}

/// What CANCEL and BYE carry: when the media are to blame, RFC 3326 says so.
message::HeaderFields Call::ending_headers() const {
  message::HeaderFields fields;
  if (end_.cause == EndCause::media_error) {
    // Nothing came by that way in time.
    const bool is_timeout = end_.media_error == MediaError::ice_failed;
    const std::string_view text = lost_media(end_.media_error);
    const message::Reason reason{"sip", is_timeout ? 408U : 488U,
                                 std::string(text.empty() ? message::reason_phrase(488) : text)};
    fields.push_back({"Reason", to_string(reason)});
  }
  add_headers(fields, hang_up_headers_);
  return fields;
}

void Call::close_media(Context& context) {
  if (media_closed_) return;
  media_closed_ = true;
  answer_open_requests(context);
  ++token_;
  MediaRequest request;
  request.type = MediaRequest::Type::close;
  request.call = id_;
  context.ask(std::move(request));
}

/// The last event of the call.
void Call::tell_end(Context& context) {
  transfers_over(context);
  timers_.stop_all();
  end_.call = id_;
  context.emit(end_);
}

void Call::progress(OnProgress on, Context& context) {
  const auto row = find_transition(call_progress::table, progress_, on);
  if (!row) return;
  progress_ = row->to;
  using call_progress::Do;
  const auto does = [&row](Do action) { return sipml::contains(row->actions, action); };
  if (does(Do::send_487)) send_rejection(487, {}, context);
  if (does(Do::send_rejection)) send_rejection(rejection_status_, rejection_reason_, context);
  if (does(Do::send_ack)) send_ack(*dialog_, cseq_, invite_, context);
  if (does(Do::send_cancel)) {
    transaction::Outbox outbox;
    context.transactions.send_cancel(invite_transaction_,
                                     {id_, static_cast<std::uint32_t>(Purpose::cancel), 0},
                                     ending_headers(), context.now, outbox);
    context.flush_request(id_, outbox);
    timers_.start(Timer::cancel, context.now + transaction::timer_64_t1);
  }
  if (does(Do::send_bye)) send_bye(context);
  if (does(Do::send_2xx)) send_2xx(context);
  if (does(Do::tell_terminating)) context.emit(CallTerminating{id_});
  switch (progress_) {
    case Progress::cancel_waiting:
    case Progress::cancelling:
    case Progress::hanging_up:
    case Progress::terminating:
    case Progress::ended:
      close_media(context);
      break;
    default:
      break;
  }
  if (does(Do::tell_established)) {
    const int status = is_outgoing_ ? end_.status : 200;
    context.emit(CallEstablished{id_, status, is_outgoing_ ? end_.reason : "OK", end_.message});
    end_.status = 0;
    end_.reason.clear();
    end_.message.reset();
  }
  if (does(Do::finish)) {
    // Without a dialog no final response came: nobody waits for it any more.
    if (is_outgoing_ && !dialog_) context.transactions.forget(invite_transaction_);
    context.transactions.abandon(reinvite_transaction_, context.now);
    tell_end(context);
  }
  // Last, for they may lead on to the next arrow at once.
  if (does(Do::request_media))
    exchange(exchange_ == Exchange::have_remote_offer ? OnExchange::answer_wanted
                                                      : OnExchange::offer_wanted,
             context);
  if (does(Do::send_invite)) send_invite(context);
}

bool Call::peer_restarts_ice() const {
  if (!before_offer_) return false;
  const auto before = sdp::parse(before_offer_->remote_description);
  const auto offer = sdp::parse(remote_description_);
  return before && offer && negotiation::restarts_ice(*before, *offer);
}

void Call::ask_media(MediaRequest::Type type, std::string description, bool provisional,
                     Context& context) {
  if (media_closed_) return;
  MediaRequest request;
  request.type = type;
  request.call = id_;
  request.token = ++token_;
  request.directions = wanted_directions();
  request.hold = is_own_change() ? pending_hold_ : local_hold_;
  request.provisional = provisional;
  request.ice_restart = type == MediaRequest::Type::create_offer
                            ? is_own_change() && pending_change_ == Change::restart_ice
                            : type == MediaRequest::Type::create_answer && peer_restarts_ice();
  if (type == MediaRequest::Type::create_offer || type == MediaRequest::Type::create_answer) {
    request.trickle = may_trickle(context.config);
    trickle_.gathered = false;
  }
  if (type == MediaRequest::Type::prepare_answer || type == MediaRequest::Type::create_answer)
    request.rtcp_mux = negotiation::has_rtcp_mux(description);
  request.description = std::move(description);
  context.ask(std::move(request));
}

void Call::exchange(OnExchange on, Context& context) {
  const auto row = negotiation::offer_answer::step(exchange_, on);
  if (!row) return;
  exchange_ = row->to;
  using negotiation::offer_answer::Do;
  using Type = MediaRequest::Type;
  const auto does = [&row](Do action) { return sipml::contains(row->actions, action); };
  if (does(Do::create_offer)) ask_media(Type::create_offer, {}, false, context);
  if (does(Do::prepare_answer) && carrier_ == Carrier::invite && !takes_place_)
    ask_media(Type::prepare_answer, negotiation::offer_to_prepare(offer_for_browser_), false,
              context);
  if (does(Do::create_answer)) {
    // The options of a call that rang come with its acceptance.
    auto offer = narrow_offer(id_, offer_for_browser_, options_.media, context);
    ask_media(Type::create_answer, offer ? std::move(offer).value() : offer_for_browser_, false,
              context);
  }
  if (does(Do::apply_provisional)) ask_media(Type::apply_answer, early_answer_, true, context);
  if (does(Do::apply_answer)) ask_media(Type::apply_answer, answer_for_browser_, false, context);
  if (does(Do::rollback)) restore_local();
  if (does(Do::settle)) before_own_offer_.reset();
  if (does(Do::rollback) && !media_closed_) {
    MediaRequest request;
    request.type = Type::rollback;
    request.call = id_;
    context.ask(std::move(request));
  }
  if (does(Do::refuse_488)) {
    if (carrier_ == Carrier::invite) {
      progress(OnProgress::media_failed, context);
    } else {
      leave_remote_offer();
      refuse_offer(nullptr, context);
    }
  }
  if (does(Do::fail)) exchange_failed(context);
  if (does(Do::send_offer) || does(Do::send_answer)) {
    if (carrier_ == Carrier::invite)
      progress(OnProgress::local_description_ready, context);
    else if (carrier_ == Carrier::own_reinvite)
      send_reinvite(context);
    else if (carrier_ == Carrier::own_update)
      send_update(context);
    else
      send_answer(context);
  }
  if (does(Do::settle)) exchange_agreed(context);
  pass_candidates(context);
  // What an early dialog still had open when its 2xx came (RFC 3311 5.1).
  if (progress_ == Progress::confirming && exchange_ == Exchange::stable)
    progress(OnProgress::media_agreed, context);
}

void Call::send_answer(Context& context) {
  if (carrier_ == Carrier::peer_update)
    answer_update(local_description_, context);
  else
    send_2xx(context);
}

/// What the peer's offer came in, and our answer goes back to.
const message::Message& Call::peer_offer() const {
  return carrier_ == Carrier::peer_update ? *peer_update_ : *peer_invite_;
}

void Call::refuse_offer(const negotiation::RewriteError* error, Context& context) {
  answer_request(carrier_ == Carrier::peer_update ? peer_update_transaction_ : peer_transaction_,
                 peer_offer(), 488, context, {warning(context.config, error)});
  // What waited for the end of this exchange.
  start_change(context);
}

void Call::exchange_agreed(Context& context) {
  if (!is_own_change()) forget_refused_media();
  if (carrier_ == Carrier::invite) {
    if (is_outgoing_) progress(OnProgress::media_agreed, context);
  } else if (is_own_change()) {
    finish_change(true, 200, "OK", context);
  } else if (before_offer_) {
    const bool changed = before_offer_->remote_hold != remote_hold_;
    before_offer_.reset();
    if (changed) context.emit(CallRemoteHold{id_, remote_hold_, context.caused_by(peer_offer())});
  }
  tell_flow(context);
  if (carrier_ == Carrier::invite && context.transactions.is_unanswered(peer_update_transaction_))
    take_update(context);
  start_change(context);
}

/// What both descriptions leave of each medium, as we see it.
MediaDirections Call::flow() const {
  MediaDirections result;
  const auto ours = sdp::parse(local_description_);
  const auto theirs = sdp::parse(remote_description_);
  if (!ours || !theirs) return result;
  const auto local = negotiation::summarise(*ours);
  const auto remote = negotiation::summarise(*theirs);
  const auto common = [](std::optional<sdp::Direction> a, std::optional<sdp::Direction> b) {
    if (!a || !b) return std::optional<sdp::Direction>();
    return std::optional(sdp::make_direction(sdp::sends(*a) && sdp::receives(*b),
                                             sdp::receives(*a) && sdp::sends(*b)));
  };
  result.audio = common(local.audio, remote.audio);
  result.video = common(local.video, remote.video);
  return result;
}

void Call::tell_flow(Context& context) {
  const MediaDirections now = flow();
  const bool by_peer = carrier_ == Carrier::peer_reinvite || carrier_ == Carrier::peer_update;
  if (by_peer && now != told_flow_)
    context.emit(CallMedia{id_, now, context.caused_by(peer_offer())});
  told_flow_ = now;
}

void Call::exchange_failed(Context& context) {
  // A provisional answer that cannot be used costs the early media, not the call.
  if (exchange_ == Exchange::have_local_offer) return;
  if (is_own_change()) {
    finish_change(false, 0, {}, context);
  } else if (carrier_ == Carrier::invite) {
    if (peer_update_ && context.transactions.is_unanswered(peer_update_transaction_))
      answer_request(peer_update_transaction_, *peer_update_, 488, context);
    progress(OnProgress::media_failed, context);
  } else if (!(answer_in_ack_ && unacknowledged_) && peer_invite_ &&
             context.transactions.is_unanswered(peer_transaction_)) {
    refuse_offer(nullptr, context);
  }
}

void Call::media_ready(std::uint32_t token, std::string_view description, Context& context) {
  if (token != token_ || media_closed_) return;
  const auto refuse = [&](const negotiation::RewriteError& error) {
    context.emit(Diagnostic{"bad_local_description", error.text, error.offset});
    media_failed(token, MediaError::bad_description, error.text, context);
  };
  const bool is_reviewed = token == review_token_;
  if (exchange_ == Exchange::applying_remote_answer) {
    exchange(OnExchange::answer_applied, context);
  } else if (exchange_ == Exchange::awaiting_local_offer) {
    auto rewritten = is_reviewed ? negotiation::reviewed_description(description)
                                 : write_offer(id_, description, media_options(), context);
    if (!rewritten) return refuse(rewritten.error());
    if (!is_reviewed) offer_of_browser_ = description;
    if (!is_reviewed && is_own_change() && pending_change_ == Change::restart_ice)
      *rewritten = negotiation::with_kept_client(std::move(*rewritten), local_description_,
                                                 remote_description_);
    if (!is_reviewed) *rewritten = as_ours(std::move(*rewritten), context);
    if (asks_review(is_reviewed, *rewritten, context)) return;
    keep_local();
    local_description_ = std::move(rewritten).value();
    local_described();
    exchange(OnExchange::local_offer_ready, context);
  } else if (exchange_ == Exchange::awaiting_local_answer) {
    auto rewritten =
        is_reviewed ? negotiation::reviewed_description(description)
                    : write_answer(id_, description, remote_description_, media_options(), context);
    if (!rewritten) return refuse(rewritten.error());
    if (!is_reviewed) *rewritten = as_ours(std::move(*rewritten), context);
    if (asks_review(is_reviewed, *rewritten, context)) return;
    local_description_ = std::move(rewritten).value();
    local_described();
    answered_offer_ = remote_description_;
    last_answer_ = local_description_;
    exchange(OnExchange::local_answer_ready, context);
  }
}

/// With what all descriptions of the call have.
std::string Call::as_ours(std::string description, const Context& context) const {
  return negotiation::with_kept_origin(with_trickling(std::move(description), context.config),
                                       local_description_);
}

bool Call::asks_review(bool is_reviewed, const std::string& description, Context& context) {
  if (is_reviewed || !context.config.review_descriptions) return false;
  ask_media(exchange_ == Exchange::awaiting_local_answer ? MediaRequest::Type::review_answer
                                                         : MediaRequest::Type::review_offer,
            description, false, context);
  review_token_ = token_;
  return true;
}

negotiation::LocalOptions Call::media_options() const {
  negotiation::LocalOptions options = options_.media;
  const bool held = is_own_change() ? pending_hold_ : local_hold_;
  options.is_hold = held;
  if (held) {
    options.audio_wire_direction.reset();
    options.video_wire_direction.reset();
  }
  return options;
}

void Call::media_failed(std::uint32_t token, MediaError error, const std::string& text,
                        Context& context) {
  if (token != token_ || media_closed_) return;
  if (carrier_ == Carrier::invite && exchange_ != Exchange::have_local_offer) {
    rejection_status_ = error == MediaError::bad_description ? 488 : 603;
    rejection_reason_ =
        error == MediaError::permission_denied ? "Media stream permission denied" : std::string();
    end_because(EndCause::media_error, Side::local);
    if (end_.reason.empty()) end_.reason = text;
    end_.media_error = error;
  }
  switch (exchange_) {
    case Exchange::awaiting_local_offer:
      exchange(OnExchange::local_offer_failed, context);
      break;
    case Exchange::have_local_offer:
    case Exchange::applying_remote_answer:
      exchange(OnExchange::answer_failed, context);
      break;
    case Exchange::have_remote_offer:
    case Exchange::awaiting_local_answer:
      exchange(OnExchange::local_answer_failed, context);
      break;
    default:
      break;
  }
}

void Call::media_lost(MediaError error, const std::string& text, Context& context) {
  if (media_closed_) return;
  rejection_status_ = 488;
  rejection_reason_ = lost_media(error);
  end_because(EndCause::media_error, Side::local, 0, text);
  end_.media_error = error;
  progress(OnProgress::media_failed, context);
}

void Call::send_bye(Context& context) {
  transferee_.call_over(in_call(context));
  timers_.stop_all();
  unacknowledged_.reset();
  answer_open_requests(context);
  timers_.start(Timer::bye, context.now + transaction::timer_64_t1);
  message::Request bye = dialog_->make_request("BYE");
  add_headers(bye.headers, options_.headers);
  add_headers(bye.headers, ending_headers());
  last_bye_ = bye;
  bye_unsent_ =
      context.send(std::move(bye), {id_, static_cast<std::uint32_t>(Purpose::bye), 0}) == 0;
}

message::Response Call::make_2xx(const message::Message& request, Context& context) const {
  message::Response response = message::make_response(request, 200, dialog_->local_tag());
  for (std::string_view value : request.headers(HeaderName::record_route))
    response.headers.push_back({"Record-Route", std::string(value)});
  describe_us(response.headers, "200", context);
  return response;
}

void Call::send_2xx(Context& context) {
  message::Response response = make_2xx(*peer_invite_, context);
  add_headers(response.headers, options_.headers);
  if (carrier_ == Carrier::invite) add_headers(response.headers, options_.first_headers);
  response.headers.push_back({"Content-Type", std::string(description_type)});
  response.body = local_description_;
  if (carrier_ == Carrier::invite)
    reliable(OnReliable::final_response_sent, context);
  else
    // RFC 6141 section 4: not before, for a refused re-INVITE changes nothing.
    dialog_->refresh_target(*peer_invite_);
  answer_session(*peer_invite_, response, context);
  dialog_->confirm();
  context.respond(peer_transaction_, response);
  unacknowledged_ = std::move(response);
  unacknowledged_cseq_ = peer_invite_->cseq().number;
  resend_interval_ = transaction::t1;
  // RFC 3261 13.3.1.4: resent until the ACK comes, also on a reliable transport, for a proxy on the
  // way may use another.
  timers_.start(Timer::resend_2xx, context.now + resend_interval_);
  timers_.start(Timer::ack, context.now + transaction::timer_64_t1);
}

void Call::answer_request(transaction::Id transaction, const message::Message& request, int status,
                          Context& context, message::HeaderFields more) {
  message::Response response = message::make_response(request, status, local_tag());
  for (message::HeaderField& field : more) response.headers.push_back(std::move(field));
  context.respond(transaction, response);
}

void Call::response(const transaction::Indication& indication, const message::Message& response,
                    Context& context) {
  switch (static_cast<Purpose>(indication.owner.purpose)) {
    case Purpose::invite:
      invite_response(indication, response, context);
      return;
    case Purpose::reinvite:
    case Purpose::update:
      change_response(indication, response, context);
      return;
    case Purpose::refresh:
      refresh_response(indication, &response, context);
      return;
    case Purpose::trickle:
      if (response.status() >= 200) candidates_answered(indication, &response, context);
      return;
    case Purpose::bye:
    case Purpose::fork_bye:
    case Purpose::info:
    case Purpose::prack:
    case Purpose::refer:
    case Purpose::notify:
      break;
    default:
      return;
  }
  if (response.status() < 200) return;
  const auto purpose = static_cast<Purpose>(indication.owner.purpose);
  if (auto retried = context.with_credentials(indication, response)) {
    dialog::Dialog* dialog =
        purpose == Purpose::fork_bye ? nullptr : dialog_with(response.to_tag());
    set_cseq(*retried, dialog ? dialog->next_cseq() : response.cseq().number + 1);
    if (context.resend(std::move(*retried),
                       {id_, indication.owner.purpose, indication.owner.attempt + 1}) != 0) {
      if (purpose == Purpose::refer) transferor_.sent_again(dialog_->local_cseq());
      return;
    }
  }
  if (purpose == Purpose::bye) progress(OnProgress::bye_done, context);
  if (purpose == Purpose::info)
    context.emit(CallInfoResult{id_, response.status(), std::string(response.reason())});
  if (purpose == Purpose::refer) transferor_.response(response, in_call(context));
  // RFC 6665 4.2.2: who refuses a NOTIFY wants no more of them.
  if (purpose == Purpose::notify && response.status() >= 300) transferee_.unsubscribed();
}

void Call::no_response(const transaction::Indication& indication, Context& context) {
  const bool timed_out = indication.outcome == transaction::Outcome::timeout;
  switch (static_cast<Purpose>(indication.owner.purpose)) {
    case Purpose::invite:
      end_because(timed_out ? EndCause::timeout : EndCause::transport_error, Side::network);
      progress(timed_out ? OnProgress::no_response : OnProgress::transport_lost, context);
      return;
    case Purpose::reinvite:
    case Purpose::update:
      // Deviation: RFC 3261 12.2.1.2 would end the dialog. Nobody out there says that it is over,
      // and media may flow on, so the user decides; a session timer ends what is dead.
      change_refused(0, timed_out ? "Request Timeout" : "Transport Error", context);
      return;
    case Purpose::refresh:
      refresh_response(indication, nullptr, context);
      return;
    case Purpose::bye:
      if (timed_out)
        progress(OnProgress::bye_done, context);
      else
        bye_unsent_ = true;
      return;
    case Purpose::info:
      context.emit(CallInfoResult{id_, timed_out ? 408 : 503,
                                  timed_out ? "Request Timeout" : "Service Unavailable"});
      return;
    case Purpose::trickle:
      candidates_answered(indication, nullptr, context);
      return;
    case Purpose::refer:
      transferor_.no_response(timed_out, in_call(context));
      return;
    case Purpose::notify:
      if (timed_out) transferee_.unsubscribed();
      return;
    default:
      return;
  }
}

bool Call::owns_request(const message::Message& request) const {
  if (dialog_ && dialog_->owns_request(request)) return true;
  for (const Branch& branch : early_)
    if (branch.dialog.owns_request(request)) return true;
  return false;
}

bool Call::owns_response(const message::Message& response) const {
  return is_outgoing_ ? response.call_id() == call_id_
                      : dialog_ && response.call_id() == dialog_->call_id();
}

bool Call::is_merged(const message::Message& request) const {
  return !is_outgoing_ && peer_invite_ && request.call_id() == dialog_->call_id() &&
         request.from_tag() == dialog_->remote_tag() &&
         request.cseq().number == peer_invite_->cseq().number;
}

dialog::Dialog* Call::dialog_with(std::string_view remote_tag) {
  if (dialog_) return &*dialog_;
  Branch* branch = branch_of(remote_tag);
  return branch ? &branch->dialog : nullptr;
}

std::optional<message::Request> Call::make_inside(std::string_view method) {
  if (progress_ != Progress::established && progress_ != Progress::answered) return std::nullopt;
  return dialog_->make_request(method);
}

bool Call::takes(const message::Message& request, transaction::Id transaction, Context& context) {
  dialog::Dialog* dialog = dialog_with(request.from_tag());
  // 15: a callee has no BYE for an early dialog.
  if (!dialog || !dialog->owns_request(request) || (!dialog_ && request.method() == "BYE")) {
    answer_request(transaction, request, 481, context);
    return false;
  }
  if (dialog->accept(request) == dialog::Order::out_of_order) {
    answer_request(transaction, request, 500, context);
    return false;
  }
  return true;
}

void Call::request(const message::Message& request, transaction::Id transaction, Context& context) {
  if (!takes(request, transaction, context)) return;
  if (request.method() == "BYE") {
    bye_received(request, transaction, context);
  } else if (request.method() == "UPDATE") {
    update_received(request, transaction, *dialog_with(request.from_tag()), context);
  } else if (request.method() == "PRACK") {
    prack_received(request, transaction, context);
  } else if (request.method() == "INVITE") {
    reinvite_received(request, transaction, context);
  } else if (request.method() == "INFO") {
    if (auto accepted = unsupported_encoding(request)) {
      answer_request(transaction, request, 415, context, {std::move(*accepted)});
      return;
    }
    if (is_of_trickling(request, context.config)) {
      candidates_received(request, transaction, context);
      return;
    }
    if (request.header(HeaderName::info_package)) {
      // RFC 6086 4.2.2: no other was agreed on, so each is an unknown one.
      const std::string_view agreed =
          offers_trickle(context.config) ? trickle_package : std::string_view();
      answer_request(transaction, request, 469, context, {{"Recv-Info", std::string(agreed)}});
      return;
    }
    info_received(request, transaction, context);
  } else if (!dialog_ && (request.method() == "REFER" || request.method() == "NOTIFY" ||
                          request.method() == "SUBSCRIBE")) {
    // No transfer before the call is there.
    context.respond(transaction, message::make_response(request, 481, {}));
  } else if (request.method() == "REFER") {
    refer_received(request, transaction, context);
  } else if (request.method() == "NOTIFY") {
    notify_received(request, transaction, context);
  } else if (request.method() == "SUBSCRIBE") {
    subscribe_received(request, transaction, context);
  } else if (request.method() == "OPTIONS") {
    answer_request(transaction, request, 200, context,
                   {{"Allow", std::string(allowed_methods)},
                    {"Accept", std::string(accepted_types)},
                    {"Supported", supported_options(context.config)}});
  } else {
    answer_request(transaction, request, 405, context, {{"Allow", std::string(allowed_methods)}});
  }
}

/// A content that cannot be read costs what it was to cause; the user is told of the INFO anyway.
void Call::info_received(const message::Message& request, transaction::Id transaction,
                         Context& context) {
  answer_request(transaction, request, 200, context);
  context.emit(CallInfo{id_, request.content_type(), std::string(request.body())});
  const InfoKind kind = info_kind(request.content_type());
  if (kind == InfoKind::other || media_closed_) return;
  if (kind == InfoKind::media_control) {
    const auto asks = asks_key_frame(request.body());
    if (!asks) context.emit(Diagnostic{"bad_media_control", std::string(asks.error()), {}});
    if (!asks || !*asks) return;
    MediaRequest key_frame;
    key_frame.type = MediaRequest::Type::send_key_frame;
    key_frame.call = id_;
    context.ask(std::move(key_frame));
    return;
  }
  const auto tone = parse_tone(kind, request.body());
  if (!tone)
    context.emit(Diagnostic{"bad_tone", std::string(tone.error()), {}});
  else if (*tone)
    context.emit(CallTone{id_, (*tone)->tone, (*tone)->duration});
}

void Call::bye_received(const message::Message& request, transaction::Id transaction,
                        Context& context) {
  answer_request(transaction, request, 200, context);
  if (progress_ == Progress::established) answer_open_requests(context);
  const bool unanswered = progress_ == Progress::ringing || progress_ == Progress::answering;
  end_because_of(request, unanswered ? EndCause::cancelled : EndCause::bye);
  progress(OnProgress::bye_received, context);
}

/// 15.1.2: what of the peer is still open when the call ends is answered 487; the browser that it
/// may wait for is not heard any more.
void Call::answer_open_requests(Context& context) {
  if (peer_invite_ && context.transactions.is_unanswered(peer_transaction_))
    answer_request(peer_transaction_, *peer_invite_, 487, context);
  if (peer_update_ && context.transactions.is_unanswered(peer_update_transaction_))
    answer_request(peer_update_transaction_, *peer_update_, 487, context);
}

std::optional<CommandError> Call::hang_up(const message::HeaderFields& headers, Context& context) {
  hang_up_headers_ = headers;
  switch (progress_) {
    case Progress::ringing:
    case Progress::answering:
      return reject(603, {}, headers, context);
    case Progress::established:
    case Progress::confirming:
    case Progress::answered:
      end_because(EndCause::bye, Side::local);
      break;
    case Progress::preparing:
    case Progress::calling:
    case Progress::proceeding:
      end_because(EndCause::cancelled, Side::local);
      break;
    default:
      return CommandError{CommandErrorCode::wrong_state, "call", "the call is already ending"};
  }
  progress(OnProgress::hang_up, context);
  return std::nullopt;
}

std::optional<CommandError> Call::info(const std::string& content_type, std::string body,
                                       const message::HeaderFields& headers, Context& context) {
  if (progress_ != Progress::established)
    return CommandError{CommandErrorCode::wrong_state, "call", "the call is not established"};
  message::Request request = dialog_->make_request("INFO");
  request.headers.push_back({"Contact", contact_value(context.config, options_.caps, "INFO")});
  add_headers(request.headers, options_.headers);
  add_headers(request.headers, headers);
  request.headers.push_back({"Content-Type", content_type});
  request.body = std::move(body);
  if (context.send(std::move(request), {id_, static_cast<std::uint32_t>(Purpose::info), 0}) == 0)
    return CommandError{CommandErrorCode::not_connected, "", "there is no connection"};
  return std::nullopt;
}

void Call::give_up(Context& context) {
  if (has_ended()) return;
  end_because(EndCause::timeout, Side::network);
  progress_ = Progress::ended;
  close_media(context);
  tell_end(context);
}

void Call::connected(Context& context) {
  if (progress_ == Progress::terminating && bye_unsent_) {
    message::Request bye = last_bye_;
    set_cseq(bye, dialog_->next_cseq());
    bye_unsent_ =
        context.send(std::move(bye), {id_, static_cast<std::uint32_t>(Purpose::bye), 0}) == 0;
  }
  // A question that the lost connection made void: the peer may offer again.
  if (progress_ == Progress::established && carrier_ == Carrier::peer_reinvite &&
      exchange_ == Exchange::stable && context.transactions.is_unanswered(peer_transaction_))
    answer_request(peer_transaction_, *peer_invite_, 500, context,
                   {{"Retry-After", std::to_string(context.random.below(11))}});
  // The peer, and the proxies between, know the flow that is gone.
  if (progress_ == Progress::established && !pending_change_)
    (void)change(Change::refresh, std::nullopt, {}, context);
  else
    start_change(context);
  pass_candidates(context);
}

void Call::connection_failed(Context& context) {
  if (progress_ != Progress::ringing && progress_ != Progress::answering) return;
  // Nobody hears it, but the transaction ends.
  rejection_status_ = 480;
  end_because(EndCause::transport_error, Side::network);
  progress(OnProgress::transport_lost, context);
}

void Call::disconnected(Context& context) {
  switch (progress_) {
    case Progress::calling:
    case Progress::proceeding:
    case Progress::cancel_waiting:
    case Progress::cancelling:
      // The responses went to a connection that is gone; the server cannot reach us with them.
      end_because(EndCause::transport_error, Side::network);
      progress(OnProgress::transport_lost, context);
      return;
    default:
      break;
  }
  // An answer that gets lost would end the call when its ACK does not come.
  if (is_asking()) void_question(context);
  if (is_own_change() && exchange_ == Exchange::have_local_offer) {
    context.transactions.forget(reinvite_transaction_);
    change_refused(0, "Transport Error", context);
  }
}

void Call::timer_fired(Context& context) {
  transferor_.timer_fired(id_, context);
  if (dialog_) transferee_.timer_fired(in_call(context));
  while (const auto timer = timers_.take_due(context.now)) {
    switch (*timer) {
      case Timer::resend_2xx:
        if (!unacknowledged_) break;
        context.respond(peer_transaction_, *unacknowledged_);
        resend_interval_ = std::min(resend_interval_ * 2, transaction::t2);
        timers_.start(Timer::resend_2xx, context.now + resend_interval_);
        break;
      case Timer::ack:
        timers_.stop(Timer::resend_2xx);
        unacknowledged_.reset();
        end_because(EndCause::timeout, Side::remote);
        progress(OnProgress::ack_timeout, context);
        break;
      case Timer::cancel:
        progress(OnProgress::cancel_timeout, context);
        break;
      case Timer::bye:
        progress(OnProgress::bye_done, context);
        break;
      case Timer::glare:
        start_change(context);
        break;
      case Timer::resend_1xx:
        reliable(OnReliable::resend_due, context);
        break;
      case Timer::prack:
        reliable(OnReliable::wait_over, context);
        break;
      case Timer::offer_answer:
        answer_without_addition(context);
        break;
      case Timer::session_refresh:
        session(OnSession::refresh_due, context);
        break;
      case Timer::session_expiry:
        session(OnSession::expired, context);
        break;
      case Timer::count:
        break;
    }
  }
}

}  // namespace sipml::usage
