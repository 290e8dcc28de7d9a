/// Session timers, as the side that refreshes and as the other one: RFC 4028.
#include <algorithm>

#include "base/limits.hpp"
#include "message/headers/expires.hpp"
#include "message/status.hpp"
#include "usage/call.hpp"

namespace sipml::usage {

using message::HeaderName;
using message::Refresher;

namespace {

std::optional<message::SessionExpires> session_expires(const message::Message& message) {
  const auto value = message.header(HeaderName::session_expires);
  if (!value) return std::nullopt;
  const auto parsed = message::parse_session_expires(*value);
  if (!parsed) return std::nullopt;
  return *parsed;
}

std::uint32_t min_se(const message::Message& message) {
  const auto value = message.header(HeaderName::min_se);
  return value ? message::parse_delta_seconds(*value).value_or(0) : 0;
}

}  // namespace

void Call::session(OnSession on, Context& context) {
  const auto row = find_transition(session_timer::table, session_, on);
  if (!row) return;
  session_ = row->to;
  using session_timer::Do;
  const auto does = [&row](Do action) { return sipml::contains(row->actions, action); };
  if (does(Do::stop_timers)) {
    timers_.stop(Timer::session_refresh);
    timers_.stop(Timer::session_expiry);
  }
  if (does(Do::start_expiry))
    timers_.start(Timer::session_expiry,
                  context.now + session_timer::expires_after(session_interval_));
  if (does(Do::start_refresh))
    timers_.start(Timer::session_refresh,
                  context.now + session_timer::refresh_after(session_interval_));
  if (does(Do::retry))
    timers_.start(Timer::session_refresh,
                  context.now + session_timer::refresh_after(session_interval_) / 4);
  if (does(Do::refresh)) refresh_session(context);
  if (does(Do::end_call)) {
    end_because(EndCause::timeout, Side::network, 0, "The session expired");
    progress(OnProgress::given_up, context);
  }
}

/// What an INVITE, re-INVITE or UPDATE of ours asks for (7.1, 7.4): inside a session that who
/// refreshes it goes on to do so.
void Call::ask_session(message::Request& request) const {
  if (session_interval_ == 0 || (dialog_ && session_ == session_timer::State::off)) return;
  Refresher refresher = Refresher::none;
  if (session_ == session_timer::State::ours) refresher = Refresher::uac;
  if (session_ == session_timer::State::theirs) refresher = Refresher::uas;
  request.headers.push_back(
      {"Session-Expires", to_string(message::SessionExpires{session_interval_, refresher})});
  if (session_minimum_ > session_timer::smallest_interval)
    request.headers.push_back({"Min-SE", std::to_string(session_minimum_)});
}

/// Section 9: 422 to an interval that is too small, from a peer that can make it larger.
bool Call::refuse_session(const message::Message& request, transaction::Id transaction,
                          Context& context) {
  const auto asked = session_expires(request);
  if (!asked || asked->seconds >= session_timer::smallest_interval ||
      !lists(request, HeaderName::supported, "timer"))
    return false;
  answer_request(transaction, request, 422, context,
                 {{"Min-SE", std::to_string(session_timer::smallest_interval)}});
  return true;
}

/// Section 9 with its table 2: what our 2xx says of the session.
void Call::answer_session(const message::Message& request, message::Response& response,
                          Context& context) {
  const bool peer_can = lists(request, HeaderName::supported, "timer");
  const auto asked = session_expires(request);
  const std::uint32_t wanted = context.config.session_expires;
  if (!asked && wanted == 0) {
    session(OnSession::not_agreed, context);
    return;
  }
  // A proxy may have asked for less than anybody may, for a peer that does not know of it: then we
  // alone refresh, and not so often.
  const std::uint32_t least = std::max(min_se(request), session_timer::smallest_interval);
  std::uint32_t interval = asked ? std::max(asked->seconds, least) : std::max(wanted, least);
  if (asked && wanted != 0) interval = std::min(interval, std::max(wanted, least));
  // Who has the choice leaves it to the peer: a browser slows the timers of pages in the
  // background.
  const bool ours = !peer_can || (asked && asked->refresher == Refresher::uas);
  session_interval_ = interval;
  if (!ours) response.headers.push_back({"Require", "timer"});
  response.headers.push_back(
      {"Session-Expires",
       to_string(message::SessionExpires{interval, ours ? Refresher::uas : Refresher::uac})});
  session(ours ? OnSession::agreed_ours : OnSession::agreed_theirs, context);
}

/// 7.2: what a 2xx to a request of ours says of it.
void Call::session_answered(const message::Message& response, Context& context) {
  const auto agreed = session_expires(response);
  if (!agreed || agreed->seconds == 0) {
    session(OnSession::not_agreed, context);
    return;
  }
  session_interval_ = std::max(agreed->seconds, session_timer::smallest_interval);
  session(agreed->refresher == Refresher::uas ? OnSession::agreed_theirs : OnSession::agreed_ours,
          context);
}

/// 7.3: after 422 the request with the interval that its Min-SE asks for; nullopt when that is
/// nothing new, or when it was asked for too often.
std::optional<message::Request> Call::with_longer_session(const transaction::Indication& indication,
                                                          const message::Message& response) {
  if (response.status() != 422 || session_interval_ == 0 ||
      too_brief_count_ >= limits::too_brief_count)
    return std::nullopt;
  const std::uint32_t least = min_se(response);
  if (least <= session_interval_) return std::nullopt;
  ++too_brief_count_;
  session_minimum_ = least;
  session_interval_ = least;
  message::Request request = indication.request;
  message::remove_fields(request.headers, "Via");
  for (std::string_view name : {"Session-Expires", "Min-SE"})
    message::remove_fields(request.headers, name);
  ask_session(request);
  return request;
}

/// Section 10: UPDATE without an offer, or a re-INVITE for a peer that knows no UPDATE (7.4).
void Call::refresh_session(Context& context) {
  if (!peer_allows_update_) {
    // A change in progress refreshes, too.
    if (!pending_change_) (void)change(Change::refresh, std::nullopt, {}, context);
    return;
  }
  message::Request request = dialog_->make_request("UPDATE");
  describe_us(request.headers, "UPDATE", context);
  ask_session(request);
  add_headers(request.headers, options_.headers);
  refresh_transaction_ =
      context.send(std::move(request), {id_, static_cast<std::uint32_t>(Purpose::refresh), 0});
  if (refresh_transaction_ == 0) session(OnSession::refresh_failed, context);
}

/// `response` is null when none came.
void Call::refresh_response(const transaction::Indication& indication,
                            const message::Message* response, Context& context) {
  const int status = response ? response->status() : 0;
  if (progress_ != Progress::established || (status != 0 && status < 200) ||
      indication.id != refresh_transaction_)
    return;
  if (status == 0) {
    session(OnSession::refresh_failed, context);
    return;
  }
  if (status < 300) {
    dialog_->refresh_target(*response);
    learn_allowed(*response);
    session_answered(*response, context);
    return;
  }
  std::uint32_t attempt = indication.owner.attempt + 1;
  auto retried = context.with_credentials(indication, *response);
  if (!retried) {
    retried = with_longer_session(indication, *response);
    attempt = indication.owner.attempt;
  }
  if (retried) {
    set_cseq(*retried, dialog_->next_cseq());
    refresh_transaction_ =
        context.resend(std::move(*retried), {id_, indication.owner.purpose, attempt});
    if (refresh_transaction_ != 0) return;
  }
  if (status == 405 || status == 501) {
    peer_allows_update_ = false;
    refresh_session(context);
    return;
  }
  session(OnSession::refresh_failed, context);
  dialog_refused(status, response->reason(), context);
}

}  // namespace sipml::usage
