#include "uri/uri.hpp"

#include <doctest/doctest.h>

#include "base/limits.hpp"
#include "uri/name_addr.hpp"

using namespace sipml::uri;

namespace {

Uri ok(std::string_view text) {
  auto uri = parse(text);
  REQUIRE_MESSAGE(uri, text);
  return std::move(uri).value();
}

bool same(std::string_view a, std::string_view b) {
  return equivalent(ok(a), ok(b)) && equivalent(ok(b), ok(a));
}

}  // namespace

TEST_CASE("RFC 3261 19.1.1: the parts of a SIP URI") {
  const Uri uri = ok("SIPS:al%69ce:pw@[2001:db8::1]:5061;transport=ws;lr?subject=x&y=z");
  CHECK(uri.scheme == "sips");
  CHECK(uri.user == "al%69ce");
  CHECK(uri.password == "pw");
  CHECK(uri.host == "[2001:db8::1]");
  CHECK(uri.port == 5061);
  REQUIRE(uri.parameters.size() == 2);
  CHECK(!uri.parameters[1].value);
  CHECK(uri.headers == "subject=x&y=z");
  CHECK(to_string(uri) == "sips:al%69ce:pw@[2001:db8::1]:5061;transport=ws;lr?subject=x&y=z");
}

TEST_CASE("RFC 3261 19.1.1: users that exchanges really use") {
  CHECK(ok("sip:*98#1@pbx").user == "*98#1");
  CHECK(ok("sip:+1;ext=2@pbx").user == "+1;ext=2");
  CHECK(ok("sip:a?b@pbx?h=1").user == "a?b");
  CHECK(ok("sip:pbx").user.empty());
}

TEST_CASE("RFC 3261 19.1.1: what is no SIP URI is refused where it goes wrong") {
  for (const char* text :
       {"", "alice", "sip:", "sip:@host", "sip:a@", "sip:a@host:port", "sip:a@host:65536",
        "sip:a@ho st", "sip:a b@host", "sip:a@[::1", "sip:a@[x]", "sip:a@host;=x", "sip:a@host;a b",
        "1sip:a@b", "sip:<a>@b", "sip:a@host?a b", "mailto:"})
    CHECK_MESSAGE(!parse(text), text);
  for (const char* text : {"sip:a%4@host", "sip:a%zz@host", "sip:a@1.2.3.256", "sip:1.2.3.0004444"})
    CHECK_MESSAGE(!parse(text), text);
  CHECK(parse("sip:a@host:x").error().offset == 11);
  CHECK(parse("sip:a@host;b c").error().offset == 12);
}

TEST_CASE("RFC 3261 19.1: other schemes are kept as they are") {
  CHECK(ok("tel:+33-1;phone-context=x").opaque == "+33-1;phone-context=x");
  CHECK(to_string(ok("urn:service:sos")) == "urn:service:sos");
}

TEST_CASE("RFC 3261 19.1.4: equality, the RFC's own examples") {
  CHECK(same("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtlanTa.CoM;Transport=tcp"));
  CHECK(same("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"));
  CHECK(same("sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on"));
  CHECK(!same("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"));
  CHECK(!same("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"));
  CHECK(!same("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"));
  CHECK(!same("sip:bob@biloxi.com", "sips:bob@biloxi.com"));
  CHECK(!same("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"));
  CHECK(same("sip:a@b?Subject=x%20y&Priority=urgent", "sip:a@b?priority=urgent&subject=x%20%79"));
  CHECK(!same("sip:a@b?subject=x", "sip:a@b?subject=x&subject=x"));
  CHECK(!same("sip:a@b?subject=x", "sip:a@b?subject=X"));
  CHECK(same("sip:a@b;p=%41", "sip:a@b;p=a"));
}

TEST_CASE("RFC 3261 19.1.1: a parameter that is there twice counts once") {
  CHECK(same("sip:a@b;p=1;p=2", "sip:a@b;p=1;p=2"));
  CHECK(same("sip:a@b;p=1;P=2", "sip:a@b;p=1"));
  CHECK(!same("sip:a@b;p=1;p=2", "sip:a@b;p=2;p=1"));
  CHECK(!same("sip:a@b;user=phone;user=ip", "sip:a@b"));
}

