#include "bridge/json_event.hpp"

#include <utility>

#include "bridge/abi.h"
#include "bridge/json_writer.hpp"
#include "bridge/names.hpp"

namespace sipml::bridge {

namespace {

void put(JsonWriter& json, std::string_view medium, const std::optional<sdp::Direction>& value) {
  if (value)
    json.text(medium, sdp::to_string(*value));
  else
    json.null(medium);
}

void put(JsonWriter& json, const usage::MediaDirections& directions) {
  put(json, "audio", directions.audio);
  put(json, "video", directions.video);
}

void put(JsonWriter& json, std::string_view key, const usage::Party& party) {
  json.open_object(key);
  json.text("uri", party.uri);
  json.text("user", party.user);
  json.text("display_name", party.display_name);
  json.close_object();
}

/// The final response of something; what is not there is left out.
void put_status(JsonWriter& json, int status, const std::string& reason) {
  if (status != 0) json.integer("status", status);
  if (!reason.empty()) json.text("reason", reason);
}

void put(JsonWriter& json, std::string_view key, const std::optional<std::uint32_t>& value) {
  if (value) json.number(key, *value);
}

/// The members of an event's head, one overload an event; `body` receives what travels beside it.
struct EventWriter {
  JsonWriter& json;
  std::string& body;

  void operator()(const usage::Connect&) const { type("connect"); }
  void operator()(const usage::Disconnect&) const { type("disconnect"); }
  void operator()(const usage::Stopped&) const { type("stopped"); }

  void operator()(const usage::ConnectionState& event) const {
    type("connection");
    json.text("state", name(event.state));
  }

  void operator()(const usage::RegistrationSent& event) const {
    type("registration_sent");
    json.number("registration", event.registration);
    json.boolean("unregister", event.unregister);
  }

  void operator()(const usage::RegistrationState& event) const {
    type("registration");
    json.number("registration", event.registration);
    state(event);
  }

  void operator()(const usage::CallIncoming& event) const {
    type("call_incoming", event.call);
    put(json, "from", event.from);
    put(json, "to", event.to);
    json.boolean("has_offer", event.has_offer);
    put(json, event.offered);
    if (event.replaces != 0) json.number("replaces", event.replaces);
    caused(event.message);
  }

  void operator()(const usage::CallSent& event) const { type("call_sent", event.call); }

  void operator()(const usage::CallProgress& event) const {
    answered("call_progress", event.call, event.status, event.reason);
    json.boolean("early_media", event.early_media);
    caused(event.message);
  }

  void operator()(const usage::CallEstablished& event) const {
    answered("call_established", event.call, event.status, event.reason);
    caused(event.message);
  }

  void operator()(const usage::CallTerminating& event) const {
    type("call_terminating", event.call);
  }

  void operator()(const usage::CallEnded& event) const {
    type("call_ended", event.call);
    json.text("cause", name(event.cause));
    json.text("by", name(event.by));
    put_status(json, event.status, event.reason);
    if (event.media_error) json.text("media_error", name(*event.media_error));
    caused(event.message);
  }

  void operator()(const usage::CallModified& event) const {
    type("call_modified", event.call);
    json.text("change", name(event.change));
    json.boolean("ok", event.ok);
    put_status(json, event.status, event.reason);
    caused(event.message);
  }

  void operator()(const usage::CallRemoteHold& event) const {
    type("call_remote_hold", event.call);
    json.boolean("held", event.held);
    caused(event.message);
  }

  void operator()(const usage::CallInfo& event) const {
    type("call_info", event.call);
    content(event.content_type, event.body, event.message);
  }

  void operator()(const usage::CallInfoResult& event) const {
    answered("call_info_result", event.call, event.status, event.reason);
    caused(event.message);
  }

  void operator()(const usage::CallRedirected& event) const {
    answered("call_redirected", event.call, event.status, event.reason);
    put(json, "target", event.target);
    caused(event.message);
  }

  void operator()(const usage::CallMedia& event) const {
    type("call_media", event.call);
    put(json, event.directions);
    caused(event.message);
  }

  void operator()(const usage::CallOffer& event) const {
    type("call_offer", event.call);
    put(json, event.offered);
    caused(event.message);
  }

  void operator()(const usage::CallTone& event) const {
    type("call_tone", event.call);
    json.text("tone", std::string_view(&event.tone, 1));
    json.number("duration", event.duration);
    caused(event.message);
  }

  void operator()(const usage::CallOfferOver& event) const {
    type("call_offer_over", event.call);
    caused(event.message);
  }

  void operator()(const usage::CallCancelled& event) const {
    type("call_cancelled", event.call);
    caused(event.message);
  }

  void operator()(const usage::RequestIncoming& event) const {
    type("request_incoming");
    json.number("request", event.request);
    if (event.call != 0) json.number("call", event.call);
    json.text("method", event.method);
    put(json, "from", event.from);
    put(json, "to", event.to);
    content(event.content_type, event.body, event.message);
  }

  void operator()(const usage::RequestResult& event) const {
    type("request_result");
    json.number("request", event.request);
    if (event.call != 0) json.number("call", event.call);
    json.integer("status", event.status);
    json.text("reason", event.reason);
    if (event.cause) json.text("cause", name(*event.cause));
    caused(event.message);
  }

  void operator()(const usage::PublicationState& event) const {
    type("publication");
    json.number("publication", event.publication);
    state(event);
  }

