#include "message/multipart.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <random>

#include "base/limits.hpp"

using namespace sipml;
using namespace sipml::message;

namespace {

const std::string sdp = "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nt=0 0\r\n";

Body parsed(const std::string& content_type, std::string_view text) {
  return parse_body({{"Content-Type", content_type}}, text);
}

Body mixed(std::string_view text) { return parsed("multipart/mixed;boundary=b", text); }

std::vector<std::string> bodies(const Body& body, std::string_view text) {
  std::vector<std::string> all;
  for (std::size_t i = 1; i < body.parts.size(); ++i) all.emplace_back(body.parts[i].body.in(text));
  return all;
}

/// The body of each part of a multipart/mixed with the boundary "b".
std::vector<std::string> parts_of(std::string_view text) { return bodies(mixed(text), text); }

std::vector<std::string_view> reasons(const Body& body) {
  std::vector<std::string_view> all;
  for (const Diagnostic& diagnostic : body.diagnostics) all.push_back(diagnostic.reason);
  return all;
}

using Strings = std::vector<std::string>;
using Reasons = std::vector<std::string_view>;

/// A message of `start` ("INVITE", "ACK" or a status) with header lines and a body.
Message carrying(const std::string& start, const std::string& headers, const std::string& body) {
  const bool is_request = start[0] > '9';
  std::string text =
      is_request ? start + " sip:a@x.invalid SIP/2.0\r\n" : "SIP/2.0 " + start + " OK\r\n";
  text += "Via: SIP/2.0/WSS p;branch=z9hG4bK1\r\nFrom: <sip:b@example.org>;tag=1\r\n";
  text += "To: <sip:a@example.org>\r\nCall-ID: 1\r\nCSeq: 1 " + (is_request ? start : "INVITE");
  auto message = parse_message(text + "\r\n" + headers + "\r\n" + body);
  REQUIRE(message);
  REQUIRE_FALSE(message->fault());
  return std::move(message).value();
}

std::string part(const std::string& headers, const std::string& body) {
  return "--b\r\n" + headers + "\r\n" + body + "\r\n";
}

const std::string description_part = part("Content-Type: application/sdp\r\n", sdp);

/// What a multipart of that subtype with these parts means in an INVITE: the description without
/// its last line end, "none", "400" or "415".
std::string meaning(const std::string& subtype, const std::string& parts,
                    const std::string& start = "INVITE", const std::string& more = {}) {
  const auto found = find_session_description(carrying(
      start, "Content-Type: multipart/" + subtype + ";boundary=b\r\n" + more, parts + "--b--\r\n"));
  if (found.refusal != 0) {
    CHECK_FALSE(found.text.has_value());
    return std::to_string(found.refusal);
  }
  return found.text.value_or("none");
}

/// `depth` multiparts inside each other around one part, and the Content-Type of the outermost.
std::string nested(std::size_t depth, const std::string& inner = "Content-Type: text/plain\r\n") {
  std::string head, tail;
  for (std::size_t i = 0; i < depth; ++i) {
    const std::string n = std::to_string(i);
    head += "--n" + n + "\r\n";
    head += i + 1 < depth
                ? "Content-Type: multipart/mixed;boundary=n" + std::to_string(i + 1) + "\r\n\r\n"
                : inner + "\r\nhello";
    tail = "\r\n--n" + n + "--" + tail;
  }
  return head + tail + "\r\n";
}

}  // namespace

TEST_CASE("RFC 2046 5.1.1: preamble, parts, epilogue") {
  const std::string text =
      "A preamble.\r\n--b\r\n\r\nWithout a line end.\r\n--b\r\nContent-type: text/plain; "
      "charset=us-ascii\r\nX-Other:  folded\r\n \t twice \r\n\r\nWith one.\r\n\r\n--b--\r\nAn "
      "epilogue.\r\n--b\r\n\r\nNo part.\r\n--b--";
  const Body body = mixed(text);
  CHECK(body.diagnostics.empty());
  REQUIRE(body.parts.size() == 3);
  const BodyPart& whole = body.parts[0];
  CHECK(whole.type == "multipart/mixed");
  CHECK(whole.is_multipart());
  CHECK_FALSE(whole.is_malformed);
  CHECK(whole.depth == 0);
  CHECK(whole.first_part == 1);
  CHECK(whole.part_count == 2);
  CHECK(whole.body.in(text) == text);
  CHECK(whole.preamble.in(text) == "A preamble.");
  CHECK(whole.epilogue.in(text) == "An epilogue.\r\n--b\r\n\r\nNo part.\r\n--b--");
  CHECK(body.parts[1].type == "text/plain");
  CHECK(body.parts[1].headers.empty());
  CHECK(body.parts[1].depth == 1);
  CHECK(body.parts[1].is_required);
  CHECK(body.parts[1].body.in(text) == "Without a line end.");
  CHECK(grammar::parameter_value(body.parts[2].parameters, "charset") == "us-ascii");
  REQUIRE(body.parts[2].headers.size() == 2);
  CHECK(body.parts[2].headers[1] == HeaderField{"X-Other", "folded twice"});
  CHECK(body.parts[2].body.in(text) == "With one.\r\n");
}

