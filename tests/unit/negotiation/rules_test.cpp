/// The rewriting rules, one by one: what each changes, and that it changes nothing else.
#include <doctest/doctest.h>

#include <array>
#include <string>

#include "../sdp/parsed.hpp"
#include "../sdp/samples.hpp"
#include "negotiation/rewrite.hpp"
#include "negotiation/rules/rules.hpp"

using namespace sipml::negotiation;
using samples::crlf;
using samples::parsed;
using samples::replaced;
using sipml::sdp::Description;
using sipml::sdp::Direction;

namespace {

const std::string head = crlf("v=0\no=- 1 2 IN IP4 192.0.2.1\ns=-\nt=0 0\n");

/// `text` after `rule`, which is applied twice to show that the second time changes nothing.
template <typename Rule>
std::string after(const std::string& text, Rule rule) {
  const Description once = rule(parsed(text));
  CHECK(rule(once) == once);
  return sipml::sdp::write(once);
}

std::string after_direction(const std::string& text, std::string_view kind, Direction direction) {
  return after(text,
               [&](Description d) { return rules::direction(std::move(d), kind, direction); });
}

std::string after_pairing(const std::string& answer, const std::string& offer) {
  const Description offered = parsed(offer);
  return after(answer, [&](Description d) {
    auto paired = rules::pairing(std::move(d), offered);
    if (!paired) {
      FAIL("not paired: " << paired.error().text);
      return Description{};
    }
    return rules::bundle(std::move(paired).value(), &offered);
  });
}

RewriteError pairing_error(const std::string& answer, const std::string& offer) {
  const auto paired = rules::pairing(parsed(answer), parsed(offer));
  if (!paired) return paired.error();
  FAIL("paired");
  return {};
}

}  // namespace

TEST_CASE("RFC 3264 5.1: the direction of one kind is overwritten and nothing else") {
  const std::string offer = samples::chromium_offer();
  std::string expected = offer;
  expected.replace(expected.rfind("a=sendrecv"), 10, "a=sendonly");
  CHECK(after_direction(offer, "video", Direction::sendonly) == expected);
  CHECK(after_direction(offer, "audio", Direction::recvonly) ==
        replaced(offer, "a=sendrecv", "a=recvonly"));
  CHECK(after_direction(offer, "audio", Direction::sendrecv) == offer);
  CHECK(after_direction(offer, "text", Direction::recvonly) == offer);
}

TEST_CASE("RFC 3264 5.1: a missing, inherited or repeated direction attribute becomes one") {
  const std::string media = "m=audio 9 x 0\r\na=mid:0\r\n";
  CHECK(after_direction(head + media, "audio", Direction::sendonly) ==
        head + media + "a=sendonly\r\n");
  CHECK(after_direction(head + media, "audio", Direction::sendrecv) == head + media);
  CHECK(after_direction(head + "a=recvonly\r\n" + media, "audio", Direction::sendonly) ==
        head + "a=recvonly\r\n" + media + "a=sendonly\r\n");
  CHECK(after_direction(head + "m=audio 9 x 0\r\na=recvonly\r\na=mid:0\r\na=sendrecv\r\n", "audio",
                        Direction::sendonly) ==
        head + "m=audio 9 x 0\r\na=sendonly\r\na=mid:0\r\n");
}

TEST_CASE("RFC 3264 8.4: no override revives a rejected or inactive section") {
  const std::string rejected = head + "m=audio 0 x 0\r\na=recvonly\r\n";
  CHECK(after_direction(rejected, "audio", Direction::sendonly) == rejected);
  const std::string inactive = head + "m=audio 9 x 0\r\na=inactive\r\n";
  CHECK(after_direction(inactive, "audio", Direction::sendrecv) == inactive);
}

TEST_CASE("RFC 3264 6.1: an overridden answer stays an answer to the offer") {
  const auto answered = [](Direction offered, Direction written) {
    const Description offer =
        parsed(head + "m=audio 9 x 0\r\na=" + std::string(to_string(offered)) + "\r\n");
    const std::string answer = after(head + "m=audio 9 x 0\r\na=recvonly\r\n", [&](Description d) {
      return rules::direction(std::move(d), "audio", written, &offer);
    });
    const Description result = parsed(answer);
    return sipml::sdp::direction(result, result.media.at(0));
  };
  using enum Direction;
  CHECK(answered(sendrecv, sendonly) == sendonly);
  CHECK(answered(sendrecv, sendrecv) == sendrecv);
  CHECK(answered(sendonly, sendonly) == recvonly);
  CHECK(answered(sendonly, sendrecv) == recvonly);
  CHECK(answered(sendonly, inactive) == inactive);
}

