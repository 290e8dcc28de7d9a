#include "dialog/dialog.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "uri/name_addr.hpp"

namespace sipml::dialog {

namespace {

using message::HeaderName;

std::string field(const message::Request& request, std::string_view name) {
  const std::string* value = message::find_field(request.headers, name);
  return value ? *value : std::string();
}

std::string tag_of(std::string_view name_addr) {
  const auto parsed = uri::parse_name_addr(name_addr);
  return parsed ? std::string(parsed->tag()) : std::string();
}

/// The URI of a Route value and whether it says "lr".
struct Hop {
  std::string uri;
  bool is_loose = true;
};

Hop hop(std::string_view route) {
  const auto parsed = uri::parse_name_addr(route);
  if (!parsed) return {std::string(route), true};
  return {uri::to_string(parsed->uri),
          grammar::find_parameter(parsed->uri.parameters, "lr") != nullptr};
}

}  // namespace

Dialog Dialog::from_response(const message::Request& request, const message::Message& response) {
  Dialog dialog;
  dialog.call_id_ = response.call_id();
  dialog.local_ = field(request, "From");
  dialog.local_tag_ = tag_of(dialog.local_);
  dialog.remote_ = response.header(HeaderName::to).value_or(std::string_view());
  dialog.remote_tag_ = response.to_tag();
  dialog.local_cseq_ = response.cseq().number;
  dialog.remote_target_ = request.request_uri;
  dialog.refresh_target(response);
  dialog.take_route_set(response, true);
  if (response.status() >= 200) dialog.confirm();
  return dialog;
}

Dialog Dialog::from_notify(const message::Request& subscribe, const message::Message& notify) {
  Dialog dialog;
  dialog.state_ = State::confirmed;
  dialog.call_id_ = notify.call_id();
  dialog.local_ = field(subscribe, "From");
  dialog.local_tag_ = tag_of(dialog.local_);
  dialog.remote_ = notify.header(HeaderName::from).value_or(std::string_view());
  dialog.remote_tag_ = notify.from_tag();
  if (const auto cseq = message::parse_cseq(field(subscribe, "CSeq")))
    dialog.local_cseq_ = cseq->number;
  dialog.remote_target_ = subscribe.request_uri;
  dialog.refresh_target(notify);
  dialog.take_route_set(notify, false);
  return dialog;
}

Dialog Dialog::from_request(const message::Message& request, std::string local_tag) {
  Dialog dialog;
  dialog.call_id_ = request.call_id();
  dialog.local_ = request.header(HeaderName::to).value_or(std::string_view());
  dialog.local_ += ";tag=" + local_tag;
  dialog.local_tag_ = std::move(local_tag);
  dialog.remote_ = request.header(HeaderName::from).value_or(std::string_view());
  dialog.remote_tag_ = request.from_tag();
  dialog.remote_cseq_ = request.cseq().number;
  dialog.remote_target_ = uri::to_string(request.from().uri);
  dialog.refresh_target(request);
  dialog.take_route_set(request, false);
  return dialog;
}

void Dialog::take_route_set(const message::Message& message, bool reversed) {
  route_set_.clear();
  for (std::string_view value : message.values(HeaderName::record_route))
    route_set_.emplace_back(value);
  if (reversed) std::reverse(route_set_.begin(), route_set_.end());
}

bool Dialog::owns_request(const message::Message& request) const {
  return request.call_id() == call_id_ && request.to_tag() == local_tag_ &&
         request.from_tag() == remote_tag_;
}

void Dialog::confirm(const message::Message& response) {
  state_ = State::confirmed;
  refresh_target(response);
  take_route_set(response, true);
}

Order Dialog::accept(const message::Message& request) {
  if (remote_cseq_ && request.cseq().number < *remote_cseq_) return Order::out_of_order;
  remote_cseq_ = request.cseq().number;
  return Order::in_order;
}

void Dialog::refresh_target(const message::Message& message) {
  const auto contacts = message.values(HeaderName::contact);
  if (contacts.empty()) return;
  auto contact = uri::parse_name_addr(contacts.front());
  if (!contact || !contact->uri.is_sip()) return;
  remote_target_ = uri::to_string(uri::request_uri(std::move(contact->uri)));
}

message::Request Dialog::make(std::string_view method, std::uint32_t cseq) const {
  message::Request request;
  request.method = method;
  request.request_uri = remote_target_;
  request.headers = {{"Max-Forwards", "70"},
                     {"From", local_},
                     {"To", remote_},
                     {"Call-ID", call_id_},
                     {"CSeq", std::to_string(cseq) + ' ' + std::string(method)}};
  std::vector<std::string> routes = route_set_;
  if (!routes.empty()) {
    const Hop first = hop(routes.front());
    if (!first.is_loose) {
      // 12.2.1.1, a strict router: its URI becomes the Request-URI, the remote target the last
      // Route.
      request.request_uri = first.uri;
      routes.erase(routes.begin());
      routes.push_back('<' + remote_target_ + '>');
    }
  }
  for (std::string& route : routes) request.headers.push_back({"Route", std::move(route)});
  return request;
}

message::Request Dialog::make_request(std::string_view method) {
  ++local_cseq_;
  return make(method, local_cseq_);
}

message::Request Dialog::make_ack(std::uint32_t cseq) const { return make("ACK", cseq); }

}  // namespace sipml::dialog