TEST_CASE("RFC 2046 5.1.1: what is a delimiter line") {
  CHECK(parts_of("--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\n") == Strings{"one", "two"});
  // Transport padding; nothing behind the close delimiter.
  CHECK(parts_of("--b \t\r\n\r\none\r\n--b  \r\n\r\ntwo\r\n--b-- \t") == Strings{"one", "two"});
  // LF alone, and both kinds.
  CHECK(parts_of("--b\n\none\ntwo\n--b\n\nthree\n--b--\n") == Strings{"one\ntwo", "three"});
  CHECK(parts_of("--b\r\n\none\n--b\r\n\r\ntwo\r\n--b--") == Strings{"one", "two"});
  // In the middle of a line, with one dash, with more behind it, in another case.
  for (const std::string line : {"x--b", "-b", " --b", "--b x", "--bb", "--b--x", "--b-", "--B"})
    CHECK_MESSAGE(parts_of("--b\r\n\r\n" + line + "\r\n--b--\r\n") == Strings{line}, line);
  // A CR alone ends no line.
  CHECK(parts_of("--b\r\n\r\none\r--b\r--b--\r\n--b--") == Strings{"one\r--b\r--b--"});
  // Empty parts.
  CHECK(parts_of("--b\r\n--b\r\n\r\n--b\r\n\r\n\r\n--b--") == Strings{"", "", ""});
  // Headers only.
  const Body headers_only = mixed("--b\r\nContent-Type: image/png\r\n--b--");
  CHECK(headers_only.parts[1].type == "image/png");
  CHECK(headers_only.parts[1].body.empty());
  CHECK(headers_only.diagnostics.empty());
}

TEST_CASE("RFC 2046 5.1.2: a boundary that another begins with") {
  const std::string text =
      "--b\r\nContent-Type: multipart/alternative; boundary=b1\r\n\r\n--b1\r\n\r\none\r\n--b1\r\n"
      "\r\ntwo\r\n--b1--\r\n\r\n--b\r\n\r\nthree\r\n--b--\r\n";
  const Body body = mixed(text);
  CHECK(body.diagnostics.empty());
  REQUIRE(body.parts.size() == 5);
  CHECK(body.parts[1].type == "multipart/alternative");
  CHECK(body.parts[1].first_part == 3);
  CHECK(body.parts[1].part_count == 2);
  CHECK(body.parts[2].body.in(text) == "three");
  CHECK(body.parts[3].body.in(text) == "one");
  CHECK(body.parts[3].depth == 2);
  CHECK(body.parts[4].body.in(text) == "two");

  // The other way round: the inner one is the shorter.
  const std::string other =
      "--b1\r\nContent-Type: multipart/mixed;boundary=b\r\n\r\n--b\r\n\r\none\r\n--b--\r\n--b1--";
  const Body inner = parsed("multipart/mixed;boundary=b1", other);
  CHECK(inner.diagnostics.empty());
  REQUIRE(inner.parts.size() == 3);
  CHECK(inner.parts[2].body.in(other) == "one");
}