TEST_CASE("RFC 3264 6.1: what answers an overridden direction is mapped back for the browser") {
  using enum Direction;
  struct Case {
    Direction browser, written, answered, expected;
  };
  const Case cases[] = {
      // A gateway that reads the attribute from its own side.
      {recvonly, sendonly, recvonly, sendonly},
      {recvonly, sendonly, inactive, inactive},
      {recvonly, sendonly, sendonly, sendonly},
      {recvonly, sendonly, sendrecv, sendonly},
      {sendonly, recvonly, sendonly, recvonly},
      {recvonly, sendrecv, sendrecv, sendonly},
      {recvonly, sendrecv, sendonly, sendonly},
      {recvonly, sendrecv, recvonly, inactive},
      {sendrecv, sendonly, recvonly, sendrecv},
      {sendrecv, recvonly, sendonly, sendrecv},
      {sendrecv, recvonly, inactive, inactive},
      {sendrecv, inactive, inactive, inactive},
      {sendonly, inactive, sendonly, inactive},
      // What was not changed is not mapped, nor is what takes no part.
      {recvonly, recvonly, sendrecv, sendrecv},
      {inactive, sendrecv, inactive, inactive},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(to_string(c.browser)));
    CAPTURE(std::string(to_string(c.written)));
    CAPTURE(std::string(to_string(c.answered)));
    const Description offer =
        parsed(head + "m=audio 9 x 0\r\na=" + std::string(to_string(c.browser)) + "\r\n");
    const std::string answer =
        after(head + "m=audio 9 x 0\r\na=" + std::string(to_string(c.answered)) + "\r\n",
              [&](Description d) {
                return rules::answered_direction(std::move(d), offer, "audio", c.written);
              });
    const Description result = parsed(answer);
    CHECK(to_string(sipml::sdp::direction(result, result.media.at(0))) == to_string(c.expected));
  }
}

TEST_CASE("RFC 3264 6.1: the mapping leaves what is rejected, inactive or of another kind") {
  const Description offer =
      parsed(head + crlf("m=audio 9 x 0\na=recvonly\nm=video 9 x 0\na=recvonly\n"
                         "m=audio 9 x 0\na=inactive\n"));
  const std::string answer = head + crlf(
                                        "m=audio 0 x 0\na=recvonly\nm=video 9 x 0\na=recvonly\n"
                                        "m=audio 9 x 0\na=recvonly\n");
  CHECK(after(answer, [&](Description d) {
          return rules::answered_direction(std::move(d), offer, "audio", Direction::sendonly);
        }) == answer);
}

TEST_CASE("RFC 3264 6.1: the mapping settles and its result is an allowed answer") {
  using enum Direction;
  const std::array all = {sendrecv, sendonly, recvonly, inactive};
  for (const Direction browser : all)
    for (const Direction written : all)
      for (const Direction answered : all) {
        const Description offer =
            parsed(head + "m=audio 9 x 0\r\na=" + std::string(to_string(browser)) + "\r\n");
        const Description result =
            parsed(after(head + "m=audio 9 x 0\r\na=" + std::string(to_string(answered)) + "\r\n",
                         [&](Description d) {
                           return rules::answered_direction(std::move(d), offer, "audio", written);
                         }));
        if (browser == inactive || browser == written) continue;
        CHECK(sipml::sdp::is_allowed_answer(browser,
                                            sipml::sdp::direction(result, result.media.at(0))));
      }
}

TEST_CASE("RFC 8866 6.7: a session-level direction is repeated where a browser looks") {
  const auto rule = [](Description d) { return rules::media_level_direction(std::move(d)); };
  CHECK(after(head + "a=sendonly\r\nm=audio 9 x 0\r\nm=video 9 x 0\r\na=recvonly\r\n", rule) ==
        head + "a=sendonly\r\nm=audio 9 x 0\r\na=sendonly\r\nm=video 9 x 0\r\na=recvonly\r\n");
  CHECK(after(samples::chromium_offer(), rule) == samples::chromium_offer());
  CHECK(after(samples::firefox_offer(), rule) == samples::firefox_offer());
}

