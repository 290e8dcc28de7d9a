/// One header: its name (or compact form) on the first line, its value behind
/// it. What was decoded can be written and is decoded the same again, for every
/// header of the table.
#include <string>
#include <vector>

#include "base/ascii.hpp"
#include "fuzz/oracle.hpp"
#include "message/header_name.hpp"
#include "message/headers/content.hpp"
#include "message/headers/cseq.hpp"
#include "message/headers/expires.hpp"
#include "message/headers/header_value.hpp"
#include "message/headers/via.hpp"

namespace {

using namespace sipml;
using message::HeaderName;
using message::HeaderValue;

bool same(const HeaderValue& a, const HeaderValue& b) {
  const bool same_uri = a.uri.has_value() == b.uri.has_value() &&
                        (!a.uri || uri::to_string(*a.uri) == uri::to_string(*b.uri));
  if (a.kind != b.kind || a.text != b.text || a.detail != b.detail || !same_uri ||
      a.number != b.number || a.second != b.second || a.parameters.size() != b.parameters.size())
    return false;
  for (std::size_t i = 0; i < a.parameters.size(); ++i)
    if (a.parameters[i].name != b.parameters[i].name ||
        a.parameters[i].value != b.parameters[i].value)
      return false;
  return true;
}

void check_value(HeaderName name, std::string_view text) {
  const auto values = message::parse_header_value(name, text);
  if (!values) {
    fuzz::check(!values.error().reason.empty(), "an error has a reason");
    fuzz::check(values.error().offset <= text.size(), "an error is in the value", text);
    return;
  }
  const message::HeaderRow& row = message::header_row(name);
  fuzz::check(!values->empty() || row.has(message::HeaderRow::may_be_empty) ||
                  row.has(message::HeaderRow::list),
              "only a list is empty", text);
  fuzz::check(values->size() <= 1 || row.has(message::HeaderRow::list) ||
                  row.kind == message::ValueKind::privacy,
              "only a list has several values", text);
  for (const HeaderValue& value : *values)
    fuzz::check(value.kind == row.kind, "a value is of its header's kind", text);
  const std::string written = message::to_string(name, *values);
  const auto again = message::parse_header_value(name, written);
  fuzz::check(bool(again), "what was written can be parsed", written);
  fuzz::check(again->size() == values->size(), "every value stays", written);
  for (std::size_t i = 0; i < values->size(); ++i)
    fuzz::check(same((*values)[i], (*again)[i]), "a value stays", written);
  fuzz::check(message::to_string(name, *again) == written, "writing it again changes nothing",
              written);
}

/// The parsers that routing uses agree with the general one.
void check_routing(HeaderName name, std::string_view text) {
  const auto values = message::parse_header_value(name, text);
  if (name == HeaderName::cseq) {
    const auto cseq = message::parse_cseq(text);
    fuzz::check(bool(cseq) == bool(values), "both readers of CSeq agree", text);
    if (cseq)
      fuzz::check(cseq->number == values->front().number && cseq->method == values->front().text,
                  "both readers of CSeq say the same", text);
  } else if (name == HeaderName::via) {
    const auto via = message::parse_via(text);
    if (via && values && values->size() == 1)
      fuzz::check(via->transport == values->front().text &&
                      via->parameters.size() == values->front().parameters.size(),
                  "both readers of Via say the same", text);
  } else if (name == HeaderName::expires) {
    const auto seconds = message::parse_delta_seconds(text);
    if (values && !values->empty())
      fuzz::check(seconds && *seconds == values->front().number, "both readers of Expires agree",
                  text);
  } else if (name == HeaderName::content_type) {
    const std::string type = message::media_type(text);
    if (values && !values->empty())
      fuzz::check(type == values->front().text, "both readers of Content-Type agree", text);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = fuzz::text_of(data, size);
  const std::string_view written_name = fuzz::take_until(text, '\n');
  const HeaderName name = message::header_name(written_name);
  if (name != HeaderName::other) {
    const message::HeaderRow& row = message::header_row(name);
    fuzz::check(ascii::equal_ignoring_case(row.name, written_name) ||
                    (written_name.size() == 1 && ascii::to_lower(written_name[0]) == row.compact),
                "a name is that of its row", written_name);
  }
  // As message::Message gives it: unfolded and trimmed.
  const std::string line = fuzz::one_line(text);
  check_value(name, ascii::trim(line));
  check_routing(name, ascii::trim(line));
  return 0;
}