TEST_CASE("RFC 2046 5.1.1: boundaries") {
  const auto with = [](const std::string& boundary, const std::string& written) {
    const std::string text = "--" + boundary + "\r\n\r\none\r\n--" + boundary + "--\r\n";
    const Body body = parsed("Multipart/Mixed; charset=x; Boundary=" + written, text);
    return body.parts.front().is_malformed ? Strings{"malformed"} : bodies(body, text);
  };
  CHECK(with("x", "x") == Strings{"one"});
  CHECK(with(std::string(69, 'x'), std::string(69, 'x')) == Strings{"one"});
  CHECK(with(std::string(70, 'x'), std::string(70, 'x')) == Strings{"one"});
  CHECK(with(std::string(71, 'x'), std::string(71, 'x')) == Strings{"malformed"});
  CHECK(with("", "\"\"") == Strings{"malformed"});
  CHECK(with("", "") == Strings{"malformed"});
  CHECK(with("a b  c", "\"a b  c\"") == Strings{"one"});
  CHECK(with("a;b=c", "\"a;b=c\"") == Strings{"one"});
  CHECK(with("'()+_,-./:=?", "\"'()+_,-./:=?\"") == Strings{"one"});
  CHECK(with("=_x/:?", "=_x/:?") == Strings{"one"});
  CHECK(with("x--y--", "x--y--") == Strings{"one"});
  CHECK(with("--", "--") == Strings{"one"});
  // Not legal, and yet of one meaning; nothing of it is a pattern.
  CHECK(with("(.+)+$", "\"(.+)+$\"") == Strings{"one"});
  CHECK(with("x", "\"x  \"") == Strings{"one"});
  CHECK(with("a\"b", "\"a\\\"b\"") == Strings{"one"});

  CHECK(reasons(parsed("multipart/mixed", "--b\r\n\r\nx\r\n--b--")) ==
        Reasons{"a multipart has no boundary"});
  CHECK(reasons(parsed("multipart/mixed;boundary=" + std::string(71, 'x'), "x")) ==
        Reasons{"a boundary is longer than 70 characters"});
  // Longer than the body.
  CHECK(reasons(parsed("multipart/mixed;boundary=" + std::string(70, 'x'), "--x\r\n")) ==
        Reasons{"a multipart has no delimiter"});
}

TEST_CASE("RFC 2046 5.1.1: bodies that are cut off") {
  const std::string full = "pre\r\n--b\r\nA: b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\nend";
  const Body unended = mixed("--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n");
  CHECK(reasons(unended) == Reasons{"a multipart does not end"});
  CHECK(unended.diagnostics[0].offset == 24);
  CHECK_FALSE(unended.parts[0].is_malformed);
  CHECK(parts_of("--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n") == Strings{"one", "two\r\n"});
  CHECK(parts_of("--b\r\n\r\none\r\n--b") == Strings{"one"});
  CHECK(parts_of("--b\r\n\r\none\r\n--b\r\n") == Strings{"one"});
  CHECK(parts_of("--b\r\n\r\none\r\n--b-") == Strings{"one\r\n--b-"});
  for (std::size_t length = 0; length <= full.size(); ++length) {
    // A copy, so that a sanitizer sees what is read behind the end.
    const std::string prefix = full.substr(0, length);
    const Body body = mixed(prefix);
    for (const BodyPart& part : body.parts) {
      CHECK(part.body.offset + part.body.length <= length);
      CHECK(part.preamble.offset + part.preamble.length <= length);
      CHECK(part.epilogue.offset + part.epilogue.length <= length);
    }
    CHECK(body.parts[0].is_malformed == (body.parts[0].part_count == 0));
  }
}

TEST_CASE("RFC 2046 5.1: multiparts without a part") {
  for (const std::string text : {"", "x", "only a preamble\r\n", "\r\n", "--", "--b", "--b\r\n"}) {
    const Body body = mixed(text);
    CHECK_MESSAGE(body.parts.size() == 1, text);
    CHECK_MESSAGE(body.parts[0].is_malformed, text);
    CHECK_MESSAGE(!body.diagnostics.empty(), text);
  }
  CHECK(reasons(mixed("pre\r\n--b--\r\n")) == Reasons{"a multipart has no part"});
  const std::string preamble(1 << 20, 'p');
  CHECK(reasons(mixed(preamble)) == Reasons{"a multipart has no delimiter"});
  const std::string text = preamble + "\r\n--b\r\n\r\none\r\n--b--";
  CHECK(parts_of(text) == Strings{"one"});
  CHECK(mixed(text).parts[0].preamble.length == preamble.size());
}