TEST_CASE("RFC 3264 6: a full answer is left as it is") {
  CHECK(after_pairing(samples::chromium_answer(), samples::chromium_offer()) ==
        samples::chromium_answer());
}

TEST_CASE("RFC 3264 6: a short answer is filled up with rejected sections") {
  CHECK(after_pairing(samples::gateway_answer(), samples::chromium_offer()) ==
        samples::gateway_answer() +
            crlf("a=mid:0\nm=video 0 UDP/TLS/RTP/SAVPF 96 97 102 103\na=inactive\na=mid:1\n"));

  const std::string empty = head;
  CHECK(after_pairing(empty, head + crlf("m=audio 9 x 0\nm=application 9/2 y z\na=mid:d\n")) ==
        head + crlf("m=audio 0 x 0\nc=IN IP4 0.0.0.0\na=inactive\n"
                    "m=application 0 y z\nc=IN IP4 0.0.0.0\na=inactive\na=mid:d\n"));
}

TEST_CASE("RFC 3264 6: an answer with too many m-lines or another medium is refused") {
  RewriteError error =
      pairing_error(samples::chromium_answer() + "m=text 9 x 0\r\n", samples::chromium_offer());
  CHECK(error.code == RewriteErrorCode::too_many_media);
  CHECK(error.text == "m-line 2: the answer has 3 m-lines, the offer 2");

  const std::string answer = head + crlf("m=video 9 x 0\nm=audio 9 x 0\n");
  error = pairing_error(answer, samples::chromium_offer());
  CHECK(error.code == RewriteErrorCode::other_medium);
  CHECK(error.text == "m-line 0: the answer's medium is not the offer's, audio");
}

TEST_CASE("RFC 5888 9.1: an answer has the offer's mids by position") {
  const std::string offer = samples::chromium_offer();
  // Absent, with and without a group that names them all the same.
  const std::string without = replaced(samples::chromium_answer(), "a=mid:1\r\n", "");
  CHECK(parsed(after_pairing(without, offer)).media.at(1).lines.back().value == "mid:1");

  // Renamed: the group follows.
  const std::string renamed =
      replaced(replaced(replaced(samples::chromium_answer(), "a=mid:0", "a=mid:audio"), "a=mid:1",
                        "a=mid:video"),
               "BUNDLE 0 1", "BUNDLE audio video");
  CHECK(after_pairing(renamed, offer) == samples::chromium_answer());

  // Exchanged.
  const std::string exchanged =
      replaced(replaced(samples::chromium_answer(), "a=mid:1", "a=mid:0"), "a=mid:0", "a=mid:1");
  const RewriteError error = pairing_error(exchanged, offer);
  CHECK(error.code == RewriteErrorCode::other_mid);
  CHECK(error.text == "m-line 0: the answer has the mid of m-line 1 of the offer");
}

TEST_CASE("RFC 9143 7.3: the BUNDLE group of an answer names accepted and offered sections only") {
  const std::string offer = samples::chromium_offer();
  const std::string answer = samples::chromium_answer();
  const std::string rejected = replaced(answer, "m=video 58120", "m=video 0");
  CHECK(after_pairing(rejected, offer) == replaced(rejected, "BUNDLE 0 1", "BUNDLE 0"));
  CHECK(after_pairing(replaced(answer, "BUNDLE 0 1", "BUNDLE 0 1 2"), offer) == answer);
  CHECK(after_pairing(answer, replaced(offer, "a=group:BUNDLE 0 1\r\n", "")) ==
        replaced(answer, "BUNDLE 0 1", "BUNDLE"));
  const std::string all_rejected = replaced(rejected, "m=audio 58120", "m=audio 0");
  CHECK(after_pairing(all_rejected, offer) == replaced(all_rejected, "BUNDLE 0 1", "BUNDLE"));
  const std::string other_group = replaced(answer, "BUNDLE 0 1", "LS 0 9");
  CHECK(after_pairing(other_group, offer) == other_group);
}

