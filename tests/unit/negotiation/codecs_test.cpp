/// Which codecs and candidates the peer is told of.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "../sdp/samples.hpp"
#include "negotiation/rewrite.hpp"
#include "sdp/codec.hpp"

using namespace sipml;
using namespace sipml::negotiation;
using samples::crlf;
using samples::replaced;

namespace {

using Names = std::vector<std::string>;

const std::string head = crlf("v=0\no=- 1 1 IN IP4 127.0.0.1\ns=-\nt=0 0\n");

/// What the rule makes of `text`; a second pass over that must change nothing.
template <typename Rule>
std::string after(const std::string& text, Rule rule) {
  auto parsed = sdp::parse(text);
  REQUIRE(parsed);
  const std::string once = sdp::write(rule(std::move(parsed).value()));
  auto again = sdp::parse(once);
  REQUIRE(again);
  CHECK(sdp::write(rule(std::move(again).value())) == once);
  return once;
}

std::string without(const std::string& text, const Names& names) {
  return after(text, [&](sdp::Description d) { return rules::without_codecs(d, names); });
}

std::string ordered(const std::string& text, const Names& names) {
  return after(text, [&](sdp::Description d) { return rules::codec_order(d, names); });
}

std::string filtered(const std::string& text, const rules::CandidateFilter& filter) {
  return after(text, [&](sdp::Description d) { return rules::filtered_candidates(d, filter); });
}

/// `text` without its lines that begin like this.
std::string without_line(const std::string& text, std::string_view start) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t next = text.find('\n', at) + 1;
    if (!std::string_view(text).substr(at).starts_with(start)) result += text.substr(at, next - at);
    at = next;
  }
  return result;
}

const std::string video = head + crlf(R"(m=video 9 UDP/TLS/RTP/SAVPF 96 97 98 99
c=IN IP4 0.0.0.0
a=rtpmap:96 VP8/90000
a=rtcp-fb:96 nack pli
a=rtcp-fb:* ccm fir
a=rtpmap:97 rtx/90000
a=fmtp:97 apt=96
a=rtpmap:98 H264/90000
a=rtpmap:99 rtx/90000
a=fmtp:99 apt=98
a=imageattr:96 send *
)");

}  // namespace

