/// Every limit of src/base/limits.hpp: what is one below it or at it passes, what is one above does
/// not. tests/lint/limits.mjs checks that each constant has its row.
#include "base/limits.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "auth/digest.hpp"
#include "bridge/json_command.hpp"
#include "message/headers/expires.hpp"
#include "message/message.hpp"
#include "message/multipart.hpp"
#include "sdp/description.hpp"
#include "sdp/fragment.hpp"
#include "unit/agent/phone.hpp"
#include "unit/hostile/hostile.hpp"
#include "usage/info_content.hpp"

using namespace sipml;
using agent::test::Phone;
using bridge::Json;
using hostile::repeat;

namespace {

constexpr std::string_view request_head =
    "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/WS a.invalid;branch=z9hG4bKx\r\n"
    "From: <sip:c@d>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\n";
constexpr std::size_t request_headers = 5;

/// A request with more header lines, and whether nothing at all is wrong with it.
bool parses(const std::string& lines, const std::string& body = {}) {
  const auto message = message::parse_message(std::string(request_head) + lines + "\r\n" + body);
  return message && !message->fault() && message->diagnostics().empty();
}

bool message_size(std::size_t n) {
  return parses("", std::string(n - request_head.size() - 2, 'x'));
}
bool header_count(std::size_t n) { return parses(repeat("X: y\r\n", n - request_headers)); }
bool header_value_size(std::size_t n) { return parses("X: " + std::string(n, 'y') + "\r\n"); }
bool header_name_size(std::size_t n) { return parses(std::string(n, 'x') + ": y\r\n"); }
bool fold_count(std::size_t n) { return parses("X: y" + repeat("\r\n z", n) + "\r\n"); }

/// As header lines and as one comma list.
bool via_count(std::size_t n) {
  const std::string via = "SIP/2.0/WS a.invalid;branch=z9hG4bKx";
  const bool as_lines = parses(repeat("Via: " + via + "\r\n", n - 1));
  const bool as_list = parses("v: " + via + repeat("," + via, n - 2) + "\r\n");
  CHECK(as_lines == as_list);
  return as_lines;
}

bool routes(const std::string& name, std::size_t n) {
  const bool as_lines = parses(repeat(name + ": <sip:p;lr>\r\n", n));
  const bool as_list = parses(name + ": <sip:p;lr>" + repeat(",<sip:p;lr>", n - 1) + "\r\n");
  CHECK(as_lines == as_list);
  return as_lines;
}
bool route_count(std::size_t n) {
  const bool route = routes("Route", n);
  CHECK(route == routes("Record-Route", n));
  return route;
}

/// Whether n things that are wrong are told one by one.
bool diagnostic_count(std::size_t n) {
  const auto message =
      message::parse_message(std::string(request_head) + repeat("no name\r\n", n) + "\r\n");
  return message && message->diagnostics().size() == n;
}

bool parameter_count(std::size_t n) {
  const bool generic = bool(grammar::parse_parameters(repeat(";a", n)));
  CHECK(generic == bool(uri::parse("sip:a@b" + repeat(";a", n))));
  CHECK(generic == bool(uri::parse_name_addr("<sip:a@b>" + repeat(";a", n))));
  CHECK(generic == bool(auth::parse_digest("Digest a=b" + repeat(",a=b", n - 1))));
  return generic;
}

bool uri_size(std::size_t n) { return bool(uri::parse("sip:" + std::string(n - 6, 'a') + "@b")); }

constexpr std::string_view session = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n";

bool sdp_media_count(std::size_t n) {
  return bool(sdp::parse(std::string(session) + repeat("m=audio 9 RTP/AVP 0\r\n", n)));
}
bool sdp_line_count(std::size_t n) {
  return bool(sdp::parse(std::string(session) + repeat("a=x\r\n", n - 4)));
}

/// A multipart around a multipart, n times.
bool multipart_depth(std::size_t n) {
  std::string text = "text";
  std::string type = "text/plain";
  for (std::size_t i = 0; i < n; ++i) {
    const std::string boundary = "b" + std::to_string(i);
    text = "--" + boundary + "\r\nContent-Type: " + type + "\r\n\r\n" + text + "\r\n--" + boundary +
           "--\r\n";
    type = "multipart/mixed;boundary=" + boundary;
  }
  const message::Body body = message::parse_body({{"Content-Type", type}}, text);
  return body.diagnostics.empty() && body.parts.back().type == "text/plain";
}
bool multipart_part_count(std::size_t n) {
  const message::Body body = message::parse_body({{"Content-Type", "multipart/mixed;boundary=b"}},
                                                 repeat("--b\r\n\r\nx\r\n", n) + "--b--\r\n");
  return body.diagnostics.empty() && body.parts.size() == n + 1;
}

/// Larger numbers count as the limit.
bool delta_seconds(std::size_t n) { return message::parse_delta_seconds(std::to_string(n)) == n; }

/// n requests of ours that wait for a response; then a request of the peer finds no room either.
bool transaction_count(std::size_t n) {
  transaction::Layer layer({}, "a.invalid");
  crypto::Random random({1});
  transaction::Outbox outbox;
  bool has_room = true;
  for (std::size_t i = 0; i < n; ++i) {
    message::Request request;
    request.method = "OPTIONS";
    request.request_uri = "sip:a@b";
    has_room = layer.send_request(std::move(request), {}, 0, "WS", random, {}, outbox) != 0;
  }
  const auto message = message::parse_message(std::string(request_head) + "\r\n");
  REQUIRE(message);
  const auto arrival = layer.receive_request(*message, 0, {}, outbox).arrival;
  CHECK((arrival == transaction::Arrival::refused) == (n >= limits::transaction_count));
  return has_room;
}

/// Calls in and calls out alike.
bool call_count(std::size_t n) {
  Phone caller;
  for (std::size_t i = 1; i < n; ++i) caller.call();
  agent::PlaceCall command;
  command.to = "bob";
  command.directions.audio = sdp::Direction::sendrecv;
  const bool placed = caller.try_execute(command);
  Phone callee;
  for (std::size_t i = 0; i < n; ++i) callee.receive(Phone::invite(static_cast<int>(i)));
  CHECK(placed == (callee.count<usage::CallIncoming>() == n));
  if (!placed) CHECK(callee.last_sent().status() == 486);
  return placed;
}

bool registration_count(std::size_t n) {
  Phone phone;
  for (std::size_t i = 1; i < n; ++i) phone.execute(agent::Register{});
  return phone.try_execute(agent::Register{});
}

std::string message_of(std::size_t number) {
  const std::string n = std::to_string(number);
  return "MESSAGE sip:alice@a.invalid SIP/2.0\r\nVia: SIP/2.0/WS p;branch=z9hG4bKm" + n +
         "\r\nFrom: <sip:bob@example.org>;tag=b\r\nTo: <sip:alice@example.org>\r\nCall-ID: m" + n +
         "\r\nCSeq: 1 MESSAGE\r\n\r\n";
}

/// Requests in and out alike.
bool request_count(std::size_t n) {
  const agent::SendRequest command{"MESSAGE", "bob", {}, {}, {}, {}, {}, {}, {}};
  Phone sender;
  for (std::size_t i = 1; i < n; ++i) sender.execute(command);
  const bool taken = sender.try_execute(command);
  Phone receiver;
  for (std::size_t i = 0; i < n; ++i) receiver.receive(message_of(i));
  CHECK(taken == (receiver.count<usage::RequestIncoming>() == n));
  if (!taken) CHECK(receiver.last_sent().status() == 503);
  return taken;
}

bool publication_count(std::size_t n) {
  Phone phone;
  agent::Publish command;
  command.event = "presence";
  for (std::size_t i = 1; i < n; ++i) phone.execute(command);
  return phone.try_execute(command);
}

bool subscription_count(std::size_t n) {
  Phone phone;
  agent::Subscribe command;
  command.to = "bob";
  command.event = "presence";
  for (std::size_t i = 1; i < n; ++i) phone.execute(command);
  return phone.try_execute(command);
}

/// Whether the user may still say what to do with an offer that adds video, after n ms.
bool offer_answer_time(std::size_t n) {
  usage::Config settings = agent::test::config();
  settings.ask_upgrades = true;
  Phone phone(settings);
  const std::uint32_t call = phone.call();
  const message::Message invite = phone.last_sent();
  const std::string with = "Contact: <sip:bob@b.invalid>\r\nContent-Type: application/sdp\r\n\r\n";
  phone.receive(Phone::response(invite, 200, "b", with + std::string(agent::test::answer)));
  phone.execute(agent::MediaReady{call, 2, {}});
  std::string offer(agent::test::offer);
  offer.replace(offer.find("o=- 1 1"), 7, "o=- 2 2");
  phone.receive(
      "INVITE sip:alice@a.invalid SIP/2.0\r\nVia: SIP/2.0/WS p;branch=z9hG4bKre\r\n"
      "From: <sip:bob@example.org>;tag=b\r\nTo: " +
      std::string(*invite.header(message::HeaderName::from)) +
      "\r\nCall-ID: " + std::string(invite.call_id()) + "\r\nCSeq: 1 INVITE\r\n" + with + offer +
      "m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=mid:1\r\na=setup:actpass\r\n"
      "a=rtcp-mux\r\n");
  REQUIRE(phone.count<usage::CallOffer>() == 1);
  phone.advance(milliseconds(static_cast<std::int64_t>(n) - 1));
  return phone.try_execute(agent::AcceptOffer{call, {}});
}

/// Whether a tone lasts as long as its INFO says.
bool tone_duration(std::size_t n) {
  const auto tone =
      usage::parse_tone(usage::InfoKind::dtmf_relay, "Signal=1\r\nDuration=" + std::to_string(n));
  return (*tone)->duration == n;
}

/// Whether a request is left to the application until n ms are over.
bool request_answer_time(std::size_t n) {
  Phone phone;
  phone.receive(message_of(1));
  phone.advance(milliseconds(static_cast<std::int64_t>(n) - 1));
  return phone.sent.empty();
}

constexpr std::string_view contact = "Contact: <sip:bob@b.invalid>\r\n\r\n";

/// A BYE of an early dialog that is known is ours, if not allowed; of another one there is no call.
bool early_dialog_count(std::size_t n) {
  Phone phone;
  phone.call();
  const message::Message invite = phone.last_sent();
  for (std::size_t i = 0; i < n; ++i)
    phone.receive(Phone::response(invite, 180, "t" + std::to_string(i), contact));
  REQUIRE(phone.count<usage::CallProgress>() == n);
  // What is required and not supported is looked at in a dialog that is known, only.
  phone.receive(
      "BYE sip:alice@a.invalid SIP/2.0\r\nVia: SIP/2.0/WS p;branch=z9hG4bKbye\r\n"
      "Require: nothing\r\nFrom: <sip:bob@example.org>;tag=t" +
      std::to_string(n - 1) + "\r\nTo: " + std::string(*invite.header(message::HeaderName::from)) +
      "\r\nCall-ID: " + std::string(invite.call_id()) + "\r\nCSeq: 1 BYE\r\n\r\n");
  return phone.last_sent().status() == 420;
}

/// n reliable provisional responses, the 180 among them, that nobody acknowledges.
bool provisional_count(std::size_t n) {
  Phone phone;
  phone.receive(
      "INVITE sip:alice@a.invalid SIP/2.0\r\nVia: SIP/2.0/WS p;branch=z9hG4bKi\r\nFrom: "
      "<sip:bob@example.org>;tag=b\r\nTo: <sip:alice@example.org>\r\nCall-ID: c\r\nCSeq: 1 INVITE"
      "\r\nRequire: 100rel\r\nContent-Type: application/sdp\r\n" +
      std::string(contact) + std::string(agent::test::offer));
  for (std::size_t i = 1; i < n; ++i)
    if (!phone.try_execute(agent::Progress{1, 183, {}, {}})) return false;
  return true;
}

/// n forks answer; whether the first one, answering again, gets the ACK that it got before.
bool kept_ack_count(std::size_t n) {
  Phone phone;
  phone.call();
  const message::Message invite = phone.last_sent();
  const std::string ok = "Content-Type: application/sdp\r\n" + std::string(contact);
  std::string first;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t before = phone.sent.size();
    phone.receive(Phone::response(invite, 200, "t" + std::to_string(i),
                                  ok + std::string(agent::test::answer)));
    REQUIRE(phone.sent.size() > before);
    if (i == 0) first = phone.sent[before];
  }
  REQUIRE(first.starts_with("ACK "));
  const std::size_t before = phone.sent.size();
  phone.receive(Phone::response(invite, 200, "t0", ok + std::string(agent::test::answer)));
  REQUIRE(phone.sent.size() > before);
  return phone.sent[before] == first;
}