TEST_CASE("RFC 5764 8: the profile of sections keyed by DTLS is the browsers'") {
  const auto rule = [](Description d) { return rules::profile(std::move(d)); };
  for (const std::string_view proto :
       {"RTP/AVP", "RTP/AVPF", "RTP/SAVP", "RTP/SAVPF", "UDP/TLS/RTP/SAVP", "UDP/TLS/RTP/SAVPF"}) {
    CAPTURE(proto);
    const std::string before =
        replaced(samples::gateway_answer(), "RTP/SAVPF 8", std::string(proto) + " 8");
    CHECK(after(before, rule) ==
          replaced(samples::gateway_answer(), "RTP/SAVPF 8", "UDP/TLS/RTP/SAVPF 8"));
  }
  for (const std::string_view proto : {"TCP/TLS/RTP/SAVPF", "UDP/DTLS/SCTP", "udptl", "X"}) {
    const std::string other =
        replaced(samples::gateway_answer(), "RTP/SAVPF 8", std::string(proto) + " 8");
    CHECK(after(other, rule) == other);
  }
  CHECK(after(samples::plain_offer(), rule) == samples::plain_offer());
  CHECK(after(samples::chromium_offer(), rule) == samples::chromium_offer());
}

TEST_CASE("RFC 8122 5, RFC 9143 7.1.3: a fingerprint holds for its session, section and bundle") {
  const auto rule = [](Description d) { return rules::profile(std::move(d)); };
  const std::string key =
      "a=fingerprint:sha-1 "
      "AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD\r\n";
  const std::string media = "m=audio  9/2 RTP/AVP 0 \r\nm=video 9 RTP/AVP 0\r\n";
  CHECK(after(head + key + media, rule) ==
        head + key + "m=audio  9/2 UDP/TLS/RTP/SAVPF 0 \r\nm=video 9 UDP/TLS/RTP/SAVPF 0\r\n");
  CHECK(after(head + media + key, rule) ==
        head + "m=audio  9/2 RTP/AVP 0 \r\nm=video 9 UDP/TLS/RTP/SAVPF 0\r\n" + key);
  const std::string bundled = head + "a=group:BUNDLE a v\r\nm=audio 9 RTP/AVP 0\r\na=mid:a\r\n" +
                              key + "m=video 9 RTP/AVP 0\r\na=mid:v\r\nm=video 9 RTP/AVP 0\r\n";
  CHECK(rules::keyed_by_dtls(parsed(bundled)) == std::vector<bool>{true, true, false});
  CHECK(rules::keyed_by_dtls(parsed(replaced(bundled, "BUNDLE a v", "LS a v"))) ==
        std::vector<bool>{true, false, false});
  CHECK(rules::keyed_by_dtls(parsed(head)).empty());
}

TEST_CASE("RFC 8866 5.8: b=AS stands behind c= and replaces the one that was there") {
  const auto rule = [](Description d) { return rules::bandwidth(std::move(d), "audio", 64); };
  const std::string both = "b=AS:64\r\nb=TIAS:64000\r\n";
  CHECK(after(samples::chromium_offer(), rule) == replaced(samples::chromium_offer(),
                                                           "c=IN IP4 203.0.113.24\r\n",
                                                           "c=IN IP4 203.0.113.24\r\n" + both));
  const auto media = [&rule](std::string_view lines) {
    return after(head + crlf(lines), rule).substr(head.size());
  };
  CHECK(media("m=audio 9 x 0\n") == crlf("m=audio 9 x 0\n") + both);
  CHECK(media("m=audio 9 x 0\ni=t\nc=c\nb=CT:9\nk=x\na=y\n") ==
        crlf("m=audio 9 x 0\ni=t\nc=c\nb=CT:9\n") + both + crlf("k=x\na=y\n"));
  CHECK(media("m=audio 9 x 0\nb=AS:1\nb=RS:5\nb=TIAS:2\nb=AS:3\nc=c\n") ==
        crlf("m=audio 9 x 0\n") + both + crlf("b=RS:5\nc=c\n"));
  CHECK(media("m=audio 9 x 0\na=y\nc=c\n") == crlf("m=audio 9 x 0\n") + both + crlf("a=y\nc=c\n"));
  CHECK(media("m=audio 0 x 0\nm=video 9 x 0\n") == crlf("m=audio 0 x 0\nm=video 9 x 0\n"));
  CHECK(media("m=audio 9 x 0\nm=audio 8 x 0\n") ==
        crlf("m=audio 9 x 0\n") + both + crlf("m=audio 8 x 0\n") + both);
}

