/// Trickled candidates as a body (RFC 8840 9).
#include "sdp/fragment.hpp"

#include <doctest/doctest.h>

#include <string>

#include "base/limits.hpp"
#include "samples.hpp"

using namespace sipml::sdp;

namespace {

constexpr std::string_view host = "candidate:1 1 UDP 2130706432 192.0.2.1 5000 typ host";
constexpr std::string_view reflexive =
    "candidate:2 1 UDP 1694498815 198.51.100.3 5001 typ srflx raddr 192.0.2.1 rport 5000";

constexpr std::string_view whole =
    "a=ice-ufrag:8hhY\r\n"
    "a=ice-pwd:asd88fgpdd777uzjYhagZg\r\n"
    "a=group:BUNDLE 0 v\r\n"
    "m=audio 9 RTP/AVP 0\r\n"
    "a=mid:0\r\n"
    "a=candidate:1 1 UDP 2130706432 192.0.2.1 5000 typ host\r\n"
    "a=candidate:2 1 UDP 1694498815 198.51.100.3 5001 typ srflx raddr 192.0.2.1 rport 5000\r\n"
    "m=video 9 RTP/AVP 0\r\n"
    "a=mid:v\r\n"
    "a=end-of-candidates\r\n";

Fragment read(std::string_view text) {
  auto result = parse_fragment(text);
  REQUIRE(result);
  return std::move(result).value();
}

}  // namespace

TEST_CASE("RFC 8840 9: a fragment with all that it can say is read and written as it was") {
  const Fragment fragment = read(whole);
  CHECK_FALSE(fragment.fault);
  CHECK(fragment.group == "BUNDLE 0 v");
  REQUIRE(fragment.sections.size() == 2);
  CHECK(fragment.sections[0].mid == "0");
  CHECK(fragment.sections[0].kind == "audio");
  CHECK(fragment.sections[0].ufrag == "8hhY");
  CHECK(fragment.sections[0].candidates ==
        std::vector<std::string>{std::string(host), std::string(reflexive)});
  CHECK_FALSE(fragment.sections[0].ended);
  CHECK(fragment.sections[1].pwd == "asd88fgpdd777uzjYhagZg");
  CHECK(fragment.sections[1].ended);
  CHECK(write_fragment(fragment) == whole);
}

TEST_CASE("RFC 8840 9: credentials of one section, and an end for all") {
  const Fragment fragment = read(
      "a=ice-ufrag:sess\na=ice-pwd:0123456789012345678901\na=end-of-candidates\n"
      "m=audio 9 RTP/AVP 0\na=mid:0\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\n"
      "m=video 9 RTP/AVP 0\na=mid:1\na=ice-ufrag:medi\na=ice-pwd:1111111111111111111111\n");
  REQUIRE(fragment.sections.size() == 2);
  CHECK(fragment.sections[0].ufrag == "sess");
  CHECK(fragment.sections[1].ufrag == "medi");
  CHECK(fragment.sections[0].ended);
  CHECK(fragment.sections[1].ended);
  CHECK(write_fragment(fragment) ==
        "m=audio 9 RTP/AVP 0\r\na=mid:0\r\na=ice-ufrag:sess\r\n"
        "a=ice-pwd:0123456789012345678901\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n"
        "a=end-of-candidates\r\n"
        "m=video 9 RTP/AVP 0\r\na=mid:1\r\na=ice-ufrag:medi\r\n"
        "a=ice-pwd:1111111111111111111111\r\na=end-of-candidates\r\n");
}

TEST_CASE("RFC 8840 9: what cannot be used costs itself, and tells where it stands") {
  const std::string text =
      "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\na=ice-ufrag:8hhY\r\na=ice-pwd:x\r\n"
      "m=audio 9 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=rtcp-mux\r\n";
  CHECK_FALSE(read(text).fault);
  for (const std::string_view bad : {"a=candidate:1 1 udp 1 192.0.2.1 9 typ cousin", "nonsense",
                                     "a", "=", "a=x\ry", "m=video 9 RTP/AVP 0"}) {
    CAPTURE(std::string(bad));
    const Fragment fragment = read(text + std::string(bad) + "\r\n");
    CHECK(fragment.fault == text.size());
    REQUIRE(fragment.sections.size() == 1);
    CHECK(fragment.sections[0].candidates.empty());
  }
  const std::string early = "a=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n";
  CHECK(read(early + text).fault == 0);
}

