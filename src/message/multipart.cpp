#include "message/multipart.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "grammar/char_class.hpp"
#include "message/headers/content.hpp"

namespace sipml::message {

namespace {

using grammar::ParseError;

constexpr std::string_view description_type = "application/sdp";

/// bcharsnospace = DIGIT / ALPHA / "'" / "(" / ")" / "+" / "_" / "," / "-" / "." / "/" / ":" / "="
///                 / "?"
bool is_boundary_char(char c) {
  return ascii::is_alpha(c) || ascii::is_digit(c) ||
         std::string_view("'()+_,-./:=? ").find(c) != std::string_view::npos;
}

/// A line of `text` and where the next one begins. The line end is CRLF or LF alone.
struct Line {
  std::string_view content;
  std::size_t next = 0;
  bool has_end = false;
};

Line line_at(std::string_view text, std::size_t position) {
  const std::size_t end = text.find('\n', position);
  if (end == std::string_view::npos) return {text.substr(position), text.size(), false};
  std::string_view content = text.substr(position, end - position);
  if (content.ends_with('\r')) content.remove_suffix(1);
  return {content, end + 1, true};
}

bool is_blank(std::string_view text) {
  return text.empty() || grammar::all_are(text, grammar::blank);
}

/// The parameters behind the first value of `text`; what cannot be read costs them all.
grammar::Parameters parameters_of(std::string_view text) {
  const std::size_t semicolon = text.find(';');
  if (semicolon == std::string_view::npos) return {};
  auto parsed = grammar::parse_parameters(text.substr(semicolon));
  return parsed ? std::move(parsed).value() : grammar::Parameters();
}

/// msg-id = "<" id ">"; the brackets are often forgotten.
std::string_view without_brackets(std::string_view text) {
  text = ascii::trim(text);
  if (text.size() >= 2 && text.front() == '<' && text.back() == '>')
    text = text.substr(1, text.size() - 2);
  return text.find_first_of("<>") == std::string_view::npos ? text : std::string_view();
}

class BodyParser {
 public:
  BodyParser(HeaderFields headers, std::string_view text) : text_(text) {
    BodyPart whole;
    whole.headers = std::move(headers);
    whole.body = slice_of(text, text);
    body_.parts.push_back(std::move(whole));
  }

  Body parse() {
    describe(0, {});
    // Parts are appended behind what holds them, so this loop reaches every one.
    for (std::size_t i = 0; i < body_.parts.size(); ++i)
      if (body_.parts[i].is_multipart()) take_apart(i);
    return std::move(body_);
  }

 private:
  void diagnose(std::string_view reason, std::size_t offset, std::string_view header = {}) {
    if (body_.diagnostics.size() < limits::diagnostic_count)
      body_.diagnostics.push_back({reason, offset, std::string(header)});
  }

  Slice slice(std::size_t from, std::size_t to) const {
    return to <= from
               ? Slice{}
               : Slice{static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(to - from)};
  }

  void malformed(std::size_t index, std::string_view reason, std::size_t offset,
                 std::string_view header = {}) {
    body_.parts[index].is_malformed = true;
    diagnose(reason, offset, header);
  }

  /// Reads what the headers of a part say of it.
  void describe(std::size_t index, std::string_view default_type) {
    BodyPart& part = body_.parts[index];
    part.type = default_type;
    bool has_id = false;
    // From the last to the first, which is the one that counts.
    for (auto field = part.headers.rbegin(); field != part.headers.rend(); ++field) {
      const std::string_view value = field->value;
      switch (header_name(field->name)) {
        case HeaderName::content_type:
          part.type = media_type(value);
          part.parameters = parameters_of(value);
          break;
        case HeaderName::content_disposition:
          part.disposition = ascii::to_lower(ascii::trim(value.substr(0, value.find(';'))));
          part.is_required = !ascii::equal_ignoring_case(
              grammar::parameter_value(parameters_of(value), "handling").value_or(""), "optional");
          break;
        case HeaderName::content_id:
          part.id = without_brackets(value);
          has_id = true;
          break;
        case HeaderName::content_transfer_encoding:
          part.transfer_encoding = ascii::to_lower(ascii::trim(value));
          break;
        case HeaderName::content_encoding:
          // Several are one behind the other: any that is none of "identity" counts.
          if (part.content_encoding.empty() || part.content_encoding == "identity")
            part.content_encoding = ascii::to_lower(ascii::trim(value));
          break;
        default:
          break;
      }
    }
    if (has_id && part.id.empty())
      diagnose("a Content-ID is no id in angle brackets", part.body.offset, "Content-ID");
  }