TEST_CASE("RFC 8829 5.10: a peer's b=AS of video is told to Firefox as b=TIAS") {
  const auto told = [](std::string_view lines) {
    return after(head + crlf(lines),
                 [](Description d) { return rules::readable_bandwidth(std::move(d)); })
        .substr(head.size());
  };
  CHECK(told("m=video 9 x 0\nb=AS:512\na=y\n") ==
        crlf("m=video 9 x 0\nb=AS:512\nb=TIAS:470400\na=y\n"));
  for (const char* as_it_is :
       {"m=video 9 x 0\nb=AS:512\nb=TIAS:1\n", "m=video 9 x 0\nb=AS:16\n",
        "m=video 9 x 0\nb=AS:x\n", "m=video 9 x 0\nb=AS:99999999999999999999\n",
        "m=video 0 x 0\nb=AS:512\n", "m=video 9 x 0\nb=CT:512\n", "m=audio 9 x 0\nb=AS:512\n"})
    CHECK(told(as_it_is) == crlf(as_it_is));
}

TEST_CASE(
    "RFC 8866 5.8: a limit that a codec of fixed rate cannot keep does not reach the browser") {
  const auto told = [](std::string_view lines) {
    return after(head + crlf(lines),
                 [](Description d) { return rules::readable_bandwidth(std::move(d)); })
        .substr(head.size());
  };
  const std::string pcmu = "m=audio 9 RTP/AVP 18 0 101\n";
  CHECK(told(pcmu + "b=AS:30\nb=TIAS:12500\nb=CT:9\na=y\n") == crlf(pcmu + "b=CT:9\na=y\n"));
  CHECK(told(pcmu + "b=AS:80\nb=TIAS:60000\n") == crlf(pcmu + "b=AS:80\n"));
  CHECK(told(pcmu + "b=AS:64\nb=TIAS:64000\n") == crlf(pcmu + "b=AS:64\nb=TIAS:64000\n"));
  const std::string opus = "m=audio 9 RTP/AVP 111 0\na=rtpmap:111 opus/48000/2\nb=AS:30\n";
  CHECK(told(opus) == crlf(opus));
  const std::string other = "m=audio 9 RTP/AVP 18\nb=AS:30\n";
  CHECK(told(other) == crlf(other));
}

TEST_CASE("RFC 9143 7.1: an offer's BUNDLE names each m-line that is there, once") {
  const auto told = [](std::string_view lines) {
    return after(head + crlf(lines), [](Description d) { return rules::bundle(std::move(d)); })
        .substr(head.size());
  };
  const std::string media =
      "m=audio 9 x 0\na=mid:0\nm=video 0 x 0\na=mid:1\nm=video 9 x 0\na=mid:2\n";
  CHECK(told("a=group:BUNDLE 0 1 2 3\n" + media) == crlf("a=group:BUNDLE 0 2\n" + media));
  CHECK(told("a=group:BUNDLE  0  2\n" + media) == crlf("a=group:BUNDLE  0  2\n" + media));
  CHECK(told("a=group:BUNDLE 0\na=group:BUNDLE 2 0\na=group:LS 0 9\n" + media) ==
        crlf("a=group:BUNDLE 0\na=group:BUNDLE 2\na=group:LS 0 9\n" + media));
  const std::string only = "a=group:BUNDLE 0\nm=audio 0 x 0\na=bundle-only\na=mid:0\n";
  CHECK(told(only) == crlf(only));
}

TEST_CASE("RFC 3264 8.4: hold by address is a direction for the browser") {
  const auto told = [](std::string_view lines) {
    return after(head + crlf(lines), [](Description d) { return rules::legacy_hold(std::move(d)); })
        .substr(head.size());
  };
  CHECK(told("m=audio 5000 x 0\nc=IN IP4 0.0.0.0\n") ==
        crlf("m=audio 5000 x 0\nc=IN IP4 0.0.0.0\na=sendonly\n"));
  CHECK(told("c=IN IP6 ::\nm=audio 5000 x 0\na=recvonly\nm=video 9 x 0\nc=IN IP4 192.0.2.1\n") ==
        crlf("c=IN IP6 ::\nm=audio 5000 x 0\na=inactive\nm=video 9 x 0\nc=IN IP4 192.0.2.1\n"));
  for (const char* as_it_is :
       {"m=audio 9 x 0\nc=IN IP4 0.0.0.0\na=ice-ufrag:abcd\n", "m=audio 0 x 0\nc=IN IP4 0.0.0.0\n",
        "m=audio 5000 x 0\nc=IN IP4 0.0.0.0\na=inactive\n", "m=audio 5000 x 0\n"})
    CHECK(told(as_it_is) == crlf(as_it_is));
  const auto offer = remote_offer(samples::held_offer());
  REQUIRE(offer);
  CHECK(offer->find("a=sendonly\r\n") != std::string::npos);
  CHECK(offer->find("a=sendrecv\r\n") == std::string::npos);
}