TEST_CASE("RFC 2046 5.1: the limits of depth and of parts") {
  const auto depth_of = [](std::size_t levels) {
    const Body body = parsed("multipart/mixed;boundary=n0", nested(levels));
    std::size_t depth = 0;
    for (const BodyPart& one : body.parts) depth = std::max(depth, one.depth);
    const bool is_whole = body.diagnostics.empty();
    CHECK(is_whole == !body.parts.back().is_malformed);
    CHECK(is_whole == (body.parts.back().type == "text/plain"));
    if (!is_whole) CHECK(reasons(body) == Reasons{"a multipart is nested too deep"});
    return depth;
  };
  for (std::size_t levels = 1; levels <= limits::multipart_depth; ++levels)
    CHECK(depth_of(levels) == levels);
  for (std::size_t levels : {limits::multipart_depth + 1, std::size_t{200}, std::size_t{5000}})
    CHECK(depth_of(levels) == limits::multipart_depth);

  const auto flat = [](std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += "--b\r\n\r\nx\r\n";
    return mixed(text + "--b--");
  };
  constexpr std::size_t most = limits::multipart_part_count;
  for (std::size_t count : {most - 1, most}) {
    CHECK(flat(count).parts.size() == count + 1);
    CHECK(flat(count).diagnostics.empty());
  }
  for (std::size_t count : {most + 1, std::size_t{10000}}) {
    CHECK(flat(count).parts.size() == most + 1);
    CHECK(flat(count).parts[0].is_malformed);
    CHECK(reasons(flat(count)) == Reasons{"a body has too many parts"});
  }
  // The parts of all levels are counted.
  std::string text;
  for (int i = 0; i < 10; ++i) {
    text += "--b\r\nContent-Type: multipart/mixed;boundary=i\r\n\r\n";
    for (int j = 0; j < 6; ++j) text += "--i\r\n\r\nx\r\n";
    text += "--i--\r\n";
  }
  const Body body = mixed(text + "--b--");
  CHECK(body.parts.size() == most + 1);
  CHECK_FALSE(body.parts[0].is_malformed);
  CHECK_FALSE(body.parts[9].is_malformed);
  CHECK(body.parts[10].is_malformed);
}

TEST_CASE("RFC 2046 5.1: headers of parts") {
  const auto headers = [](const std::string& lines) {
    const Body body = mixed("--b\r\n" + lines + "\r\nx\r\n--b--");
    CHECK(body.parts.at(1).body.length == 1);
    return body;
  };
  // Compact forms and case as in a message.
  const Body compact = headers("c: Application/SDP\r\nCONTENT-disposition : Session\r\n");
  CHECK(compact.parts[1].type == "application/sdp");
  CHECK(compact.parts[1].disposition == "session");
  CHECK(compact.diagnostics.empty());
  // The first of several counts.
  CHECK(headers("Content-Type: a/b\r\nContent-Type: c/d\r\n").parts[1].type == "a/b");
  for (const std::string& lines :
       Strings{"no colon\r\n", ": x\r\n", "a b: x\r\n", " folded\r\n", "X: a\rb\r\n",
               std::string("X: a\0b\r\n", 8), std::string(129, 'n') + ": x\r\n"}) {
    const Body body = headers(lines + "Content-Type: a/b\r\n");
    CHECK_MESSAGE(body.parts[1].headers.size() == 1, lines);
    CHECK_MESSAGE(body.parts[1].type == "a/b", lines);
    REQUIRE_MESSAGE(body.diagnostics.size() == 1, lines);
    CHECK_MESSAGE(body.diagnostics[0].offset == 5, lines);
  }
  // The limits of a message's headers.
  const auto sized = [&](std::size_t size) {
    return headers("X: " + std::string(size, 'v') + "\r\n").parts[1].headers.size();
  };
  CHECK(sized(limits::header_value_size - 1) == 1);
  CHECK(sized(limits::header_value_size) == 1);
  CHECK(sized(limits::header_value_size + 1) == 0);
  const auto counted = [&](std::size_t count) {
    std::string lines;
    for (std::size_t i = 0; i < count; ++i) lines += "X: y\r\n";
    return headers(lines).parts[1].headers.size();
  };
  CHECK(counted(limits::header_count - 1) == limits::header_count - 1);
  CHECK(counted(limits::header_count) == limits::header_count);
  CHECK(counted(limits::header_count + 1) == limits::header_count);
  std::string folds = "X: a\r\n";
  for (int i = 0; i < 30000; ++i) folds += " f\r\n";
  CHECK(headers(folds).parts[1].headers.empty());
  CHECK(headers("X:\r\n a\r\n \t\r\n\tb \r\n").parts[1].headers.at(0).value == "a b");
  CHECK(headers("X: a\r\n b\rc\r\n d\r\n").parts[1].headers.empty());
  // Whatever is wrong with a body, it is told a few times only.
  std::string bad;
  for (int i = 0; i < 60; ++i)
    bad += "--b\r\nbad\r\nContent-ID: <\r\nContent-Type: multipart/mixed\r\n\r\nx\r\n";
  CHECK(mixed(bad + "--b--").diagnostics.size() <= limits::diagnostic_count);
}