TEST_CASE("RFC 3261 19.1.2: escapes") {
  CHECK(unescape("%41%zz%4") == "A%zz%4");
  CHECK(unescape("%2541") == "%41");
  CHECK(escape_user("a b@c#") == "a%20b%40c%23");
  CHECK(unescape(escape_user("P\xC3\xAA"
                             "che\xE2\x82\xAC \"<>\\")) ==
        "P\xC3\xAA"
        "che\xE2\x82\xAC \"<>\\");
}

TEST_CASE("sipML5 tsip_uri: what a user types becomes a URI") {
  const auto to = [](std::string_view text) {
    auto uri = parse_destination(text, "example.org:5060");
    return uri ? to_string(*uri) : std::string("error");
  };
  CHECK(to("bob") == "sip:bob@example.org:5060");
  CHECK(to(" +33 1 ") == "sip:+331@example.org:5060");
  CHECK(to("bob@other.org") == "sip:bob@other.org");
  CHECK(to("sip:bob@other.org;x=1") == "sip:bob@other.org;x=1");
  CHECK(to("<sip:bob@other.org>") == "sip:bob@other.org");
  CHECK(to("SIPS:bob@other.org") == "sips:bob@other.org");
  CHECK(to("tel:+331") == "tel:+331");
  CHECK(to("%62ob") == "sip:bob@example.org:5060");
  CHECK(to("50%") == "sip:50%25@example.org:5060");
  CHECK(to("bob@OTHER.org;User=Phone") == "sip:bob@other.org;User=Phone");
  CHECK(to("bob:p%77@other.org") == "sip:bob:pw@other.org");
  CHECK(to("+33 (1)-23.4") == "sip:+331234@example.org:5060");
  CHECK(to("+33(1)-23.4") == "sip:+331234@example.org:5060");
  CHECK(to("1-2.3") == "sip:1-2.3@example.org:5060");
  CHECK(to("sip:b\xC3\xA9@other.org") == "sip:b%C3%A9@other.org");
  CHECK(to("bob@other.org;;x") == "error");
  CHECK(to("<sip:bob@other.org") == "error");
  CHECK(to("") == "error");
  CHECK(to("bob@") == "error");
}

TEST_CASE("Limits: URI size and parameters") {
  const auto size = [](std::size_t length) {
    return "sip:" + std::string(length - 8, 'a') + "@b.c";
  };
  CHECK(parse(size(sipml::limits::uri_size)));
  CHECK(!parse(size(sipml::limits::uri_size + 1)));
  const auto count = [](std::size_t number) {
    std::string text = "sip:a@b";
    for (std::size_t i = 0; i < number; ++i) text += ";p" + std::to_string(i);
    return text;
  };
  CHECK(parse(count(sipml::limits::parameter_count)));
  CHECK(!parse(count(sipml::limits::parameter_count + 1)));
}

TEST_CASE("RFC 3261 20.10: name-addr and addr-spec") {
  const auto quoted = parse_name_addr("\"A \\\"b\\\" \xE2\x82\xAC\" <sip:a@b;x>;tag=1;y=\"q;\"");
  REQUIRE(quoted);
  CHECK(quoted->display_name == "A \"b\" \xE2\x82\xAC");
  CHECK(quoted->uri.parameters.size() == 1);
  CHECK(quoted->tag() == "1");
  CHECK(quoted->parameters[1].value == "q;");
  const auto tokens = parse_name_addr("Bob  Smith <sip:b@c>");
  REQUIRE(tokens);
  CHECK(tokens->display_name == "Bob  Smith");
  const auto bare = parse_name_addr("sip:a@b;tag=2");
  REQUIRE(bare);
  CHECK(bare->uri.parameters.empty());
  CHECK(bare->tag() == "2");
  for (const char* text : {"", "<", "<>", "\"x <sip:a@b>", "\"x\" sip:a@b", "<sip:a@b",
                           "<sip:a@b> x", "\"a\" b <sip:a@b>", "<sip:a@b>;tag=\"x"})
    CHECK_MESSAGE(!parse_name_addr(text), text);
}

TEST_CASE("RFC 3261 20: a URI with headers stands in angle brackets") {
  CHECK(parse_name_addr("<sip:a@b?Route=x>"));
  CHECK(!parse_name_addr("sip:a@b?Route=x"));
}

