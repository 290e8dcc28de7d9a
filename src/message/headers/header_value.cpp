#include "message/headers/header_value.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>

#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "grammar/char_class.hpp"
#include "message/headers/credentials.hpp"
#include "message/headers/cseq.hpp"
#include "message/headers/date.hpp"
#include "message/headers/via.hpp"
#include "uri/name_addr.hpp"

namespace sipml::message {

using grammar::ParseError;

namespace {

/// Nothing when it went well.
using Fault = std::optional<ParseError>;

ParseError shifted(const ParseError& error, std::size_t by) {
  return {error.reason, error.offset + by};
}

/// Takes the pieces of one value from left to right.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::size_t position() const { return position_; }
  bool at_end() const { return position_ == text_.size(); }
  bool at(char c) const { return !at_end() && text_[position_] == c; }
  std::string_view rest() const { return text_.substr(position_); }
  void advance(std::size_t by) { position_ += by; }

  void skip_blanks() {
    while (!at_end() && grammar::is(text_[position_], grammar::blank)) ++position_;
  }

  template <typename Accepts>
  std::string_view take_while(Accepts accepts) {
    const std::size_t start = position_;
    while (!at_end() && accepts(text_[position_])) ++position_;
    return text_.substr(start, position_ - start);
  }

  std::string_view take_token() {
    return take_while([](char c) { return grammar::is(c, grammar::token_char); });
  }

  std::string_view take_digits() { return take_while(ascii::is_digit); }

  /// A quoted-string as it means; nullopt when there is none or when it does not end.
  std::optional<std::string> take_quoted() {
    if (!at('"')) return std::nullopt;
    const auto length = grammar::quoted_string_length(rest());
    if (!length) return std::nullopt;
    std::string value = grammar::unquote(rest().substr(0, *length));
    position_ += *length;
    return value;
  }

  /// comment = LPAREN *( ctext / quoted-pair / comment ) RPAREN, as it means; nullopt when it does
  /// not end.
  std::optional<std::string> take_comment() {
    std::string value;
    std::size_t depth = 0;
    for (; !at_end(); ++position_) {
      char c = text_[position_];
      if (c == '\\' && position_ + 1 < text_.size()) {
        c = text_[++position_];
      } else if (c == '(') {
        if (++depth == 1) continue;
      } else if (c == ')' && --depth == 0) {
        ++position_;
        return value;
      }
      value += c;
    }
    return std::nullopt;
  }

  /// What is left as parameters.
  Fault take_parameters(grammar::Parameters& into) {
    auto parameters = grammar::parse_parameters(rest());
    if (!parameters) return shifted(parameters.error(), position_);
    into = std::move(parameters).value();
    return std::nullopt;
  }

