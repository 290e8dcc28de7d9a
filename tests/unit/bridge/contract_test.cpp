/// The C++ half of the contract with js-glue/protocol.ts: tests/contract/protocol.json holds
/// examples of all that crosses the boundary. Each command is read, every key of it; each output is
/// written with exactly the keys of its example. tests/contract/protocol.test.ts is the other half.
#include <doctest/doctest.h>

#include <cstdio>
#include <string>
#include <vector>

#include "bridge/abi.h"
#include "bridge/json.hpp"
#include "bridge/json_command.hpp"
#include "bridge/json_event.hpp"
#include "bridge/names.hpp"

using namespace sipml;
using bridge::Json;

namespace {

Json contract() {
  std::string text;
  std::FILE* file = std::fopen(SIPML_SOURCE_DIR "/tests/contract/protocol.json", "rb");
  REQUIRE(file);
  char buffer[4096];
  for (std::size_t count = 0; (count = std::fread(buffer, 1, sizeof buffer, file)) > 0;)
    text.append(buffer, count);
  std::fclose(file);
  Json json = Json::parse(text, nullptr, false);
  REQUIRE(json.is_object());
  return json;
}

usage::Config current() {
  usage::Config config;
  config.uri = std::move(uri::parse("sip:alice@example.org")).value();
  config.domain = "example.org";
  return config;
}

/// What a command that was refused names as wrong; "" if it was not refused.
std::string refused(const Json& head) {
  const auto result = bridge::parse_command(bridge::dump(head), {}, current());
  return result ? std::string() : result.error().argument;
}

/// Replaces each value below `at`, one at a time, by one of the wrong type: each has to be noticed.
void spoil_each(Json& whole, Json& at, const std::string& path, bool has_type) {
  for (auto& item : at.items()) {
    const std::string key = item.key();
    const std::string name = path.empty() ? key : path + '.' + key;
    Json& value = item.value();
    const Json kept = value;
    value = Json::array({Json::array()});
    CHECK_MESSAGE(refused(whole) == (kept.is_array() ? name + "[0]" : name), bridge::dump(whole));
    value = kept;
    if (value.is_object()) spoil_each(whole, value, name, false);
    if (value.is_array() && value[0].is_object()) {
      for (const char* field : {"name", "value"}) {
        const Json old = value[0][field];
        value[0][field] = 7;
        CHECK_MESSAGE(refused(whole) == name + "[0]." + field, bridge::dump(whole));
        value[0][field] = old;
      }
    }
  }
  if (has_type) CHECK(refused(whole).empty());
}

/// The head and kind of what is written for an output.
Json written(usage::Output output, unsigned kind) {
  const bridge::Head head = bridge::to_head(std::move(output));
  CHECK(head.kind == kind);
  return Json::parse(head.json, nullptr, false);
}

void check_written(const Json& examples, const std::vector<Json>& actual) {
  REQUIRE(examples.size() == actual.size());
  for (std::size_t i = 0; i < actual.size(); ++i)
    CHECK_MESSAGE(examples[i] == actual[i], bridge::dump(actual[i]));
}

}  // namespace

TEST_CASE("Contract: each command is read, and each of its keys") {
  Json json = contract();
  REQUIRE(json["commands"].size() == std::variant_size_v<agent::Command> + 2);
  for (Json& head : json["commands"]) {
    CHECK_MESSAGE(refused(head).empty(), bridge::dump(head));
    spoil_each(head, head, "", true);
  }
}