TEST_CASE("RFC 2045 7: Content-ID") {
  const auto id = [](const std::string& value) {
    const Body body = mixed("--b\r\nContent-ID: " + value + "\r\n\r\nx\r\n--b--");
    CHECK(body.parts.at(1).id.empty() == (body.diagnostics.size() == 1));
    return body.parts[1].id;
  };
  CHECK(id("<alice@example.org>") == "alice@example.org");
  CHECK(id("  <a>  ") == "a");
  CHECK(id("without@brackets") == "without@brackets");
  for (const std::string bad : {"<", ">", "<>", "<a", "a>", "<a><b>", "<<a>>", ""})
    CHECK_MESSAGE(id(bad).empty(), bad);
}

TEST_CASE("RFC 2046 5.1.5: digest") {
  const Body body = parsed("multipart/digest;boundary=b", "--b\r\n\r\nFrom: x\r\n--b--");
  CHECK(body.parts.at(1).type == "message/rfc822");
}

TEST_CASE("RFC 2045 6: transfer encodings") {
  const auto decoded = [](const std::string& encoding, const std::string& text) {
    BodyPart one;
    one.transfer_encoding = encoding;
    one.body = slice_of(text, text);
    return decode(one, text);
  };
  for (const std::string plain : {"", "binary", "8bit", "7bit"})
    CHECK(decoded(plain, std::string("a\0=3D\xFF", 6)) == std::string("a\0=3D\xFF", 6));
  CHECK_FALSE(decoded("uuencode", "x"));
  CHECK_FALSE(decoded("x-gzip", "x"));
  CHECK(decoded("base64", "") == "");
  CHECK(decoded("base64", "Zg==") == "f");
  CHECK(decoded("base64", "Zm8=\r\n") == "fo");
  CHECK(decoded("base64", "Zm9v") == "foo");
  CHECK(decoded("base64", "Zm9v\r\nYmFy") == "foobar");
  CHECK(decoded("base64", "Zm8") == "fo");
  CHECK(decoded("base64", "AP+/") == std::string("\0\xFF\xBF", 3));
  for (const std::string bad : {"Z", "Zm9vY", "Zm-9", "Zm9v====x", "Z=m9"})
    CHECK_MESSAGE(!decoded("base64", bad), bad);
  CHECK(decoded("quoted-printable", "a=3Db=3d=00") == std::string("a=b=\0", 5));
  CHECK(decoded("quoted-printable", "joined =\r\nline \r\nend") == "joined line\r\nend");
  CHECK(decoded("quoted-printable", "soft at the end=") == "soft at the end");
  for (const std::string bad : {"a=3", "=x", "=G0", "a= b"})
    CHECK_MESSAGE(!decoded("quoted-printable", bad), bad);
}

TEST_CASE("RFC 5621 8, RFC 3261 20.11: parts that have to be understood") {
  const auto other = [](const std::string& headers) {
    return part("Content-Type: application/x-unknown\r\n" + headers, "zzz");
  };
  const std::string required = other("");
  const std::string optional = other("Content-Disposition: render;handling=optional\r\n");
  CHECK(meaning("mixed", description_part) == sdp);
  CHECK(meaning("mixed", description_part + optional) == sdp);
  CHECK(meaning("mixed", optional + description_part) == sdp);
  CHECK(meaning("mixed", description_part + required) == "415");
  CHECK(meaning("mixed", required + description_part) == "415");
  CHECK(meaning("mixed", optional + description_part + required) == "415");
  CHECK(meaning("mixed", optional) == "none");
  CHECK(meaning("mixed", required) == "415");
  CHECK(meaning("mixed", part("", "text without headers")) == "415");
  for (const std::string handling : {"optional", "\"optional\"", "OPTIONAL"})
    CHECK(meaning("mixed", description_part + other("Content-Disposition: x; handling = " +
                                                    handling + "\r\n")) == sdp);
  for (const std::string handling : {"required", "REQUIRED", "other", ""})
    CHECK(meaning("mixed", description_part + other("Content-Disposition: x;handling=" + handling +
                                                    "\r\n")) == "415");
  // What only a reference would need (RFC 5621 9.1).
  CHECK(meaning("mixed", description_part + other("Content-Disposition: by-reference\r\n")) == sdp);
  // Any other multipart is mixed (RFC 2046 5.1.3).
  CHECK(meaning("signed", description_part + optional) == sdp);
  CHECK(meaning("x-other", description_part + required) == "415");
  // The whole may be passed over, by request.
  const std::string pass = "Content-Disposition: session;handling=optional\r\n";
  CHECK(meaning("mixed", description_part + required, "INVITE", pass) == "none");
  CHECK(meaning("mixed", description_part, "INVITE", pass) == sdp);
  // No response and no ACK can be refused.
  for (const std::string start : {"183", "200", "ACK"}) {
    CHECK(meaning("mixed", description_part + required, start) == sdp);
    CHECK(meaning("mixed", required + description_part, start) == sdp);
    CHECK(meaning("mixed", required, start) == "none");
    CHECK(meaning("mixed", "preamble", start) == "none");
  }
}