 private:
  std::string_view text_;
  std::size_t position_ = 0;
};

std::string with_case(const HeaderRow& row, std::string_view token) {
  return row.has(HeaderRow::any_case) ? ascii::to_lower(token) : std::string(token);
}

Fault parse_address(const HeaderRow& row, std::string_view text, HeaderValue& value) {
  if (row.id == HeaderName::contact && text == "*") {
    value.text = text;
    return std::nullopt;
  }
  auto address = uri::parse_name_addr(text);
  if (!address) return address.error();
  if (row.kind == ValueKind::uri && !address->display_name.empty())
    return ParseError{"text stands before a URI", 0};
  value.detail = std::move(address->display_name);
  value.uri = std::move(address->uri);
  value.parameters = std::move(address->parameters);
  return std::nullopt;
}

Fault parse_token(const HeaderRow& row, std::string_view text, HeaderValue& value) {
  Scanner scanner(text);
  if (scanner.at('"') && row.has(HeaderRow::may_be_quoted)) {
    auto quoted = scanner.take_quoted();
    if (!quoted) return ParseError{"a quoted string does not end", 0};
    value.text = std::move(*quoted);
  } else {
    value.text = with_case(row, scanner.take_token());
    if (scanner.position() == 0) return ParseError{"a token is missing", 0};
  }
  return scanner.take_parameters(value.parameters);
}

Fault parse_media_type(std::string_view text, HeaderValue& value) {
  Scanner scanner(text);
  value.text = ascii::to_lower(scanner.take_token());
  scanner.skip_blanks();
  if (value.text.empty() || !scanner.at('/'))
    return ParseError{"a media type lacks its '/'", scanner.position()};
  scanner.advance(1);
  scanner.skip_blanks();
  const std::string_view subtype = scanner.take_token();
  if (subtype.empty()) return ParseError{"a media subtype is missing", scanner.position()};
  value.text += '/' + ascii::to_lower(subtype);
  return scanner.take_parameters(value.parameters);
}

Fault parse_plain_number(const HeaderRow& row, std::string_view text, HeaderValue& value) {
  // 20.22 gives Max-Forwards one octet; elsewhere 32 bits are what the RFCs speak of.
  const bool one_octet = row.id == HeaderName::max_forwards;
  const auto number = ascii::parse_number(text, one_octet ? 255U : 0xFFFFFFFFU);
  if (!number) return ParseError{"a number is malformed or too large", 0};
  value.number = static_cast<std::int64_t>(*number);
  return std::nullopt;
}

Fault parse_seconds(const HeaderRow& row, std::string_view text, HeaderValue& value) {
  Scanner scanner(text);
  const std::string_view digits = scanner.take_digits();
  if (digits.empty()) return ParseError{"a number of seconds is missing", 0};
  value.number = static_cast<std::int64_t>(
      ascii::parse_number(digits, limits::delta_seconds).value_or(limits::delta_seconds));
  scanner.skip_blanks();
  if (scanner.at('(') && row.id == HeaderName::retry_after) {
    const std::size_t start = scanner.position();
    auto comment = scanner.take_comment();
    if (!comment) return ParseError{"a comment does not end", start};
    value.detail = std::move(*comment);
  }
  return scanner.take_parameters(value.parameters);
}

Fault parse_cseq_into(std::string_view text, HeaderValue& value, std::int64_t& number) {
  auto cseq = parse_cseq(text);
  if (!cseq) return cseq.error();
  number = cseq->number;
  value.text = std::move(cseq->method);
  return std::nullopt;
}

/// RAck = response-num LWS CSeq-num LWS Method (RFC 3262 section 7.2)
Fault parse_rack(std::string_view text, HeaderValue& value) {
  Scanner scanner(text);
  const auto response = ascii::parse_number(scanner.take_digits(), 0xFFFFFFFFU);
  if (!response) return ParseError{"a response number is malformed or too large", 0};
  value.number = static_cast<std::int64_t>(*response);
  const std::size_t end = scanner.position();
  scanner.skip_blanks();
  if (scanner.position() == end) return ParseError{"a CSeq number is missing", end};
  const auto fault = parse_cseq_into(scanner.rest(), value, value.second.emplace());
  return fault ? shifted(*fault, scanner.position()) : fault;
}

Fault parse_via_into(std::string_view text, HeaderValue& value) {
  auto via = parse_via(text);
  if (!via) return via.error();
  value.text = std::move(via->transport);
  value.parameters = std::move(via->parameters);
  const std::size_t colon = via->sent_by.find(':', via->sent_by.rfind(']') + 1);
  value.detail = via->sent_by.substr(0, colon);
  if (colon == std::string::npos) return std::nullopt;
  const auto port = ascii::parse_number(std::string_view(via->sent_by).substr(colon + 1), 65535);
  if (!port) return ParseError{"a port is malformed", text.rfind(':', text.find(';')) + 1};
  value.second = static_cast<std::int64_t>(*port);
  return std::nullopt;
}

/// warning-value = warn-code SP warn-agent SP warn-text (20.43)
Fault parse_warning(std::string_view text, HeaderValue& value) {
  Scanner scanner(text);
  const std::string_view code = scanner.take_digits();
  if (code.size() != 3) return ParseError{"a warning code has not three digits", 0};
  value.number = static_cast<std::int64_t>(*ascii::parse_number(code, 999));
  const std::size_t code_end = scanner.position();
  scanner.skip_blanks();
  const std::size_t agent = scanner.position();
  value.detail = scanner.take_while([](char c) { return c != ' ' && c != '\t' && c != '"'; });
  if (agent == code_end || value.detail.empty())
    return ParseError{"a warning lacks its agent", agent};
  scanner.skip_blanks();
  const std::size_t start = scanner.position();
  auto quoted = scanner.take_quoted();
  if (!quoted) return ParseError{"a warning lacks its quoted text", start};
  value.text = std::move(*quoted);
  if (!scanner.at_end())
    return ParseError{"something follows a warning's text", scanner.position()};
  return std::nullopt;
}

/// callid = word [ "@" word ]; Content-ID has it in angle brackets (RFC 8262).
Fault parse_call_id(const HeaderRow& row, std::string_view text, HeaderValue& value) {
  if (row.id == HeaderName::content_id) {
    if (text.size() < 2 || text.front() != '<' || text.back() != '>')
      return ParseError{"an identifier lacks its angle brackets", 0};
    const Fault fault =
        parse_call_id(header_row(HeaderName::call_id), text.substr(1, text.size() - 2), value);
    return fault ? shifted(*fault, 1) : fault;
  }
  Scanner scanner(text);
  const auto word = [&scanner] {
    return scanner.take_while([](char c) { return grammar::is(c, grammar::word_char); });
  };
  bool complete = !word().empty();
  if (complete && scanner.at('@')) {
    scanner.advance(1);
    complete = !word().empty();
  }
  if (!complete || !scanner.at_end())
    return ParseError{"an identifier has an illegal character", scanner.position()};
  value.text = text;
  return std::nullopt;
}

bool is_one_token(const grammar::Parameters& parameters, std::string_view name) {
  std::size_t count = 0;
  for (const grammar::Parameter& parameter : parameters) {
    if (!ascii::equal_ignoring_case(parameter.name, name)) continue;
    if (!parameter.value || !grammar::is_token(*parameter.value)) return false;
    ++count;
  }
  return count == 1;
}

/// callid *( SEMI param ) with each of the two tags once (RFC 3891 section 6.1, RFC 3911 section
/// 7.1, RFC 4538 section 7).
Fault parse_dialog(const HeaderRow& row, std::string_view text, HeaderValue& value) {
  Scanner scanner(text);
  // Peers are freer with Call-IDs than the grammar is; this one has to match what they sent.
  value.text = scanner.take_while(
      [](char c) { return static_cast<unsigned char>(c) > ' ' && c != ';' && c != ','; });
  if (value.text.empty()) return ParseError{"a Call-ID is missing", 0};
  const std::size_t parameters_at = scanner.position();
  if (const Fault fault = scanner.take_parameters(value.parameters)) return fault;
  const bool is_target = row.id == HeaderName::target_dialog;
  if (!is_one_token(value.parameters, is_target ? "remote-tag" : "to-tag") ||
      !is_one_token(value.parameters, is_target ? "local-tag" : "from-tag"))
    return ParseError{"a tag is missing, malformed or repeated", parameters_at};
  return std::nullopt;
}

Fault parse_bare_parameters(std::string_view text, HeaderValue& value) {
  const Fault fault = Scanner(';' + std::string(text)).take_parameters(value.parameters);
  if (!fault && value.parameters.empty()) return ParseError{"a parameter is missing", 0};
  if (!fault) return fault;
  return ParseError{fault->reason, fault->offset == 0 ? 0 : fault->offset - 1};
}

Fault parse_credentials_into(std::string_view text, HeaderValue& value) {
  auto credentials = parse_credentials(text);
  if (!credentials) return credentials.error();
  value.detail = std::move(credentials->scheme);
  value.text = std::move(credentials->token68);
  value.parameters = std::move(credentials->parameters);
  return std::nullopt;
}

Fault parse_auth_parameters_into(std::string_view text, HeaderValue& value) {
  auto parameters = parse_auth_parameters(text);
  if (!parameters) return parameters.error();
  if (parameters->empty()) return ParseError{"a parameter is missing", 0};
  value.parameters = std::move(parameters).value();
  return std::nullopt;
}

Fault parse_date_into(std::string_view text, HeaderValue& value) {
  const auto seconds = parse_date(text);
  if (!seconds) return ParseError{"a date is not of the form of RFC 3261 20.17, in GMT", 0};
  value.text = text;
  value.number = *seconds;
  return std::nullopt;
}

/// *DIGIT [ "." *DIGIT ] in milliseconds; nullopt when there is no digit or the number too large.
std::optional<std::int64_t> milliseconds(std::string_view text) {
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, point);
  std::string fraction(text.substr(std::min(point + 1, text.size())));
  if (whole.empty() && fraction.empty()) return std::nullopt;
  for (char c : fraction)
    if (!ascii::is_digit(c)) return std::nullopt;
  fraction.resize(3, '0');
  constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max() / 1000 - 1;
  const auto seconds = whole.empty() ? 0U : ascii::parse_number(whole, most);
  if (!seconds) return std::nullopt;
  return static_cast<std::int64_t>(*seconds * 1000 + *ascii::parse_number(fraction, 999));
}