TEST_CASE("Contract: commands mean what they say") {
  const Json json = contract();
  const auto read = [&json](std::size_t index) {
    auto result = bridge::parse_command(bridge::dump(json["commands"][index]), "body", current());
    REQUIRE(result);
    return *std::move(result);
  };
  CHECK(std::get<agent::Stop>(read(1)).timeout == 2000);
  const auto config = std::get<agent::Configure>(read(2)).config;
  CHECK(config.domain == "example.com");
  CHECK(config.authorization_user == "alice@example.org");
  CHECK(config.realm == "example.com");
  CHECK(config.via_transport == "WSS");
  CHECK(config.session_name == "tea");
  CHECK(config.reconnect_time == milliseconds(0));
  const auto registration = std::get<agent::Register>(read(3));
  CHECK(registration.registration == 1);
  CHECK(registration.options.expires == 200);
  CHECK(registration.options.first_headers[0].value == "17");
  CHECK(registration.options.caps[0].name == "+g.oma.sip-im");
  CHECK(uri::to_string(*registration.options.from) == "sip:alice@example.com");
  CHECK(std::get<agent::Unregister>(read(4)).registration == 1);
  CHECK(std::get<agent::Unregister>(read(4)).headers[0].value == "good");
  const auto call = std::get<agent::PlaceCall>(read(5));
  CHECK(call.to == "bob");
  CHECK(call.directions.video == sdp::Direction::recvonly);
  CHECK(call.options.first_headers[0].value == "17");
  CHECK(call.options.caps[0].value == "\"en,fr\"");
  CHECK(call.options.media.audio_bandwidth == 64);
  CHECK(call.options.media.video_bandwidth == 512);
  CHECK(call.options.media.video_wire_direction == sdp::Direction::sendonly);
  const auto accept = std::get<agent::Accept>(read(6));
  CHECK(accept.call == 2);
  CHECK(accept.options.first_headers[0].value == "17");
  CHECK(*accept.choice.video == sdp::Direction::inactive);
  CHECK(accept.options.media.video_wire_direction == sdp::Direction::recvonly);
  const auto reject = std::get<agent::Reject>(read(7));
  CHECK(reject.status == 486);
  CHECK(reject.reason == "In a meeting");
  CHECK(std::get<agent::HangUp>(read(8)).headers[0].value == "sad");
  CHECK(std::get<agent::ChangeCall>(read(9)).change == usage::Change::hold);
  CHECK(std::get<agent::ChangeCall>(read(9)).headers[0].value == "good");
  CHECK(std::get<agent::ChangeCall>(read(10)).change == usage::Change::resume);
  CHECK(std::get<agent::ChangeCall>(read(11)).headers[0].name == "X-Mood");
  CHECK(std::get<agent::ChangeCall>(read(11)).directions->video == sdp::Direction::sendrecv);
  const auto info = std::get<agent::SendInfo>(read(12));
  CHECK(info.headers[0].value == "good");
  CHECK(info.content_type == "application/dtmf-relay");
  CHECK(info.body == "body");
  const auto progress = std::get<agent::Progress>(read(13));
  CHECK(progress.status == 183);
  CHECK(progress.reason == "Wait");
  const auto request = std::get<agent::SendRequest>(read(14));
  CHECK(request.method == "MESSAGE");
  CHECK(request.to == "bob");
  CHECK(request.call == 2);
  CHECK(request.first_headers[0].value == "17");
  CHECK(request.content_type == "text/plain");
  CHECK(request.body == "body");
  CHECK(std::get<agent::ForgetRequest>(read(15)).request == 4);
  const auto respond = std::get<agent::Respond>(read(16));
  CHECK(respond.request == 5);
  CHECK(respond.status == 202);
  CHECK(respond.body == "body");
  const auto publish = std::get<agent::Publish>(read(17));
  CHECK(publish.publication == 6);
  CHECK(publish.event == "presence");
  CHECK(publish.expires == 600);
  CHECK(publish.first_headers[0].value == "17");
  CHECK(std::get<agent::Unpublish>(read(18)).publication == 6);
  const auto subscribe = std::get<agent::Subscribe>(read(19));
  CHECK(subscribe.subscription == 7);
  CHECK(subscribe.first_headers[0].value == "17");
  CHECK(subscribe.accept[0] == "application/pidf+xml");
  CHECK(std::get<agent::Unsubscribe>(read(20)).subscription == 7);
  const auto transfer = std::get<agent::Transfer>(read(21));
  CHECK(transfer.to == "carol");
  CHECK(transfer.replaces == 3);
  CHECK(std::get<agent::AcceptTransfer>(read(22)).directions.audio == sdp::Direction::sendrecv);
  CHECK(std::get<agent::RejectTransfer>(read(23)).status == 486);
  const auto ready = std::get<agent::MediaReady>(read(24));
  CHECK(ready.token == 3);
  CHECK(ready.description == "body");
  const auto failed = std::get<agent::MediaFailed>(read(25));
  CHECK(failed.error == usage::MediaError::permission_denied);
  CHECK(failed.text == "The microphone was denied");
  CHECK(std::get<agent::RestartIce>(read(26)).headers[0].value == "good");
  const auto accepted = std::get<agent::AcceptOffer>(read(27));
  CHECK(*accepted.choice.video == sdp::Direction::recvonly);
  const auto rejected = std::get<agent::RejectOffer>(read(28));
  CHECK(rejected.status == 480);
  CHECK(rejected.reason == "Later");
  CHECK(std::get<agent::RequestKeyFrame>(read(29)).call == 2);
  const auto candidate = std::get<agent::LocalCandidate>(read(30));
  CHECK(candidate.mid == "0");
  CHECK(candidate.candidate == "candidate:1 1 udp 2122260223 192.0.2.1 50000 typ host");
  CHECK(candidate.ufrag == "EsAw");
  const auto lost = std::get<agent::MediaLost>(read(31));
  CHECK(lost.error == usage::MediaError::ice_failed);
  CHECK(lost.text == "No way to the other side was found.");
}

