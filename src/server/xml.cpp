#include "server/xml.hpp"

#include <optional>

#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "grammar/char_class.hpp"
#include "server/limits.hpp"

namespace sipml::server::xml {

namespace {

using grammar::ParseError;

constexpr std::string_view blanks = " \t\r\n";

bool is_blank(char c) { return blanks.find(c) != std::string_view::npos; }

/// NameStartChar and NameChar of XML 1.0 2.3, the colon included; beyond ASCII anything goes.
bool begins_name(char c) {
  return ascii::is_alpha(c) || c == '_' || c == ':' || static_cast<unsigned char>(c) >= 0x80;
}
bool continues_name(char c) { return begins_name(c) || ascii::is_digit(c) || c == '-' || c == '.'; }

/// The prefix of a qualified name, "" if it has none.
std::string_view prefix_of(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? std::string_view() : name.substr(0, colon);
}

/// What may stand between "&" and ";": one of the five entities of 4.6, or a character (4.1).
bool is_reference(std::string_view name) {
  for (std::string_view entity : {"lt", "gt", "amp", "apos", "quot"})
    if (name == entity) return true;
  if (name.size() < 2 || name.size() > 8 || name[0] != '#') return false;
  const bool is_hex = name[1] == 'x';
  const std::string_view digits = name.substr(is_hex ? 2 : 1);
  return !digits.empty() && (is_hex ? grammar::all_are(digits, grammar::hex_digit)
                                    : ascii::parse_number(digits, 0x10FFFF).has_value());
}

/// One prefix in scope.
struct Binding {
  std::size_t depth = 0;
  std::string_view prefix;
  std::string_view space;
};

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::optional<ParseError> read(Outline& outline);

 private:
  bool fail(std::string_view reason) {
    if (!error_) error_ = ParseError{reason, position_};
    return false;
  }
  bool at(std::string_view text) const { return text_.substr(position_).starts_with(text); }
  void skip_blanks() {
    while (position_ < text_.size() && is_blank(text_[position_])) ++position_;
  }
  /// Goes behind the next `end`.
  bool skip_past(std::string_view end);
  bool check_references(std::string_view value);
  bool read_name(std::string_view& name);
  bool read_attributes(std::vector<Attribute>& attributes);
  bool read_start_tag(Outline& outline);
  bool read_end_tag(Outline& outline);
  bool read_content(Outline& outline);
  bool resolve(std::string_view name, bool is_attribute, std::string_view& space);
  void close(Outline& outline);