/// Timestamp = 1*DIGIT [ "." *DIGIT ] [ LWS delay ] (20.38)
Fault parse_timestamp(std::string_view text, HeaderValue& value) {
  const std::size_t blank = std::min(text.find_first_of(" \t"), text.size());
  value.text = text.substr(0, blank);
  value.detail = ascii::trim(text.substr(blank));
  const auto sent = milliseconds(value.text);
  if (!sent || value.text.front() == '.') return ParseError{"a timestamp is malformed", 0};
  value.number = *sent;
  if (value.detail.empty()) return std::nullopt;
  value.second = milliseconds(value.detail);
  if (!value.second) return ParseError{"a delay is malformed", blank};
  return std::nullopt;
}

/// Identity = signed-identity-digest SEMI ident-info *( SEMI ident-info-params ) (RFC 8224 section
/// 4), or the quoted string of RFC 4474 section 9.
Fault parse_identity(std::string_view text, HeaderValue& value) {
  constexpr auto is_digest_char = [](char c) {
    return ascii::is_alpha(c) || ascii::is_digit(c) ||
           std::string_view("+/-_=.").find(c) != std::string_view::npos;
  };
  Scanner scanner(text);
  if (scanner.at('"'))
    value.text = scanner.take_quoted().value_or("");
  else
    value.text = scanner.take_while(is_digest_char);
  if (value.text.empty() || !std::all_of(value.text.begin(), value.text.end(), is_digest_char))
    return ParseError{"an identity digest is missing or malformed", 0};
  while (!scanner.at_end()) {
    // The URI of info stands in angle brackets and may hold semicolons.
    const std::size_t start = scanner.position();
    const std::size_t end = std::min(grammar::find_unquoted(text, ';', start + 1), text.size());
    const std::string_view item = text.substr(start, end - start);
    scanner.advance(item.size());
    const std::size_t equals = std::min(item.find('='), item.size() - 1);
    const std::string_view in_brackets = ascii::trim(item.substr(equals + 1));
    grammar::Parameters parsed;
    if (item.front() == ';' && in_brackets.starts_with('<')) {
      const std::string_view name = ascii::trim(item.substr(1, equals - 1));
      if (!grammar::is_token(name)) return ParseError{"a parameter has no name", start};
      if (!in_brackets.ends_with('>')) return ParseError{"a URI lacks its '>'", start};
      parsed.push_back({std::string(name), std::string(in_brackets), false});
    } else if (const Fault fault = Scanner(item).take_parameters(parsed)) {
      return shifted(*fault, start);
    }
    for (grammar::Parameter& parameter : parsed) {
      if (value.parameters.size() == limits::parameter_count)
        return ParseError{"too many parameters", start};
      value.parameters.push_back(std::move(parameter));
    }
  }
  return std::nullopt;
}

