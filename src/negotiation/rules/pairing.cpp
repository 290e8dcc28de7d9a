/// The m-lines of an answer, their mids and BUNDLE groups (RFC 3264 6, RFC 5888 9.1, RFC 9143 7.3).
#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "negotiation/rules/rules.hpp"

namespace sipml::negotiation::rules {
namespace {

using sdp::Description;
using sdp::Line;
using sdp::Media;

std::string at_media(std::size_t index) { return "m-line " + std::to_string(index); }

/// A refusal of this section of the offer (RFC 3264 6): port 0, at least one format, no stream.
Media rejected_section(const Media& offered, bool needs_connection) {
  const sdp::MediaLine line = offered.line();
  std::string value(line.media);
  value += " 0 ";
  value += line.proto;
  for (const std::string_view format : line.formats) {
    value += ' ';
    value += format;
  }
  Media media;
  media.lines.push_back({'m', std::move(value)});
  if (needs_connection) media.lines.push_back({'c', "IN IP4 0.0.0.0"});
  media.lines.push_back({'a', "inactive"});
  if (const auto mid = sdp::mid(offered)) media.lines.push_back({'a', "mid:" + std::string(*mid)});
  return media;
}

bool is_bundle(const Line& line) {
  if (line.type != 'a' || sdp::attribute_name(line.value) != "group") return false;
  const auto group = sdp::parse_group(sdp::attribute_value(line.value));
  return group && group->semantics == "BUNDLE";
}

/// Maps each mid of the BUNDLE groups to what it `becomes`; "" takes it out. A group line whose
/// mids all stay is kept byte exact.
template <typename Becomes>
void rewrite_bundle(Description& description, Becomes becomes) {
  for (Line& line : description.session) {
    if (!is_bundle(line)) continue;
    const auto group = sdp::parse_group(sdp::attribute_value(line.value));
    std::string value = "group:BUNDLE";
    bool changed = false;
    for (const std::string_view mid : group->mids) {
      const std::string next = becomes(mid);
      if (next != mid) changed = true;
      if (!next.empty()) value += ' ' + next;
    }
    if (changed) line.value = std::move(value);
  }
}

void write_mid(Media& media, std::string_view mid) {
  const std::string value = "mid:" + std::string(mid);
  for (Line& line : media.lines) {
    if (line.type != 'a' || sdp::attribute_name(line.value) != "mid") continue;
    line.value = value;
    return;
  }
  media.lines.push_back({'a', value});
}

}  // namespace

Result<Description, RewriteError> pairing(Description answer, const Description& offer) {
  using enum RewriteErrorCode;
  const std::size_t offered = offer.media.size();
  if (answer.media.size() > offered)
    return RewriteError{too_many_media, at_media(offered) + ": the answer has " +
                                            std::to_string(answer.media.size()) +
                                            " m-lines, the offer " + std::to_string(offered)};

  std::map<std::string, std::size_t, std::less<>> offered_mids;
  for (std::size_t i = 0; i < offered; ++i)
    if (const auto mid = sdp::mid(offer.media[i])) offered_mids.emplace(*mid, i);

  std::map<std::string, std::string, std::less<>> renamed;
  for (std::size_t i = 0; i < answer.media.size(); ++i) {
    Media& media = answer.media[i];
    if (media.kind() != offer.media[i].kind())
      return RewriteError{other_medium, at_media(i) + ": the answer's medium is not the offer's, " +
                                            std::string(offer.media[i].kind())};
    const auto wanted = sdp::mid(offer.media[i]);
    const auto mid = sdp::mid(media);
    if (!wanted || mid == wanted) continue;
    if (mid) {
      const auto other = offered_mids.find(*mid);
      if (other != offered_mids.end())
        return RewriteError{other_mid, at_media(i) + ": the answer has the mid of " +
                                           at_media(other->second) + " of the offer"};
      renamed.emplace(*mid, *wanted);
    }
    write_mid(media, *wanted);
  }
  if (!renamed.empty())
    rewrite_bundle(answer, [&renamed](std::string_view mid) {
      const auto found = renamed.find(mid);
      return found == renamed.end() ? std::string(mid) : found->second;
    });

  const bool needs_connection = sdp::find_line(answer.session, 'c') == nullptr;
  for (std::size_t i = answer.media.size(); i < offered; ++i)
    answer.media.push_back(rejected_section(offer.media[i], needs_connection));
  return answer;
}

Description answered_bundle(Description answer, const Description& offer) {
  std::set<std::string, std::less<>> offered;
  for (const sdp::Group& group : sdp::groups(offer))
    if (group.semantics == "BUNDLE") offered.insert(group.mids.begin(), group.mids.end());

  std::set<std::string, std::less<>> accepted;
  for (const Media& media : answer.media) {
    const auto mid = sdp::mid(media);
    if (mid && media.line().port != 0 && offered.contains(*mid)) accepted.emplace(*mid);
  }
  rewrite_bundle(answer, [&accepted](std::string_view mid) {
    return accepted.contains(mid) ? std::string(mid) : std::string();
  });
  return answer;
}

}  // namespace sipml::negotiation::rules