TEST_CASE("Contract: the configuration is read, and each of its keys") {
  Json json = contract();
  Json& head = json["config"];
  const auto setup = bridge::parse_setup(bridge::dump(head));
  REQUIRE(setup);
  CHECK(setup->config.display_name == "Alice");
  CHECK(setup->config.password == "secret");
  CHECK(setup->config.user_agent == "test");
  CHECK(setup->config.headers[0].name == "Organization");
  CHECK(setup->config.outbound_proxy == "<sip:192.168.0.10:5060;lr;sipml5-outbound;transport=udp>");
  CHECK(setup->config.rtcweb_breaker);
  CHECK(setup->config.click2call);
  CHECK_FALSE(setup->config.early_ims);
  CHECK(setup->config.require_rtcp_mux);
  CHECK(setup->config.instance_id == "urn:uuid:00000000-0000-1000-8000-000A95A0E128");
  CHECK(setup->config.reconnect_time == seconds(10));
  CHECK(setup->config.routes[0] == "<sip:proxy.example.org;lr>");
  CHECK(setup->config.keep_alive == seconds(30));
  CHECK(setup->config.session_expires == 1800);
  CHECK(setup->config.reliable_provisional == usage::Config::ReliableProvisional::required);
  CHECK(setup->config.redirects == 3);
  CHECK(setup->config.unsolicited_notify);
  CHECK(setup->config.event_messages);
  CHECK(setup->config.request_events);
  CHECK(setup->config.trickle == usage::Config::Trickle::full);
  CHECK(setup->config.ask_upgrades);
  CHECK(setup->config.review_descriptions);
  CHECK(setup->config.trace);
  CHECK(setup->entropy[0] == 0x01);
  CHECK(setup->entropy[31] == 0xef);
  for (auto& item : head.items()) {
    const Json kept = item.value();
    item.value() = Json::array({Json::array()});
    const auto result = bridge::parse_setup(bridge::dump(head));
    REQUIRE_MESSAGE(!result, item.key());
    CHECK(result.error().argument == (kept.is_array() ? item.key() + "[0]" : item.key()));
    item.value() = kept;
  }
}

