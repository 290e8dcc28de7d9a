#include "usage/transfer.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "grammar/char_class.hpp"
#include "message/headers/content.hpp"
#include "message/sipfrag.hpp"
#include "message/status.hpp"

namespace sipml::usage {

using message::HeaderName;

namespace {

message::Request make(std::string_view method, const InCall& call) {
  message::Request request = call.dialog.make_request(method);
  add_headers(request.headers, call.headers);
  return request;
}

bool says_no_subscription(const message::Message& message) {
  const auto value = message.header(HeaderName::refer_sub);
  return value &&
         ascii::equal_ignoring_case(ascii::trim(value->substr(0, value->find(';'))), "false");
}

/// What a URI may make us say in the INVITE to it: Replaces, and what is only told to a person or
/// an application. All else would let a stranger speak in our name (RFC 3261 19.1.5).
bool may_be_copied(std::string_view name) {
  constexpr std::array<std::string_view, 5> harmless = {"Replaces", "Subject", "Priority",
                                                        "In-Reply-To", "User-to-User"};
  if (name.size() > 2 && ascii::equal_ignoring_case(name.substr(0, 2), "X-")) return true;
  return std::any_of(harmless.begin(), harmless.end(), [name](std::string_view known) {
    return ascii::equal_ignoring_case(known, name);
  });
}

void copy_headers(std::string_view from, message::HeaderFields& to) {
  while (!from.empty() && to.size() < limits::command_header_count) {
    const std::string_view item = from.substr(0, from.find('&'));
    from.remove_prefix(std::min(item.size() + 1, from.size()));
    const std::size_t equals = std::min(item.find('='), item.size());
    const std::string name = uri::unescape(item.substr(0, equals));
    const std::string value = uri::unescape(item.substr(std::min(equals + 1, item.size())));
    if (grammar::is_token(name) && may_be_copied(name) && !ascii::has_line_break(value))
      to.push_back({name, value});
  }
}

}  // namespace

uri::Uri with_replaces(uri::Uri target, const dialog::Dialog& dialog) {
  const message::Replaces replaces{dialog.call_id(), dialog.remote_tag(), dialog.local_tag(),
                                   false};
  if (!target.headers.empty()) target.headers += '&';
  target.headers += "Replaces=" + uri::escape_header(message::to_string(replaces));
  return target;
}

bool is_of_refer(const message::Message& request) {
  const auto event = request.header(HeaderName::event);
  if (!event) return request.content_type() == message::sipfrag_type;
  const auto type = message::parse_event(*event);
  return type && type->type == "refer";
}

int refusal_of_refer(const message::Message& request) {
  // RFC 3515 2.4.2: exactly one.
  const auto values = request.headers(HeaderName::refer_to);
  if (values.size() != 1) return 400;
  const auto refer_to = message::parse_refer_to(values.front());
  if (!refer_to) return 400;
  const uri::Uri& target = refer_to->address.uri;
  if (!target.is_sip() && target.scheme != "tel") return 416;
  const auto method = grammar::parameter_value(target.parameters, "method");
  return method && *method != "INVITE" ? 501 : 0;
}

// The side that sends REFER.

void Transferor::step(transferor::On on, std::uint32_t call, int status, std::string_view reason,
                      Context& context) {
  const auto row = find_transition(transferor::table, state_, on);
  if (!row) return;
  state_ = row->to;
  if (!is_running()) deadline_.reset();
  using transferor::Do;
  using Value = TransferState::Value;
  const auto tell = [&](Do action, Value value, int told, std::string_view text) {
    if (sipml::contains(row->actions, action))
      context.emit(TransferState{call, value, told, std::string(text)});
  };
  tell(Do::tell_trying, Value::trying, 0, {});
  const bool responded =
      on == transferor::On::response_2xx || on == transferor::On::response_2xx_alone;
  tell(Do::tell_accepted, Value::accepted, responded ? status : 202,
       responded ? reason : message::reason_phrase(202));
  tell(Do::tell_progress, Value::progress, status, reason);
  tell(Do::tell_completed, Value::completed, status, reason);
  tell(Do::tell_failed, Value::failed, status, reason);
}

std::optional<CommandError> Transferor::start(std::string refer_to,
                                              const message::HeaderFields& more,
                                              const InCall& call) {
  if (is_running())
    return CommandError{CommandErrorCode::wrong_state, "call", "another transfer is in progress"};
  message::Request refer = make("REFER", call);
  const std::uint32_t cseq = call.dialog.local_cseq();
  refer.headers.push_back({"Refer-To", std::move(refer_to)});
  if (!message::find_field(more, "Referred-By")) {
    uri::NameAddr own;
    own.display_name = call.context.config.display_name;
    own.uri = call.context.config.uri;
    refer.headers.push_back({"Referred-By", uri::to_string(own)});
  }
  refer.headers.push_back({"Refer-Sub", "true"});
  refer.headers.push_back({"Supported", supported_options(call.context.config)});
  add_headers(refer.headers, more);
  if (call.context.send(std::move(refer),
                        {call.id, static_cast<std::uint32_t>(Purpose::refer), 0}) == 0)
    return CommandError{CommandErrorCode::not_connected, "", "there is no connection"};
  id_ = cseq;
  step(transferor::On::start, call.id, 0, {}, call.context);
  return std::nullopt;
}

void Transferor::response(const message::Message& response, const InCall& call) {
  using transferor::On;
  const bool accepted = response.status() < 300;
  // Without NOTIFY (RFC 6665 4.1.2.4) nothing is known after that time.
  if (accepted && state_ == transferor::State::trying)
    deadline_ = call.context.now + transaction::timer_64_t1;
  if (accepted) call.dialog.refresh_target(response);
  step(!accepted                        ? On::response_300_699
       : says_no_subscription(response) ? On::response_2xx_alone
                                        : On::response_2xx,
       call.id, response.status(), response.reason(), call.context);
}

void Transferor::no_response(bool timed_out, const InCall& call) {
  step(transferor::On::no_response, call.id, timed_out ? 408 : 503,
       message::reason_phrase(timed_out ? 408 : 503), call.context);
}

void Transferor::notify(const message::Message& request, transaction::Id transaction,
                        const InCall& call) {
  using transferor::On;
  Context& context = call.context;
  const auto answer = [&](int status) {
    context.respond(transaction, message::make_response(request, status, call.dialog.local_tag()));
  };
  if (const auto event = message::parse_event(
          request.header(HeaderName::event).value_or(std::string_view("refer")));
      state_ == transferor::State::idle || !event ||
      (!event->id.empty() && event->id != std::to_string(id_)))
    return answer(481);
  answer(200);
  call.dialog.refresh_target(request);
  bool terminated = false;
  Duration wait = refer_notify_time;
  if (const auto value = request.header(HeaderName::subscription_state)) {
    const auto state = message::parse_subscription_state(*value);
    terminated = state && state->state == "terminated";
    if (state && state->expires)
      wait = std::clamp<Duration>(seconds(*state->expires), transaction::timer_64_t1,
                                  refer_subscription_time * 6);
  }
  deadline_ = context.now + wait;
  const auto fragment = message::parse_sipfrag(request.body());
  if (fragment) {
    const int status = fragment->status;
    step(status < 200   ? On::fragment_1xx
         : status < 300 ? On::fragment_2xx
                        : On::fragment_300_699,
         call.id, status, fragment->reason, context);
  } else {
    context.emit(
        Diagnostic{"bad_fragment", std::string(fragment.error().reason), fragment.error().offset});
  }
  if (terminated) step(On::terminated, call.id, 0, "The outcome is not known", context);
  if (!is_running()) deadline_.reset();
}

void Transferor::call_over(std::uint32_t call, Context& context) {
  step(transferor::On::call_over, call, 0, "The call ended", context);
}

void Transferor::timer_fired(std::uint32_t call, Context& context) {
  if (!deadline_ || *deadline_ > context.now) return;
  deadline_.reset();
  step(transferor::On::too_late, call, 408, message::reason_phrase(408), context);
}

// The side that receives REFER.

void Transferee::respond(int status, const std::string& reason,
                         const message::HeaderFields& headers, std::string_view local_tag,
                         Context& context) {
  message::Response response = message::make_response(*request_, status, local_tag, reason);
  add_headers(response.headers, headers);
  context.respond(transaction_, response);
}

void Transferee::notify(std::string_view state, const InCall& call) {
  if (!watched_) return;
  message::Request request = make("NOTIFY", call);
  request.headers.push_back({"Event", "refer;id=" + std::to_string(request_->cseq().number)});
  request.headers.push_back({"Subscription-State", std::string(state)});
  request.headers.push_back({"Content-Type", std::string(message::sipfrag_type) + ";version=2.0"});
  request.body = "SIP/2.0 " + std::to_string(status_) + ' ' + reason_ + "\r\n";
  call.context.send(std::move(request), {call.id, static_cast<std::uint32_t>(Purpose::notify), 0});
}

void Transferee::step(transferee::On on, const InCall& call) {
  const auto row = find_transition(transferee::table, state_, on);
  if (!row) return;
  state_ = row->to;
  using transferee::Do;
  using transferee::State;
  Context& context = call.context;
  const auto does = [&row](Do action) { return sipml::contains(row->actions, action); };
  if (on != transferee::On::progress) {
    deadline_.reset();
    if (state_ == State::asked) deadline_ = context.now + refer_answer_time;
    if (state_ == State::pending) deadline_ = context.now + refer_consent_time;
    if (state_ == State::calling && on == transferee::On::accept)
      deadline_ = context.now + refer_subscription_time;
  }
  if (does(Do::tell_requested)) {
    TransferRequested event;
    event.call = call.id;
    uri::NameAddr target = refer_to_->address;
    target.uri.headers.clear();
    event.target = party(target);
    event.replaces = refer_to_->replaces.has_value();
    if (const auto value = request_->header(HeaderName::referred_by))
      if (const auto by = uri::parse_name_addr(*value)) event.referred_by = party(*by);
    context.emit(std::move(event));
  }
  if (does(Do::send_202)) {
    message::HeaderFields headers{call.headers.front()};
    if (!watched_) headers.push_back({"Refer-Sub", "false"});
    respond(202, {}, headers, call.dialog.local_tag(), context);
  }
  if (does(Do::send_rejection))
    respond(status_, reason_, rejection_headers_, call.dialog.local_tag(), context);
  if (does(Do::notify_pending) || does(Do::notify_progress)) {
    const auto left =
        deadline_ ? std::chrono::duration_cast<std::chrono::seconds>(*deadline_ - context.now)
                  : std::chrono::seconds::zero();
    notify((does(Do::notify_pending) ? "pending;expires=" : "active;expires=") +
               std::to_string(left.count()),
           call);
  }
  if (does(Do::notify_result)) {
    notify("terminated;reason=" + std::string(end_reason_), call);
    watched_ = false;
  }
  if (does(Do::tell_progress)) context.emit(progress_);
}

void Transferee::refer(const message::Message& request, transaction::Id transaction,
                       const InCall& call) {
  request_ = request;
  transaction_ = transaction;
  refer_to_.reset();
  if (auto parsed = message::parse_refer_to(*request.header(HeaderName::refer_to)))
    refer_to_ = std::move(parsed).value();
  watched_ = !says_no_subscription(request);
  status_ = 100;
  reason_ = message::reason_phrase(100);
  end_reason_ = "noresource";
  rejection_headers_.clear();
  call.dialog.refresh_target(request);
  step(transferee::On::refer, call);
}

Referral Transferee::accept(const InCall& call) {
  Referral referral;
  referral.target = refer_to_->address;
  referral.target.parameters.clear();
  copy_headers(referral.target.uri.headers, referral.headers);
  referral.target.uri = uri::request_uri(std::move(referral.target.uri));
  // RFC 5589 7.1: who does not know Replaces must not ring as for a new call.
  if (refer_to_->replaces) referral.headers.push_back({"Require", "replaces"});
  if (const auto value = request_->header(HeaderName::referred_by))
    if (auto by = uri::parse_name_addr(*value)) {
      // The body that cid names stays behind (RFC 3892 section 3).
      std::erase_if(by->parameters, [](const grammar::Parameter& parameter) {
        return ascii::equal_ignoring_case(parameter.name, "cid");
      });
      referral.headers.push_back({"Referred-By", uri::to_string(*by)});
    }
  step(transferee::On::accept, call);
  return referral;
}

void Transferee::reject(int status, const std::string& reason, const message::HeaderFields& headers,
                        const InCall& call) {
  status_ = status;
  reason_ = reason.empty() ? std::string(message::reason_phrase(status)) : reason;
  end_reason_ = "rejected";
  rejection_headers_ = headers;
  step(transferee::On::reject, call);
}

void Transferee::called(TransferProgress::Value state, std::uint32_t new_call, int status,
                        const std::string& reason, const InCall& call) {
  using transferee::On;
  status_ = status;
  reason_ = reason;
  end_reason_ = "noresource";
  progress_ = {call.id, new_call, state, status, reason};
  step(state == TransferProgress::Value::progress    ? On::progress
       : state == TransferProgress::Value::completed ? On::established
                                                     : On::failed,
       call);
}

void Transferee::subscribe(const message::Message& request, transaction::Id transaction,
                           const InCall& call) {
  Context& context = call.context;
  const auto answer = [&](int status, message::HeaderFields more) {
    message::Response response = message::make_response(request, status, call.dialog.local_tag());
    for (message::HeaderField& field : more) response.headers.push_back(std::move(field));
    context.respond(transaction, response);
  };
  const auto event =
      message::parse_event(request.header(HeaderName::event).value_or(std::string_view()));
  const bool is_pending = state_ == transferee::State::pending;
  if (!event || event->type != "refer") return answer(489, {{"Allow-Events", "refer"}});
  if (!watched_ || (!is_pending && state_ != transferee::State::calling) ||
      (!event->id.empty() && event->id != std::to_string(request_->cseq().number)))
    return answer(481, {});
  const auto expires = request.header(HeaderName::expires);
  const bool ends = expires && ascii::trim(*expires) == "0";
  const auto left = std::to_string(
      ends || !deadline_
          ? 0
          : std::chrono::duration_cast<std::chrono::seconds>(*deadline_ - context.now).count());
  answer(200, {{"Expires", left}, call.headers.front()});
  if (ends) {
    notify("terminated;reason=timeout", call);
    watched_ = false;
  } else {
    notify((is_pending ? "pending;expires=" : "active;expires=") + left, call);
  }
}

void Transferee::call_over(const InCall& call) {
  // RFC 3261 15.1.2: what is still open is answered 487.
  status_ = 487;
  reason_.clear();
  rejection_headers_.clear();
  step(transferee::On::call_over, call);
}

void Transferee::timer_fired(const InCall& call) {
  if (!deadline_ || *deadline_ > call.context.now) return;
  if (state_ == transferee::State::calling) {
    end_reason_ = "timeout";
  } else if (state_ == transferee::State::pending || !watched_) {
    reject(603, {}, {}, call);
    return;
  }
  step(transferee::On::too_late, call);
}

}  // namespace sipml::usage