TEST_CASE("RFC 5621 7, RFC 3959 3: which description is the session's") {
  const auto described = [](const std::string& headers, const std::string& text = sdp) {
    return part("Content-Type: application/sdp\r\n" + headers, text);
  };
  CHECK(meaning("mixed", described("Content-Disposition: session\r\n")) == sdp);
  CHECK(meaning("mixed", described("Content-Disposition: SESSION;handling=required\r\n")) == sdp);
  const std::string early =
      described("Content-Disposition: early-session;handling=optional\r\n", "v=1\r\n");
  CHECK(meaning("mixed", early + described("")) == sdp);
  CHECK(meaning("mixed", early) == "none");
  CHECK(meaning("mixed", described("Content-Disposition: early-session\r\n")) == "415");
  // Two of one kind: the first.
  CHECK(meaning("mixed", described("") + described("", "v=2\r\n")) == sdp);
  // Transfer encodings.
  CHECK(meaning("mixed", described("Content-Transfer-Encoding: Binary\r\n")) == sdp);
  CHECK(meaning("mixed", described("Content-Transfer-Encoding: base64\r\n", "dj0wDQo=")) ==
        "v=0\r\n");
  CHECK(meaning("mixed", described("Content-Transfer-Encoding: x\r\n")) == "415");
  CHECK(meaning("mixed", described("Content-Transfer-Encoding: base64\r\n", "???")) == "415");
  // Content encodings: nothing is ever decompressed.
  CHECK(meaning("mixed", described("Content-Encoding: identity\r\n")) == sdp);
  for (const std::string bomb : {"gzip", "deflate", "x-unknown", "identity, gzip"}) {
    CHECK(meaning("mixed", described("Content-Encoding: " + bomb + "\r\n")) == "415");
    CHECK(meaning("mixed", described("Content-Encoding: identity\r\nContent-Encoding: " + bomb +
                                     "\r\n")) == "415");
    CHECK(meaning("mixed", described(""), "INVITE", "Content-Encoding: " + bomb + "\r\n") == "415");
  }
}

TEST_CASE("RFC 2046 5.1.4: the last alternative that is understood") {
  const std::string unknown = part("Content-Type: application/x-unknown\r\n", "zzz");
  const std::string second = part("Content-Type: application/sdp\r\n", "v=2\r\n");
  CHECK(meaning("alternative", unknown + description_part) == sdp);
  CHECK(meaning("alternative", description_part + unknown) == sdp);
  CHECK(meaning("alternative", description_part + second + unknown) == "v=2\r\n");
  CHECK(meaning("alternative", unknown) == "415");
  const auto inner = [](const std::string& type, const std::string& parts) {
    return part("Content-Type: multipart/" + type + ";boundary=i\r\n", parts + "--i--");
  };
  const std::string inner_sdp = "--i\r\nContent-Type: application/sdp\r\n\r\nv=3\r\n";
  const std::string inner_unknown = "--i\r\nContent-Type: application/x-unknown\r\n\r\nz\r\n";
  // One that requires what is not known is not understood.
  CHECK(meaning("alternative", description_part + inner("mixed", inner_sdp + inner_unknown)) ==
        sdp);
  CHECK(meaning("alternative", description_part + inner("mixed", inner_sdp)) == "v=3");
  CHECK(meaning("alternative", description_part + inner("mixed", "")) == sdp);
  // Inside of mixed.
  CHECK(meaning("mixed", inner("alternative", inner_sdp + inner_unknown)) == "v=3");
  CHECK(meaning("mixed", description_part + inner("alternative", inner_unknown)) == "415");
  CHECK(meaning("mixed", inner("alternative", inner_sdp) + unknown) == "415");
  CHECK(meaning("mixed", inner("related", inner_sdp + inner_unknown)) == "v=3");
}