/// Credentials for n realms that one response asks for.
bool realm_count(std::size_t n) {
  Phone phone;
  phone.execute(agent::Register{});
  std::string challenges;
  for (std::size_t i = 0; i < n; ++i)
    challenges += "WWW-Authenticate: Digest realm=\"r" + std::to_string(i) + "\", nonce=\"n\"\r\n";
  phone.receive(Phone::response(phone.last_sent(), 401, "s", challenges + "\r\n"));
  return phone.last_sent().headers(message::HeaderName::authorization).size() == n;
}

/// Pings are answered until n answers wait; the message behind them is not read any more.
bool output_count(std::size_t n) {
  agent::Agent agent(agent::test::config(), {1});
  for (std::size_t i = 1; i < n; ++i) agent.receive("\r\n\r\n", Instant{});
  const bool taken = bool(agent.execute(agent::Command(agent::Start{}), Instant{}));
  agent.receive("\r\n\r\n", Instant{});
  std::size_t outputs = 0;
  while (agent.poll()) ++outputs;
  if (!taken) CHECK(outputs == limits::output_count);
  CHECK(bool(agent.execute(agent::Command(agent::Start{}), Instant{})));
  return taken;
}

/// A server that calls every nonce stale: how often we believe it.
bool authentication_attempts(std::size_t n) {
  Phone phone;
  phone.execute(agent::Register{});
  std::size_t sent = 0;
  for (std::size_t i = 0; i < n; ++i) {
    sent = phone.sent.size();
    phone.receive(Phone::response(phone.last_sent(), 401, "s",
                                  "WWW-Authenticate: Digest realm=\"r\", nonce=\"" +
                                      std::to_string(i) + "\", stale=true\r\n\r\n"));
  }
  return phone.sent.size() > sent;
}