  std::string_view text_;
  std::size_t position_ = 0;
  std::optional<ParseError> error_;
  /// The names of the elements that are open.
  std::vector<std::string_view> open_;
  std::vector<Binding> bindings_;
  std::size_t root_start_ = 0;
  std::size_t child_start_ = 0;
  bool had_root_ = false;
};

bool Reader::skip_past(std::string_view end) {
  const std::size_t found = text_.find(end, position_);
  if (found == std::string_view::npos) return fail("what was begun does not end");
  position_ = found + end.size();
  return true;
}

bool Reader::check_references(std::string_view value) {
  for (std::size_t i = value.find('&'); i != std::string_view::npos; i = value.find('&', i + 1)) {
    const std::size_t end = value.find(';', i);
    if (end == std::string_view::npos || !is_reference(value.substr(i + 1, end - i - 1)))
      return fail("an entity that is not declared");
  }
  return true;
}

bool Reader::read_name(std::string_view& name) {
  const std::size_t start = position_;
  if (start == text_.size() || !begins_name(text_[start])) return fail("a name was expected");
  while (position_ < text_.size() && continues_name(text_[position_])) ++position_;
  name = text_.substr(start, position_ - start);
  const std::size_t colon = name.find(':');
  if (colon != std::string_view::npos &&
      (colon == 0 || colon + 1 == name.size() || !begins_name(name[colon + 1]) ||
       name.find(':', colon + 1) != std::string_view::npos))
    return fail("a malformed qualified name");
  return true;
}

bool Reader::read_attributes(std::vector<Attribute>& attributes) {
  while (true) {
    const std::size_t before = position_;
    skip_blanks();
    if (position_ == text_.size()) return fail("a tag that does not end");
    if (text_[position_] == '>' || text_[position_] == '/') return true;
    if (position_ == before) return fail("a blank was expected");
    if (attributes.size() == limits::xml_attribute_count) return fail("too many attributes");
    Attribute attribute;
    if (!read_name(attribute.name)) return false;
    skip_blanks();
    if (!at("=")) return fail("an attribute without a value");
    ++position_;
    skip_blanks();
    if (!at("\"") && !at("'")) return fail("an attribute value without quotes");
    const std::size_t start = position_ + 1;
    const std::size_t end = text_.find(text_[position_], start);
    if (end == std::string_view::npos) return fail("an attribute value that does not end");
    attribute.value = text_.substr(start, end - start);
    if (attribute.value.find('<') != std::string_view::npos)
      return fail("a \"<\" inside an attribute value");
    if (!check_references(attribute.value)) return false;
    for (const Attribute& other : attributes)
      if (other.name == attribute.name) return fail("an attribute twice");
    attributes.push_back(attribute);
    position_ = end + 1;
  }
}

bool Reader::resolve(std::string_view name, bool is_attribute, std::string_view& space) {
  const std::string_view prefix = prefix_of(name);
  space = {};
  if ((is_attribute && prefix.empty()) || prefix == "xml") return true;
  for (auto binding = bindings_.rbegin(); binding != bindings_.rend(); ++binding) {
    if (binding->prefix != prefix) continue;
    space = binding->space;
    return true;
  }
  return prefix.empty() || fail("a prefix that is not declared");
}

bool Reader::read_start_tag(Outline& outline) {
  const std::size_t start = position_++;
  if (open_.size() == limits::xml_depth) return fail("elements nested too deeply");
  Element element;
  if (!read_name(element.name) || !read_attributes(element.attributes)) return false;
  for (const Attribute& attribute : element.attributes) {
    if (!is_declaration(attribute)) continue;
    if (bindings_.size() == limits::xml_attribute_count) return fail("too many namespaces");
    const std::size_t colon = attribute.name.find(':');
    const std::string_view prefix =
        colon == std::string_view::npos ? std::string_view() : attribute.name.substr(colon + 1);
    if (!prefix.empty() && attribute.value.empty()) return fail("a prefix for no namespace");
    bindings_.push_back({open_.size(), prefix, attribute.value});
  }
  if (!resolve(element.name, false, element.space)) return false;
  element.local_name = element.name.substr(
      element.name.find(':') == std::string_view::npos ? 0 : element.name.find(':') + 1);
  std::string_view ignored;
  for (const Attribute& attribute : element.attributes)
    if (!is_declaration(attribute) && !resolve(attribute.name, true, ignored)) return false;
  const bool is_empty = at("/");
  if (is_empty) ++position_;
  if (!at(">")) return fail("a malformed tag");
  ++position_;
  open_.push_back(element.name);
  if (open_.size() == 1) {
    root_start_ = start;
    outline.root = std::move(element);
  } else if (open_.size() == 2) {
    child_start_ = start;
    outline.children.push_back(std::move(element));
  }
  if (is_empty) close(outline);
  return true;
}

void Reader::close(Outline& outline) {
  const auto whole = [this](std::size_t start) { return text_.substr(start, position_ - start); };
  if (open_.size() == 2) outline.children.back().text = whole(child_start_);
  if (open_.size() == 1) outline.root.text = whole(root_start_);
  open_.pop_back();
  while (!bindings_.empty() && bindings_.back().depth == open_.size()) bindings_.pop_back();
}

bool Reader::read_end_tag(Outline& outline) {
  position_ += 2;
  std::string_view name;
  if (!read_name(name)) return false;
  if (open_.empty() || open_.back() != name) return fail("an end tag of another element");
  skip_blanks();
  if (!at(">")) return fail("a malformed end tag");
  ++position_;
  close(outline);
  return true;
}

/// The next piece of markup, or the text before it.
bool Reader::read_content(Outline& outline) {
  if (at("<!--")) {
    position_ += 4;
    return skip_past("-->");
  }
  if (at("<![CDATA[") && !open_.empty()) return skip_past("]]>");
  if (at("<!")) return fail("a document type is not accepted");
  if (at("<?")) return skip_past("?>");
  if (at("</")) return read_end_tag(outline);
  if (at("<")) {
    if (open_.empty() && had_root_) return fail("more than one root");
    had_root_ = true;
    return read_start_tag(outline);
  }
  const std::size_t end = std::min(text_.find('<', position_), text_.size());
  const std::string_view between = text_.substr(position_, end - position_);
  if (open_.empty() && between.find_first_not_of(blanks) != std::string_view::npos)
    return fail("text outside of the root");
  if (!check_references(between)) return false;
  position_ = end;
  return true;
}

std::optional<ParseError> Reader::read(Outline& outline) {
  if (text_.starts_with("\xEF\xBB\xBF")) position_ = 3;
  while (position_ < text_.size())
    if (!read_content(outline)) return error_;
  if (!had_root_ || !open_.empty()) fail("the root element does not end");
  return error_;
}

}  // namespace

bool is_declaration(const Attribute& attribute) {
  return attribute.name == "xmlns" || prefix_of(attribute.name) == "xmlns";
}

Result<Outline, ParseError> read_outline(std::string_view document) {
  if (!utf8::is_valid(document)) return ParseError{"not UTF-8", 0};
  for (std::size_t i = 0; i < document.size(); ++i)
    if (static_cast<unsigned char>(document[i]) < 0x20 && !is_blank(document[i]))
      return ParseError{"a control character", i};
  Outline outline;
  if (const auto error = Reader(document).read(outline)) return *error;
  return outline;
}

std::string escape(std::string_view text) {
  std::string result;
  for (char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

}  // namespace sipml::server::xml
