/// Potential configurations that a browser can take become the actual ones (RFC 5939 3.5, 3.6.2).
#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>

#include "base/ascii.hpp"
#include "negotiation/rules/lines.hpp"
#include "negotiation/rules/rules.hpp"
#include "sdp/capability.hpp"
#include "sdp/words.hpp"

namespace sipml::negotiation::rules {
namespace {

using sdp::Capability;
using sdp::Configuration;
using sdp::Description;
using sdp::Line;
using sdp::Lines;
using sdp::Media;
using sdp::Words;

/// What capability lines of the session and of one section say, by number.
using Texts = std::map<std::uint32_t, std::string_view>;

std::optional<std::string_view> find(const Texts& texts, std::string_view number) {
  const auto value = ascii::parse_number(number, 2147483647);
  const auto found = texts.find(static_cast<std::uint32_t>(value.value_or(0)));
  if (found == texts.end()) return std::nullopt;
  return found->second;
}

Texts attribute_capabilities(const Lines& session, const Lines& media) {
  Texts texts;
  for (const Lines* lines : {&session, &media})
    for (const Capability& one : sdp::parse_attributes(*lines, "acap", sdp::parse_capability))
      texts[one.number] = one.text;
  return texts;
}

Texts transport_capabilities(const Lines& session, const Lines& media) {
  Texts texts;
  for (const Lines* lines : {&session, &media})
    for (const Capability& one : sdp::parse_attributes(*lines, "tcap", sdp::parse_capability)) {
      std::uint32_t number = one.number;
      for (Words words(one.text); !words.at_end();) texts[number++] = words.next();
    }
  return texts;
}

/// RFC 5939 3.3.2: who cannot do what is required uses no potential configuration.
bool requires_more(const Lines& lines) {
  for (const std::string_view value : sdp::attributes(lines, "creq"))
    for (const std::string_view tag : sdp::option_tags(value))
      if (tag != "cap-v0") return true;
  return false;
}

bool is_of_negotiation(const Line& line) {
  constexpr std::array<std::string_view, 6> names = {"acap", "tcap", "pcfg",
                                                     "acfg", "csup", "creq"};
  return std::any_of(names.begin(), names.end(),
                     [&line](std::string_view name) { return sdp::is_attribute(line, name); });
}

/// Adds an attribute; of those that a section has once, the old one goes.
void add_attribute(Lines& lines, std::string_view text) {
  constexpr std::array<std::string_view, 4> single = {"setup", "connection", "ice-ufrag",
                                                      "ice-pwd"};
  const std::string_view name = sdp::attribute_name(text);
  if (std::find(single.begin(), single.end(), name) != single.end())
    std::erase_if(lines, [name](const Line& line) { return sdp::is_attribute(line, name); });
  const Line wanted{'a', std::string(text)};
  if (std::find(lines.begin(), lines.end(), wanted) == lines.end()) lines.push_back(wanted);
}

bool is_known_profile(std::string_view proto) {
  return proto == "UDP/TLS/RTP/SAVPF" || proto == "UDP/TLS/RTP/SAVP" || proto == "RTP/SAVPF" ||
         proto == "RTP/SAVP" || proto == "RTP/AVPF" || proto == "RTP/AVP";
}

/// The first alternative of a list of transports that browsers know by any of its names.
std::optional<std::string_view> choose_transport(std::string_view list, const Texts& transports) {
  for (Words alternatives(list, "|"); !alternatives.at_end();) {
    const std::string_view number = alternatives.next();
    const auto proto = find(transports, number);
    if (proto && is_known_profile(*proto)) return number;
  }
  return std::nullopt;
}

/// Applies the first alternative of a list of attributes whose mandatory ones are all there, and
/// returns what was taken: att-cap-list = number *("," number), optional ones in brackets.
std::optional<std::string> apply_attributes(Lines& lines, std::string_view list,
                                            const Texts& attributes) {
  std::string deletes;
  if (list.starts_with('-')) {
    const std::size_t colon = std::min(list.find(':'), list.size());
    deletes = list.substr(0, colon);
    list.remove_prefix(std::min(colon + 1, list.size()));
    if (deletes != "-m") return std::nullopt;
    deletes += ':';
  }
  for (Words alternatives(list, "|"); !alternatives.at_end();) {
    std::vector<std::string_view> texts;
    std::string taken;
    bool is_possible = true;
    bool is_optional = false;
    for (Words numbers(alternatives.next(), ","); !numbers.at_end();) {
      std::string_view number = numbers.next();
      if (number.starts_with('[')) {
        is_optional = true;
        number.remove_prefix(1);
      }
      const bool closes = number.ends_with(']');
      if (closes) number.remove_suffix(1);
      if (const auto text = find(attributes, number)) {
        texts.push_back(*text);
        taken += (taken.empty() ? "" : ",") + std::string(number);
      } else if (!is_optional) {
        is_possible = false;
      }
      if (closes) is_optional = false;
    }
    if (!is_possible) continue;
    if (!deletes.empty())
      std::erase_if(lines,
                    [](const Line& line) { return line.type == 'a' && !is_of_negotiation(line); });
    for (const std::string_view text : texts) add_attribute(lines, text);
    return deletes + taken;
  }
  return std::nullopt;
}

/// The section in this configuration, with the a=acfg line that says so.
std::optional<Media> configured(const Media& media, const Configuration& configuration,
                                const Texts& attributes, const Texts& transports) {
  Media result = media;
  std::string chosen = "acfg:" + std::to_string(configuration.number);
  for (const sdp::CapabilityList& list : configuration.lists) {
    if (list.name == "t") {
      const auto number = choose_transport(list.value, transports);
      if (!number) return std::nullopt;
      write_field(result, result.line().proto, *find(transports, *number));
      chosen += " t=" + std::string(*number);
    } else if (list.name == "a") {
      const auto taken = apply_attributes(result.lines, list.value, attributes);
      if (!taken) return std::nullopt;
      chosen += " a=" + *taken;
    } else if (list.name.starts_with('+')) {
      return std::nullopt;
    }
  }
  add_attribute(result.lines, chosen);
  return result;
}

bool has_usable_fingerprint(const Media& media) {
  const auto fingerprints = sdp::own_fingerprints(media.lines);
  return std::any_of(fingerprints.begin(), fingerprints.end(), sdp::is_usable);
}

/// The section as the peer would have it best; nullopt if it says nothing that a browser can take.
std::optional<Media> promoted(const Lines& session, const Media& media, bool is_any_potential) {
  const Texts attributes = attribute_capabilities(session, media.lines);
  const Texts transports = transport_capabilities(session, media.lines);
  // 3.5.1: the lower its number, the more a configuration is preferred.
  std::vector<Configuration> configurations =
      sdp::parse_attributes(media.lines, "pcfg", sdp::parse_configuration);
  std::stable_sort(
      configurations.begin(), configurations.end(),
      [](const Configuration& a, const Configuration& b) { return a.number < b.number; });
  for (const Configuration& configuration : configurations) {
    auto result = configured(media, configuration, attributes, transports);
    if (result && has_usable_fingerprint(*result)) return result;
  }
  if (is_any_potential) return std::nullopt;
  Media plain = media;
  for (const auto& [number, text] : attributes)
    if (sdp::attribute_name(text) != "crypto") add_attribute(plain.lines, text);
  if (!has_usable_fingerprint(plain)) return std::nullopt;
  return plain;
}

}  // namespace

Description promoted_capabilities(Description description) {
  if (requires_more(description.session)) return description;
  const std::vector<bool> keyed = keyed_by_dtls(description);
  const bool is_any_potential =
      std::any_of(description.media.begin(), description.media.end(),
                  [](const Media& media) { return sdp::has_attribute(media.lines, "pcfg"); });
  for (std::size_t i = 0; i < keyed.size(); ++i) {
    Media& media = description.media[i];
    if (keyed[i] || !is_for_browser(media) || requires_more(media.lines)) continue;
    if (auto better = promoted(description.session, media, is_any_potential))
      media = std::move(*better);
  }
  return description;
}

Description answered_capabilities(Description answer, const Description& offer) {
  const std::size_t count = std::min(answer.media.size(), offer.media.size());
  for (std::size_t i = 0; i < count; ++i) {
    Media& media = answer.media[i];
    const auto chosen = sdp::attribute(offer.media[i].lines, "acfg");
    if (!chosen || media.is_rejected() || sdp::has_attribute(media.lines, "acfg")) continue;
    media.lines.push_back({'a', "acfg:" + std::string(*chosen)});
  }
  return answer;
}

}  // namespace sipml::negotiation::rules