Fault parse_privacy(std::string_view text, HeaderValue& value) {
  if (!grammar::is_token(text)) return ParseError{"a privacy value is no token", 0};
  value.text = ascii::to_lower(text);
  return std::nullopt;
}

/// One value; `text` is not empty and has no blanks at its ends.
Fault parse_value(const HeaderRow& row, std::string_view text, HeaderValue& value) {
  value.kind = row.kind;
  switch (row.kind) {
    case ValueKind::text:
      value.text = text;
      return std::nullopt;
    case ValueKind::address:
    case ValueKind::uri:
      return parse_address(row, text, value);
    case ValueKind::token:
      return parse_token(row, text, value);
    case ValueKind::media_type:
      return parse_media_type(text, value);
    case ValueKind::number:
      return parse_plain_number(row, text, value);
    case ValueKind::seconds:
      return parse_seconds(row, text, value);
    case ValueKind::cseq:
      return parse_cseq_into(text, value, value.number);
    case ValueKind::rack:
      return parse_rack(text, value);
    case ValueKind::via:
      return parse_via_into(text, value);
    case ValueKind::warning:
      return parse_warning(text, value);
    case ValueKind::call_id:
      return parse_call_id(row, text, value);
    case ValueKind::dialog:
      return parse_dialog(row, text, value);
    case ValueKind::parameters:
      return parse_bare_parameters(text, value);
    case ValueKind::privacy:
      return parse_privacy(text, value);
    case ValueKind::credentials:
      return parse_credentials_into(text, value);
    case ValueKind::auth_parameters:
      return parse_auth_parameters_into(text, value);
    case ValueKind::date:
      return parse_date_into(text, value);
    case ValueKind::timestamp:
      return parse_timestamp(text, value);
    case ValueKind::identity:
      return parse_identity(text, value);
  }
  return std::nullopt;
}