TEST_CASE("RFC 4588 8.1: a codec goes with its rtx, parameters and feedback, and nothing else") {
  CHECK(without(video, {"vp8"}) == head + crlf(R"(m=video 9 UDP/TLS/RTP/SAVPF 98 99
c=IN IP4 0.0.0.0
a=rtcp-fb:* ccm fir
a=rtpmap:98 H264/90000
a=rtpmap:99 rtx/90000
a=fmtp:99 apt=98
)"));
  CHECK(without(video, {"opus"}) == video);
  CHECK(without(video, {}) == video);
}

TEST_CASE("RFC 3264 5.1: DTMF, static payload types, clock rates and channels can be named") {
  const std::string offer = samples::chromium_offer();
  std::string expected = replaced(offer, " 13 110 126\r\n", " 13\r\n");
  for (const char* line : {"a=rtpmap:110", "a=rtpmap:126"}) expected = without_line(expected, line);
  CHECK(without(offer, {"telephone-event"}) == expected);
  expected = without_line(replaced(offer, " 110 126\r\n", " 126\r\n"), "a=rtpmap:110");
  CHECK(without(offer, {"TELEPHONE-EVENT/48000"}) == expected);
  CHECK(without(offer, {"opus/48000/1", "PCMU/16000"}) == offer);

  const std::string plain = head + crlf("m=audio 9 RTP/AVP 0  8 \na=sendrecv\n");
  CHECK(without(plain, {"PCMU"}) == head + crlf("m=audio 9 RTP/AVP 8\na=sendrecv\n"));
  // A map without its format does not stay behind.
  const std::string stray = head + crlf("m=audio 9 RTP/AVP 8\na=rtpmap:99 foo/8000\n");
  CHECK(without(stray, {"foo"}) == head + crlf("m=audio 9 RTP/AVP 8\n"));
}

TEST_CASE("RFC 2198 5: redundancy goes with the codec that it repeats, and its own rtx as well") {
  const std::string offer = head + crlf(R"(m=audio 9 UDP/TLS/RTP/SAVPF 111 63 70 0
a=rtpmap:111 opus/48000/2
a=rtpmap:63 red/48000/2
a=fmtp:63 111/111
a=rtpmap:70 rtx/48000
a=fmtp:70 apt=63
)");
  CHECK(without(offer, {"opus"}) == head + crlf("m=audio 9 UDP/TLS/RTP/SAVPF 0\n"));
}

TEST_CASE("RFC 3264 5.1: a section that would be left without a codec stays as it is") {
  CHECK(without(video, {"VP8", "H264"}) == video);
  const std::string audio =
      head + crlf("m=audio 9 RTP/AVP 0 101\na=rtpmap:101 telephone-event/8000\n");
  CHECK(without(audio, {"PCMU"}) == audio);
  const std::string data = head + crlf("m=application 9 UDP/DTLS/SCTP 0 8\nm=audio 0 RTP/AVP 0\n");
  CHECK(without(data, {"PCMU"}) == data);
}

TEST_CASE("RFC 3264 5.1: the preferred codecs come first, each with its rtx, the rest as it was") {
  CHECK(ordered(video, {"H264"}) == replaced(video, "96 97 98 99", "98 99 96 97"));
  const std::string offer = samples::chromium_offer();
  const std::string changed = replaced(offer, "111 63 9 0 8 13 110 126", "8 111 63 9 0 13 126 110");
  CHECK(ordered(offer, {"pcma", "opus"}) == changed);
  CHECK(ordered(offer, {"opus"}) == offer);
  CHECK(ordered(offer, {"unknown"}) == offer);
  CHECK(ordered(offer, {}) == offer);
}

TEST_CASE("RFC 8839 5.1: candidates are kept by transport, type and family") {
  const std::string udp = "a=candidate:1 1 udp 9 192.0.2.1 9 typ host\r\n";
  const std::string tcp = "a=candidate:2 1 TCP 9 192.0.2.1 9 typ host tcptype active\r\n";
  const std::string srflx = "a=candidate:3 1 udp 9 2001:db8::1 9 typ srflx\r\n";
  const std::string relay = "a=candidate:4 1 udp 9 turn.example.com 9 typ relay\r\n";
  const std::string prflx = "a=candidate:5 1 udp 9 192.0.2.1 9 typ prflx\r\n";
  const std::string strange = "a=candidate:6 1 XYZ 9 192.0.2.1 9 typ host\r\n";
  const std::string before = head + "m=audio 9 RTP/AVP 0\r\n";
  const std::string end = strange + "a=end-of-candidates\r\n";
  const std::string all = before + udp + tcp + srflx + relay + prflx + end;
  using Filter = rules::CandidateFilter;
  const auto kept = [&](void (*set)(Filter&)) {
    Filter filter;
    set(filter);
    return filtered(all, filter);
  };
  CHECK(filtered(all, {}) == all);
  CHECK(kept([](Filter& f) { f.tcp = false; }) == before + udp + srflx + relay + prflx + end);
  CHECK(kept([](Filter& f) { f.udp = false; }) == before + tcp + end);
  CHECK(kept([](Filter& f) { f.host = false; }) == before + srflx + relay + prflx + end);
  CHECK(kept([](Filter& f) { f.srflx = false; }) == before + udp + tcp + relay + prflx + end);
  CHECK(kept([](Filter& f) { f.prflx = false; }) == before + udp + tcp + srflx + relay + end);
  CHECK(kept([](Filter& f) { f.relay = false; }) == before + udp + tcp + srflx + prflx + end);
  CHECK(kept([](Filter& f) { f.ipv4 = false; }) == before + srflx + relay + end);
  CHECK(kept([](Filter& f) { f.ipv6 = false; }) == before + udp + tcp + relay + prflx + end);
  CHECK(kept([](Filter& f) { f.name = false; }) == before + udp + tcp + srflx + prflx + end);

  CHECK(after(all, [](sdp::Description d) { return rules::readable_candidates(d); }) ==
        before + udp + tcp + srflx + relay + prflx + "a=end-of-candidates\r\n");
}

TEST_CASE("RFC 4733 2.1: telephone-event is kept at the clock rate of the codecs that are left") {
  const auto events = [](const std::string& text) {
    const std::string result =
        after(text, [](sdp::Description d) { return rules::telephone_event(std::move(d)); });
    const auto parsed = sdp::parse(result);
    std::string found;
    for (const std::string_view format : sdp::telephone_events(parsed->media.at(0)))
      found += std::string(format) + ' ';
    return found;
  };
  const std::string offer = samples::chromium_offer();
  CHECK(events(offer) == "110 126 ");
  CHECK(events(without(offer, {"opus"})) == "126 ");
  CHECK(events(without(offer, {"PCMU", "PCMA", "G722"})) == "110 ");
  // Firefox has one only, and uses it with opus.
  CHECK(events(without(samples::firefox_offer(), {"PCMU", "PCMA", "G722"})) == "101 ");
  CHECK(events(without(offer, {"telephone-event"})) == "");
  // Comfort noise is no codec.
  const std::string noise =
      head + crlf(
                 "m=audio 9 RTP/AVP 111 13 110 126\na=rtpmap:111 opus/48000/2\n"
                 "a=rtpmap:110 telephone-event/48000\n"
                 "a=rtpmap:126 telephone-event/8000\na=fmtp:126 0-11\n");
  CHECK(events(noise) == "110 ");
}

TEST_CASE("RFC 4733 2.4.1: our telephone-event names its events, unless it does so already") {
  const auto named = [](std::string_view lines) {
    return after(head + crlf(lines),
                 [](sdp::Description d) { return rules::telephone_event(std::move(d)); })
        .substr(head.size());
  };
  const std::string media = "m=audio 9 RTP/AVP 0 101\na=rtpmap:101 telephone-event/8000\n";
  CHECK(named(media + "a=y\n") == crlf(media + "a=fmtp:101 0-15\na=y\n"));
  CHECK(named("m=audio 9 RTP/AVP 0 101\na=fmtp:101 0-16\na=rtpmap:101 telephone-event/8000\n") ==
        crlf("m=audio 9 RTP/AVP 0 101\na=fmtp:101 0-16\na=rtpmap:101 telephone-event/8000\n"));
  for (const char* as_it_is : {"m=audio 0 RTP/AVP 101\na=rtpmap:101 telephone-event/8000\n",
                               "m=video 9 RTP/AVP 101\na=rtpmap:101 telephone-event/8000\n",
                               "m=audio 9 x 101\na=rtpmap:101 telephone-event/8000\n"})
    CHECK(named(as_it_is) == crlf(as_it_is));
}

TEST_CASE("RFC 4733 2.1: the telephone-event of the preferred codec comes first") {
  const std::string offer = samples::chromium_offer();
  CHECK(ordered(offer, {"PCMA"}) ==
        replaced(offer, "111 63 9 0 8 13 110 126", "8 111 63 9 0 13 126 110"));
  CHECK(ordered(offer, {"opus", "PCMA"}) ==
        replaced(offer, "111 63 9 0 8 13 110 126", "111 8 63 9 0 13 110 126"));
}

TEST_CASE("RFC 8839 5.1: what is not told is not told as the address behind another one either") {
  const auto told = [](void (*set)(rules::CandidateFilter&), const std::string& candidate) {
    LocalOptions options;
    set(options.candidates);
    const std::string before = head + "m=audio 9 RTP/AVP 0\r\n";
    const auto result = local_description(before + "a=candidate:" + candidate + "\r\n", options);
    return result ? result->substr(before.size()) : "error";
  };
  const auto no_host = [](rules::CandidateFilter& f) { f.host = false; };
  const auto no_srflx = [](rules::CandidateFilter& f) { f.srflx = false; };
  const auto no_tcp = [](rules::CandidateFilter& f) { f.tcp = false; };
  const std::string srflx = "1 1 udp 8 203.0.113.1 5000 typ srflx raddr 10.0.0.1 rport 4000 x y";
  const std::string blank = "1 1 udp 8 203.0.113.1 5000 typ srflx raddr 0.0.0.0 rport 9 x y";
  CHECK(told(no_host, srflx) == "a=candidate:" + blank + "\r\n");
  CHECK(told(no_host, blank) == "a=candidate:" + blank + "\r\n");
  CHECK(told(no_tcp, srflx) == "a=candidate:" + srflx + "\r\n");
  const std::string relay = "1 1 udp 8 2001:db8::1 5000 typ relay raddr 2001:db8::2 rport 4000";
  CHECK(told(no_srflx, relay) ==
        "a=candidate:1 1 udp 8 2001:db8::1 5000 typ relay raddr :: rport 9\r\n");
  CHECK(told(no_host, relay) == told(no_srflx, relay));
  CHECK(told(no_tcp, relay) == "a=candidate:" + relay + "\r\n");
  CHECK(told(no_host, "1 1 udp 8 192.0.2.1 9 typ relay raddr") ==
        "a=candidate:1 1 udp 8 192.0.2.1 9 typ relay raddr\r\n");
}

TEST_CASE("RFC 8839 4.2.1.2: a=rtcp names no address that is not told") {
  LocalOptions options;
  options.candidates.host = false;
  const auto told = [&options](const std::string& rtcp, const std::string& candidates) {
    const auto result =
        local_description(head + crlf("m=audio 4000 RTP/AVP 0\nc=IN IP4 10.0.0.1\na=rtcp:") + rtcp +
                              crlf("\na=candidate:1 1 udp 9 10.0.0.1 4000 typ host\n"
                                   "a=candidate:1 2 udp 9 10.0.0.1 4001 typ host\n") +
                              candidates,
                          options);
    REQUIRE(result);
    const auto parsed = sdp::parse(*result);
    return std::string(sdp::attribute(parsed->media.at(0).lines, "rtcp").value_or("none"));
  };
  const std::string relays = crlf(
      "a=candidate:3 1 udp 7 203.0.113.9 6000 typ relay\n"
      "a=candidate:4 2 udp 7 2001:db8::9 6001 typ relay\n");
  CHECK(told("4001 IN IP4 10.0.0.1", "") == "9 IN IP4 0.0.0.0");
  CHECK(told("4001", "") == "9 IN IP4 0.0.0.0");
  CHECK(told("4001 IN IP4 10.0.0.1", relays) == "6001 IN IP6 2001:db8::9");
  // RFC 5761 5.1.3: the port of RTP, when both have one.
  CHECK(told("4000 IN IP4 10.0.0.1", relays) == "6000 IN IP4 203.0.113.9");
  for (const char* other : {"9 IN IP4 0.0.0.0", "4001 IN IP4 10.0.0.2", "garbage"})
    CHECK(told(other, relays) == other);
  options.candidates = {};
  options.candidates.tcp = false;
  CHECK(told("4001 IN IP4 10.0.0.1", relays) == "4001 IN IP4 10.0.0.1");
}

TEST_CASE("RFC 8839 4.2.1.2: the default destination is of a candidate that is told") {
  rules::CandidateFilter filter;
  filter.host = false;
  const std::string offer =
      head + crlf(
                 "m=audio 4000 RTP/AVP 0\nc=IN IP4 10.0.0.1\n"
                 "a=candidate:1 1 udp 9 10.0.0.1 4000 typ host\n"
                 "a=candidate:2 1 udp 8 203.0.113.1 5000 typ srflx raddr 10.0.0.1 rport 4000\n"
                 "a=candidate:3 1 udp 7 203.0.113.9 6000 typ relay\n"
                 "a=candidate:4 2 udp 7 203.0.113.9 6001 typ relay\n"
                 "m=video 4000 RTP/AVP 96\nc=IN IP4 10.0.0.1\nm=video 0 RTP/AVP 96\n");
  std::string expected = replaced(offer, "a=candidate:1 1 udp 9 10.0.0.1 4000 typ host\r\n", "");
  expected = replaced(expected, "raddr 10.0.0.1 rport 4000", "raddr 0.0.0.0 rport 9");
  for (int i = 0; i < 2; ++i) {
    expected = replaced(expected, " 4000 RTP", " 6000 RTP");
    expected = replaced(expected, "c=IN IP4 10.0.0.1", "c=IN IP4 203.0.113.9");
  }
  CHECK(filtered(offer, filter) == expected);
  filter.relay = false;
  CHECK(filtered(offer, filter).find("m=audio 5000 RTP/AVP 0\r\nc=IN IP4 203.0.113.1\r\n") !=
        std::string::npos);
  filter.srflx = false;
  CHECK(filtered(offer, filter).find("m=audio 9 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\n") !=
        std::string::npos);
  // One that is not taken away stays the default, also where the session names its address.
  rules::CandidateFilter relay;
  relay.relay = false;
  CHECK(filtered(offer, relay).find("m=audio 4000 RTP/AVP 0\r\nc=IN IP4 10.0.0.1\r\n") !=
        std::string::npos);
  const std::string session =
      replaced(head, "t=0 0", "c=IN IP4 10.0.0.1\r\nt=0 0") +
      crlf(
          "m=audio 4000 RTP/AVP 0\na=candidate:1 1 udp 9 10.0.0.1 4000 typ host\n"
          "a=candidate:2 1 udp 8 2001:db8::1 5000 typ srflx\n");
  rules::CandidateFilter no_host;
  no_host.host = false;
  CHECK(filtered(session, no_host).find("m=audio 5000 RTP/AVP 0\r\nc=IN IP6 2001:db8::1\r\n") !=
        std::string::npos);
}

TEST_CASE(
    "RFC 3264 5.1, 6.1: offers and answers of ours have the codecs and candidates asked for") {
  LocalOptions options;
  options.candidates.tcp = false;
  options.removed_codecs = {"telephone-event", "VP8"};
  options.codec_order = {"PCMA", "H264"};
  const auto offer = local_description(samples::chromium_offer(), options);
  REQUIRE(offer);
  const auto parsed = sdp::parse(*offer);
  REQUIRE(parsed);
  using Formats = std::vector<std::string_view>;
  CHECK(parsed->media[0].line().formats == Formats{"8", "111", "63", "9", "0", "13"});
  CHECK(parsed->media[1].line().formats == Formats{"102", "103"});
  CHECK(offer->find(" tcp ") == std::string::npos);
  CHECK(offer->find("VP8") == std::string::npos);

  const auto answer = local_answer(samples::chromium_answer(), samples::chromium_offer(), options);
  REQUIRE(answer);
  CHECK(answer->find("telephone-event") == std::string::npos);
}

TEST_CASE("RFC 3264 6.1: the browser answers an offer with the codecs that our answer will have") {
  LocalOptions options;
  CHECK(*offer_to_answer(samples::chromium_offer(), options) == samples::chromium_offer());
  options.removed_codecs = {"opus"};
  options.codec_order = {"PCMA", "H264"};
  RuleNames changed;
  const auto offer = offer_to_answer(samples::chromium_offer(), options, &changed);
  REQUIRE(offer);
  CHECK(changed == RuleNames{"codec_removal", "codec_order"});
  const auto parsed = sdp::parse(*offer);
  REQUIRE(parsed);
  CHECK(sdp::codecs(parsed->media[0]).front().encoding == "PCMA");
  CHECK(sdp::codecs(parsed->media[1]).front().encoding == "H264");
  CHECK(offer->find("opus") == std::string::npos);
  CHECK(*offer_to_answer(*offer, options) == *offer);
}

TEST_CASE("RFC 3264 6.1: an answer with codecs that we did not offer does not make us send them") {
  LocalOptions options;
  options.removed_codecs = {"opus"};
  RuleNames changed;
  const auto answer =
      remote_answer(samples::chromium_answer(), samples::chromium_offer(), options, &changed);
  REQUIRE(answer);
  CHECK(changed == RuleNames{"codec_removal"});
  CHECK(answer->find("opus") == std::string::npos);
}

TEST_CASE("RFC 3264 6: an answer has nothing in common without its codecs that are not wanted") {
  LocalOptions options;
  options.removed_codecs = {"opus", "VP8"};
  // G726-32 was offered by nobody.
  const std::string answer = replaced(samples::chromium_answer(), "SAVPF 111 0 8 126\r\n",
                                      "SAVPF 111 98\r\na=rtpmap:98 G726-32/8000\r\n");
  const std::string audio_only = replaced(answer, "m=video 58120", "m=video 0");
  const auto ours = local_answer(audio_only, samples::chromium_offer(), options);
  REQUIRE_FALSE(bool(ours));
  CHECK(ours.error().text == "local answer, m-line 0 (audio): none of its codecs was offered");
  const auto theirs = remote_answer(audio_only, samples::chromium_offer(), options);
  REQUIRE_FALSE(bool(theirs));
  CHECK(theirs.error().code == RewriteErrorCode::nothing_in_common);
  CHECK(remote_answer(audio_only, samples::chromium_offer(), {}));
}