/// A registrar for which no time is long enough.
bool too_brief_count(std::size_t n) {
  Phone phone;
  phone.execute(agent::Register{});
  std::size_t sent = 0;
  for (std::size_t i = 0; i < n; ++i) {
    sent = phone.sent.size();
    phone.receive(Phone::response(phone.last_sent(), 423, "s",
                                  "Min-Expires: " + std::to_string(1000 + i) + "\r\n\r\n"));
  }
  return phone.sent.size() > sent;
}

/// That many redirections are followed when the application wants as many, each to another target.
bool redirect_count(std::size_t n) {
  Phone phone;
  usage::Config config = phone.agent.config();
  config.redirects = limits::redirect_count;
  phone.execute(agent::Configure{config});
  const std::uint32_t call = phone.call();
  phone.execute(agent::MediaReady{call, 1, std::string(agent::test::offer)});
  for (std::size_t i = 0; i < n; ++i) {
    const std::string moved = "Contact: <sip:t" + std::to_string(i) + "@example.net>\r\n\r\n";
    phone.receive(Phone::response(phone.last_sent(), 302, "t", moved));
  }
  const std::string head =
      R"({"type":"configure","config":{"redirects":)" + std::to_string(n) + "}}";
  return phone.count<usage::CallRedirected>() == n &&
         static_cast<bool>(bridge::parse_command(head, {}, agent::test::config()));
}

