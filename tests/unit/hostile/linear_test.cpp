/// Every parser and writer takes time that grows with its input and no faster, whatever the input
/// is made of; what is refused for a limit is refused in such a time, too.
#include <doctest/doctest.h>

#include <algorithm>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include "auth/digest.hpp"
#include "base/limits.hpp"
#include "bridge/functions.hpp"
#include "bridge/functions_abi.h"
#include "bridge/json_command.hpp"
#include "grammar/tokens.hpp"
#include "message/headers/header_value.hpp"
#include "message/message.hpp"
#include "message/multipart.hpp"
#include "message/redact.hpp"
#include "message/write_message.hpp"
#include "negotiation/hold.hpp"
#include "negotiation/rewrite.hpp"
#include "sdp/description.hpp"
#include "unit/agent/phone.hpp"
#include "unit/hostile/hostile.hpp"
#include "uri/name_addr.hpp"

using namespace sipml;
using hostile::repeat;

namespace {

constexpr std::size_t smallest = 128 * 1024;
constexpr std::size_t largest = 1024 * 1024;
/// Seconds that are nothing to complain of, even for `largest` and without optimization: a
/// quadratic pass over a megabyte takes far more.
constexpr double little = 0.1;
constexpr double growth_of_a_doubling = 3;

/// Makes an input of about that many octets.
using Input = std::function<std::string(std::size_t)>;
using Work = std::function<void(const std::string&)>;

double seconds_of(const Work& work, const std::string& input, int runs) {
  double least = 1e9;
  for (int i = 0; i < runs; ++i) {
    const std::clock_t begin = std::clock();
    work(input);
    least = std::min(least, static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
  }
  return least;
}

/// Measures `largest` alone when that shows enough; else each doubling, the best of several runs.
void check_linear(const std::string& name, const Work& work, const Input& input,
                  std::size_t from = smallest, std::size_t to = largest) {
  INFO(name);
  // What is quadratic is stopped here, before it takes minutes.
  REQUIRE(seconds_of(work, input(from), 1) < 1);
  if (seconds_of(work, input(to), 1) < little) return;
  double before = seconds_of(work, input(from), 5);
  for (std::size_t size = from * 2; size <= to; size *= 2) {
    const double now = seconds_of(work, input(size), 3);
    CHECK_MESSAGE(now <= std::max(before * growth_of_a_doubling, little),
                  size << " octets took " << now << " s, half of them " << before << " s");
    before = now;
  }
}

/// `unit` again and again between two texts.
Input around(std::string before, std::string unit, std::string after = {}) {
  return [=](std::size_t size) { return before + repeat(unit, size / unit.size()) + after; };
}

/// What delimits, quotes, escapes, nests or folds, alone and in pairs.
const std::string units[] = {
    "\"", "\\",   "<",     ">",     "(",         ")",        "()",    ",",
    ";",  " ",    "=",     "%",     "%41",       ":",        "@",     "?",
    "\t", "0",    "a",     "\"\",", "\"a\\\"\"", "<>,",      "<\"",   "<sip:a@b>,",
    "a,", ";a=b", ";a=\"", "a=b, ", "a=\"b\",",  "(\\(",     "\r\n ", "\r\n",
    "/a", "&a=b", ".",     "[",     "1.",        "\xC3\xBC", "\xFF",  "SIP/2.0/WS a,",
};

void check_units(const std::string& name, const Work& work, const std::string& before = {},
                 const std::string& after = {}, std::size_t from = smallest,
                 std::size_t to = largest) {
  const std::string_view worst[] = {"\"", "\\", "<", "a,", "(\\("};
  for (const std::string& unit : units) {
    const bool is_worst = std::find(std::begin(worst), std::end(worst), unit) != std::end(worst);
    // A quarter of the size shows as much, and saves the tests' time.
    const std::size_t part = is_worst || to < smallest ? 1 : 4;
    check_linear(name + " of " + unit, work, around(before, unit, after), from / part, to / part);
  }
}

const std::string head =
    "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/WS a.invalid;branch=z9hG4bKx\r\n"
    "From: <sip:c@d>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\n";

void read_message(const std::string& text) {
  const auto message = message::parse_message(text);
  if (!message) return;
  for (const auto& [name, value] : message->all_headers()) (void)grammar::split_list(value);
  for (auto name :
       {message::HeaderName::via, message::HeaderName::contact, message::HeaderName::record_route})
    (void)message->values(name);
  (void)message->addresses(message::HeaderName::contact);
  (void)message::redact(text);
}

/// As many header lines as there is room for, each of ten thousand octets and one of a few.
Input lines_of(std::string name, std::string unit, std::size_t octets) {
  return [=](std::size_t size) {
    const std::string line = name + ": " + repeat(unit, octets / unit.size()) + "\r\n";
    return head + repeat(line, size / line.size()) + "\r\n";
  };
}

constexpr std::size_t message_from = limits::message_size / 8;
constexpr std::size_t message_to = limits::message_size - 4096;

}  // namespace

TEST_CASE("Linear time: messages") {
  for (const std::string& unit : units) {
    check_linear("one header of " + unit, read_message, around(head + "X: ", unit, "\r\n\r\n"),
                 message_from, message_to);
    check_linear("start line of " + unit, read_message, around("", unit), message_from, message_to);
    for (const char* name : {"Via", "To", "Contact", "Route", "X"})
      for (std::size_t octets : {std::size_t{10000}, unit.size()})
        check_linear(std::string(name) + " of " + unit, read_message, lines_of(name, unit, octets),
                     message_from, message_to);
  }
  for (const char* line : {"\r\n", "x\r\n", ":\r\n", "X:\r\n", "X:\r\n ", "l:0\r\n", "l:1\r\n",
                           "\n", "\r", "X\n", "\r\r\n"})
    check_linear(std::string("lines ") + line, read_message, around(head, line, "\r\n"),
                 message_from, message_to);
  check_linear("empty lines in front", read_message, around("", "\r\n", head + "\r\n"),
               message_from, message_to);
  check_linear("too long", read_message, around(head + "\r\n", "x"));
}

TEST_CASE("Linear time: the pieces of the grammar") {
  using namespace grammar;
  check_units("split_list", [](const std::string& text) { (void)split_list(text); });
  check_units("find_unquoted", [](const std::string& text) { (void)find_unquoted(text, '#'); });
  check_units(
      "parse_parameters", [](const std::string& text) { (void)parse_parameters(text); }, ";a=");
  check_units(
      "quoted strings",
      [](const std::string& text) {
        (void)quoted_string_length(text);
        (void)unquote(text);
        (void)unquote(quote(text));
      },
      "\"", "\"");
  check_units("escapes", [](const std::string& text) {
    (void)uri::unescape(text);
    (void)uri::escape_user(text);
  });
}

TEST_CASE("Linear time: addresses") {
  const Work address = [](const std::string& text) {
    (void)uri::parse(text);
    (void)uri::parse_name_addr(text);
    (void)uri::parse_name_addr('<' + text + '>');
    (void)uri::parse_destination(text, "example.org");
    if (const auto parsed = uri::parse(text)) (void)uri::equivalent(*parsed, *parsed);
  };
  for (const char* before : {"", "sip:", "sip:a@b", "sip:a@b?a=b", "tel:+1", "\"", "\"a\" <sip:"}) {
    check_units(std::string("address ") + before, address, before, "", 64 * 1024, 512 * 1024);
    check_units(std::string("short address ") + before, address, before, "", limits::uri_size / 8,
                limits::uri_size - 32);
  }
}

TEST_CASE("Linear time: every header with a structure") {
  // One name of each kind of value; the others of the kind share its code.
  std::vector<message::HeaderName> names;
  std::vector<message::ValueKind> kinds;
  for (std::size_t i = 1; i < static_cast<std::size_t>(message::HeaderName::count); ++i) {
    const auto name = static_cast<message::HeaderName>(i);
    const auto kind = message::header_row(name).kind;
    if (std::find(kinds.begin(), kinds.end(), kind) != kinds.end()) continue;
    kinds.push_back(kind);
    names.push_back(name);
  }
  CHECK(names.size() > 10);
  for (const message::HeaderName name : names)
    check_units(
        std::string(to_string(name)),
        [name](const std::string& text) {
          if (const auto values = message::parse_header_value(name, text))
            (void)message::to_string(name, *values);
        },
        "", "", smallest / 2, largest / 2);
}

TEST_CASE("Linear time: challenges and credentials") {
  const Work digest = [](const std::string& text) {
    if (const auto parsed = auth::parse_digest(text)) (void)auth::choose_qop(*parsed);
  };
  check_units("digest", digest, "Digest ");
  check_units("digest value", digest, "Digest a=\"");
  check_units("qop", digest, "Digest qop=\"", "\"");
  check_linear(
      "hash",
      [](const std::string& text) {
        for (auto algorithm :
             {auth::Algorithm::md5, auth::Algorithm::sha256, auth::Algorithm::sha512_256})
          (void)auth::ha1(algorithm, text, text, text);
      },
      around("", "a"), smallest / 8, largest / 8);
}

TEST_CASE("Linear time: session descriptions") {
  // A description comes in a message.
  constexpr std::size_t sdp_from = limits::message_size / 32;
  constexpr std::size_t sdp_to = limits::message_size / 4;
  const std::string session =
      "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
      "a=fingerprint:sha-256 AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:"
      "AB:AB:AB:AB:AB:AB:AB:AB:AB\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789abcdefghijkl\r\n"
      "a=setup:actpass\r\n";
  const std::string audio = "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\nc=IN IP4 0.0.0.0\r\na=rtcp-mux\r\n";
  bridge::Functions functions;
  const Work work = [&functions](const std::string& text) {
    (void)functions.call(SIPML_PARSE_SDP, {}, text);
    if (const auto parsed = sdp::parse(text)) {
      (void)sdp::write(*parsed);
      (void)negotiation::is_remote_hold(*parsed);
      (void)negotiation::summarise(*parsed);
    }
    negotiation::LocalOptions options;
    options.session_name = "x";
    options.audio_bandwidth = 1;
    options.audio_wire_direction = sdp::Direction::sendonly;
    (void)negotiation::local_description(text, options);
    (void)negotiation::local_answer(text, text, options);
    (void)negotiation::remote_answer(text, text, options);
    if (const auto offer = negotiation::remote_offer(text))
      (void)negotiation::offer_to_prepare(*offer);
  };
  for (const std::string& before : {session, session + audio}) {
    for (const std::string& unit : units) {
      check_linear("a= of " + unit, work, around(before + "a=x:", unit, "\r\n"), sdp_from, sdp_to);
      check_linear("group of " + unit, work, around(before + "a=group:BUNDLE ", unit, "\r\n"),
                   sdp_from, sdp_to);
    }
    for (const char* name : {"fmtp:0", "rtpmap:0", "candidate:", "ssrc:", "simulcast:", "msid:",
                             "acap:", "pcfg:", "extmap:", "remote-candidates:", "ssrc-group:"}) {
      for (const char* unit : {" ", "a ", "a=b;", ";", ",", "/", "0", "1 ", "|", "a"})
        check_linear(std::string(name) + " of " + unit, work,
                     around(before + "a=" + name + ' ', unit, "\r\n"), sdp_from, sdp_to);
    }
    for (const char* line :
         {"a=x\r\n", "a=mid:a\r\n", "a=sendrecv\r\n", "b=AS:1\r\n", "c=IN IP4 0.0.0.0\r\n",
          "s=x\r\n", "a=group:BUNDLE a\r\n", "a=fingerprint:sha-1 A\r\n",
          "a=rtpmap:0 PCMU/8000\r\n", "\r\n", "\n", "a=fmtp:0 a=b\r\n", "a=rtcp-fb:0 nack\r\n",
          "a=candidate:1 1 udp 1 1.1.1.1 1 typ host\r\n", "a=ssrc:1 cname:a\r\n",
          "a=extmap:1 a\r\n", "a=rid:1 send\r\n", "t=0 0\r\n", "k=x\r\n"})
      check_linear(std::string("lines ") + line, work, around(before, line), sdp_from, sdp_to);
  }
  // As many m-lines as may be, each with its own name, and a session part as long as them.
  check_linear(
      "m-lines", work,
      [&](std::size_t size) {
        std::string text = session + "a=group:BUNDLE";
        std::string media;
        const std::size_t count = limits::sdp_media_count;
        for (std::size_t i = 0; i < count; ++i) {
          text += ' ' + std::to_string(i);
          media += audio + "a=mid:" + std::to_string(i) + "\r\n" +
                   repeat("a=rtpmap:0 PCMU/8000\r\n", size / count / 44);
        }
        return text + "\r\n" + repeat("a=x\r\n", size / 10) + media;
      },
      sdp_from, sdp_to);
  check_linear(
      "formats", work,
      [&](std::size_t size) {
        std::string text = session + "m=audio 9 UDP/TLS/RTP/SAVPF";
        std::string maps;
        for (std::size_t i = 0; text.size() + maps.size() < size; ++i) {
          text += ' ' + std::to_string(i);
          maps += "a=rtpmap:" + std::to_string(i) + " a/8000\r\n";
        }
        return text + "\r\n" + maps;
      },
      sdp_from, sdp_to);
  check_linear(
      "formats alone", work,
      [&](std::size_t size) {
        std::string text = session + "m=audio 9 UDP/TLS/RTP/SAVPF";
        for (std::size_t i = 0; text.size() < size; ++i) text += ' ' + std::to_string(i);
        return text + "\r\na=rtcp-mux\r\n";
      },
      sdp_from, sdp_to);
  check_linear(
      "bundled names", work,
      [&](std::size_t size) {
        std::string text = session + "a=group:BUNDLE";
        for (std::size_t i = 0; text.size() < size; ++i) text += ' ' + std::to_string(i);
        return text + "\r\n" + audio + "a=mid:0\r\n";
      },
      sdp_from, sdp_to);
}

TEST_CASE("Linear time: capabilities of a peer that no configuration makes use of") {
  const std::string session = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n";
  const std::string audio = "m=audio 9 RTP/AVP 0\r\na=acap:1 x\r\n";
  const std::string keyed =
      "a=acap:2 fingerprint:sha-1 AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB\r\n"
      "a=pcfg:1 a=2";
  const Work work = [](const std::string& text) { (void)negotiation::remote_offer(text); };
  constexpr std::size_t from = limits::message_size / 16;
  constexpr std::size_t to = limits::message_size;
  check_linear("configurations", work, around(session + audio, "a=pcfg:1 a=1\r\n"), from, to);
  check_linear("one list", work, around(session + audio + keyed, ",1", "\r\n"), from, to);
  const auto capabilities = [&](const std::string& text) {
    return [=](std::size_t size) {
      std::string lines;
      std::string list;
      for (std::size_t i = 3; lines.size() + list.size() < size; ++i) {
        lines += "a=acap:" + std::to_string(i) + ' ' + text + "\r\n";
        list += ',' + std::to_string(i);
      }
      return session + audio + lines + keyed + list + "\r\n";
    };
  };
  for (const char* text : {"x", "setup:active", "setup:active\r\na=y"})
    check_linear(std::string("capabilities ") + text, work, capabilities(text), from, to);
}

TEST_CASE("Linear time: candidates of one generation, again and again") {
  check_linear(
      "re-INVITE",
      [](const std::string& lines) {
        agent::test::Phone phone;
        const std::string invite = agent::test::Phone::invite(1);
        const std::string beginning =
            invite.substr(0, invite.size() - 2) +
            "Recv-Info: trickle-ice\r\nContent-Type: application/sdp\r\n\r\n";
        phone.receive(beginning + std::string(agent::test::offer) + lines);
        phone.execute(agent::Accept{1, {}, {}});
        phone.execute(
            agent::MediaReady{1, phone.requests.back().token, std::string(agent::test::answer)});
        const auto answered = phone.last_sent();
        REQUIRE(answered.status() == 200);
        const auto inside = [&](const std::string& method, int number, const std::string& more) {
          const std::string n = std::to_string(number);
          return method + " sip:alice@a.invalid SIP/2.0\r\nVia: SIP/2.0/WS p;branch=z9hG4bK" +
                 method + n + "\r\nFrom: <sip:bob@example.org>;tag=b1\r\n" +
                 "To: <sip:alice@example.org>;tag=" + std::string(answered.to_tag()) +
                 "\r\nCall-ID: call1\r\nCSeq: " + n + ' ' + method +
                 "\r\nContact: <sip:bob@b.invalid>\r\n" + more;
        };
        phone.receive(inside("ACK", 1, "\r\n"));
        const std::string type = "Content-Type: application/sdp\r\n\r\n";
        phone.receive(
            inside("INVITE", 2, type + std::string(agent::test::offer) + "a=x\r\n" + lines));
        phone.receive(inside("INFO", 3,
                             "Info-Package: trickle-ice\r\nContent-Type: "
                             "application/trickle-ice-sdpfrag\r\n\r\nm=audio 9 x 0\r\na=mid:0\r\n" +
                                 lines));
        CHECK(phone.last_sent().status() == 200);
      },
      [](std::size_t size) {
        std::string lines;
        for (std::size_t i = 1; lines.size() < size; ++i)
          lines += "a=candidate:1 1 udp 1 1.1.1.1 " + std::to_string(i) + " typ host\r\n";
        return lines;
      },
      limits::message_size / 16, limits::message_size - 4096);
}

TEST_CASE("Linear time: a description of a megabyte, read and written") {
  check_units(
      "sdp",
      [](const std::string& text) {
        if (const auto parsed = sdp::parse(text)) (void)sdp::write(*parsed);
      },
      "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\n", "\r\n");
  check_units(
      "sdp line",
      [](const std::string& text) {
        if (const auto parsed = sdp::parse(text)) (void)sdp::write(*parsed);
      },
      "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\nm=audio 9 RTP/AVP 0\r\na=", "\r\n");
}

TEST_CASE("Linear time: bodies of several parts") {
  const message::HeaderFields type = {{"Content-Type", "multipart/mixed;boundary=b"}};
  const Work work = [&type](const std::string& text) { (void)message::parse_body(type, text); };
  check_units("multipart", work);
  check_units("part", work, "--b\r\nX: ", "\r\n\r\nx\r\n--b--\r\n");
  for (const char* unit : {"-", "--", "--b", "--b\r\n", "\r\n--", "\r\n--b", "\r\n--b\r\n",
                           "\n--b--\n", "--b\r\nX: y\r\n\r\n", "--b\r\nX:\r\n ", "--b--", "--b \t"})
    check_linear(std::string("multipart of ") + unit, work, around("", unit));
  const Work content = [](const std::string& text) {
    message::HeaderFields fields = {{"Content-Type", "multipart/mixed;boundary=" + text}};
    (void)message::parse_body(fields, text);
  };
  check_units("boundary", content, "\"", "\"");
  check_linear("nested", work, [](std::size_t size) {
    std::string text;
    for (std::size_t i = 0; text.size() < size; ++i)
      text += "--b\r\nContent-Type: multipart/mixed;boundary=b\r\n\r\n";
    return text;
  });
}

TEST_CASE("Linear time: JSON") {
  const Work parse = [](const std::string& text) { (void)bridge::dump(bridge::parse(text)); };
  const Work command = [](const std::string& text) {
    (void)bridge::parse_command(text, {}, agent::test::config());
    (void)bridge::parse_setup(text);
  };
  constexpr std::size_t to = limits::command_size;
  for (const char* unit :
       {"[", "{", "\"", "\\", "{\"a\":", "[0,", " ", "0", "1,", "\\u0041", "\\ud800",
        "\\ud83d\\ude00", "\"a\",", "{},", "[],", "\\\"", "\xF0\x9F\x98\x80"}) {
    for (const char* before : {"", "[", "\""})
      check_linear(std::string(before) + unit, parse, around(before, unit), to / 16, to / 2);
    check_linear(std::string("ended ") + unit, command, around("{\"type\":\"", unit, "\"}"),
                 to / 16, to / 2);
  }
  check_linear("too long", command, around("{\"type\":\"", "x", "\"}"));
  check_linear(
      "keys", parse,
      [](std::size_t size) {
        std::string text = "{\"\":0";
        for (std::size_t i = 0; text.size() < size; ++i) text += ",\"" + std::to_string(i) + "\":0";
        return text + '}';
      },
      to / 16, to / 2);
}

TEST_CASE("Linear time: the functions of the package") {
  bridge::Functions functions;
  for (const auto& [name, function] : std::initializer_list<std::pair<const char*, std::uint32_t>>{
           {"parse_uri", SIPML_PARSE_URI},
           {"parse_name_addr", SIPML_PARSE_NAME_ADDR},
           {"parse_message", SIPML_PARSE_MESSAGE},
           {"message_status", SIPML_MESSAGE_STATUS},
           {"parse_sdp", SIPML_PARSE_SDP}})
    check_units(
        name,
        [&functions, id = function](const std::string& text) {
          (void)functions.call(id, {}, text);
        },
        "", "", smallest / 8, smallest);
  for (const char* name : {"Via", "Contact", "Subject", "X", ""})
    check_units(
        std::string("parse_header ") + name,
        [&functions, name](const std::string& text) {
          (void)functions.call(SIPML_PARSE_HEADER, name, text);
        },
        "", "", smallest / 8, smallest);
  for (const auto& [name, function] : std::initializer_list<std::pair<const char*, std::uint32_t>>{
           {"compare_uris", SIPML_COMPARE_URIS},
           {"resolve_target", SIPML_RESOLVE_TARGET},
           {"parse_multipart", SIPML_PARSE_MULTIPART}})
    check_units(
        name,
        [&functions, id = function](const std::string& text) {
          (void)functions.call(id, text, text);
        },
        "sip:a@b", "", smallest / 8, smallest);
}

TEST_CASE("Linear time: what is written and shown") {
  check_units(
      "redact", [](const std::string& text) { (void)message::redact(text); },
      head + "Authorization: ");
  for (const char* line : {"\n", "Authorization: x\r\n", "Contact: <a>;ha1=x;ha1=y\r\n", " x\r\n",
                           ";ha1=", "Contact: ;ha1\r\n", "a: b\n"})
    check_linear(
        std::string("redact ") + line, [](const std::string& text) { (void)message::redact(text); },
        around(head, line));
  check_linear(
      "write",
      [](const std::string& text) {
        message::Request request;
        request.headers.assign(200, {"X", text.substr(0, text.size() / 400)});
        request.body = text.substr(text.size() / 2);
        (void)message::write(request);
      },
      around("", "x"));
}

TEST_CASE("Linear time: a user agent and what it receives") {
  agent::Agent agent(agent::test::config(), {1});
  (void)agent.execute(agent::Command(agent::Start{}), Instant{});
  agent.connected(Instant{});
  const Work work = [&agent](const std::string& text) {
    agent.receive(text, Instant{});
    while (agent.poll()) {
    }
  };
  check_units("agent", work, head + "X: ", "\r\n\r\n", message_from, message_to);
  check_units("agent with bad lines", work, head, "\r\n\r\n", message_from, message_to);
  for (const char* line : {"Via: SIP/2.0/WS a\r\n", "Via: x\r\n", "x\r\n", "Contact: x\r\n",
                           "Record-Route: <sip:x>\r\n", "Record-Route: x\r\n", "Require: x\r\n"})
    check_linear(line, work, around(head, line, "\r\n"), message_from, message_to);
}