  /// The boundary of a multipart; nullopt, with a diagnostic, when it has no usable one.
  std::optional<std::string> boundary_of(std::size_t index) {
    const std::size_t offset = body_.parts[index].body.offset;
    const auto parameter = grammar::parameter_value(body_.parts[index].parameters, "boundary");
    std::string_view boundary = parameter.value_or("");
    while (boundary.ends_with(' ')) boundary.remove_suffix(1);
    if (boundary.empty() || boundary.size() > boundary_size) {
      malformed(index,
                boundary.empty() ? "a multipart has no boundary"
                                 : "a boundary is longer than 70 characters",
                offset, "Content-Type");
      return std::nullopt;
    }
    // Such a boundary still means one thing only.
    if (!std::all_of(boundary.begin(), boundary.end(), is_boundary_char))
      diagnose("a boundary has an illegal character", offset, "Content-Type");
    return std::string(boundary);
  }

  void take_apart(std::size_t index) {
    const Slice whole = body_.parts[index].body;
    if (body_.parts[index].depth == limits::multipart_depth)
      return malformed(index, "a multipart is nested too deep", whole.offset);
    const auto boundary = boundary_of(index);
    if (!boundary) return;
    const std::string delimiter = "--" + *boundary;
    const bool is_digest = body_.parts[index].type == "multipart/digest";
    body_.parts[index].first_part = body_.parts.size();
    // All offsets are of text_, so that each level can be searched in place.
    const std::string_view text = text_.substr(0, whole.offset + whole.length);
    std::size_t content = whole.offset;
    std::size_t line_end = content;
    bool is_in_part = false;
    for (std::size_t position = content; position < text.size();) {
      const Line line = line_at(text, position);
      const std::size_t start = position;
      const std::size_t content_end = line_end;
      line_end = position + line.content.size();
      position = line.next;
      if (!line.content.starts_with(delimiter)) continue;
      std::string_view rest = line.content.substr(delimiter.size());
      const bool is_close = rest.starts_with("--") && is_blank(rest.substr(2));
      if (!is_close && !is_blank(rest)) continue;
      // The line end before a delimiter belongs to it, so a part may end without one.
      const std::size_t end = start == whole.offset ? start : content_end;
      if (!is_in_part)
        body_.parts[index].preamble = slice(content, end);
      else if (!add_part(index, content, std::max(content, end), is_digest))
        return;
      content = line.next;
      is_in_part = true;
      if (is_close) {
        body_.parts[index].epilogue = slice(content, text.size());
        if (body_.parts[index].part_count == 0) malformed(index, "a multipart has no part", start);
        return;
      }
    }
    if (!is_in_part) return malformed(index, "a multipart has no delimiter", whole.offset);
    diagnose("a multipart does not end", text.size());
    if (content < text.size())
      add_part(index, content, text.size(), is_digest);
    else if (body_.parts[index].part_count == 0)
      malformed(index, "a multipart has no part", content);
  }

  /// Adds what stands from `from` to `to`; false when there is no room.
  bool add_part(std::size_t parent, std::size_t from, std::size_t to, bool is_digest) {
    // The body as a whole is no part.
    if (body_.parts.size() > limits::multipart_part_count) {
      malformed(parent, "a body has too many parts", from);
      return false;
    }
    BodyPart part;
    part.depth = body_.parts[parent].depth + 1;
    const std::size_t start = read_headers(part.headers, from, to);
    part.body = {static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(to - start)};
    body_.parts.push_back(std::move(part));
    ++body_.parts[parent].part_count;
    // RFC 2046 5.1 and 5.1.5.
    describe(body_.parts.size() - 1, is_digest ? "message/rfc822" : "text/plain");
    return true;
  }

  /// Reads headers up to the first empty line; returns where the body begins.
  std::size_t read_headers(HeaderFields& headers, std::size_t from, std::size_t to) {
    const std::string_view text = text_.substr(0, to);
    constexpr std::string_view bad_value =
        "a header of a part is too long or has an illegal character";
    bool is_told = false;
    const auto tell = [&](std::string_view reason, std::size_t offset) {
      if (!is_told) diagnose(reason, offset);
      is_told = true;
    };
    bool is_foldable = false;
    for (std::size_t position = from; position < to;) {
      const Line line = line_at(text, position);
      const std::size_t start = position;
      position = line.next;
      if (line.content.empty()) return position;
      if (grammar::is(line.content.front(), grammar::blank)) {
        if (!is_foldable) {
          tell("a line of a part continues no header", start);
          continue;
        }
        std::string& value = headers.back().value;
        const std::string_view more = ascii::trim(line.content);
        if (!value.empty() && !more.empty()) value += ' ';
        value += more;
        if (value.size() > limits::header_value_size || ascii::has_line_break(more)) {
          tell(bad_value, start);
          headers.pop_back();
          is_foldable = false;
        }
        continue;
      }
      is_foldable = false;
      const std::size_t colon = std::min(line.content.find(':'), line.content.size());
      const std::string_view name = ascii::trim(line.content.substr(0, colon));
      if (colon == line.content.size() || !grammar::is_token(name) ||
          name.size() > limits::header_name_size) {
        tell("a header of a part has no usable name", start);
        continue;
      }
      const std::string_view value = ascii::trim(line.content.substr(colon + 1));
      if (value.size() > limits::header_value_size || ascii::has_line_break(value)) {
        tell(bad_value, start);
        continue;
      }
      if (headers.size() == limits::header_count) {
        tell("a part has too many headers", start);
        continue;
      }
      headers.push_back({std::string(name), std::string(value)});
      is_foldable = true;
    }
    return to;
  }

