#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "grammar/char_class.hpp"
#include "grammar/tokens.hpp"
#include "message/headers/content.hpp"
#include "message/message.hpp"

namespace sipml::message {

using grammar::ParseError;

/// One pass over the octets: start line, headers, body, then the checks of RFC
/// 3261 8.1.3, 8.2, 16.3.
class MessageParser {
 public:
  Result<Message, ParseError> parse(std::string bytes) {
    if (bytes.size() > limits::message_size)
      return ParseError{"a message is too long", limits::message_size};
    message_.bytes_ = std::move(bytes);
    while (text().substr(position_).starts_with("\r\n")) position_ += 2;
    if (auto error = parse_start_line()) return *error;
    if (auto error = parse_headers()) return *error;
    decode();
    return std::move(message_);
  }

 private:
  std::string_view text() const { return message_.bytes_; }
  Slice slice(std::string_view part) const { return slice_of(message_.bytes_, part); }

  /// Keeps the first reason: later ones may follow from it.
  void fault(int status, std::string_view reason) {
    if (!message_.fault_) message_.fault_ = Fault{status, reason};
  }

  void diagnose(std::string_view reason, std::size_t offset, std::string_view header) {
    message_.diagnostics_.push_back({reason, offset, std::string(header)});
  }

  /// Request-Line = Method SP Request-URI SP SIP-Version CRLF
  /// Status-Line  = SIP-Version SP Status-Code SP Reason-Phrase CRLF
  std::optional<ParseError> parse_start_line() {
    const std::size_t end = text().find("\r\n", position_);
    if (end == std::string_view::npos) return ParseError{"a start line does not end", position_};
    std::string_view line = text().substr(position_, end - position_);
    for (std::size_t i = 0; i < line.size(); ++i)
      if (line[i] == '\0' || line[i] == '\r' || line[i] == '\n')
        return ParseError{"a start line has an illegal character", position_ + i};
    if (!line.empty() && grammar::is(line.back(), grammar::blank) && !is_status_line(line)) {
      // Not in the grammar, but it means one thing only (RFC 4475 3.1.2.11).
      diagnose("a request line ends with blanks", position_, "");
      while (!line.empty() && grammar::is(line.back(), grammar::blank)) line.remove_suffix(1);
    }
    const std::size_t first = line.find(' ');
    if (first == std::string_view::npos || first == 0)
      return ParseError{"a start line has no blank", position_};
    if (is_status_line(line)) {
      if (auto error = parse_status_line(line, first)) return error;
    } else if (auto error = parse_request_line(line, first)) {
      return error;
    }
    position_ = end + 2;
    return std::nullopt;
  }

  static bool is_status_line(std::string_view line) {
    return ascii::equal_ignoring_case(line.substr(0, 4), "SIP/");
  }

  std::optional<ParseError> parse_status_line(std::string_view line, std::size_t first) {
    if (!ascii::equal_ignoring_case(line.substr(0, first), "SIP/2.0"))
      return ParseError{"a response is not of SIP/2.0", position_};
    const std::string_view rest = line.substr(first + 1);
    const auto status = ascii::parse_number(rest.substr(0, 3), 699);
    if (!status || *status < 100 || (rest.size() > 3 && rest[3] != ' '))
      return ParseError{"a status code is not from 100 to 699", position_ + first + 1};
    message_.status_ = static_cast<int>(*status);
    if (rest.size() > 4) message_.reason_ = slice(rest.substr(4));
    return std::nullopt;
  }

  std::optional<ParseError> parse_request_line(std::string_view line, std::size_t first) {
    const std::string_view method = line.substr(0, first);
    if (!grammar::is_token(method)) return ParseError{"a method is no token", position_};
    const std::size_t last = line.rfind(' ');
    const std::string_view version = line.substr(last + 1);
    if (version.size() < 5 || !ascii::equal_ignoring_case(version.substr(0, 4), "SIP/"))
      return ParseError{"a request line does not end with the SIP version", position_ + last + 1};
    message_.method_ = slice(method);
    if (!ascii::equal_ignoring_case(version, "SIP/2.0")) fault(505, "Version Not Supported");
    const std::string_view uri =
        last > first ? line.substr(first + 1, last - first - 1) : std::string_view();
    message_.request_uri_ = slice(uri);
    if (uri.empty() || uri.find_first_of(" \t<>\"") != std::string_view::npos)
      fault(400, "Malformed Request-URI");
    return std::nullopt;
  }

