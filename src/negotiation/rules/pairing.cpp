/// The m-lines of an answer and their mids (RFC 3264 6, RFC 5888 9.1).
#include <algorithm>
#include <functional>
#include <map>
#include <string>

#include "negotiation/rules/lines.hpp"
#include "negotiation/rules/rules.hpp"

namespace sipml::negotiation::rules {
namespace {

using sdp::Description;
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

}  // namespace sipml::negotiation::rules
