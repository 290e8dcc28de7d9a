/// UPDATE of either side: RFC 3311, with the early exchanges of RFC 6337 section 2.
#include "message/multipart.hpp"
#include "usage/call.hpp"
#include "usage/descriptions.hpp"

namespace sipml::usage {

using message::HeaderName;

/// What a request or response says of us that makes, or refreshes, a dialog (RFC 3261 12.1, 12.2).
void Call::describe_us(message::HeaderFields& headers, std::string_view method,
                       Context& context) const {
  headers.push_back({"Contact", contact_value(context.config, options_.caps, method)});
  headers.push_back({"Allow", std::string(allowed_methods)});
  headers.push_back({"Supported", supported_options(context.config)});
  // RFC 6086 5.2.
  if (offers_trickle(context.config))
    headers.push_back({"Recv-Info", std::string(trickle_package)});
}

void Call::learn_allowed(const message::Message& message) {
  if (message.header(HeaderName::allow))
    peer_allows_update_ = lists(message, HeaderName::allow, "UPDATE");
  learn_trickle(trickle_.peer, message);
}

/// RFC 3311 5.1: in an early dialog whose exchange a reliable response has completed.
bool Call::can_update_early() {
  if (progress_ != Progress::proceeding || !early_reliable_) return false;
  const Branch* branch = branch_of(early_tag_);
  return branch && branch->allows_update;
}

/// Tells the browser that its provisional answer is final, after which no other branch can answer.
void Call::settle_early(Context& context) {
  if (exchange_ != Exchange::have_local_offer || carrier_ != Carrier::invite) return;
  early_settled_ = true;
  answer_for_browser_ = early_answer_;
  exchange(OnExchange::answer_received, context);
}

void Call::send_update(Context& context) {
  dialog::Dialog* dialog = dialog_with(early_tag_);
  if (!dialog) {
    change_refused(0, "Transport Error", context);
    return;
  }
  reinvite_ = dialog->make_request("UPDATE");
  describe_us(reinvite_.headers, "UPDATE", context);
  add_headers(reinvite_.headers, options_.headers);
  add_headers(reinvite_.headers, change_headers_);
  reinvite_.headers.push_back({"Content-Type", std::string(description_type)});
  reinvite_.body = local_description_;
  reinvite_transaction_ =
      context.send(reinvite_, {id_, static_cast<std::uint32_t>(Purpose::update), 0}, &reinvite_);
  if (reinvite_transaction_ == 0) change_refused(0, "Transport Error", context);
}

void Call::update_received(const message::Message& request, transaction::Id transaction,
                           dialog::Dialog& dialog, Context& context) {
  if (media_closed_) {
    answer_request(transaction, request, 481, context);
    return;
  }
  if (auto refusal = refused_body(request)) {
    answer_request(transaction, request, refusal->status, context, std::move(refusal->headers));
    return;
  }
  if (refuse_session(request, transaction, context)) return;
  if (context.transactions.is_unanswered(peer_update_transaction_)) {
    // 5.2: one UPDATE at a time.
    answer_request(transaction, request, 500, context,
                   {{"Retry-After", std::to_string(context.random.below(11))}});
    return;
  }
  if (const auto description = message::find_session_description(request).text) {
    update_offer(request, transaction, *description, dialog, context);
    return;
  }
  peer_update_ = request;
  peer_update_transaction_ = transaction;
  answer_update({}, context);
}

void Call::update_offer(const message::Message& request, transaction::Id transaction,
                        std::string_view description, const dialog::Dialog& dialog,
                        Context& context) {
  using negotiation::offer_answer::Do;
  // In an early dialog of ours only the branch that is heard has an exchange that is over.
  const bool early = !dialog_;
  const bool of_heard_branch = early_reliable_ && dialog.remote_tag() == early_tag_;
  const bool settles = early && of_heard_branch && !early_settled_;
  const bool is_possible = early ? of_heard_branch
                                 : progress_ == Progress::established ||
                                       progress_ == Progress::answered ||
                                       progress_ == Progress::confirming;
  const auto row = negotiation::offer_answer::step(exchange_, OnExchange::offer_received);
  if (row && sipml::contains(row->actions, Do::refuse_500)) {
    answer_request(transaction, request, 500, context,
                   {{"Retry-After", std::to_string(context.random.below(11))}});
    return;
  }
  if (!is_possible || (!settles && (!row || sipml::contains(row->actions, Do::refuse_491)))) {
    answer_request(transaction, request, 491, context);
    return;
  }
  auto offer = read_offer(id_, description, context);
  if (!offer) {
    context.emit(Diagnostic{"bad_remote_description", offer.error().text, offer.error().offset});
    answer_request(transaction, request, 488, context, {warning(context.config, &offer.error())});
    return;
  }
  offer_for_browser_ = std::move(offer).value();
  peer_update_ = request;
  peer_update_transaction_ = transaction;
  if (settles)
    settle_early(context);
  else
    take_update(context);
}

void Call::take_update(Context& context) {
  carrier_ = Carrier::peer_update;
  // A copy: what the browser says may bring the next one.
  const std::string description =
      message::find_session_description(*peer_update_).text.value_or(std::string());
  take_remote_offer(description, context);
}

/// 200 to the UPDATE, or PRACK, of the peer; "": without a description.
void Call::answer_update(const std::string& description, Context& context) {
  const message::Message& request = *peer_update_;
  message::Response response = message::make_response(request, 200, local_tag());
  if (request.method() == "UPDATE") {
    if (dialog::Dialog* dialog = dialog_with(request.from_tag())) dialog->refresh_target(request);
    describe_us(response.headers, "200", context);
    learn_allowed(request);
    if (progress_ == Progress::established || progress_ == Progress::answered)
      answer_session(request, response, context);
  }
  if (!description.empty()) {
    response.headers.push_back({"Content-Type", std::string(description_type)});
    response.body = description;
  }
  context.respond(peer_update_transaction_, response);
}

}  // namespace sipml::usage