TEST_CASE("RFC 8829 5.3.1: our answer has a mid only where the offer has one") {
  const std::string offer = replaced(samples::chromium_offer(), "a=mid:1\r\n", "");
  const auto answer = local_answer(samples::chromium_answer(), offer, {});
  REQUIRE(answer);
  const Description result = parsed(*answer);
  CHECK(sipml::sdp::mid(result.media[0]) == "0");
  CHECK_FALSE(sipml::sdp::mid(result.media[1]));
  CHECK(answer->find("a=group:BUNDLE 0\r\n") != std::string::npos);
}

TEST_CASE("RFC 8866 5.3: the session name is set, and never empty") {
  const auto name = [](std::string_view text) {
    return [text](Description d) { return rules::session_name(std::move(d), text); };
  };
  CHECK(after(samples::chromium_offer(), name("A - chrome")) ==
        replaced(samples::chromium_offer(), "s=-\r\n", "s=A - chrome\r\n"));
  CHECK(after(samples::chromium_offer(), name("")) == samples::chromium_offer());
  CHECK(after(crlf("v=0\no=- 1 2 IN IP4 x\nt=0 0\n"), name("n")) ==
        crlf("v=0\no=- 1 2 IN IP4 x\ns=n\nt=0 0\n"));
}

TEST_CASE("RFC 8866 5.2: 0.0.0.0 is replaced in the o= line only") {
  const auto rule = [](Description d) { return rules::unspecified_address(std::move(d)); };
  CHECK(after(samples::firefox_offer(), rule) ==
        replaced(samples::firefox_offer(), "IN IP4 0.0.0.0\r\ns=", "IN IP4 127.0.0.1\r\ns="));
  const std::string text = crlf("v=0\no=0.0.0.0 0 0  IN IP4 10.0.0.0\ns=-\nc=IN IP4 0.0.0.0\n");
  CHECK(after(text, rule) == text);
}

TEST_CASE("RFC 8866 5: missing s= and t= lines are added in their places") {
  const auto rule = [](Description d) { return rules::mandatory_lines(std::move(d)); };
  CHECK(after(samples::gateway_answer(), rule) == samples::gateway_answer());
  CHECK(after(crlf("v=0\no=- 1 2 IN IP4 x\nm=audio 9 x 0\n"), rule) ==
        crlf("v=0\no=- 1 2 IN IP4 x\ns=-\nt=0 0\nm=audio 9 x 0\n"));
  CHECK(after(crlf("v=0\no=- 1 2 IN IP4 x\nc=IN IP4 x\nb=AS:9\na=y\n"), rule) ==
        crlf("v=0\no=- 1 2 IN IP4 x\ns=-\nc=IN IP4 x\nb=AS:9\nt=0 0\na=y\n"));
}

TEST_CASE("RFC 8839 5.1: candidates are taken out, and nothing else") {
  const auto rule = [](Description d) { return rules::without_candidates(std::move(d)); };
  const std::string body =
      "m=audio 9 x 0\n%a=candidate-like:1\na=ice-ufrag:u\n%m=video 9 x 0\n%a=mid:1\n";
  const auto filled = [&body](std::string_view lines) {
    std::string text;
    for (char c : body)
      if (c == '%')
        text += lines;
      else
        text += c;
    return head + crlf(text);
  };
  CHECK(after(filled("a=candidate:1 1 udp 1 192.0.2.1 9 typ host\na=end-of-candidates\n"), rule) ==
        filled(""));
  CHECK(after(crlf("v=0\no=- 1 2 IN IP4 x\ns=-\nt=0 0\na=end-of-candidates\n"), rule) ==
        crlf("v=0\no=- 1 2 IN IP4 x\ns=-\nt=0 0\n"));
}