TEST_CASE("RFC 2387 3.2: the root of multipart/related") {
  const auto with_id = [](const std::string& id, const std::string& type, const std::string& body) {
    return part("Content-Type: " + type + "\r\nContent-ID: " + id + "\r\n", body);
  };
  const std::string other = with_id("<1@x>", "application/x-unknown", "cid:1@x");
  const std::string root = with_id("<2@x>", "application/sdp", sdp);
  CHECK(meaning("related", root + other) == sdp);
  CHECK(meaning("related", other + root) == "415");
  CHECK(meaning("related;start=\"<2@x>\"", other + root) == sdp);
  CHECK(meaning("related;start=2@x", other + root) == sdp);
  CHECK(meaning("related;start=\"<1@x>\"", root + other) == "415");
  // A start that names nothing is none.
  for (const std::string start : {"\"<3@x>\"", "\"<>\"", "\"<\"", "\"\""})
    CHECK(meaning("related;start=" + start, root + other) == sdp);
}

TEST_CASE("RFC 5621 4, 8: bodies that cannot be taken apart") {
  CHECK(meaning("mixed", "only a preamble\r\n") == "400");
  const auto refusal = [](const std::string& type, const std::string& body) {
    return find_session_description(carrying("INVITE", "Content-Type: " + type + "\r\n", body))
        .refusal;
  };
  CHECK(refusal("multipart/mixed", "--b\r\n\r\nx\r\n--b--") == 400);
  CHECK(refusal("multipart/mixed;boundary=" + std::string(71, 'b'), "x") == 400);
  CHECK(refusal("multipart/mixed;boundary=n0", nested(200)) == 400);
  const std::string around = "Content-Type: application/sdp\r\n";
  for (std::size_t depth : {limits::multipart_depth - 1, limits::multipart_depth})
    CHECK(refusal("multipart/mixed;boundary=n0", nested(depth, around)) == 0);
  CHECK(refusal("multipart/mixed;boundary=n0", nested(limits::multipart_depth + 1, around)) == 400);
  // Where it may be passed over, it is.
  const std::string broken = "Content-Type: multipart/mixed\r\n";
  CHECK(meaning("mixed", description_part + part(broken, "x")) == "400");
  CHECK(meaning("mixed", description_part +
                             part(broken + "Content-Disposition: x;handling=optional\r\n", "x")) ==
        sdp);
  CHECK(meaning("alternative", description_part + part(broken, "x")) == sdp);
  // One part without an end.
  const auto unended = find_session_description(
      carrying("INVITE", "Content-Type: multipart/mixed;boundary=b\r\n", description_part));
  CHECK(unended.refusal == 0);
  CHECK(unended.text == sdp + "\r\n");
}

TEST_CASE("RFC 3261 7.4, 13.2.1: bodies of one part") {
  const auto found = [](const std::string& start, const std::string& headers,
                        const std::string& body = sdp) {
    const auto description = find_session_description(carrying(start, headers, body));
    if (description.refusal != 0) return std::to_string(description.refusal);
    return description.text.value_or("none");
  };
  for (const std::string start : {"INVITE", "ACK", "183", "200"}) {
    CHECK(found(start, "Content-Type: application/sdp\r\n") == sdp);
    CHECK(found(start, "c: Application/SDP;charset=utf-8\r\n") == sdp);
    CHECK(found(start, "Content-Type: application/sdp\r\n", "") == "none");
    CHECK(found(start, "", "") == "none");
  }
  CHECK(found("INVITE", "") == "415");
  CHECK(found("INVITE", "Content-Type: text/plain\r\n") == "415");
  CHECK(found("INVITE", "Content-Type: nonsense\r\n") == "415");
  CHECK(found("INVITE",
              "Content-Type: text/plain\r\nContent-Disposition: render;"
              "handling=optional\r\n") == "none");
  CHECK(found("INVITE", "Content-Type: application/sdp\r\nContent-Disposition: strange\r\n") ==
        "415");
  CHECK(found("INVITE", "Content-Type: application/sdp\r\nContent-Transfer-Encoding: base64\r\n",
              "dj0wDQo=") == "v=0\r\n");
  CHECK(found("200", "") == sdp);
  CHECK(found("ACK", "") == sdp);
  CHECK(found("200", "Content-Type: text/plain\r\n") == "none");
}

