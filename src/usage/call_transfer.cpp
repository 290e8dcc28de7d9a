/// Transfers inside a call, and calls that take the place of others: RFC 3515, RFC 3891, RFC 5589.
#include <algorithm>

#include "base/ascii.hpp"
#include "usage/call.hpp"

namespace sipml::usage {

namespace {

/// An address that only the peer's own server can reach (RFC 7118 section 5), or nobody.
bool is_unreachable(const uri::Uri& uri) {
  return !uri.is_sip() || uri.host.ends_with(".invalid") || uri.host == "invalid";
}

/// RFC 3891 section 3: a tag of "0" stands for none, as RFC 2543 had it.
bool same_tag(std::string_view named, std::string_view tag) {
  return named == tag || (tag.empty() && named == "0");
}

}  // namespace

InCall Call::in_call(Context& context) {
  InCall call{
      id_, *dialog_, {{"Contact", contact_value(context.config, options_.caps, "REFER")}}, context};
  add_headers(call.headers, options_.headers);
  return call;
}

std::optional<Instant> Call::deadline() const {
  std::optional<Instant> earliest = timers_.deadline();
  for (const auto& at : {transferor_.deadline(), transferee_.deadline()})
    if (at && (!earliest || *at < *earliest)) earliest = at;
  return earliest;
}

void Call::transfers_over(Context& context) {
  transferor_.call_over(id_, context);
  if (dialog_) transferee_.call_over(in_call(context));
}

std::optional<CommandError> Call::transfer(std::string refer_to,
                                           const message::HeaderFields& headers, Context& context) {
  if (progress_ != Progress::established && progress_ != Progress::answered)
    return CommandError{CommandErrorCode::wrong_state, "call", "the call is not established"};
  return transferor_.start(std::move(refer_to), headers, in_call(context));
}

std::optional<std::string> Call::replacement(const uri::Uri* target) const {
  if (progress_ != Progress::established && progress_ != Progress::answered) return std::nullopt;
  uri::NameAddr address;
  if (target) {
    address.uri = *target;
  } else {
    address.display_name = remote_.display_name;
    address.uri = remote_.uri;
    address.uri.headers.clear();
    // RFC 5589 section 7.3: a GRUU reaches the very device; without one the address of record is
    // what everybody can call.
    const auto contact = uri::parse(dialog_->remote_target());
    if (contact &&
        (grammar::find_parameter(contact->parameters, "gr") || is_unreachable(address.uri)))
      address.uri = *contact;
  }
  address.uri = with_replaces(std::move(address.uri), *dialog_);
  return uri::to_string(address);
}

void Call::refer_received(const message::Message& request, transaction::Id transaction,
                          Context& context) {
  const bool is_ending = progress_ == Progress::terminating || progress_ == Progress::hanging_up;
  const bool is_ready = progress_ == Progress::established || progress_ == Progress::answered;
  if (const int status = is_ending                ? 481
                         : !is_ready              ? 480
                         : !transferee_.is_idle() ? 491
                                                  : refusal_of_refer(request))
    answer_request(transaction, request, status, context);
  else
    transferee_.refer(request, transaction, in_call(context));
}

void Call::notify_received(const message::Message& request, transaction::Id transaction,
                           Context& context) {
  if (is_of_refer(request))
    transferor_.notify(request, transaction, in_call(context));
  else
    answer_request(transaction, request, 481, context);
}

void Call::subscribe_received(const message::Message& request, transaction::Id transaction,
                              Context& context) {
  transferee_.subscribe(request, transaction, in_call(context));
}

std::optional<Referral> Call::accept_transfer(Context& context) {
  if (!transferee_.is_asked()) return std::nullopt;
  return transferee_.accept(in_call(context));
}

std::optional<CommandError> Call::reject_transfer(int status, const std::string& reason,
                                                  const message::HeaderFields& headers,
                                                  Context& context) {
  if (!transferee_.is_asked())
    return CommandError{CommandErrorCode::wrong_state, "call", "no transfer was asked for"};
  transferee_.reject(status, reason, headers, in_call(context));
  return std::nullopt;
}

void Call::transfer_called(TransferProgress::Value state, std::uint32_t new_call, int status,
                           const std::string& reason, Context& context) {
  if (!dialog_) return;
  transferee_.called(state, new_call, status, reason, in_call(context));
  // As sipML5: nothing is left to say here.
  if (state == TransferProgress::Value::completed) (void)hang_up({}, context);
}

Call::Named Call::named_by(const message::Replaces& replaces) const {
  const auto is_it = [&replaces](const dialog::Dialog& dialog) {
    return dialog.call_id() == replaces.call_id && same_tag(replaces.to_tag, dialog.local_tag()) &&
           same_tag(replaces.from_tag, dialog.remote_tag());
  };
  if (dialog_ && is_it(*dialog_)) {
    switch (progress_) {
      case Progress::ringing:
      case Progress::answering:
        return Named::early_of_peer;
      case Progress::confirming:
      case Progress::answered:
      case Progress::established:
        return Named::confirmed;
      default:
        return Named::over;
    }
  }
  if (!std::any_of(early_.begin(), early_.end(),
                   [&is_it](const Branch& branch) { return is_it(branch.dialog); }))
    return Named::no;
  return progress_ == Progress::proceeding ? Named::early_of_ours : Named::over;
}

void Call::take_place_of(const Call& other, Context& context) {
  local_hold_ = other.local_hold_;
  (void)accept({other.directions_.audio, other.directions_.video}, other.options_, context);
}

void Call::replaced(Context& context) {
  end_because(EndCause::replaced, Side::remote);
  (void)hang_up({}, context);
}

}  // namespace sipml::usage
