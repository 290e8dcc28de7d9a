#include "usage/publication.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "message/headers/expires.hpp"
#include "usage/registration.hpp"
#include "usage/standalone_request.hpp"

namespace sipml::usage {

using message::HeaderName;

Publication::Publication(std::uint32_t id, PublicationOptions options, PublishedDocument document,
                         Context& context)
    : id_(id),
      options_(std::move(options)),
      document_(std::move(document)),
      from_(local_address(options_.from, context)),
      call_id_(context.random.token(24)) {}

void Publication::step(On on, Context& context) {
  const auto row = find_transition(publication_state::table, state_, on);
  if (!row) return;
  state_ = row->to;
  using publication_state::Do;
  using Value = PublicationState::Value;
  const auto does = [&row](Do action) { return sipml::contains(row->actions, action); };
  if (does(Do::stop_timer)) timers_.stop_all();
  if (does(Do::tell_publishing)) tell(Value::publishing, context);
  if (does(Do::tell_unpublishing)) tell(Value::unpublishing, context);
  if (does(Do::tell_published)) tell(Value::published, context);
  if (does(Do::schedule_refresh)) timers_.start(Timer::refresh, refresh_at_);
  if (does(Do::finish)) {
    timers_.stop_all();
    tell(Value::ended, context);
  }
  // Last, for it may lead on to the next arrow at once.
  if (does(Do::send_document)) send(&document_, options_.expires, context);
  if (does(Do::send_refresh))
    send(entity_tag_.empty() ? &document_ : nullptr, options_.expires, context);
  if (does(Do::send_removal)) send(nullptr, 0, context);
}

void Publication::tell(PublicationState::Value value, Context& context) {
  using Value = PublicationState::Value;
  PublicationState event;
  event.publication = id_;
  event.state = value;
  if (value == Value::published || value == Value::ended) {
    event.status = status_;
    event.reason = reason_;
  }
  if (value == Value::ended) event.cause = cause_;
  if (value == Value::published) event.expires = granted_;
  context.emit(std::move(event));
}

void Publication::send(const PublishedDocument* document, std::uint32_t expires, Context& context) {
  uri::NameAddr to;
  to.uri = options_.to.value_or(options_.from.value_or(context.config.uri));
  message::Request request =
      make_request("PUBLISH", uri::to_string(to.uri), from_, to, call_id_, ++cseq_);
  request.headers.push_back({"Event", options_.event});
  request.headers.push_back({"Expires", std::to_string(expires)});
  if (!entity_tag_.empty() && context.now < expires_at_)
    request.headers.push_back({"SIP-If-Match", entity_tag_});
  add_accept_contact(request.headers, options_.caps);
  add_headers(request.headers, options_.headers);
  if (expires != 0) add_headers(request.headers, options_.first_headers);
  in_flight_ = document ? *document : accepted_;
  if (document) {
    is_sent_ = true;
    request.headers.push_back({"Content-Type", document->content_type});
    request.body = document->body;
  }
  if (context.send(std::move(request), {id_, static_cast<std::uint32_t>(Purpose::publish), 0}) == 0)
    no_response(
        context.connected ? transaction::Outcome::timeout : transaction::Outcome::transport_error,
        context);
}

std::optional<CommandError> Publication::modify(PublishedDocument document, Context& context) {
  if (state_ == State::unpublish_pending || state_ == State::unpublishing || state_ == State::ended)
    return CommandError{CommandErrorCode::wrong_state, "publication", "it is not published"};
  document_ = std::move(document);
  is_sent_ = false;
  step(On::modify, context);
  return std::nullopt;
}

std::optional<CommandError> Publication::unpublish(Context& context,
                                                   const message::HeaderFields& headers) {
  if (state_ == State::unpublish_pending || state_ == State::unpublishing || state_ == State::ended)
    return CommandError{CommandErrorCode::wrong_state, "publication", "it is not published"};
  for (const message::HeaderField& field : headers)
    message::set_field(options_.headers, field.name, field.value);
  cause_ = Cause::unpublished;
  status_ = 0;
  reason_.clear();
  step(On::unpublish, context);
  return std::nullopt;
}

/// Takes over what a 2xx to a PUBLISH with or without a document says.
void Publication::accept(const message::Message& response, Context& context) {
  // Section 11.3.1: each 2xx has a new one.
  entity_tag_ = response.header(HeaderName::sip_etag).value_or(std::string_view());
  granted_ = options_.expires;
  if (const auto header = response.header(HeaderName::expires))
    if (const auto seconds = message::parse_delta_seconds(*header)) granted_ = *seconds;
  refresh_at_ = context.now + refresh_after(granted_);
  expires_at_ = context.now + seconds(granted_);
  too_brief_ = 0;
  accepted_ = in_flight_;
}

/// A failure that may pass while what is published lives.
bool Publication::postpone(Duration wait, Context& context) {
  const bool is_published =
      (state_ == State::refreshing || state_ == State::modifying) && !entity_tag_.empty();
  if (!is_published || context.now + wait >= expires_at_) return false;
  if (state_ == State::modifying) is_sent_ = false;
  refresh_at_ = context.now + wait;
  step(On::postponed, context);
  return true;
}

void Publication::response(const transaction::Indication& indication,
                           const message::Message& response, Context& context) {
  if (response.status() < 200) return;
  const int status = response.status();
  status_ = status;
  reason_ = response.reason();
  if (status < 300) {
    const bool is_removal = state_ == State::unpublishing;
    options_.first_headers.clear();
    if (!is_removal) accept(response, context);
    cause_ = Cause::unpublished;
    step(On::response_2xx, context);
    // What the application wanted while the PUBLISH was open.
    if (state_ == State::published && !is_sent_) step(On::modify, context);
    return;
  }
  if (auto retried = context.with_credentials(indication, response)) {
    set_cseq(*retried, ++cseq_);
    step(On::retry, context);
    if (context.resend(std::move(*retried),
                       {id_, indication.owner.purpose, indication.owner.attempt + 1}) == 0)
      no_response(transaction::Outcome::transport_error, context);
    return;
  }
  if (status == 412 && message::find_field(indication.request.headers, "SIP-If-Match")) {
    entity_tag_.clear();
    cause_ = Cause::unpublished;
    step(On::lost, context);
    return;
  }
  const auto minimum = response.header(HeaderName::min_expires);
  if (status == 423 && minimum && ++too_brief_ <= limits::too_brief_count) {
    const auto least = message::parse_delta_seconds(*minimum);
    if (least && *least > options_.expires && state_ != State::unpublishing) {
      options_.expires = *least;
      step(On::retry, context);
      send(state_ == State::refreshing ? nullptr : &document_, options_.expires, context);
      return;
    }
  }
  if (status == 408 || (status >= 500 && status < 600)) {
    const auto header = response.header(HeaderName::retry_after);
    const auto wait = header ? message::parse_delta_seconds(*header) : std::nullopt;
    if (postpone(seconds(std::max(wait.value_or(30), std::uint32_t{1})), context)) return;
  }
  cause_ = Cause::rejected;
  if (state_ == State::modifying) {
    document_ = accepted_;
    is_sent_ = true;
  }
  // A change that is refused leaves the former document, which has to be removed.
  const bool is_left = state_ == State::unpublish_pending && !entity_tag_.empty();
  step(is_left ? On::postponed : On::response_300_699, context);
  if (state_ == State::published && context.now >= expires_at_) step(On::refresh_due, context);
}

void Publication::no_response(transaction::Outcome outcome, Context& context) {
  const bool timed_out = outcome == transaction::Outcome::timeout;
  if (timed_out && postpone(seconds(30), context)) return;
  cause_ = timed_out ? Cause::timeout : Cause::transport_error;
  status_ = 0;
  reason_.clear();
  step(timed_out ? On::no_response : On::transport_lost, context);
}

void Publication::connection_failed(Context& context) {
  if (state_ != State::waiting) return;
  cause_ = Cause::transport_error;
  step(On::no_response, context);
}

void Publication::timer_fired(Context& context) {
  while (timers_.take_due(context.now)) step(is_sent_ ? On::refresh_due : On::modify, context);
}

}  // namespace sipml::usage
