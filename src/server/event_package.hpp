/// The event packages whose state can be published here and watched: presence (RFC 3856, documents
/// of RFC 3863), dialog (RFC 4235) and message-summary (RFC 3842). What is told is what somebody
/// published, and nothing else: the server has no mailboxes and does not look into calls.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sipml::server {

enum class Package : std::uint8_t { presence, dialog, message_summary };

struct PackageRow {
  Package id;
  std::string_view name;
  /// Of what is published and notified.
  std::string_view content_type;
  /// Root element and namespace of its documents; "" for those that are no XML.
  std::string_view root;
  std::string_view space;
  /// The elements below the root that come first, in the order of the schema.
  std::array<std::string_view, 2> elements;
};

/// The package of that name, lower case; null for any other.
const PackageRow* find_package(std::string_view name);
const PackageRow& row_of(Package package);

/// For Allow-Events (RFC 6665 section 8.2.2), and the content types for Accept.
std::string all_package_names();
std::string all_content_types();

/// Why `body` is no document of the package; nullopt when it is one.
std::optional<std::string_view> find_fault(Package package, std::string_view body);

/// One publication's part in a document.
struct Part {
  /// Tells publications apart, and never changes for one.
  std::uint32_t number = 0;
  std::string_view body;
};

/// The document about `entity`, an address of record, made of `parts`, the one that changed last
/// first; without any, the one that says that nobody is there, no call goes on, or no message
/// waits. A presence document of a single publication is handed on as it is; of several, each
/// brings all that it holds, and an id that another one uses, too, gets the number of its
/// publication behind it. `version` counts up in each subscription (RFC 4235 section 4.1).
/// Message summaries cannot be united: the last one counts.
std::string make_document(Package package, const std::vector<Part>& parts, std::string_view entity,
                          std::uint32_t version);

}  // namespace sipml::server
