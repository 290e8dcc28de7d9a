/// An address with its display name and parameters: what was parsed can be written, and means the
/// same; a list of them comes apart into the same values however it is read.
#include <string>
#include <vector>

#include "fuzz/oracle.hpp"
#include "grammar/tokens.hpp"
#include "uri/name_addr.hpp"

namespace {

using namespace sipml;

void check_one(std::string_view text) {
  const auto parsed = uri::parse_name_addr(text);
  if (!parsed) {
    fuzz::check(!parsed.error().reason.empty(), "an error has a reason");
    fuzz::check(parsed.error().offset <= text.size(), "an error is in the address", text);
    return;
  }
  const std::string written = uri::to_string(*parsed);
  const auto again = uri::parse_name_addr(written);
  fuzz::check(bool(again), "what was written can be parsed", written);
  fuzz::check(again->display_name == parsed->display_name, "the display name stays", written);
  fuzz::check(uri::to_string(again->uri) == uri::to_string(parsed->uri), "the URI stays", written);
  fuzz::check(uri::equivalent(again->uri, parsed->uri), "the URI is equivalent", written);
  fuzz::check(again->tag() == parsed->tag(), "the tag stays", written);
  fuzz::check(again->parameters.size() == parsed->parameters.size(), "parameters stay", written);
  fuzz::check(uri::to_string(*again) == written, "writing it again changes nothing", written);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string line = fuzz::one_line(fuzz::text_of(data, size));
  const std::string_view text = line;
  check_one(text);
  const std::vector<std::string_view> values = grammar::split_list(text);
  std::string joined;
  for (const std::string_view value : values) {
    check_one(value);
    joined += joined.empty() ? "" : ", ";
    joined += value;
  }
  fuzz::check(grammar::split_list(joined) == values, "a list stays", joined);
  grammar::ListReader reader(text);
  std::size_t count = 0;
  for (std::string_view value; reader.next(value); ++count)
    fuzz::check(count < values.size() && value == values[count], "both readers agree", text);
  fuzz::check(count == values.size(), "both readers find all", text);
  const std::string quoted = grammar::quote(text);
  fuzz::check(grammar::quoted_string_length(quoted) == quoted.size(), "what is quoted ends",
              quoted);
  fuzz::check(grammar::unquote(quoted) == text, "unquoting undoes quoting", quoted);
  return 0;
}