TEST_CASE("Contract: each event is written with the keys of its example") {
  using namespace usage;
  using Connection = ConnectionState::Value;
  using Registration = RegistrationState::Value;
  std::vector<Json> actual;
  const auto add = [&actual](Event event) {
    actual.push_back(written(std::move(event), SIPML_EVENT));
  };
  add(Connect{});
  add(Disconnect{});
  add(Stopped{});
  for (const Connection value : {Connection::connecting, Connection::connected,
                                 Connection::reconnecting, Connection::failed})
    add(ConnectionState{value});
  add(RegistrationSent{1, true});
  const MessageHead response{"", "", 200, "OK", {{"Server", "test"}}, ""};
  const MessageHead request{
      "INVITE", "sip:alice@example.org", 0, "", {{"Alert-Info", "<urn:alert:service:normal>"}}, ""};
  add(RegistrationState{1, Registration::ended, RegistrationState::Cause::rejected, 403,
                        "Forbidden", 600, response});
  for (const Registration value :
       {Registration::registering, Registration::registered, Registration::unregistering})
    add(RegistrationState{1, value, std::nullopt, 0, "", 0});
  for (const auto cause :
       {RegistrationState::Cause::unregistered, RegistrationState::Cause::timeout,
        RegistrationState::Cause::transport_error})
    add(RegistrationState{1, Registration::ended, cause, 0, "", 0});
  const Party alice{"sip:alice@example.org", "alice", ""};
  const Party bob{"sip:bob@example.org", "bob", "Bob"};
  add(CallIncoming{
      2, bob, alice, true, {sdp::Direction::sendrecv, sdp::Direction::sendonly}, 1, request});
  add(CallIncoming{2, {"sip:bob@example.org", "bob", ""}, alice, false, {}});
  add(CallSent{2});
  add(CallProgress{2, 183, "Session Progress", true, response});
  add(CallEstablished{2, 200, "OK", response});
  add(CallTerminating{2});
  add(CallEnded{2, EndCause::rejected, Side::remote, 486, "Busy Here",
                MediaError::permission_denied, response});
  const auto ended = [&add](EndCause cause, Side by, std::optional<MediaError> error = {}) {
    add(CallEnded{2, cause, by, 0, "", error});
  };
  ended(EndCause::bye, Side::local);
  ended(EndCause::cancelled, Side::local);
  ended(EndCause::timeout, Side::network);
  ended(EndCause::transport_error, Side::network);
  ended(EndCause::protocol_error, Side::remote);
  ended(EndCause::replaced, Side::remote);
  for (const MediaError error :
       {MediaError::no_device, MediaError::device_in_use, MediaError::insecure_context,
        MediaError::not_supported, MediaError::bad_description, MediaError::ice_failed,
        MediaError::dtls_failed, MediaError::aborted, MediaError::failed})
    ended(EndCause::media_error, Side::local, error);
  add(CallModified{2, Change::hold, false, 488, "Not Acceptable Here", response});
  add(CallModified{2, Change::resume, true, 0, ""});
  add(CallModified{2, Change::modify, true, 0, ""});
  add(CallModified{2, Change::restart_ice, true, 0, ""});
  add(CallRemoteHold{2, true, request});
  add(CallInfo{2, "application/dtmf-relay", "Signal=1", request});
  add(CallInfoResult{2, 200, "OK", response});
  add(CallRedirected{2, bob, 302, "Moved Temporarily", response});
  add(CallMedia{2, {sdp::Direction::sendrecv, std::nullopt}, request});
  add(CallOffer{2, {sdp::Direction::sendrecv, sdp::Direction::sendrecv}, request});
  add(CallOfferOver{2, request});
  add(CallTone{2, '#', 120, request});
  add(CallCancelled{2, request});
  add(RequestIncoming{3, 2, "MESSAGE", bob, alice, "text/plain", "tea?", request});
  using NoResponse = RequestResult::NoResponse;
  add(RequestResult{3, 2, 408, "Request Timeout", NoResponse::timeout, response});
  add(RequestResult{3, 0, 503, "Service Unavailable", NoResponse::transport_error});
  using Published = PublicationState::Value;
  using Unpublished = PublicationState::Ended;
  add(PublicationState{4, Published::ended, Unpublished::rejected, 403, "Forbidden", 600,
                       response});
  for (const auto state : {Published::publishing, Published::published, Published::unpublishing})
    add(PublicationState{4, state, std::nullopt, 0, "", 0});
  for (const auto cause :
       {Unpublished::unpublished, Unpublished::timeout, Unpublished::transport_error})
    add(PublicationState{4, Published::ended, cause, 0, "", 0});
  using Subscribed = SubscriptionState::Value;
  using Unsubscribed = SubscriptionState::Ended;
  add(SubscriptionState{5, Subscribed::ended, Unsubscribed::terminated, 200, "giveup", 600, 60,
                        request});
  for (const auto state : {Subscribed::subscribing, Subscribed::accepted, Subscribed::pending,
                           Subscribed::active, Subscribed::unsubscribing})
    add(SubscriptionState{5, state, std::nullopt, 0, "", 0, std::nullopt});
  for (const auto cause : {Unsubscribed::unsubscribed, Unsubscribed::rejected,
                           Unsubscribed::timeout, Unsubscribed::transport_error})
    add(SubscriptionState{5, Subscribed::ended, cause, 0, "", 0, std::nullopt});
  add(Notify{5, "presence", "terminated", "noresource", 600, 60, bob, "application/pidf+xml",
             "<presence/>", request});
  using Transferred = TransferState::Value;
  add(TransferState{2, Transferred::failed, 486, "Busy Here", response});
  for (const auto state :
       {Transferred::trying, Transferred::accepted, Transferred::progress, Transferred::completed})
    add(TransferState{2, state, 0, ""});
  add(TransferRequested{2, bob, true, alice, request});
  add(TransferProgress{2, 3, TransferProgress::Value::failed, 486, "Busy Here"});
  for (const auto state : {TransferProgress::Value::progress, TransferProgress::Value::completed})
    add(TransferProgress{2, 3, state, 200, "OK"});
  add(RequestPassed{true, 2, "INFO", request});
  add(RequestPassed{false, 2, "INFO", request});
  add(Diagnostic{"not_sip", "a start line does not end", 0});
  add(Diagnostic{"misrouted_response", "the Via of a response is not ours", std::nullopt});
  check_written(contract()["events"], actual);
}

