#include "bridge/json_event.hpp"

#include <utility>

#include "bridge/abi.h"
#include "bridge/json.hpp"
#include "bridge/names.hpp"

namespace sipml::bridge {

namespace {

Json direction(const std::optional<sdp::Direction>& value) {
  return value ? Json(std::string(sdp::to_string(*value))) : Json(nullptr);
}

void put(Json& json, const usage::MediaDirections& directions) {
  json["audio"] = direction(directions.audio);
  json["video"] = direction(directions.video);
}

Json to_json(const usage::Party& party) {
  return {{"uri", party.uri}, {"user", party.user}, {"display_name", party.display_name}};
}

void put_status(Json& json, int status, const std::string& reason) {
  if (status != 0) json["status"] = status;
  if (!reason.empty()) json["reason"] = reason;
}

/// One overload an event; `body` receives what travels beside the head.
struct EventWriter {
  std::string& body;

  Json operator()(const usage::Connect&) const { return {{"type", "connect"}}; }
  Json operator()(const usage::Disconnect&) const { return {{"type", "disconnect"}}; }
  Json operator()(const usage::Stopped&) const { return {{"type", "stopped"}}; }

  Json operator()(const usage::ConnectionState& event) const {
    return {{"type", "connection"}, {"state", name(event.state)}};
  }

  Json operator()(const usage::RegistrationSent& event) const {
    return {{"type", "registration_sent"},
            {"registration", event.registration},
            {"unregister", event.unregister}};
  }

  Json operator()(const usage::RegistrationState& event) const {
    Json json = {{"type", "registration"},
                 {"registration", event.registration},
                 {"state", name(event.state)}};
    if (event.cause) json["cause"] = name(*event.cause);
    put_status(json, event.status, event.reason);
    if (event.expires != 0) json["expires"] = event.expires;
    return json;
  }

  Json operator()(const usage::CallIncoming& event) const {
    Json json = {{"type", "call_incoming"},
                 {"call", event.call},
                 {"from", to_json(event.from)},
                 {"to", to_json(event.to)},
                 {"has_offer", event.has_offer}};
    put(json, event.offered);
    return json;
  }

  Json operator()(const usage::CallSent& event) const {
    return {{"type", "call_sent"}, {"call", event.call}};
  }

  Json operator()(const usage::CallProgress& event) const {
    return {{"type", "call_progress"},
            {"call", event.call},
            {"status", event.status},
            {"reason", event.reason},
            {"early_media", event.early_media}};
  }

  Json operator()(const usage::CallEstablished& event) const {
    return {{"type", "call_established"},
            {"call", event.call},
            {"status", event.status},
            {"reason", event.reason}};
  }

  Json operator()(const usage::CallTerminating& event) const {
    return {{"type", "call_terminating"}, {"call", event.call}};
  }

  Json operator()(const usage::CallEnded& event) const {
    Json json = {{"type", "call_ended"},
                 {"call", event.call},
                 {"cause", name(event.cause)},
                 {"by", name(event.by)}};
    put_status(json, event.status, event.reason);
    if (event.media_error) json["media_error"] = name(*event.media_error);
    return json;
  }

  Json operator()(const usage::CallModified& event) const {
    Json json = {{"type", "call_modified"},
                 {"call", event.call},
                 {"change", name(event.change)},
                 {"ok", event.ok}};
    put_status(json, event.status, event.reason);
    return json;
  }

  Json operator()(const usage::CallRemoteHold& event) const {
    return {{"type", "call_remote_hold"}, {"call", event.call}, {"held", event.held}};
  }

  Json operator()(const usage::CallInfo& event) const {
    body = event.body;
    return {{"type", "call_info"}, {"call", event.call}, {"content_type", event.content_type}};
  }

  Json operator()(const usage::CallInfoResult& event) const {
    return {{"type", "call_info_result"},
            {"call", event.call},
            {"status", event.status},
            {"reason", event.reason}};
  }

  Json operator()(const usage::Diagnostic& event) const {
    Json json = {{"type", "diagnostic"}, {"code", event.code}, {"text", event.text}};
    if (event.offset) json["offset"] = *event.offset;
    return json;
  }
};

Json to_json(const usage::MediaRequest& request) {
  using Type = usage::MediaRequest::Type;
  Json json = {{"type", name(request.type)}, {"call", request.call}};
  if (request.type == Type::rollback || request.type == Type::close) return json;
  json["token"] = request.token;
  if (request.type == Type::apply_answer) {
    json["provisional"] = request.provisional;
    return json;
  }
  if (request.type != Type::prepare_answer) json["hold"] = request.hold;
  put(json, request.directions);
  return json;
}

}  // namespace

Head to_head(usage::Output output) {
  Head head;
  if (auto* transmit = std::get_if<usage::Transmit>(&output)) {
    head.kind = SIPML_TRANSMIT;
    head.body = std::move(transmit->bytes);
  } else if (auto* event = std::get_if<usage::Event>(&output)) {
    head.kind = SIPML_EVENT;
    head.json = dump(std::visit(EventWriter{head.body}, *event));
  } else if (auto* media = std::get_if<usage::MediaRequest>(&output)) {
    head.kind = SIPML_MEDIA;
    head.json = dump(to_json(*media));
    head.body = std::move(media->description);
  } else if (auto* log = std::get_if<usage::Log>(&output)) {
    head.kind = SIPML_LOG;
    head.json = dump({{"direction", log->sent ? "sent" : "received"}});
    head.body = std::move(log->text);
  }
  return head;
}

}  // namespace sipml::bridge