TEST_CASE("RFC 2046 5.1: written parts are read back") {
  std::mt19937 random(20461);
  const auto below = [&random](std::size_t n) { return std::size_t{random()} % n; };
  // What looks like delimiters, line ends and octets of any kind.
  const std::array<std::string, 12> pieces{"\r\n",
                                           "\n",
                                           "\r",
                                           "--",
                                           "seed.0",
                                           "--seed.0",
                                           "--seed.1--",
                                           "\r\n--seed.",
                                           "x",
                                           "v=0\r\n",
                                           std::string(1, '\0'),
                                           "\xC3\xA9\xFF"};
  const std::array<std::string, 5> values{"", "text/plain", "a; b=\"--seed.0\"", "\xC3\xA9", "x y"};
  for (int round = 0; round < 2000; ++round) {
    std::vector<NewBodyPart> parts(1 + below(limits::multipart_part_count));
    for (NewBodyPart& one : parts) {
      for (std::size_t i = below(4); i > 0; --i)
        one.headers.push_back({"X-" + std::to_string(i), values[below(values.size())]});
      for (std::size_t i = below(9); i > 0; --i) one.body += pieces[below(pieces.size())];
    }
    const auto written = write_multipart("mixed", parts, "seed");
    REQUIRE(written);
    const Body body = parsed(written->content_type, written->body);
    REQUIRE(body.diagnostics.empty());
    REQUIRE(body.parts[0].part_count == parts.size());
    REQUIRE(body.parts.size() == parts.size() + 1);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      CHECK(body.parts[i + 1].headers == parts[i].headers);
      CHECK(body.parts[i + 1].body.in(written->body) == parts[i].body);
    }
  }
}

TEST_CASE("RFC 2046 5.1.1: the boundary of a written multipart") {
  const auto type = [](const std::string& body, std::string_view random) {
    const auto written = write_multipart("mixed", {{{}, body}}, random);
    return written ? written->content_type : std::string(written.error().reason);
  };
  CHECK(type("x", "r4nd") == "multipart/mixed;boundary=\"r4nd.0\"");
  CHECK(type("r4nd.0 r4nd.1 r4nd.3", "r4nd") == "multipart/mixed;boundary=\"r4nd.2\"");
  // Within 70 octets whatever it is made from.
  const auto written = write_multipart("mixed", {{{}, "x"}}, std::string(500, 'r'));
  REQUIRE(written);
  CHECK(parsed(written->content_type, written->body).parts.size() == 2);
  // One inside another, from the same text.
  const auto outer =
      write_multipart("related", {{{{"Content-Type", written->content_type}}, written->body}},
                      std::string(500, 'r'));
  REQUIRE(outer);
  const Body body = parsed(outer->content_type, outer->body);
  CHECK(body.diagnostics.empty());
  CHECK(body.parts.size() == 3);

  CHECK(type("x", "") == "a boundary cannot be made of that text");
  CHECK(type("x", "a\"b") == "a boundary cannot be made of that text");
  CHECK_FALSE(write_multipart("mixed", {}, "r"));
  CHECK_FALSE(write_multipart("a b", {{{}, "x"}}, "r"));
  CHECK_FALSE(write_multipart("", {{{}, "x"}}, "r"));
  for (const std::string& bad :
       Strings{std::string("a\r\nB: c"), std::string("a\n"), std::string(1, '\0')}) {
    const auto refused = write_multipart("mixed", {{{}, ""}, {{{"X", bad}}, ""}}, "r");
    REQUIRE_FALSE(bool(refused));
    CHECK(refused.error().offset == 1);
  }
  for (const std::string bad : {"", "a b", "a:", "a\r\n"})
    CHECK_FALSE(write_multipart("mixed", {{{{bad, "x"}}, ""}}, "r"));
}

TEST_CASE("RFC 2046 5.1: time grows as the body does") {
  using Clock = std::chrono::steady_clock;
  const auto seconds_for = [](const std::string& text, const std::string& type) {
    double best = 1e9;
    for (int i = 0; i < 5; ++i) {
      const auto start = Clock::now();
      CHECK_FALSE(parsed(type, text).parts.empty());
      best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count());
    }
    return best;
  };
  // Lines that almost are delimiters, at every level; headers; folds; bytes without a line end.
  const std::string boundary(70, '-');
  const auto repeat = [](std::string_view piece, std::size_t size) {
    std::string text;
    while (text.size() < size) text += piece;
    return text;
  };
  const std::string head = "--" + boundary + "\r\n";
  for (const std::string& piece : Strings{
           std::string("--") + boundary + "x\r\n", "--" + boundary + "-\n", std::string("\r\n"),
           std::string("-"), std::string("A: b\r\n"), std::string(" fold\r\n"), std::string("\r"),
           head, head + "Content-Type: multipart/mixed;boundary=" + boundary + "\r\n\r\n"}) {
    const std::string type = "multipart/mixed;boundary=" + boundary;
    const double half = seconds_for(head + repeat(piece, 1 << 19), type);
    const double whole = seconds_for(head + repeat(piece, 1 << 20), type);
    CHECK_MESSAGE(whole < 4 * half + 0.005, piece << ": " << half << " s, " << whole << " s");
  }
}