TEST_CASE("Contract: each media request is written with the keys of its example") {
  using sdp::Direction;
  using usage::MediaRequest;
  using Type = MediaRequest::Type;
  std::vector<Json> actual;
  const auto add = [&actual](MediaRequest request) {
    actual.push_back(written(std::move(request), SIPML_MEDIA));
  };
  add({Type::create_offer, 2, 1, {Direction::sendonly, std::nullopt}, true, false, "", true, true});
  MediaRequest answer{
      Type::prepare_answer, 2, 2, {Direction::sendrecv, Direction::recvonly}, false, false, "v"};
  answer.rtcp_mux = false;
  add(answer);
  answer.type = Type::create_answer;
  answer.token = 3;
  answer.directions.video = Direction::inactive;
  answer.ice_restart = true;
  answer.trickle = true;
  add(answer);
  add({Type::apply_answer, 2, 4, {}, false, true, "v"});
  add({Type::review_offer, 2, 5, {}, false, false, "v"});
  add({Type::review_answer, 2, 6, {}, false, false, "v"});
  const char* const candidate = "candidate:1 1 udp 2122260223 192.0.2.1 50000 typ host";
  add({Type::add_candidate, 2, 0, {}, false, false, "", false, false, "0", candidate, "EsAw"});
  add({Type::send_key_frame, 2, 0, {}, false, false, ""});
  add({Type::rollback, 2, 0, {}, false, false, ""});
  add({Type::close, 2, 0, {}, false, false, ""});
  check_written(contract()["media_requests"], actual);
}

TEST_CASE("Contract: logs, errors, and bodies beside their heads") {
  const Json json = contract();
  using Kind = usage::Log::Kind;
  check_written(
      json["logs"],
      {written(usage::Log{true, "x"}, SIPML_LOG), written(usage::Log{false, "x"}, SIPML_LOG),
       written(usage::Log{true, "x", Kind::before, 2}, SIPML_LOG),
       written(usage::Log{false, "x", Kind::after, 2, {"profile", "pairing"}}, SIPML_LOG)});
  REQUIRE(json["command_errors"].size() == 6);
  for (std::size_t i = 0; i < 6; ++i)
    CHECK(json["command_errors"][i]["code"] ==
          bridge::name(static_cast<usage::CommandErrorCode>(i)));
  CHECK(bridge::to_head(usage::Log{true, "x"}).body == "x");
  CHECK(bridge::to_head(usage::Event(usage::CallInfo{1, "a/b", "body"})).body == "body");
  usage::MediaRequest request;
  request.description = "v=0";
  CHECK(bridge::to_head(request).body == "v=0");
  const bridge::Head transmit = bridge::to_head(usage::Transmit{"BYE"});
  CHECK(transmit.kind == SIPML_TRANSMIT);
  CHECK(transmit.body == "BYE");
  CHECK(transmit.json.empty());
}