TEST_CASE("RFC 8840 9: text that is no fragment at all is an error") {
  for (const std::string_view text : {"", "\r\n", "hello", "a=ice-ufrag:8hhY\r\n"}) {
    const auto result = parse_fragment(text);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == ParseErrorCode::empty);
  }
}

TEST_CASE(
    "RFC 8840 4.4: the same address and port, transport and component is the same candidate") {
  CHECK(same_candidate(host, "candidate:9 1 udp 77 192.0.2.1 5000 typ srflx generation 0"));
  CHECK_FALSE(same_candidate(host, "candidate:1 2 udp 2130706432 192.0.2.1 5000 typ host"));
  CHECK_FALSE(same_candidate(host, "candidate:1 1 udp 2130706432 192.0.2.1 5001 typ host"));
  CHECK_FALSE(same_candidate(host, "candidate:1 1 tcp 2130706432 192.0.2.1 5000 typ host"));
  CHECK_FALSE(same_candidate(host, "candidate:1 1 udp 2130706432 192.0.2.2 5000 typ host"));
  CHECK_FALSE(same_candidate("x", "x"));
  Fragment fragment;
  FragmentSection& section = fragment.sections.emplace_back();
  CHECK(add_candidate(fragment, section, host));
  CHECK_FALSE(add_candidate(fragment, section, host));
  CHECK(add_candidate(fragment, section, reflexive));
  CHECK(section.candidates.size() == 2);
}

TEST_CASE("RFC 8840 4.4: what is known of a generation stays in front, up to the limit") {
  const auto described = [](const std::string& ufrag, std::size_t first, std::size_t count) {
    std::string text = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=ice-ufrag:" + ufrag +
                       "\r\nm=audio 9 x 0\r\na=mid:0\r\n";
    for (std::size_t i = first; i < first + count; ++i)
      text += "a=candidate:1 1 udp 1 1.1.1.1 " + std::to_string(i) + " typ host\r\n";
    const auto parsed = parse(text);
    return parsed ? fragment_of(*parsed) : Fragment();
  };
  Fragment known = described("abcd", 1, 2);
  Fragment told = described("abcd", 2, 2);
  CHECK(keep_known(told, known));
  CHECK(told.sections.at(0).candidates == described("abcd", 1, 3).sections.at(0).candidates);
  CHECK_FALSE(keep_known(told, described("efgh", 9, 2)));
  CHECK(told.sections.at(0).candidates.size() == 3);

  known = described("abcd", 1, 10000);
  CHECK(known.sections.at(0).candidates.size() == sipml::limits::candidate_count);
  told = described("abcd", 5000, 10000);
  CHECK(keep_known(told, known));
  CHECK(told.sections == known.sections);
}

TEST_CASE("RFC 8445 9: other credentials are another generation") {
  const Fragment a = read(whole);
  Fragment b = a;
  CHECK(same_generation(a, b));
  b.sections.pop_back();
  CHECK(same_generation(a, b));
  b.sections[0].pwd += "x";
  CHECK_FALSE(same_generation(a, b));
  b.sections.clear();
  CHECK_FALSE(same_generation(a, b));
}

TEST_CASE("RFC 8840 9: a description as a fragment") {
  const auto parsed = parse(
      "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\na=group:LS 0 1\r\na=group:BUNDLE 0 1\r\n"
      "a=ice-ufrag:sess\r\na=ice-pwd:p\r\n"
      "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n"
      "a=candidate:nonsense\r\na=end-of-candidates\r\n"
      "m=video 0 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\n"
      "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:2\r\na=ice-ufrag:medi\r\n"
      "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n");
  REQUIRE(parsed);
  Fragment fragment = fragment_of(*parsed);
  CHECK(fragment.group == "BUNDLE 0 1");
  REQUIRE(fragment.sections.size() == 2);
  CHECK(fragment.sections[0].candidates ==
        std::vector<std::string>{"candidate:1 1 udp 1 192.0.2.1 9 typ host"});
  CHECK(fragment.sections[0].ufrag == "sess");
  CHECK(fragment.sections[0].ended);
  CHECK(fragment.sections[1].mid == "2");
  CHECK(fragment.sections[1].ufrag == "medi");
  CHECK(find_section(fragment, "2") == &fragment.sections[1]);
  CHECK(find_section(fragment, "1") == nullptr);
}
