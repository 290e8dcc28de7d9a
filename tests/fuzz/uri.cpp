/// URIs, one a line: what was parsed can be written and means the same; equivalence is reflexive
/// and symmetric (RFC 3261 section 19.1.4); escaping and dialling give URIs.
#include <string>

#include "fuzz/oracle.hpp"
#include "uri/tel.hpp"
#include "uri/uri.hpp"

namespace {

using namespace sipml;

void check_round_trip(std::string_view text, const uri::Uri& parsed) {
  const std::string written = uri::to_string(parsed);
  const auto again = uri::parse(written);
  fuzz::check(bool(again), "what was written can be parsed", written);
  fuzz::check(uri::equivalent(parsed, *again), "what was written is equivalent", written);
  fuzz::check(uri::equivalent(parsed, parsed), "a URI is equivalent to itself", text);
  fuzz::check(uri::to_string(*again) == written, "writing it again changes nothing", written);
  fuzz::check(again->user == parsed.user && again->password == parsed.password &&
                  again->host == parsed.host && again->port == parsed.port &&
                  again->headers == parsed.headers && again->opaque == parsed.opaque &&
                  again->parameters == parsed.parameters,
              "every part stays", written);
}

void check_tel(const uri::Uri& uri) {
  if (uri.scheme != "tel") return;
  const auto tel = uri::parse_tel(uri.opaque);
  fuzz::check(uri::tel_equivalent(uri.opaque, uri.opaque), "a number is equivalent to itself",
              uri.opaque);
  if (tel)
    fuzz::check(!tel->number.empty(), "a number has digits", uri.opaque);
  else
    fuzz::check(tel.error().offset <= uri.opaque.size(), "an error is in the number", uri.opaque);
}

void check_one(std::string_view text) {
  if (const auto parsed = uri::parse(text)) {
    check_round_trip(text, *parsed);
    check_tel(*parsed);
  } else {
    fuzz::check(!parsed.error().reason.empty(), "an error has a reason");
    fuzz::check(parsed.error().offset <= text.size(), "an error is in the URI", text);
  }
  const std::string escaped = uri::escape_user(text);
  fuzz::check(uri::unescape(escaped) == text, "unescaping undoes escaping", escaped);
  if (!text.empty()) {
    const auto with_user = uri::parse("sip:" + escaped + "@example.org");
    fuzz::check(bool(with_user) || escaped.size() > 8000, "an escaped user can stand in a URI",
                escaped);
  }
  if (const auto dialled = uri::parse_destination(text, "example.org"))
    check_round_trip(text, *dialled);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = fuzz::text_of(data, size);
  const std::string_view first = fuzz::take_until(text, '\n');
  check_one(first);
  if (text.empty()) return 0;
  check_one(text);
  const auto a = uri::parse(first);
  const auto b = uri::parse(text);
  if (a && b)
    fuzz::check(uri::equivalent(*a, *b) == uri::equivalent(*b, *a), "equivalence is symmetric",
                first);
  return 0;
}