  std::optional<ParseError> parse_headers() {
    while (true) {
      if (text().substr(position_).starts_with("\r\n")) {
        position_ += 2;
        return std::nullopt;
      }
      if (position_ >= text().size()) return ParseError{"the headers do not end", position_};
      const std::size_t end = unfolded_line_end();
      if (end == std::string_view::npos) return ParseError{"a header does not end", position_};
      parse_header(text().substr(position_, end - position_));
      position_ = end + 2;
    }
  }

  /// Finds the end of the header at position_ and replaces the line breaks of folds by blanks,
  /// which is what they mean (7.3.1) and keeps every offset.
  std::size_t unfolded_line_end() {
    std::size_t from = position_;
    while (true) {
      const std::size_t end = text().find("\r\n", from);
      if (end == std::string_view::npos) return end;
      const bool folded = end + 2 < text().size() && grammar::is(text()[end + 2], grammar::blank);
      if (!folded) return end;
      message_.bytes_[end] = ' ';
      message_.bytes_[end + 1] = ' ';
      from = end + 2;
    }
  }

  /// message-header = field-name HCOLON field-value
  void parse_header(std::string_view line) {
    const std::size_t colon = line.find(':');
    const std::string_view name = ascii::trim(line.substr(0, colon));
    if (colon == std::string_view::npos || !grammar::is_token(name) ||
        name.size() > limits::header_name_size || line.front() == ' ' || line.front() == '\t') {
      diagnose("a header has no usable name", position_, "");
      return;
    }
    const HeaderName id = header_name(name);
    const std::string_view value = ascii::trim(line.substr(colon + 1));
    for (std::size_t i = 0; i < value.size(); ++i)
      // quoted-pair = "\" (%x00-09 / %x0B-0C / %x0E-7F)
      if (value[i] == '\r' || value[i] == '\n' ||
          (value[i] == '\0' && (i == 0 || value[i - 1] != '\\'))) {
        diagnose("a header value has an illegal character", position_ + colon + 1 + i, name);
        return;
      }
    if (value.size() > limits::header_value_size) {
      diagnose("a header value is too long", position_, name);
      fault(513, "Message Too Large");
      return;
    }
    if (message_.entries_.size() == limits::header_count) {
      if (!too_many_) diagnose("a message has too many headers", position_, name);
      too_many_ = true;
      fault(513, "Message Too Large");
      return;
    }
    message_.entries_.push_back({id, slice(name), slice(value)});
  }

  std::size_t offset_of(std::string_view value) const {
    return static_cast<std::size_t>(value.data() - text().data());
  }

  /// The one value of a header that must stand exactly once.
  std::optional<std::string_view> single(HeaderName name, std::string_view missing) {
    const auto found = message_.headers(name);
    if (found.size() == 1) return found.front();
    diagnose(missing, found.empty() ? 0 : offset_of(found[1]), to_string(name));
    fault(400, missing);
    return std::nullopt;
  }

  void decode_address(HeaderName name, std::string_view problem, uri::NameAddr& into) {
    const auto value = single(name, problem);
    if (!value) return;
    auto parsed = uri::parse_name_addr(*value);
    if (parsed) {
      into = std::move(parsed).value();
      return;
    }
    diagnose(parsed.error().reason, offset_of(*value) + parsed.error().offset, to_string(name));
    fault(400, problem);
  }

  void decode_via() {
    const auto values = message_.values(HeaderName::via);
    message_.via_count_ = values.size();
    if (values.empty()) {
      diagnose("Via is missing", 0, "Via");
      fault(400, "Missing Via");
      return;
    }
    auto via = parse_via(values.front());
    if (via) {
      message_.top_via_ = std::move(via).value();
      check_lower_vias(values);
      return;
    }
    diagnose(via.error().reason, offset_of(values.front()) + via.error().offset, "Via");
    fault(400, "Malformed Via");
    copyable_ = false;
  }