/// "" if the command is taken, otherwise what is named; every refusal here is for a limit.
std::string refused(const Json& head, const std::string& body = {}) {
  const auto command = bridge::parse_command(bridge::dump(head), body, agent::test::config());
  if (command) return {};
  CHECK(command.error().code == usage::CommandErrorCode::limit_exceeded);
  return command.error().argument;
}

/// Whether a fragment with these lines of candidates is taken whole.
bool takes_candidates(const std::string& lines, std::size_t count) {
  const auto fragment = sdp::parse_fragment("m=audio 9 RTP/AVP 0\r\na=mid:0\r\n" + lines);
  return fragment && !fragment->fault && fragment->sections[0].candidates.size() == count;
}

/// In a fragment of the peer, and as the browser finds them.
bool candidate_count(std::size_t n) {
  std::string lines;
  Phone phone;
  const std::uint32_t call = phone.call();
  for (std::size_t i = 0; i < n; ++i) {
    const std::string candidate =
        "candidate:1 1 udp 1 192.0.2.1 " + std::to_string(1024 + i) + " typ host";
    lines += "a=" + candidate + "\r\n";
    phone.execute(agent::LocalCandidate{call, "0", candidate, {}});
  }
  phone.receive(Phone::response(phone.last_sent(), 180, "t",
                                "Contact: <sip:b@b.invalid>\r\nRecv-Info: trickle-ice\r\n\r\n"));
  const std::string& told = phone.sent.back();
  std::size_t count = 0;
  for (std::size_t at = 0; (at = told.find("a=candidate:", at)) != std::string::npos; ++at) ++count;
  const bool taken = takes_candidates(lines, n);
  CHECK(taken == (count == n));
  return taken;
}

