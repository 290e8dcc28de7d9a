/// Potential configurations that a browser can take become the actual ones (RFC 5939 3.5, 3.6.2).
#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/ascii.hpp"
#include "base/limits.hpp"
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

/// What the capability lines of one section say, by number.
using Texts = std::map<std::uint32_t, std::string_view>;

/// Of a media section, and of the session where that says nothing.
struct Capabilities {
  const Texts& session;
  Texts own;

  std::optional<std::string_view> find(std::string_view number) const {
    const auto value = ascii::parse_number(number, 2147483647);
    for (const Texts* texts : {&own, &session}) {
      const auto found = texts->find(static_cast<std::uint32_t>(value.value_or(0)));
      if (found != texts->end()) return found->second;
    }
    return std::nullopt;
  }
};

Texts attribute_capabilities(const Lines& lines) {
  Texts texts;
  for (const Capability& one : sdp::parse_attributes(lines, "acap", sdp::parse_capability))
    texts[one.number] = one.text;
  return texts;
}

Texts transport_capabilities(const Lines& lines) {
  Texts texts;
  for (const Capability& one : sdp::parse_attributes(lines, "tcap", sdp::parse_capability)) {
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

/// Adds attributes; of those that a section has once, the last one stays.
void add_attributes(Lines& lines, const std::vector<std::string_view>& texts) {
  constexpr std::array<std::string_view, 4> single = {"setup", "connection", "ice-ufrag",
                                                      "ice-pwd"};
  std::array<std::string_view, single.size()> last;
  const auto place = [&single](std::string_view text) {
    const auto found = std::find(single.begin(), single.end(), sdp::attribute_name(text));
    return static_cast<std::size_t>(found - single.begin());
  };
  for (const std::string_view text : texts)
    if (const std::size_t at = place(text); at < last.size()) last[at] = text;
  const auto is_replaced = [&](std::string_view text) {
    const std::size_t at = place(text);
    return at < last.size() && !last[at].empty() && last[at] != text;
  };
  std::erase_if(lines,
                [&](const Line& line) { return line.type == 'a' && is_replaced(line.value); });
  std::set<std::string, std::less<>> known;
  for (const Line& line : lines)
    if (line.type == 'a') known.insert(line.value);
  for (const std::string_view text : texts)
    if (!is_replaced(text) && known.emplace(text).second) lines.push_back({'a', std::string(text)});
}

bool is_known_profile(std::string_view proto) {
  return proto == "UDP/TLS/RTP/SAVPF" || proto == "UDP/TLS/RTP/SAVP" || proto == "RTP/SAVPF" ||
         proto == "RTP/SAVP" || proto == "RTP/AVPF" || proto == "RTP/AVP";
}

/// The first alternative of a list of transports that browsers know by any of its names.
std::optional<std::string_view> choose_transport(std::string_view list,
                                                 const Capabilities& transports) {
  for (Words alternatives(list, "|"); !alternatives.at_end();) {
    const std::string_view number = alternatives.next();
    const auto proto = transports.find(number);
    if (proto && is_known_profile(*proto)) return number;
  }
  return std::nullopt;
}

/// What a configuration takes of attributes.
struct Choice {
  /// As a=acfg names it; "" for nothing.
  std::string list;
  std::vector<std::string_view> texts;
  /// The attributes of the section go.
  bool deletes = false;
};

/// The first alternative of a list of attributes whose mandatory ones are all there:
/// att-cap-list = number *("," number), optional ones in brackets.
std::optional<Choice> choose_attributes(std::string_view list, const Capabilities& attributes) {
  const bool deletes = list.starts_with('-');
  if (deletes) {
    const std::size_t colon = std::min(list.find(':'), list.size());
    if (list.substr(0, colon) != "-m") return std::nullopt;
    list.remove_prefix(std::min(colon + 1, list.size()));
  }
  for (Words alternatives(list, "|"); !alternatives.at_end();) {
    Choice choice{deletes ? "-m:" : "", {}, deletes};
    std::set<std::string_view> taken;
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
      const auto text = attributes.find(number);
      if (text && taken.insert(number).second) {
        if (!choice.texts.empty()) choice.list += ',';
        choice.list += number;
        choice.texts.push_back(*text);
      }
      if (!text && !is_optional) is_possible = false;
      if (closes) is_optional = false;
    }
    if (is_possible) return choice;
  }
  return std::nullopt;
}

bool is_usable_fingerprint(std::string_view text) {
  if (sdp::attribute_name(text) != "fingerprint") return false;
  const auto fingerprint = sdp::parse_fingerprint(sdp::attribute_value(text));
  return fingerprint && sdp::is_usable(*fingerprint);
}

/// True when these attributes key a section by DTLS, and take no more octets than there is room
/// for, which they then do: many sections may name the same ones of the session.
bool take(const std::vector<std::string_view>& texts, std::size_t& room) {
  if (std::none_of(texts.begin(), texts.end(), is_usable_fingerprint)) return false;
  std::size_t size = 0;
  for (const std::string_view text : texts) size += text.size();
  if (size > room) return false;
  room -= size;
  return true;
}

/// The section in this configuration, with the a=acfg line that says so; nullopt if it is not
/// possible here, or of no use.
std::optional<Media> configured(const Media& media, const Configuration& configuration,
                                const Capabilities& attributes, const Capabilities& transports,
                                std::size_t& room) {
  std::string chosen = "acfg:" + std::to_string(configuration.number);
  std::optional<std::string_view> transport;
  Choice choice;
  for (const sdp::CapabilityList& list : configuration.lists) {
    if (list.name == "t") {
      const auto number = choose_transport(list.value, transports);
      if (!number) return std::nullopt;
      transport = transports.find(*number);
      chosen += " t=" + std::string(*number);
    } else if (list.name == "a") {
      auto chosen_attributes = choose_attributes(list.value, attributes);
      if (!chosen_attributes) return std::nullopt;
      choice = std::move(*chosen_attributes);
      chosen += " a=" + choice.list;
    } else if (list.name.starts_with('+')) {
      return std::nullopt;
    }
  }
  if (!take(choice.texts, room)) return std::nullopt;
  Media result = media;
  if (transport) write_field(result, result.line().proto, *transport);
  if (choice.deletes)
    std::erase_if(result.lines,
                  [](const Line& line) { return line.type == 'a' && !is_of_negotiation(line); });
  choice.texts.push_back(chosen);
  add_attributes(result.lines, choice.texts);
  return result;
}

/// The section as the peer would have it best; nullopt if it says nothing that a browser can take.
std::optional<Media> promoted(const Media& media, const Capabilities& attributes,
                              const Capabilities& transports, bool is_any_potential,
                              std::size_t& room) {
  // 3.5.1: the lower its number, the more a configuration is preferred.
  std::vector<Configuration> configurations =
      sdp::parse_attributes(media.lines, "pcfg", sdp::parse_configuration);
  std::stable_sort(
      configurations.begin(), configurations.end(),
      [](const Configuration& a, const Configuration& b) { return a.number < b.number; });
  for (const Configuration& configuration : configurations)
    if (auto result = configured(media, configuration, attributes, transports, room)) return result;
  if (is_any_potential) return std::nullopt;
  Texts all = attributes.own;
  all.insert(attributes.session.begin(), attributes.session.end());
  std::vector<std::string_view> texts;
  for (const auto& [number, text] : all)
    if (sdp::attribute_name(text) != "crypto") texts.push_back(text);
  if (!take(texts, room)) return std::nullopt;
  Media plain = media;
  add_attributes(plain.lines, texts);
  return plain;
}

}  // namespace

Description promoted_capabilities(Description description) {
  if (requires_more(description.session)) return description;
  const std::vector<bool> keyed = keyed_by_dtls(description);
  const bool is_any_potential =
      std::any_of(description.media.begin(), description.media.end(),
                  [](const Media& media) { return sdp::has_attribute(media.lines, "pcfg"); });
  const Texts attributes = attribute_capabilities(description.session);
  const Texts transports = transport_capabilities(description.session);
  std::size_t room = limits::message_size;
  for (std::size_t i = 0; i < keyed.size(); ++i) {
    Media& media = description.media[i];
    if (keyed[i] || !is_for_browser(media) || requires_more(media.lines)) continue;
    auto better =
        promoted(media, {attributes, attribute_capabilities(media.lines)},
                 {transports, transport_capabilities(media.lines)}, is_any_potential, room);
    if (better) media = std::move(*better);
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
