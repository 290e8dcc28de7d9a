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
    text_ = message_.bytes_;
    while (is_at_crlf()) position_ += 2;
    if (auto error = parse_start_line()) return *error;
    if (auto error = parse_headers()) return *error;
    decode();
    return std::move(message_);
  }

 private:
  std::string_view text() const { return text_; }
  Slice slice(std::string_view part) const { return slice_of(text_, part); }

  bool is_at_crlf() const {
    return position_ + 1 < text().size() && text()[position_] == '\r' &&
           text()[position_ + 1] == '\n';
  }

  /// Keeps the first reason: later ones may follow from it.
  void fault(int status, std::string_view reason) {
    if (!message_.fault_) message_.fault_ = Fault{status, reason};
  }

  void diagnose(std::string_view reason, std::size_t offset, std::string_view header) {
    if (message_.diagnostics_.size() == limits::diagnostic_count) return;
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
    uri::UriParts parts;
    const bool is_uri = !uri::scan(text(), message_.request_uri_, parts);
    if (is_uri) message_.request_uri_parts_ = parts;
    // What no scheme's URI can hold; the rest is for whoever knows the scheme (8.2.2.1).
    const bool may_be_uri =
        parts.is_sip ? is_uri
                     : !uri.empty() && uri.find_first_of(" \t<>\"") == std::string_view::npos;
    if (!may_be_uri) fault(400, "Malformed Request-URI");
    return std::nullopt;
  }

  std::optional<ParseError> parse_headers() {
    // What most messages need; more are taken one by one.
    message_.entries_.reserve(24);
    while (true) {
      if (is_at_crlf()) {
        position_ += 2;
        return std::nullopt;
      }
      if (position_ >= text().size()) return ParseError{"the headers do not end", position_};
      const Line line = next_line();
      if (line.end == std::string_view::npos) return ParseError{"a header does not end", position_};
      parse_header(line);
      position_ = line.end + 2;
    }
  }

  /// A header with its folds: where its CRLF stands, and the first CR, LF or NUL before it.
  struct Line {
    std::size_t end = std::string_view::npos;
    std::size_t illegal = std::string_view::npos;
    std::size_t folds = 0;
  };

  /// One diagnostic is enough for all that exceeds the limits (21.5.7).
  void too_large(std::string_view reason, std::size_t offset, std::string_view header) {
    if (!too_large_) diagnose(reason, offset, header);
    too_large_ = true;
    fault(513, "Message Too Large");
  }

  /// Finds the end of the header at position_ and replaces the line breaks of folds by blanks,
  /// which is what they mean (7.3.1) and keeps every offset.
  Line next_line() {
    Line line;
    const std::string_view text = text_;
    std::size_t i = position_;
    while (true) {
      i = ascii::find_control(text, i);
      if (i == text.size()) return line;
      const char c = text[i];
      if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') {
        if (i + 2 == text.size() || !grammar::is(text[i + 2], grammar::blank)) {
          line.end = i;
          return line;
        }
        ++line.folds;
        message_.bytes_[i] = ' ';
        message_.bytes_[i + 1] = ' ';
        i += 2;
      } else {
        // quoted-pair = "\" (%x00-09 / %x0B-0C / %x0E-7F)
        const bool is_illegal =
            c == '\r' || c == '\n' || (c == '\0' && (i == 0 || text[i - 1] != '\\'));
        if (is_illegal && line.illegal == std::string_view::npos) line.illegal = i;
        ++i;
      }
    }
  }

  /// message-header = field-name HCOLON field-value
  void parse_header(const Line& found) {
    const std::string_view line = text().substr(position_, found.end - position_);
    std::size_t colon = 0;
    while (colon < line.size() && grammar::is(line[colon], grammar::token_char)) ++colon;
    const std::string_view name = line.substr(0, colon);
    while (colon < line.size() && grammar::is(line[colon], grammar::blank)) ++colon;
    if (colon == line.size() || line[colon] != ':' || name.empty() ||
        name.size() > limits::header_name_size) {
      diagnose("a header has no usable name", position_, "");
      return;
    }
    if (found.illegal != std::string_view::npos) {
      diagnose("a header value has an illegal character", found.illegal, name);
      return;
    }
    const std::string_view value = ascii::trim(line.substr(colon + 1));
    if (value.size() > limits::header_value_size)
      return too_large("a header value is too long", position_, name);
    if (found.folds > limits::fold_count)
      return too_large("a header has too many folds", position_, name);
    if (message_.entries_.size() == limits::header_count)
      return too_large("a message has too many headers", position_, name);
    message_.entries_.push_back({header_name(name), slice(name), slice(value)});
  }

  std::size_t offset_of(std::string_view value) const {
    return static_cast<std::size_t>(value.data() - text().data());
  }

  /// The first header of a name, how often there is one, and where the second stands.
  struct Found {
    Slice first;
    std::size_t second = 0;
    std::size_t count = 0;

    void add(Slice value) {
      if (count == 0) first = value;
      if (count == 1) second = value.offset;
      ++count;
    }
  };

  /// The one value of a header that must stand exactly once.
  bool is_single(const Found& found, HeaderName name, std::string_view problem) {
    if (found.count == 1) return true;
    diagnose(problem, found.second, to_string(name));
    fault(400, problem);
    return false;
  }

  void decode_address(const Found& found, HeaderName name, std::string_view problem,
                      uri::NameAddrParts& into) {
    if (!is_single(found, name, problem)) return;
    if (const auto error = uri::scan_name_addr(text(), found.first, into)) {
      into = {};
      diagnose(error->reason, found.first.offset + error->offset, to_string(name));
      fault(400, problem);
    }
  }

  void decode_via(std::string_view header) {
    grammar::ListReader reader(header);
    for (std::string_view value; reader.next(value);) {
      if (message_.via_count_ == limits::via_count)
        return too_large("a message has too many Vias", offset_of(value), "Via");
      const bool is_top = message_.via_count_++ == 0;
      const auto error = scan_via(text(), slice(value), message_.vias_.emplace_back());
      if (!error) continue;
      message_.vias_.pop_back();
      diagnose(error->reason, offset_of(value) + error->offset, "Via");
      // The Vias below the top are the proxies' business, but each has to be one.
      if (is_top || !ascii::equal_ignoring_case(value.substr(0, 3), "SIP"))
        fault(400, "Malformed Via");
      if (is_top) copyable_ = false;
    }
  }

  /// Contact, Route, Record-Route: what is no address costs that value.
  void decode_addresses(HeaderName name, std::string_view header) {
    grammar::ListReader reader(header);
    for (std::string_view value; reader.next(value);) {
      if (name == HeaderName::contact && value == "*") continue;
      std::size_t& count = name == HeaderName::record_route ? record_routes_ : routes_;
      if (name != HeaderName::contact && ++count > limits::route_count)
        return too_large("a message has too many routes", offset_of(value), to_string(name));
      Message::Address& address = message_.addresses_.emplace_back();
      address.header = name;
      if (const auto error = uri::scan_name_addr(text(), slice(value), address.parts)) {
        message_.addresses_.pop_back();
        diagnose(error->reason, offset_of(value) + error->offset, to_string(name));
      }
    }
  }

  void decode_cseq(const Found& found) {
    if (!is_single(found, HeaderName::cseq, "Missing or Repeated CSeq")) return;
    const std::string_view value = found.first.in(text());
    auto cseq = parse_cseq(value);
    if (!cseq) {
      diagnose(cseq.error().reason, found.first.offset + cseq.error().offset, "CSeq");
      fault(400, "Malformed CSeq");
      // One that is only too large can be repeated (RFC 4475 3.1.2.4 wants its 400).
      if (value.empty() || !ascii::is_digit(value.front())) copyable_ = false;
      return;
    }
    message_.cseq_ = std::move(cseq).value();
    if (message_.is_request() && message_.cseq_.method != message_.method()) {
      diagnose("the CSeq method is not the request's", found.first.offset, "CSeq");
      fault(400, "CSeq Method Mismatch");
    }
  }

  /// On a WebSocket the message ends the body (RFC 7118 section 5); a Content-Length that says less
  /// cuts it (RFC 3261 18.3), one that says more makes the message unusable.
  void decode_body() {
    message_.body_ = {static_cast<std::uint32_t>(position_),
                      static_cast<std::uint32_t>(text().size() - position_)};
    std::optional<std::uint64_t> length;
    for (const Message::Entry& entry : message_.entries_) {
      if (entry.id != HeaderName::content_length) continue;
      const auto parsed = parse_content_length(entry.value.in(text()));
      if (!parsed || (length && *length != *parsed)) {
        diagnose("Content-Length is no single number", entry.value.offset, "Content-Length");
        fault(400, "Malformed Content-Length");
        return;
      }
      length = parsed;
    }
    if (!length) return;
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
    Found from;
    Found to;
    Found call_id;
    Found cseq;
    for (const Message::Entry& entry : message_.entries_) {
      switch (entry.id) {
        case HeaderName::via:
          decode_via(entry.value.in(text()));
          break;
        case HeaderName::from:
          from.add(entry.value);
          break;
        case HeaderName::to:
          to.add(entry.value);
          break;
        case HeaderName::call_id:
          call_id.add(entry.value);
          break;
        case HeaderName::cseq:
          cseq.add(entry.value);
          break;
        case HeaderName::contact:
        case HeaderName::route:
        case HeaderName::record_route:
          decode_addresses(entry.id, entry.value.in(text()));
          break;
        case HeaderName::content_type:
          if (message_.content_type_.empty())
            message_.content_type_ = media_type(entry.value.in(text()));
          break;
        default:
          break;
      }
    }
    if (message_.via_count_ == 0) {
      diagnose("Via is missing", 0, "Via");
      fault(400, "Missing Via");
    }
    decode_address(from, HeaderName::from, "Missing, Repeated or Malformed From", message_.from_);
    decode_address(to, HeaderName::to, "Missing, Repeated or Malformed To", message_.to_);
    if (is_single(call_id, HeaderName::call_id, "Missing or Repeated Call-ID")) {
      message_.call_id_ = call_id.first;
      const std::string_view value = message_.call_id();
      if (value.empty() || value.find_first_of(" \t") != std::string_view::npos) {
        fault(400, "Malformed Call-ID");
        copyable_ = false;
      }
    }
    decode_cseq(cseq);
    decode_body();
    message_.answerable_ = copyable_ && message_.is_request() && message_.method() != "ACK" &&
                           message_.via_count_ != 0 && from.count != 0 && to.count != 0 &&
                           call_id.count != 0 && cseq.count != 0;
  }

  Message message_;
  /// Of message_, whose octets stay where they are until it is handed over.
  std::string_view text_;
  std::size_t position_ = 0;
  bool too_large_ = false;
  std::size_t routes_ = 0;
  std::size_t record_routes_ = 0;
  /// false: a response would repeat what no one can read; some proxies close the connection then.
  bool copyable_ = true;
};

Result<Message, grammar::ParseError> parse_message(std::string bytes) {
  return MessageParser().parse(std::move(bytes));
}

}  // namespace sipml::message