bool candidate_size(std::size_t n) {
  std::string candidate = "candidate:1 1 udp 1 192.0.2.1 9 typ host x ";
  candidate.append(n - candidate.size(), 'y');
  Phone phone;
  const bool taken = takes_candidates("a=" + candidate + "\r\n", 1);
  CHECK(taken == phone.try_execute(agent::LocalCandidate{phone.call(), "0", candidate, {}}));
  return taken;
}

bool command_size(std::size_t n) {
  const std::string head = R"({"type":"start"})";
  const auto command =
      bridge::parse_command(head + std::string(n - head.size(), ' '), {}, agent::test::config());
  if (!command) CHECK(command.error().code == usage::CommandErrorCode::limit_exceeded);
  const std::string setup = R"({"uri":"sip:a@b","entropy":")" + std::string(64, '0') + "\"}";
  CHECK(bool(command) == bool(bridge::parse_setup(setup + std::string(n - setup.size(), ' '))));
  return bool(command);
}

bool command_depth(std::size_t n) {
  const std::string head =
      R"({"type":"start","x":)" + repeat("[", n - 1) + repeat("]", n - 1) + "}";
  return bool(bridge::parse_command(head, {}, agent::test::config()));
}

bool command_text_size(std::size_t n) {
  const std::string text(n, 'a');
  const bool taken = refused({{"type", "reject"}, {"call", 1}, {"reason", text}}).empty();
  for (const char* key : {"display_name", "authorization_user", "password", "user_agent", "domain",
                          "session_name", "instance_id"})
    CHECK(refused({{"type", "configure"}, {"config", {{key, text}}}}) ==
          (taken ? "" : std::string("config.") + key));
  const std::string type = "a/" + text.substr(2);
  CHECK(taken == refused({{"type", "info"}, {"call", 1}, {"content_type", type}}).empty());
  CHECK(refused({{"type", "accept"}, {"call", 1}, {"codec_order", Json::array({text})}}) ==
        (taken ? "" : "codec_order[0]"));
  // What the browser says is cut, and never in the middle of a character.
  std::string shown = std::string(n - 2, 'a') + "\xC3\xBC";
  const auto failed = bridge::parse_command(
      bridge::dump({{"type", "media_failed"}, {"call", 1}, {"token", 1}, {"message", shown}}), {},
      agent::test::config());
  REQUIRE(failed);
  if (!taken) shown.resize(n - 2);
  CHECK(std::get<agent::MediaFailed>(*failed).text == shown);
  return taken;
}

Json fields(std::size_t n) {
  Json array = Json::array();
  for (std::size_t i = 0; i < n; ++i) array.push_back({{"name", "X"}, {"value", "y"}});
  return array;
}

bool command_header_count(std::size_t n) {
  const bool taken = refused({{"type", "hangup"}, {"call", 1}, {"headers", fields(n)}}).empty();
  CHECK(refused({{"type", "configure"}, {"config", {{"headers", fields(n)}}}}) ==
        (taken ? "" : "config.headers"));
  return taken;
}

bool command_cap_count(std::size_t n) {
  return refused({{"type", "register"}, {"caps", fields(n)}}).empty();
}

struct Row {
  const char* name;
  std::size_t limit;
  bool (*passes)(std::size_t);
};