  /// The Vias below the top are the proxies' business, but each has to be one.
  void check_lower_vias(const std::vector<std::string_view>& values) {
    for (std::string_view value : values)
      if (!ascii::equal_ignoring_case(value.substr(0, 3), "SIP")) {
        diagnose("a Via is not of the protocol SIP", offset_of(value), "Via");
        fault(400, "Malformed Via");
        return;
      }
  }

  void decode_cseq() {
    const auto value = single(HeaderName::cseq, "Missing or Repeated CSeq");
    if (!value) return;
    auto cseq = parse_cseq(*value);
    if (!cseq) {
      diagnose(cseq.error().reason, offset_of(*value) + cseq.error().offset, "CSeq");
      fault(400, "Malformed CSeq");
      // One that is only too large can be repeated (RFC 4475 3.1.2.4 wants its 400).
      if (value->empty() || !ascii::is_digit(value->front())) copyable_ = false;
      return;
    }
    message_.cseq_ = std::move(cseq).value();
    if (message_.is_request() && message_.cseq_.method != message_.method()) {
      diagnose("the CSeq method is not the request's", offset_of(*value), "CSeq");
      fault(400, "CSeq Method Mismatch");
    }
  }

  /// On a WebSocket the message ends the body (RFC 7118 section 5); a Content-Length that says less
  /// cuts it (RFC 3261 18.3), one that says more makes the message unusable.
  void decode_body() {
    message_.body_ = {static_cast<std::uint32_t>(position_),
                      static_cast<std::uint32_t>(text().size() - position_)};
    const auto lengths = message_.headers(HeaderName::content_length);
    if (lengths.empty()) return;
    std::optional<std::uint64_t> length;
    for (std::string_view value : lengths) {
      const auto parsed = parse_content_length(value);
      if (!parsed || (length && *length != *parsed)) {
        diagnose("Content-Length is no single number", offset_of(value), "Content-Length");
        fault(400, "Malformed Content-Length");
        return;
      }
      length = parsed;
    }
    if (*length > message_.body_.length) {
      diagnose("a body is shorter than Content-Length says", position_, "Content-Length");
      fault(400, "Body Shorter Than Content-Length");
      return;
    }
    if (*length < message_.body_.length)
      diagnose("a body is longer than Content-Length says; the rest is dropped",
               position_ + static_cast<std::size_t>(*length), "Content-Length");
    message_.body_.length = static_cast<std::uint32_t>(*length);
  }

  void decode() {
    decode_via();
    decode_address(HeaderName::from, "Missing, Repeated or Malformed From", message_.from_);
    decode_address(HeaderName::to, "Missing, Repeated or Malformed To", message_.to_);
    if (const auto call_id = single(HeaderName::call_id, "Missing or Repeated Call-ID")) {
      message_.call_id_ = slice(*call_id);
      if (call_id->empty() || call_id->find_first_of(" \t") != std::string_view::npos) {
        fault(400, "Malformed Call-ID");
        copyable_ = false;
      }
    }
    decode_cseq();
    decode_body();
    if (const auto type = message_.header(HeaderName::content_type))
      message_.content_type_ = media_type(*type);
    const auto copied = {HeaderName::via, HeaderName::from, HeaderName::to, HeaderName::call_id,
                         HeaderName::cseq};
    message_.answerable_ = copyable_ && message_.is_request() && message_.method() != "ACK";
    for (HeaderName name : copied)
      if (!message_.header(name)) message_.answerable_ = false;
  }

  Message message_;
  std::size_t position_ = 0;
  bool too_many_ = false;
  /// false: a response would repeat what no one can read; some proxies close the connection then.
  bool copyable_ = true;
};

Result<Message, grammar::ParseError> parse_message(std::string bytes) {
  return MessageParser().parse(std::move(bytes));
}

}  // namespace sipml::message