TEST_CASE("RFC 3261 25.1: what is written as display name reads back the same") {
  for (const char* name : {"Alice", "a\"b\\c", "\xE7\x8E\x8B <x>", "  blanks  ", ";,@:"}) {
    NameAddr address;
    address.display_name = name;
    address.uri = ok("sip:a@b");
    const auto back = parse_name_addr(to_string(address));
    REQUIRE(back);
    CHECK(back->display_name == name);
  }
}

TEST_CASE("RFC 3261 19.1.1: the parts of a URI are slices of the text around it") {
  const std::string text = "To: \"B\" <SIPS:bob:pw@[2001:db8::1]:5061;lr;x=%41?h=v>;tag=\"t 1\"";
  NameAddrParts parts;
  const sipml::Slice value = {4, static_cast<std::uint32_t>(text.size() - 4)};
  REQUIRE_FALSE(scan_name_addr(text, value, parts).has_value());
  CHECK(parts.display_name.in(text) == "\"B\"");
  CHECK(parts.uri.is_sip);
  CHECK(parts.uri.scheme.in(text) == "SIPS");
  CHECK(parts.uri.user.in(text) == "bob");
  CHECK(parts.uri.password.in(text) == "pw");
  CHECK(parts.uri.host.in(text) == "[2001:db8::1]");
  CHECK(parts.uri.port == 5061);
  CHECK(parts.uri.parameters.in(text) == ";lr;x=%41");
  CHECK(parts.uri.headers.in(text) == "h=v");
  CHECK(parts.tag.in(text) == "t 1");
  const NameAddr address = make_name_addr(text, parts);
  CHECK(to_string(address) == "\"B\" <sips:bob:pw@[2001:db8::1]:5061;lr;x=%41?h=v>;tag=\"t 1\"");
}

TEST_CASE("Errors of a URI tell the offset in the value that it stands in") {
  const auto offset_of = [](std::string_view text) {
    const auto parsed = parse_name_addr(text);
    REQUIRE_MESSAGE(!parsed, text);
    return parsed.error().offset;
  };
  CHECK(offset_of("\"B\" <sip:b b@c>") == 10);
  CHECK(offset_of(" <sip:b%4@c>") == 7);
  CHECK(offset_of("<sip:b@c:99999>") == 9);
  CHECK(offset_of("<sip:b@c;a=\x01>") == 11);
  CHECK(offset_of("<sip:b@c>;a=\"") == 12);
}

TEST_CASE("A destination that is wrong is told by its place in what was typed") {
  const auto place = [](std::string_view text, std::string_view domain = "example.org") {
    const auto uri = parse_destination(text, domain);
    REQUIRE_FALSE(bool(uri));
    return uri.error().offset;
  };
  CHECK(place("  bob@exa mple.org ") == 9);
  CHECK(place(" <sip:bob@exa mple.org>") == 13);
  CHECK(place("bob@b;x;;y") == 7);
  CHECK(place("<sip:bob@b") == 10);
  // What is wrong with the domain is behind all that was typed.
  CHECK(place("bob smith", "exa mple") == 9);
}

TEST_CASE("RFC 3261 19.1.4: less than equality tells that the same user is meant") {
  const auto same = [](const char* a, const char* b) { return is_same_user(*parse(a), *parse(b)); };
  CHECK(same("sip:bob@example.org", "sip:bob@EXAMPLE.org;transport=ws?Subject=x"));
  CHECK(same("sip:b%6fb@example.org", "sip:bob@example.org"));
  CHECK_FALSE(same("sip:Bob@example.org", "sip:bob@example.org"));
  CHECK_FALSE(same("sip:bob@example.org:5060", "sip:bob@example.org"));
  CHECK_FALSE(same("sip:bob@example.org", "sips:bob@example.org"));
  CHECK(same("tel:+1", "tel:+1"));
  CHECK_FALSE(same("tel:+1", "tel:+2"));
}

TEST_CASE("RFC 3261 25.1: a header of a URI is escaped so that it comes back") {
  const std::string value = "a@b;to-tag=1;from-tag=\"%&\r\n<\xC3\xA9>";
  const std::string escaped = escape_header(value);
  CHECK(escaped == "a%40b%3Bto-tag%3D1%3Bfrom-tag%3D%22%25%26%0D%0A%3C%C3%A9%3E");
  CHECK(unescape(escaped) == value);
  CHECK(escape_header("-_.!~*'()[]/?:+$") == "-_.!~*'()[]/?:+$");
}