// clang-format off
#define ROW(name) \
  { #name, static_cast < std::size_t>(limits::name), name }
constexpr Row rows[] = {
    ROW(message_size),
    ROW(header_count),
    ROW(header_value_size),
    ROW(header_name_size),
    ROW(fold_count),
    ROW(via_count),
    ROW(route_count),
    ROW(diagnostic_count),
    ROW(parameter_count),
    ROW(uri_size),
    ROW(multipart_depth),
    ROW(multipart_part_count),
    ROW(sdp_media_count),
    ROW(sdp_line_count),
    ROW(candidate_count),
    ROW(candidate_size),
    ROW(delta_seconds),
    ROW(transaction_count),
    ROW(call_count),
    ROW(registration_count),
    ROW(request_count),
    ROW(request_answer_time),
    ROW(publication_count),
    ROW(subscription_count),
    ROW(offer_answer_time),
    ROW(tone_duration),
    ROW(early_dialog_count),
    ROW(provisional_count),
    ROW(kept_ack_count),
    ROW(realm_count),
    ROW(output_count),
    ROW(authentication_attempts),
    ROW(too_brief_count),
    ROW(redirect_count),
    ROW(command_size),
    ROW(command_depth),
    ROW(command_text_size),
    ROW(command_header_count),
    ROW(command_cap_count),
};
#undef ROW
// clang-format on

}  // namespace

TEST_CASE("Limits: each holds at the limit and on both sides of it") {
  for (const Row& row : rows) {
    INFO(std::string(row.name));
    CHECK(row.passes(row.limit - 1));
    CHECK(row.passes(row.limit));
    CHECK_FALSE(row.passes(row.limit + 1));
  }
}

TEST_CASE("Limits: the lists of a command have the limits of what they are written into") {
  using limits::header_value_size;
  const auto header = [](std::size_t name, std::size_t value) {
    return refused({{"type", "hangup"},
                    {"call", 1},
                    {"headers", Json::array({{{"name", std::string(name, 'x')},
                                              {"value", std::string(value, 'y')}}})}});
  };
  CHECK(header(limits::header_name_size, 1).empty());
  CHECK(header(limits::header_name_size + 1, 1) == "headers[0].name");
  CHECK(header(1, header_value_size).empty());
  CHECK(header(1, header_value_size + 1) == "headers[0].value");
  const auto to = [](std::size_t size) {
    return refused({{"type", "call"}, {"to", "sip:" + std::string(size - 6, 'a') + "@b"}});
  };
  CHECK(to(limits::uri_size).empty());
  CHECK(to(limits::uri_size + 1) == "to");
  const auto content = [](std::size_t size) {
    return refused({{"type", "media_ready"}, {"call", 1}, {"token", 1}}, std::string(size, 'x'));
  };
  CHECK(content(limits::message_size).empty());
  CHECK(content(limits::message_size + 1) == "body");
}

TEST_CASE("Limits: what a command may hold at most can be sent and read again") {
  Phone phone;
  message::HeaderFields full(limits::command_header_count, {"X-Header", "value"});
  message::HeaderFields caps;
  for (std::size_t i = 0; i < limits::command_cap_count; ++i)
    caps.push_back({"+cap" + std::to_string(i), "\"value\""});
  usage::Config config = phone.agent.config();
  config.headers = full;
  config.instance_id = "urn:uuid:00000000-0000-1000-8000-000A95A0E128";
  config.display_name = std::string(limits::command_text_size, '"');
  phone.execute(agent::Configure{config});
  agent::Register command;
  command.options.headers = full;
  command.options.caps = caps;
  phone.execute(command);
  const message::Message sent = phone.last_sent();
  CHECK_FALSE(sent.fault());
  CHECK(sent.diagnostics().empty());
  CHECK(sent.from().display_name == config.display_name);
  const auto own = uri::parse_name_addr(*sent.header(message::HeaderName::contact));
  REQUIRE(own);
  CHECK(grammar::parameter_value(own->parameters, "+cap31") == "value");
}

TEST_CASE("Limits: a declared length reserves nothing and changes nothing") {
  for (const char* length : {"2147483647", "4294967295", "4294967296", "99999999999999999999"}) {
    const auto message = message::parse_message(std::string(request_head) +
                                                "Content-Length: " + length + "\r\n\r\nbody");
    REQUIRE(message);
    REQUIRE(message->fault());
    CHECK(message->fault()->status == 400);
    CHECK(message->bytes().capacity() < 2048);
  }
}
