/// Reads the lines of capability negotiation (RFC 5939).
#include "sdp/capability.hpp"

#include "base/ascii.hpp"
#include "sdp/words.hpp"

namespace sipml::sdp {
namespace {

/// att-cap-num, trpr-cap-num and config-number are 1 to 2^31-1.
std::optional<std::uint32_t> parse_handle(std::string_view word) {
  const auto number = ascii::parse_number(word, 2147483647);
  if (!number || *number == 0) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

}  // namespace

std::optional<Capability> parse_capability(std::string_view value) {
  Words words(value);
  const auto number = parse_handle(words.next());
  const std::string_view text = words.rest();
  if (!number || text.empty()) return std::nullopt;
  return Capability{*number, text};
}

// pcfg = "pcfg:" config-number *(WSP pot-cfg-list), each "name=" value
std::optional<Configuration> parse_configuration(std::string_view value) {
  Words words(value);
  const auto number = parse_handle(words.next());
  if (!number) return std::nullopt;
  Configuration configuration{*number, {}};
  while (!words.at_end()) {
    const std::string_view one = words.next();
    const std::size_t equal = one.find('=');
    if (equal == 0 || equal == std::string_view::npos) return std::nullopt;
    configuration.lists.push_back({one.substr(0, equal), one.substr(equal + 1)});
  }
  return configuration;
}

std::vector<std::string_view> option_tags(std::string_view value) {
  std::vector<std::string_view> tags;
  for (Words words(value, ", \t"); !words.at_end();) tags.push_back(words.next());
  return tags;
}

}  // namespace sipml::sdp
