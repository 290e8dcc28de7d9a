/// The caller's side of a call: RFC 3261 sections 13.2 and 9.1, with forks.
#include <algorithm>

#include "base/limits.hpp"
#include "message/headers/expires.hpp"
#include "message/multipart.hpp"
#include "usage/call.hpp"
#include "usage/descriptions.hpp"

namespace sipml::usage {

namespace {

std::string ack_key(std::string_view tag, std::uint32_t cseq) {
  return std::string(tag) + ' ' + std::to_string(cseq);
}

/// RSeq of a reliable provisional response (RFC 3262 4); 0 for any other.
std::uint32_t reliable_number(const message::Message& response) {
  if (!lists(response, message::HeaderName::require, "100rel")) return 0;
  const auto value = response.header(message::HeaderName::rseq);
  return value ? message::parse_delta_seconds(*value).value_or(0) : 0;
}

}  // namespace

Call Call::outgoing(std::uint32_t id, uri::NameAddr from, uri::NameAddr to,
                    MediaDirections directions, CallOptions options, Context& context) {
  Call call;
  call.id_ = id;
  call.local_ = std::move(from);
  call.local_.parameters.push_back({"tag", context.random.token(12), false});
  call.remote_ = std::move(to);
  call.directions_ = directions;
  call.options_ = std::move(options);
  call.call_id_ = context.random.token(24);
  call.exchange(OnExchange::offer_wanted, context);
  return call;
}

void Call::send_invite(Context& context) {
  const bool is_first = redirected_to_.empty();
  invite_ = make_request("INVITE", is_first ? uri::to_string(remote_.uri) : redirected_to_, local_,
                         remote_, call_id_, ++cseq_);
  describe_us(invite_.headers, "INVITE", context);
  if (context.config.reliable_provisional == Config::ReliableProvisional::required)
    invite_.headers.push_back({"Require", "100rel"});
  if (context.config.session_expires != 0)
    session_interval_ = std::max(context.config.session_expires, session_minimum_);
  ask_session(invite_);
  add_headers(invite_.headers, options_.headers);
  add_headers(invite_.headers, options_.first_headers);
  invite_.headers.push_back({"Content-Type", std::string(description_type)});
  invite_.body = local_description_;
  invite_transaction_ =
      context.send(invite_, {id_, static_cast<std::uint32_t>(Purpose::invite), 0}, &invite_);
  if (invite_transaction_ == 0) {
    end_because(EndCause::transport_error, Side::network);
    progress(OnProgress::transport_lost, context);
    return;
  }
  if (is_first) context.emit(CallSent{id_});
}

void Call::invite_response(const transaction::Indication& indication,
                           const message::Message& response, Context& context) {
  if (response.status() < 200)
    provisional(response, context);
  else if (response.status() < 300)
    success(response, context);
  else
    failure(indication, response, context);
}

Call::Branch* Call::branch_of(std::string_view remote_tag) {
  for (Branch& branch : early_)
    if (branch.dialog.remote_tag() == remote_tag) return &branch;
  return nullptr;
}

/// The dialog of a response, made when it is new; null when there is no room, and for a response
/// without To tag, which makes none (12.1.2).
Call::Branch* Call::early_dialog(const message::Message& response) {
  Branch* branch = branch_of(response.to_tag());
  if (branch) {
    branch->dialog.refresh_target(response);
  } else if (!response.to_tag().empty() && early_.size() < limits::early_dialog_count) {
    branch = &early_.emplace_back();
    branch->dialog = dialog::Dialog::from_response(invite_, response);
  }
  if (branch && response.header(message::HeaderName::allow))
    branch->allows_update = lists(response, message::HeaderName::allow, "UPDATE");
  if (branch) learn_trickle(branch->trickle, response);
  return branch;
}

void Call::provisional(const message::Message& response, Context& context) {
  bool is_reliable = false;
  if (response.status() > 100) {
    const std::uint32_t rseq = reliable_number(response);
    const Branch* known = branch_of(response.to_tag());
    // RFC 3262 4: a repetition, or one that came before another one.
    if (rseq != 0 && known && known->rseq != 0 && rseq != known->rseq + 1) return;
    Branch* branch = early_dialog(response);
    if (rseq != 0 && branch) {
      is_reliable = true;
      branch->rseq = rseq;
      send_prack(*branch, response, context);
    }
  }
  bool early_media = false;
  const auto description = message::find_session_description(response).text;
  const bool of_first_fork = early_tag_.empty() || early_tag_ == response.to_tag();
  if (response.status() > 100 && description && of_first_fork && !early_reliable_ &&
      exchange_ == Exchange::have_local_offer && carrier_ == Carrier::invite &&
      (progress_ == Progress::calling || progress_ == Progress::proceeding) &&
      *description != remote_description_) {
    // One peer connection can take one answer: early media is that of the first branch which sends
    // any; the 2xx decides (RFC 3960 3.1).
    auto answer = read_answer(id_, *description, offer_of_browser_, media_options(), context);
    if (answer) {
      early_tag_ = response.to_tag();
      remote_description_ = *description;
      early_answer_ = std::move(answer).value();
      early_media = true;
      remote_described(early_answer_);
      // RFC 8840 4.3.1.2: the peer repeats an unreliable response until an INFO tells that it came.
      Branch* branch = branch_of(early_tag_);
      if (branch && !is_reliable) branch->trickle.wants_sign = true;
      exchange(OnExchange::provisional_answer, context);
    } else {
      context.emit(
          Diagnostic{"bad_remote_description", answer.error().text, answer.error().offset});
    }
  }
  // RFC 3262 5: the answer in a reliable response is the answer; what comes later is no other.
  if (is_reliable && description && early_tag_ == response.to_tag() && !early_answer_.empty())
    early_reliable_ = true;
  const bool told = find_transition(call_progress::table, progress_, OnProgress::response_1xx) &&
                    (progress_ == Progress::calling || progress_ == Progress::proceeding);
  progress(OnProgress::response_1xx, context);
  if (told)
    context.emit(CallProgress{id_, response.status(), std::string(response.reason()), early_media});
  pass_candidates(context);
}

void Call::send_ack(const dialog::Dialog& dialog, std::uint32_t cseq,
                    const message::Request& invite, Context& context) {
  message::Request ack = dialog.make_ack(cseq);
  // 13.2.2.4 and 22.1: the credentials of the INVITE.
  for (const message::HeaderField& field : invite.headers)
    if (field.name == "Authorization" || field.name == "Proxy-Authorization")
      ack.headers.push_back(field);
  ack.headers.push_back({"Contact", contact_value(context.config, options_.caps, "ACK")});
  if (acks_.size() == limits::kept_ack_count) acks_.erase(acks_.begin());
  acks_.emplace_back(ack_key(dialog.remote_tag(), cseq), context.send_ack(std::move(ack)));
}

void Call::end_fork(const message::Message& response, Context& context) {
  dialog::Dialog dialog = dialog::Dialog::from_response(invite_, response);
  send_ack(dialog, response.cseq().number, invite_, context);
  context.send(dialog.make_request("BYE"), {id_, static_cast<std::uint32_t>(Purpose::fork_bye), 0});
}

void Call::late_2xx(const message::Message& response, Context& context) {
  if (!is_outgoing_ && response.cseq().method != "INVITE") return;
  const std::string key = ack_key(response.to_tag(), response.cseq().number);
  for (const auto& [known, bytes] : acks_)
    if (known == key) {
      transaction::Outbox outbox{{0, bytes}};
      context.flush(outbox);
      return;
    }
  if (dialog_ && response.to_tag() == dialog_->remote_tag())
    // A re-INVITE that was given up here: the peer believes in it, and wants its ACK.
    send_ack(*dialog_, response.cseq().number, reinvite_, context);
  else if (is_outgoing_ && response.cseq().number == cseq_)
    end_fork(response, context);
}

void Call::success(const message::Message& response, Context& context) {
  const std::string_view tag = response.to_tag();
  if (dialog_) {
    // 13.2.2.4: the same branch again, or another one, which gets its ACK and is ended.
    late_2xx(response, context);
    return;
  }
  if (Branch* branch = branch_of(tag)) {
    branch->dialog.confirm(response);
    peer_allows_update_ = branch->allows_update;
    trickle_.peer = std::move(branch->trickle);
    dialog_ = std::move(branch->dialog);
  } else {
    dialog_ = dialog::Dialog::from_response(invite_, response);
  }
  early_.clear();
  learn_allowed(response);
  const bool wanted = progress_ == Progress::calling || progress_ == Progress::proceeding;
  if (wanted) {
    end_.status = response.status();
    end_.reason = response.reason();
    end_.message = context.caused_by(response);
  }
  progress(OnProgress::response_2xx, context);
  if (progress_ != Progress::confirming) return;
  session_answered(response, context);
  if (early_settled_) {
    if (tag != early_tag_) {
      // The browser cannot take back that it has agreed with another branch.
      end_because(EndCause::media_error, Side::remote, 0, "Another branch had answered");
      progress(OnProgress::media_failed, context);
    } else if (exchange_ == Exchange::stable) {
      progress(OnProgress::media_agreed, context);
    }
    return;
  }
  if (early_reliable_ && early_tag_ == tag) {
    answer_for_browser_ = early_answer_;
    exchange(OnExchange::answer_received, context);
  } else if (const auto description = message::find_session_description(response).text) {
    receive_answer(*description, context);
  } else if (!early_answer_.empty() && early_tag_ == tag) {
    answer_for_browser_ = early_answer_;
    exchange(OnExchange::answer_received, context);
  } else {
    end_because(EndCause::protocol_error, Side::remote, 0, "The answer is missing");
    progress(OnProgress::media_failed, context);
  }
}

void Call::receive_answer(std::string_view description, Context& context) {
  auto answer = read_answer(id_, description, offer_of_browser_, media_options(), context);
  if (!answer) {
    context.emit(Diagnostic{"bad_remote_description", answer.error().text, answer.error().offset});
    if (is_own_change()) {
      exchange(OnExchange::offer_rejected, context);
      finish_change(false, 488, answer.error().text, context);
      return;
    }
    if (carrier_ == Carrier::peer_reinvite) {
      // The answer to our offer in its 2xx: what was agreed on before still holds.
      exchange(OnExchange::offer_rejected, context);
      return;
    }
    end_because(EndCause::media_error, Side::remote, 0, answer.error().text);
    end_.media_error = MediaError::bad_description;
    progress(OnProgress::media_failed, context);
    return;
  }
  remote_description_ = description;
  answer_for_browser_ = std::move(answer).value();
  remote_described(answer_for_browser_);
  answered_offer_.clear();
  exchange(OnExchange::answer_received, context);
}

/// Another INVITE follows, whose dialogs are others.
void Call::forget_branches() {
  for (const Branch& branch : early_) cseq_ = std::max(cseq_, branch.dialog.local_cseq());
  early_.clear();
  early_tag_.clear();
  early_answer_.clear();
  remote_description_.clear();
  remote_described({});
  early_reliable_ = false;
}

/// The INVITE as an answer to it asks for, in the same dialog to be.
void Call::send_invite_again(message::Request request, std::uint32_t attempt, Context& context) {
  forget_branches();
  set_cseq(request, ++cseq_);
  invite_ = request;
  progress(OnProgress::challenged, context);
  invite_transaction_ = context.resend(std::move(request),
                                       {id_, static_cast<std::uint32_t>(Purpose::invite), attempt});
  if (invite_transaction_ != 0) return;
  end_because(EndCause::transport_error, Side::network);
  progress(OnProgress::transport_lost, context);
}

void Call::failure(const transaction::Indication& indication, const message::Message& response,
                   Context& context) {
  if (progress_ == Progress::calling || progress_ == Progress::proceeding) {
    auto retried = early_settled_ ? std::nullopt : context.with_credentials(indication, response);
    std::uint32_t attempt = indication.owner.attempt + 1;
    if (!retried && !early_settled_) {
      retried = with_longer_session(indication, response);
      attempt = indication.owner.attempt;
    }
    if (retried) {
      send_invite_again(std::move(*retried), attempt, context);
      return;
    }
    if (!early_settled_ && redirect(response, context)) return;
  }
  end_because(EndCause::rejected, Side::remote);
  end_.status = response.status();
  end_.reason = response.reason();
  progress(OnProgress::response_300_699, context);
}

}  // namespace sipml::usage