/// Where the value that starts at `from` ends.
std::size_t value_end(const HeaderRow& row, std::string_view text, std::size_t from) {
  std::size_t end = std::string_view::npos;
  if (row.kind == ValueKind::privacy)
    end = text.find_first_of(";,", from);
  else if (row.kind == ValueKind::call_id)
    // A Call-ID may hold quotes and angle brackets that mean nothing.
    end = row.has(HeaderRow::list) ? text.find(',', from) : end;
  else if (row.has(HeaderRow::list))
    end = grammar::find_unquoted(text, ',', from);
  return std::min(end, text.size());
}

}  // namespace

Result<std::vector<HeaderValue>, ParseError> parse_header_value(HeaderName name,
                                                                std::string_view text) {
  if (text.size() > limits::header_value_size)
    return ParseError{"a header value is too long", limits::header_value_size};
  // A fold becomes blanks of the same length, so that offsets stay.
  std::string unfolded;
  for (std::size_t i = text.find_first_of("\r\n"); i < text.size(); ++i) {
    if (text[i] != '\r' && text[i] != '\n') continue;
    const bool crlf = text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n';
    const std::size_t next = i + (crlf ? 2U : 1U);
    if (next < text.size() && !grammar::is(text[next], grammar::blank))
      return ParseError{"a line break stands in a header value", i};
    if (unfolded.empty()) unfolded = text;
    for (; i < next; ++i) unfolded[i] = ' ';
  }
  if (!unfolded.empty()) text = unfolded;

  const HeaderRow& row = header_row(name);
  std::vector<HeaderValue> values;
  for (std::size_t position = 0; position < text.size();) {
    const std::size_t end = value_end(row, text, position);
    const std::string_view raw = text.substr(position, end - position);
    const std::string_view value = ascii::trim(raw);
    if (!value.empty()) {
      const Fault fault = parse_value(row, value, values.emplace_back());
      if (fault) return shifted(*fault, static_cast<std::size_t>(value.data() - text.data()));
    }
    position = end + 1;
  }
  if (values.empty() && !row.has(HeaderRow::may_be_empty))
    return ParseError{"a header value is missing", 0};
  if (values.size() > 1 && row.id == HeaderName::contact)
    for (const HeaderValue& value : values)
      if (!value.uri) return ParseError{"\"*\" stands beside another Contact", 0};
  return values;
}