  void operator()(const usage::SubscriptionState& event) const {
    type("subscription");
    json.number("subscription", event.subscription);
    put(json, "retry_after", event.retry_after);
    state(event);
  }

  void operator()(const usage::Notify& event) const {
    type("notify");
    if (event.subscription != 0) json.number("subscription", event.subscription);
    json.text("event", event.event);
    json.text("state", event.state);
    if (!event.reason.empty()) json.text("reason", event.reason);
    put(json, "expires", event.expires);
    put(json, "retry_after", event.retry_after);
    put(json, "from", event.from);
    content(event.content_type, event.body, event.message);
  }

  void operator()(const usage::TransferState& event) const {
    type("transfer", event.call);
    json.text("state", name(event.state));
    put_status(json, event.status, event.reason);
    caused(event.message);
  }

  void operator()(const usage::TransferRequested& event) const {
    type("transfer_requested", event.call);
    put(json, "target", event.target);
    json.boolean("replaces", event.replaces);
    if (event.referred_by) put(json, "referred_by", *event.referred_by);
    caused(event.message);
  }

  void operator()(const usage::TransferProgress& event) const {
    answered("transfer_progress", event.call, event.status, event.reason);
    json.number("new_call", event.new_call);
    json.text("state", name(event.state));
  }

  void operator()(const usage::RequestPassed& event) const {
    type(event.sent ? "request_sent" : "request_received");
    json.number("usage", event.usage);
    json.text("method", event.method);
    caused(event.message);
  }

  void operator()(const usage::Diagnostic& event) const {
    type("diagnostic");
    json.text("code", event.code);
    json.text("text", event.text);
    if (event.offset) json.number("offset", *event.offset);
  }

 private:
  void type(std::string_view type) const { json.text("type", type); }

  /// What registrations, publications and subscriptions tell alike.
  template <typename State>
  void state(const State& event) const {
    json.text("state", name(event.state));
    if (event.cause) json.text("cause", name(*event.cause));
    put_status(json, event.status, event.reason);
    if (event.expires != 0) json.number("expires", event.expires);
    caused(event.message);
  }

  /// The message behind the event; its content travels beside the head.
  void caused(const usage::CausedBy& cause) const {
    if (!cause) return;
    body = cause->body;
    json.open_object("message");
    if (!cause->method.empty()) {
      json.text("method", cause->method);
      json.text("uri", cause->uri);
    } else {
      json.integer("status", cause->status);
      json.text("reason", cause->reason);
    }
    json.open_array("headers");
    for (const message::HeaderField& field : cause->headers) {
      json.open_object();
      json.text("name", field.name);
      json.text("value", field.value);
      json.close_object();
    }
    json.close_array();
    json.close_object();
  }

  void content(const std::string& content_type, const std::string& octets,
               const usage::CausedBy& cause) const {
    json.text("content_type", content_type);
    caused(cause);
    body = octets;
  }

  void type(std::string_view type, std::uint32_t call) const {
    json.text("type", type);
    json.number("call", call);
  }

  void answered(std::string_view type_name, std::uint32_t call, int status,
                const std::string& reason) const {
    type(type_name, call);
    json.integer("status", status);
    json.text("reason", reason);
  }
};

void put(JsonWriter& json, const usage::MediaRequest& request) {
  using Type = usage::MediaRequest::Type;
  json.text("type", name(request.type));
  json.number("call", request.call);
  if (request.type == Type::rollback || request.type == Type::close ||
      request.type == Type::send_key_frame)
    return;
  if (request.type == Type::add_candidate) {
    json.text("mid", request.mid);
    json.text("candidate", request.candidate);
    json.text("ufrag", request.ufrag);
    return;
  }
  json.number("token", request.token);
  if (request.type == Type::review_offer || request.type == Type::review_answer) return;
  if (request.type == Type::apply_answer) return json.boolean("provisional", request.provisional);
  if (request.type != Type::prepare_answer) json.boolean("hold", request.hold);
  if (request.ice_restart) json.boolean("ice_restart", true);
  if (request.trickle) json.boolean("trickle", true);
  if (!request.rtcp_mux) json.boolean("rtcp_mux", false);
  put(json, request.directions);
}

}  // namespace

Head to_head(usage::Output output) {
  Head head;
  JsonWriter json;
  json.open_object();
  if (auto* transmit = std::get_if<usage::Transmit>(&output)) {
    head.kind = SIPML_TRANSMIT;
    head.body = std::move(transmit->bytes);
    return head;
  }
  if (auto* event = std::get_if<usage::Event>(&output)) {
    head.kind = SIPML_EVENT;
    std::visit(EventWriter{json, head.body}, *event);
  } else if (auto* media = std::get_if<usage::MediaRequest>(&output)) {
    head.kind = SIPML_MEDIA;
    put(json, *media);
    head.body = std::move(media->description);
  } else if (auto* log = std::get_if<usage::Log>(&output)) {
    head.kind = SIPML_LOG;
    using Kind = usage::Log::Kind;
    json.text("direction", log->sent ? "sent" : "received");
    if (log->kind != Kind::message) {
      json.text("description", log->kind == Kind::before ? "before" : "after");
      json.number("call", log->call);
    }
    if (log->kind == Kind::after) {
      json.open_array("rules");
      for (std::string_view rule : log->rules) json.text(rule);
      json.close_array();
    }
    head.body = std::move(log->text);
  }
  json.close_object();
  head.json = json.take();
  return head;
}

}  // namespace sipml::bridge
