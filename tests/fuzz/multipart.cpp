/// A Content-Type on the first line and the body that it describes behind it: every part lies in
/// the text and in the part that holds it, and parts that were written are found again.
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "fuzz/oracle.hpp"
#include "message/multipart.hpp"

namespace {

using namespace sipml;
using message::Body;
using message::BodyPart;

void check_slice(Slice slice, std::size_t size) {
  fuzz::check(slice.offset <= size && slice.length <= size - slice.offset,
              "a slice is in the text");
}

void check_tree(const Body& body, std::string_view text) {
  fuzz::check(!body.parts.empty(), "there is the body as a whole");
  fuzz::check(body.parts.size() <= limits::multipart_part_count + 1, "parts are bounded");
  fuzz::check(body.diagnostics.size() <= limits::diagnostic_count, "diagnostics are bounded");
  for (const message::Diagnostic& diagnostic : body.diagnostics)
    fuzz::check(diagnostic.offset <= text.size(), "a diagnostic is in the text", text);
  for (std::size_t i = 0; i < body.parts.size(); ++i) {
    const BodyPart& part = body.parts[i];
    check_slice(part.body, text.size());
    check_slice(part.preamble, text.size());
    check_slice(part.epilogue, text.size());
    fuzz::check((i == 0) == (part.depth == 0), "only the body as a whole has no depth");
    fuzz::check(part.depth <= limits::multipart_depth, "depth is bounded");
    if (part.part_count == 0) continue;
    fuzz::check(part.is_multipart(), "only a multipart has parts", part.type);
    fuzz::check(part.first_part > i && part.first_part + part.part_count <= body.parts.size(),
                "parts stand behind what holds them");
    std::size_t end = part.body.offset;
    for (std::size_t k = part.first_part; k < part.first_part + part.part_count; ++k) {
      const BodyPart& inner = body.parts[k];
      fuzz::check(inner.depth == part.depth + 1, "a part is one deeper");
      if (inner.body.empty()) continue;
      fuzz::check(inner.body.offset >= end, "parts do not overlap", text);
      end = inner.body.offset + inner.body.length;
      fuzz::check(end <= part.body.offset + part.body.length, "a part is in what holds it", text);
    }
  }
}

/// The leaves written as a body of their own, and read back.
void check_written(const Body& body, std::string_view text) {
  std::vector<message::NewBodyPart> leaves;
  for (const BodyPart& part : body.parts)
    if (part.depth > 0 && !part.is_multipart())
      leaves.push_back({{{"Content-Type", "application/octets"}}, std::string(part.body.in(text))});
  const auto written = message::write_multipart("mixed", leaves, "boundary");
  fuzz::check(bool(written) == !leaves.empty(), "only parts are written");
  if (!written) return;
  const Body again = message::parse_body({{"Content-Type", written->content_type}}, written->body);
  check_tree(again, written->body);
  fuzz::check(again.diagnostics.empty(), "what was written is well-formed", written->body);
  fuzz::check(again.parts.size() == leaves.size() + 1, "every part is found", written->body);
  for (std::size_t i = 0; i < leaves.size(); ++i)
    fuzz::check(again.parts[i + 1].body.in(written->body) == leaves[i].body, "a part stays",
                written->body);
}

void check_in_message(std::string_view content_type, std::string_view text) {
  message::Request invite;
  invite.method = "INVITE";
  invite.request_uri = "sip:a@example.org";
  invite.headers = {{"Via", "SIP/2.0/WSS a.invalid;branch=z9hG4bKf"},
                    {"Max-Forwards", "70"},
                    {"From", "<sip:alice@example.org>;tag=1"},
                    {"To", "<sip:alice@example.org>"},
                    {"Call-ID", "f"},
                    {"CSeq", "1 INVITE"},
                    {"Content-Type", fuzz::one_line(content_type)}};
  invite.body = text;
  const auto parsed = message::parse_message(message::write(invite));
  if (!parsed || parsed->fault()) return;
  const message::SessionDescription found = message::find_session_description(*parsed);
  fuzz::check(found.refusal == 0 || found.refusal == 400 || found.refusal == 415,
              "a refusal is 400 or 415");
  if (found.text)
    fuzz::check(found.text->size() <= text.size(), "a description is no longer than the body");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = fuzz::text_of(data, size);
  const std::string_view content_type = fuzz::take_until(text, '\n');
  const Body body = message::parse_body({{"Content-Type", fuzz::one_line(content_type)}}, text);
  check_tree(body, text);
  for (const BodyPart& part : body.parts)
    if (const auto decoded = message::decode(part, text))
      // A line end that came as LF may be meant as CRLF.
      fuzz::check(decoded->size() <= 2 * part.body.length, "decoding adds only line ends", text);
  check_written(body, text);
  check_in_message(content_type, text);
  return 0;
}