namespace {

void write_auth_parameters(std::string& out, const grammar::Parameters& parameters) {
  for (const grammar::Parameter& parameter : parameters) {
    if (&parameter != &parameters.front()) out += ", ";
    out += parameter.name + '=';
    const std::string value = parameter.value.value_or("");
    out += parameter.quoted ? grammar::quote(value) : value;
  }
}

/// Parentheses that pair up are comments in the comment; others have to be escaped.
void write_comment(std::string& out, std::string_view comment) {
  std::ptrdiff_t depth = 0;
  bool pairs = true;
  for (char c : comment) {
    depth += (c == '(') - (c == ')');
    pairs = pairs && depth >= 0;
  }
  pairs = pairs && depth == 0;
  out += " (";
  for (char c : comment) {
    if (c == '\\' || (!pairs && (c == '(' || c == ')'))) out += '\\';
    out += c;
  }
  out += ')';
}

std::string value_text(HeaderName name, const HeaderValue& value) {
  const std::string number = std::to_string(value.number);
  const std::string second = value.second ? std::to_string(*value.second) : std::string();
  std::string out;
  switch (value.kind) {
    case ValueKind::address:
    case ValueKind::uri:
      if (!value.uri) return value.text;
      return uri::to_string(uri::NameAddr{value.detail, *value.uri, value.parameters});
    case ValueKind::number:
      return number;
    case ValueKind::seconds:
      out = number;
      if (!value.detail.empty()) write_comment(out, value.detail);
      break;
    case ValueKind::cseq:
      return number + ' ' + value.text;
    case ValueKind::rack:
      return number + ' ' + second + ' ' + value.text;
    case ValueKind::via:
      out = "SIP/2.0/" + value.text + ' ' + value.detail;
      if (value.second) out += ':' + second;
      break;
    case ValueKind::warning:
      // warn-code = 3DIGIT
      return std::string(3 - std::min<std::size_t>(3, number.size()), '0') + number + ' ' +
             value.detail + ' ' + grammar::quote(value.text);
    case ValueKind::call_id:
      return name == HeaderName::content_id ? '<' + value.text + '>' : value.text;
    case ValueKind::credentials:
      out = value.detail;
      if (!out.empty() && out.front() >= 'a' && out.front() <= 'z')
        out.front() = static_cast<char>(out.front() - 32);
      out += ' ' + value.text;
      write_auth_parameters(out, value.parameters);
      return out;
    case ValueKind::auth_parameters:
      write_auth_parameters(out, value.parameters);
      return out;
    case ValueKind::parameters:
      grammar::write_parameters(out, value.parameters);
      return out.substr(std::min<std::size_t>(1, out.size()));
    case ValueKind::timestamp:
      return value.detail.empty() ? value.text : value.text + ' ' + value.detail;
    case ValueKind::token:
      out = grammar::is_token(value.text) ? value.text : grammar::quote(value.text);
      break;
    case ValueKind::text:
    case ValueKind::media_type:
    case ValueKind::dialog:
    case ValueKind::privacy:
    case ValueKind::date:
    case ValueKind::identity:
      out = value.text;
      break;
  }
  grammar::write_parameters(out, value.parameters);
  return out;
}

}  // namespace

std::string to_string(HeaderName name, const std::vector<HeaderValue>& values) {
  std::string out;
  for (const HeaderValue& value : values) {
    if (!out.empty()) out += value.kind == ValueKind::privacy ? ";" : ", ";
    out += value_text(name, value);
  }
  return out;
}

}  // namespace sipml::message
