#include "server/event_package.hpp"

#include <algorithm>
#include <map>

#include "base/ascii.hpp"
#include "server/limits.hpp"
#include "server/xml.hpp"

namespace sipml::server {

namespace {

// clang-format off
constexpr std::array<PackageRow, 3> rows{{
    {Package::presence, "presence", "application/pidf+xml",
     "presence", "urn:ietf:params:xml:ns:pidf", {"tuple", "note"}},
    {Package::dialog, "dialog", "application/dialog-info+xml",
     "dialog-info", "urn:ietf:params:xml:ns:dialog-info", {"dialog", ""}},
    {Package::message_summary, "message-summary", "application/simple-message-summary",
     "", "", {"", ""}},
}};
// clang-format on

/// RFC 3863 4.1.2: a tuple with a basic status says all that there is to say.
constexpr std::string_view nobody =
    "<tuple id=\"offline\"><status><basic>closed</basic></status></tuple>";
/// RFC 3842 5.2: the status line alone.
constexpr std::string_view nothing_waits = "Messages-Waiting: no\r\n";

std::string joined(std::string_view PackageRow::*column) {
  std::string text;
  for (const PackageRow& row : rows) {
    if (!text.empty()) text += ", ";
    text += row.*column;
  }
  return text;
}

const xml::Attribute* find_attribute(const xml::Element& element, std::string_view name) {
  for (const xml::Attribute& attribute : element.attributes)
    if (attribute.name == name) return &attribute;
  return nullptr;
}

/// Elements that stand in several documents, on their way into one.
struct Piece {
  std::uint32_t number = 0;
  const xml::Outline* outline = nullptr;
  const xml::Element* element = nullptr;
};

/// The element for a root that declares nothing but `space` as its default, with the id given.
std::string transplant(const Piece& piece, std::string_view space, std::string_view id) {
  const xml::Element& element = *piece.element;
  std::string text = "<" + std::string(element.name);
  const auto declare = [&](std::string_view name, std::string_view value) {
    if (find_attribute(element, name)) return;
    text += ' ';
    text += name;
    // Whichever quotes it had, the other ones may stand in the value.
    const char mark = value.find('"') == std::string_view::npos ? '"' : '\'';
    text += '=';
    text += mark;
    text += value;
    text += mark;
  };
  bool has_default = false;
  for (const xml::Attribute& attribute : piece.outline->root.attributes) {
    if (!xml::is_declaration(attribute)) continue;
    if (attribute.name == "xmlns") {
      has_default = true;
      if (attribute.value == space) continue;
    }
    declare(attribute.name, attribute.value);
  }
  if (!has_default) declare("xmlns", {});
  std::string_view rest = element.text.substr(1 + element.name.size());
  if (const auto* own = find_attribute(element, "id"); own && own->value != id) {
    const auto before = static_cast<std::size_t>(own->value.data() - rest.data());
    text += rest.substr(0, before);
    text += id;
    rest.remove_prefix(before + own->value.size());
  }
  text += rest;
  return text;
}

/// Every element of `outlines` in the order of the schema.
std::vector<Piece> sort_pieces(const PackageRow& row, const std::vector<xml::Outline>& outlines,
                               const std::vector<Part>& parts) {
  std::vector<Piece> pieces;
  const auto place = [&row](const xml::Element& element) {
    if (element.space == row.space)
      for (std::size_t i = 0; i < row.elements.size(); ++i)
        if (element.local_name == row.elements[i]) return i;
    return row.elements.size();
  };
  for (std::size_t wanted = 0; wanted <= row.elements.size(); ++wanted)
    for (std::size_t i = 0; i < outlines.size(); ++i)
      for (const xml::Element& element : outlines[i].children)
        if (place(element) == wanted) pieces.push_back({parts[i].number, &outlines[i], &element});
  return pieces;
}

/// The publication that may keep each id: the one that was there first, so that an id means the
/// same thing in every document.
std::map<std::string_view, std::uint32_t> owners_of_ids(const std::vector<Piece>& pieces) {
  std::map<std::string_view, std::uint32_t> owners;
  for (const Piece& piece : pieces) {
    const auto* id = find_attribute(*piece.element, "id");
    if (!id) continue;
    const auto [found, is_new] = owners.emplace(id->value, piece.number);
    if (!is_new) found->second = std::min(found->second, piece.number);
  }
  return owners;
}

void unite(const PackageRow& row, const std::vector<Part>& parts, std::string& text) {
  std::vector<xml::Outline> outlines;
  std::vector<Part> used;
  std::size_t octets = 0;
  for (const Part& part : parts) {
    auto outline = xml::read_outline(part.body);
    if (!outline) continue;
    // Its ids may grow by a number; what the root declares is repeated for each element.
    std::size_t size = outline->children.size() * 16;
    for (const xml::Element& child : outline->children) {
      size += transplant({part.number, &outline.value(), &child}, row.space, {}).size();
      if (octets + size > limits::document_size) break;
    }
    if (octets + size > limits::document_size) continue;
    octets += size;
    outlines.push_back(std::move(outline).value());
    used.push_back(part);
  }
  const auto pieces = sort_pieces(row, outlines, used);
  const auto owners = owners_of_ids(pieces);
  for (const Piece& piece : pieces) {
    std::string id;
    if (const auto* own = find_attribute(*piece.element, "id")) {
      id = own->value;
      if (owners.at(own->value) != piece.number) do {
          id += '-' + std::to_string(piece.number);
        } while (owners.count(id) != 0);
    }
    text += transplant(piece, row.space, id);
  }
}

}  // namespace

const PackageRow* find_package(std::string_view name) {
  for (const PackageRow& row : rows)
    if (row.name == name) return &row;
  return nullptr;
}

const PackageRow& row_of(Package package) { return rows[static_cast<std::size_t>(package)]; }

std::string all_package_names() { return joined(&PackageRow::name); }
std::string all_content_types() { return joined(&PackageRow::content_type); }

std::optional<std::string_view> find_fault(Package package, std::string_view body) {
  const PackageRow& row = row_of(package);
  if (row.root.empty()) {
    const std::size_t colon = body.find(':');
    if (colon != std::string_view::npos &&
        ascii::equal_ignoring_case(ascii::trim(body.substr(0, colon)), "messages-waiting"))
      return std::nullopt;
    return "Messages-Waiting Is Missing";
  }
  const auto outline = xml::read_outline(body);
  if (!outline) return "Malformed XML Body";
  if (outline->root.local_name != row.root || outline->root.space != row.space)
    return "Body Is Another Kind of Document";
  return std::nullopt;
}

std::string make_document(Package package, const std::vector<Part>& parts, std::string_view entity,
                          std::uint32_t version) {
  const PackageRow& row = row_of(package);
  if (row.root.empty()) return std::string(parts.empty() ? nothing_waits : parts.front().body);
  const bool is_presence = package == Package::presence;
  if (is_presence && parts.size() == 1) return std::string(parts.front().body);
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<";
  text += row.root;
  text += " xmlns=\"";
  text += row.space;
  if (!is_presence) text += "\" version=\"" + std::to_string(version) + "\" state=\"full";
  text += "\" entity=\"" + xml::escape(entity) + "\">";
  if (is_presence && parts.empty())
    text += nobody;
  else
    unite(row, parts, text);
  text += "</";
  text += row.root;
  text += ">\n";
  return text;
}

}  // namespace sipml::server