  std::string_view text_;
  Body body_;
};

/// -1 for what is no character of base64.
int base64_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (ascii::is_digit(c)) return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/// RFC 2045 6.8: characters of other kinds are passed over only if they are blanks or line ends.
std::optional<std::string> decode_base64(std::string_view text) {
  std::string result;
  result.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  int count = 0;
  std::size_t i = 0;
  for (; i < text.size() && text[i] != '='; ++i) {
    if (grammar::is(text[i], grammar::blank) || text[i] == '\r' || text[i] == '\n') continue;
    const int value = base64_value(text[i]);
    if (value < 0) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    result += static_cast<char>(bits >> count & 0xFF);
  }
  for (; i < text.size(); ++i)
    if (text[i] != '=' && !grammar::is(text[i], grammar::blank) && text[i] != '\r' &&
        text[i] != '\n')
      return std::nullopt;
  // One character alone is less than an octet.
  if (count == 6) return std::nullopt;
  return result;
}

int hex_value(char c) {
  if (!grammar::is(c, grammar::hex_digit)) return -1;
  return ascii::is_digit(c) ? c - '0' : ascii::to_lower(c) - 'a' + 10;
}

/// RFC 2045 6.7: "=" and two digits are an octet, "=" at the end of a line joins it with the next.
std::optional<std::string> decode_quoted_printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t position = 0; position < text.size();) {
    const Line line = line_at(text, position);
    position = line.next;
    std::string_view content = line.content;
    while (!content.empty() && grammar::is(content.back(), grammar::blank))
      content.remove_suffix(1);
    const bool is_joined = content.ends_with('=');
    if (is_joined) content.remove_suffix(1);
    for (std::size_t i = 0; i < content.size(); ++i) {
      if (content[i] != '=') {
        result += content[i];
        continue;
      }
      const int high = i + 1 < content.size() ? hex_value(content[i + 1]) : -1;
      const int low = i + 2 < content.size() ? hex_value(content[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      result += static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (line.has_end && !is_joined) result += "\r\n";
  }
  return result;
}

/// What a part means to a call.
struct Meaning {
  /// 0 when it is understood, or the status that refuses it.
  int refusal = 0;
  /// The part with the description, if there is one.
  std::optional<std::size_t> description;
};

class DescriptionFinder {
 public:
  DescriptionFinder(const Body& body, std::string_view text, bool can_refuse)
      : body_(body), text_(text), can_refuse_(can_refuse), meanings_(body.parts.size()) {}

  SessionDescription find() {
    // What a part holds stands behind it.
    for (std::size_t i = body_.parts.size(); i-- > 0;) meanings_[i] = meaning(i);
    SessionDescription found;
    const Meaning& whole = meanings_.front();
    if (whole.refusal != 0 && can_refuse_ && body_.parts.front().is_required)
      found.refusal = whole.refusal;
    if (whole.refusal == 0 && whole.description)
      found.text = decode(body_.parts[*whole.description], text_);
    return found;
  }

 private:
  Meaning meaning(std::size_t index) const {
    const BodyPart& part = body_.parts[index];
    if (part.is_malformed) return {400, std::nullopt};
    // RFC 5621 9.1: of use only to a header that refers to it, and no such header is followed.
    if (part.disposition == "by-reference") return {};
    const bool is_plain = part.content_encoding.empty() || part.content_encoding == "identity";
    if (!is_plain) return {415, std::nullopt};
    if (part.is_multipart()) return of_multipart(part);
    const bool is_description =
        part.type == description_type || (part.type.empty() && part.depth == 0 && !can_refuse_);
    const bool is_session = part.disposition.empty() || part.disposition == "session";
    if (!is_description || !is_session || !decode(part, text_)) return {415, std::nullopt};
    return {0, index};
  }

  Meaning of_multipart(const BodyPart& whole) const {
    // A disposition of the whole is that of the parts without their own (RFC 5621 section 7); one
    // that is not known makes it unknown.
    if (!whole.disposition.empty() && whole.disposition != "session" &&
        whole.disposition != "render")
      return {415, std::nullopt};
    if (whole.type == "multipart/alternative") return of_alternative(whole);
    if (whole.type == "multipart/related") return meanings_[root_of(whole)];
    // RFC 2046 5.1.3: any other multipart is treated as mixed.
    Meaning result;
    for (std::size_t i = whole.first_part; i < whole.first_part + whole.part_count; ++i) {
      const Meaning& one = meanings_[i];
      if (one.refusal != 0 && can_refuse_ && body_.parts[i].is_required)
        return {one.refusal, std::nullopt};
      if (one.refusal == 0 && !result.description) result.description = one.description;
    }
    return result;
  }

  /// RFC 2046 5.1.4: the last one that is understood; in a call, the last with a description.
  Meaning of_alternative(const BodyPart& whole) const {
    Meaning result{415, std::nullopt};
    for (std::size_t i = whole.first_part; i < whole.first_part + whole.part_count; ++i)
      if (meanings_[i].refusal == 0 && (meanings_[i].description || !result.description))
        result = meanings_[i];
    return result;
  }

  /// RFC 2387 3.2: the part that "start" names, or the first. The others are parts of it.
  std::size_t root_of(const BodyPart& whole) const {
    const auto start = grammar::parameter_value(whole.parameters, "start");
    const std::string_view id = without_brackets(start.value_or(""));
    if (!id.empty())
      for (std::size_t i = whole.first_part; i < whole.first_part + whole.part_count; ++i)
        if (body_.parts[i].id == id) return i;
    return whole.first_part;
  }

  const Body& body_;
  std::string_view text_;
  bool can_refuse_;
  std::vector<Meaning> meanings_;
};

/// Octets of a new boundary, its number not counted.
constexpr std::size_t random_size = 48;

bool stands_in(std::string_view boundary, const std::vector<NewBodyPart>& parts) {
  for (const NewBodyPart& part : parts) {
    if (part.body.find(boundary) != std::string::npos) return true;
    for (const HeaderField& field : part.headers)
      if (field.value.find(boundary) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

Body parse_body(HeaderFields headers, std::string_view text) {
  return BodyParser(std::move(headers), text).parse();
}

Body parse_body(const Message& message) {
  HeaderFields headers;
  for (HeaderName name :
       {HeaderName::content_type, HeaderName::content_disposition, HeaderName::content_id,
        HeaderName::content_transfer_encoding, HeaderName::content_encoding})
    for (std::string_view value : message.headers(name))
      headers.push_back({std::string(to_string(name)), std::string(value)});
  return parse_body(std::move(headers), message.body());
}

std::optional<std::string> decode(const BodyPart& part, std::string_view text) {
  const std::string_view body = part.body.in(text);
  if (part.transfer_encoding == "base64") return decode_base64(body);
  if (part.transfer_encoding == "quoted-printable") return decode_quoted_printable(body);
  for (std::string_view plain : {"", "binary", "8bit", "7bit"})
    if (part.transfer_encoding == plain) return std::string(body);
  return std::nullopt;
}

SessionDescription find_session_description(const Message& message) {
  if (message.body().empty()) return {};
  const bool can_refuse = message.is_request() && message.method() != "ACK";
  return DescriptionFinder(parse_body(message), message.body(), can_refuse).find();
}

Result<NewBody, ParseError> write_multipart(std::string_view subtype,
                                            const std::vector<NewBodyPart>& parts,
                                            std::string_view random) {
  if (parts.empty()) return ParseError{"a multipart needs a part", 0};
  if (!grammar::is_token(subtype)) return ParseError{"a multipart subtype is no token", 0};
  random = random.substr(0, random_size);
  if (random.empty() || !std::all_of(random.begin(), random.end(), is_boundary_char))
    return ParseError{"a boundary cannot be made of that text", 0};
  for (std::size_t i = 0; i < parts.size(); ++i)
    for (const HeaderField& field : parts[i].headers) {
      if (!grammar::is_token(field.name))
        return ParseError{"a header name of a part is no token", i};
      if (ascii::has_line_break(field.value))
        return ParseError{"a header value of a part has a line break", i};
    }
  std::string boundary;
  for (std::size_t number = 0;; ++number) {
    boundary = std::string(random) + '.' + std::to_string(number);
    if (!stands_in(boundary, parts)) break;
  }
  NewBody result;
  result.content_type = "multipart/" + std::string(subtype) + ";boundary=\"" + boundary + '"';
  for (const NewBodyPart& part : parts) {
    result.body += "--" + boundary + "\r\n";
    for (const HeaderField& field : part.headers)
      result.body += field.name + ": " + field.value + "\r\n";
    result.body += "\r\n" + part.body + "\r\n";
  }
  result.body += "--" + boundary + "--\r\n";
  return result;
}

}  // namespace sipml::message
