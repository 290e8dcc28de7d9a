/// The outline of an XML document (XML 1.0, Namespaces in XML 1.0): its root and what stands right
/// below it, which is all that documents of several publishers need to become one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "grammar/parse_error.hpp"

namespace sipml::server::xml {

struct Attribute {
  /// As written, with its prefix.
  std::string_view name;
  /// As written, without its quotes.
  std::string_view value;
};

struct Element {
  /// From its "<" to the end of its end tag.
  std::string_view text;
  /// As written, with its prefix; it follows the "<" in `text`.
  std::string_view name;
  /// Namespace declarations included.
  std::vector<Attribute> attributes;
  /// What stands behind the prefix of its name.
  std::string_view local_name;
  /// The namespace of its name, as written; "" if it has none.
  std::string_view space;
};

struct Outline {
  Element root;
  std::vector<Element> children;
};

/// Reads a document, which must outlive the outline. An error when it is not well-formed, is not
/// UTF-8, has a document type (as entities may hide anything), uses a prefix that it does not
/// declare, or is nested deeper than limits::xml_depth.
Result<Outline, grammar::ParseError> read_outline(std::string_view document);

/// True for an attribute that declares a namespace.
bool is_declaration(const Attribute& attribute);

/// `text` for a place inside an attribute value or between tags.
std::string escape(std::string_view text);

}  // namespace sipml::server::xml
