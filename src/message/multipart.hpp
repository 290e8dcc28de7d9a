/// Bodies of several parts: taken apart, searched for what a call needs, and written (RFC 2046
/// section 5.1, RFC 5621, RFC 3261 sections 7.4 and 20.11).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/slice.hpp"
#include "grammar/parse_error.hpp"
#include "grammar/tokens.hpp"
#include "message/message.hpp"
#include "message/write_message.hpp"

namespace sipml::message {

/// Octets of a boundary (RFC 2046 5.1.1).
inline constexpr std::size_t boundary_size = 70;

/// One part of a body, or the body as a whole. Names and types are in lower case.
struct BodyPart {
  /// As received, unfolded, in order. Of the body as a whole: those of the message that say what it
  /// is.
  HeaderFields headers;
  /// Content-Type; what RFC 2046 says when a part has none, "" when the message has none.
  std::string type;
  grammar::Parameters parameters;
  /// Content-Disposition; "" when there is none.
  std::string disposition;
  /// RFC 3261 20.11: true unless handling=optional.
  bool is_required = true;
  /// Without its angle brackets; "" when there is none.
  std::string id;
  /// Content-Transfer-Encoding; "" when there is none, which means binary (RFC 3261 7.4.1).
  std::string transfer_encoding;
  /// Content-Encoding; "" when there is none.
  std::string content_encoding;

  /// What stands between the headers and the next delimiter, in the text that was parsed.
  Slice body;
  /// Of a multipart: what stands before its first and behind its last delimiter line.
  Slice preamble;
  Slice epilogue;

  /// 0 for the body as a whole.
  std::size_t depth = 0;
  /// Where its parts stand in Body::parts, one behind the other.
  std::size_t first_part = 0;
  std::size_t part_count = 0;
  /// A multipart that could not be taken apart, or not wholly; a diagnostic says why.
  bool is_malformed = false;

  bool is_multipart() const { return type.starts_with("multipart/"); }
};

struct Body {
  /// The body as a whole, then its parts, then theirs: each part stands behind what holds it. Never
  /// empty.
  std::vector<BodyPart> parts;
  /// Offsets count from the start of the parsed text.
  std::vector<Diagnostic> diagnostics;
};

/// Takes `text` apart, which is described by `headers` (Content-Type, Content-Disposition ... of a
/// message). Time is linear in `text` for each of limits::multipart_depth levels.
///
/// multipart-body = [preamble CRLF] dash-boundary transport-padding CRLF body-part *encapsulation
///                  close-delimiter transport-padding [CRLF epilogue]
///
/// A delimiter is a line of its own, so one boundary may begin with another. Lines may end with LF
/// alone, and the close delimiter may be missing.
Body parse_body(HeaderFields headers, std::string_view text);
/// The same for the body of a message.
Body parse_body(const Message& message);

/// What a part holds, base64 and quoted-printable undone (RFC 2045 section 6); nullopt when it has
/// another transfer encoding, or is not what it says. `text` is what was parsed.
std::optional<std::string> decode(const BodyPart& part, std::string_view text);

/// What the body of a message of a call says.
struct SessionDescription {
  /// Its SDP; nullopt when there is none.
  std::optional<std::string> text;
  /// The status with which a request must be refused: 415 for a part that has to be understood and
  /// is not (RFC 5621 section 8), 400 for a body that cannot be taken apart; 0 for none.
  int refusal = 0;
};

/// Finds the application/sdp with the disposition "session", which is its default, of any message:
/// the first of multipart/mixed, the last of multipart/alternative that is understood, the root of
/// multipart/related. Responses and ACKs cannot be refused, so what they require beside a
/// description is passed over, and a body without Content-Type is taken for one.
SessionDescription find_session_description(const Message& message);

/// A part to be written: Content-Type and what else it wants.
struct NewBodyPart {
  HeaderFields headers;
  std::string body;
};

struct NewBody {
  /// For Content-Type, boundary included.
  std::string content_type;
  std::string body;
};

/// Writes parts as multipart/`subtype`. The boundary begins with `random`, characters that a
/// boundary may have, and stands in no part. Errors: no part, a subtype that is no token, other
/// characters in `random`, a header that would end its line; the offset is the number of the part.
Result<NewBody, grammar::ParseError> write_multipart(std::string_view subtype,
                                                     const std::vector<NewBodyPart>& parts,
                                                     std::string_view random);

}  // namespace sipml::message
