/// What a description must have so that a browser can take it (RFC 8827 6.5, RFC 8829 5.8, RFC 8839
/// 5.4, RFC 8122 5, RFC 5888 4, RFC 8858 4).
#include <algorithm>
#include <optional>
#include <set>

#include "base/ascii.hpp"
#include "negotiation/rules/rules.hpp"

namespace sipml::negotiation::rules {
namespace {

using sdp::Description;
using sdp::Lines;
using sdp::Media;

/// What the lines of one section say of a transport.
struct Transport {
  explicit Transport(const Lines& lines)
      : fingerprints(sdp::own_fingerprints(lines)),
        ufrag(sdp::attribute(lines, "ice-ufrag")),
        pwd(sdp::attribute(lines, "ice-pwd")) {}

  bool has_usable_fingerprint() const {
    return std::any_of(fingerprints.begin(), fingerprints.end(), sdp::is_usable);
  }

  std::vector<sdp::Fingerprint> fingerprints;
  std::optional<std::string_view> ufrag;
  std::optional<std::string_view> pwd;
};

/// Says yes for each section of a BUNDLE group in which a section that is not rejected has a yes:
/// they share its transport (RFC 9143 7.1.3).
void spread_over_bundles(const Description& description, std::vector<bool>& flags) {
  std::set<std::string_view> with;
  for (std::size_t i = 0; i < flags.size(); ++i) {
    const Media& media = description.media[i];
    const auto mid = sdp::mid(media);
    if (flags[i] && mid && !media.is_rejected()) with.insert(*mid);
  }
  std::set<std::string_view> bundled;
  for (const sdp::Group& group : sdp::groups(description)) {
    const auto has = [&with](std::string_view mid) { return with.contains(mid); };
    if (group.semantics == "BUNDLE" && std::any_of(group.mids.begin(), group.mids.end(), has))
      bundled.insert(group.mids.begin(), group.mids.end());
  }
  for (std::size_t i = 0; i < flags.size(); ++i) {
    const auto mid = sdp::mid(description.media[i]);
    if (mid && bundled.contains(*mid)) flags[i] = true;
  }
}

RewriteError error(RewriteErrorCode code, std::size_t index, std::string_view kind,
                   std::string_view reason) {
  // The kind is one that is_for_browser() knows, hence not the peer's words.
  std::string text = "m-line " + std::to_string(index);
  if (!kind.empty()) text += " (" + std::string(kind) + ")";
  return {code, text + ": " + std::string(reason)};
}

std::optional<RewriteError> check_mids(const Description& description) {
  std::set<std::string_view> mids;
  for (std::size_t i = 0; i < description.media.size(); ++i) {
    const auto mid = sdp::mid(description.media[i]);
    if (mid && !mids.insert(*mid).second)
      return error(RewriteErrorCode::duplicate_mid, i, {}, "its mid is that of an earlier m-line");
  }
  return std::nullopt;
}

bool is_for_browser(const Media& media) {
  return (media.kind() == "audio" || media.kind() == "video") && !media.is_rejected();
}

}  // namespace

std::vector<bool> keyed_by_dtls(const Description& description) {
  const bool session_is_keyed = Transport(description.session).has_usable_fingerprint();
  std::vector<bool> keyed;
  for (const Media& media : description.media)
    keyed.push_back(session_is_keyed || Transport(media.lines).has_usable_fingerprint());
  spread_over_bundles(description, keyed);
  return keyed;
}

std::optional<RewriteError> unusable(const Description& description, bool is_offer) {
  using enum RewriteErrorCode;
  if (auto duplicate = check_mids(description)) return duplicate;

  const Transport session(description.session);
  std::vector<Transport> own;
  std::vector<bool> has_ice;
  std::vector<bool> has_mux;
  for (const Media& media : description.media) {
    const Transport& transport = own.emplace_back(media.lines);
    has_ice.push_back((session.ufrag || transport.ufrag) && (session.pwd || transport.pwd));
    has_mux.push_back(sdp::has_rtcp_mux(media));
  }
  spread_over_bundles(description, has_ice);
  spread_over_bundles(description, has_mux);
  const std::vector<bool> keyed = keyed_by_dtls(description);

  for (std::size_t i = 0; i < own.size(); ++i) {
    const Media& media = description.media[i];
    if (!is_for_browser(media)) continue;
    const auto refuse = [&](RewriteErrorCode code, std::string_view reason) {
      return error(code, i, media.kind(), reason);
    };
    const auto& fingerprints =
        own[i].fingerprints.empty() ? session.fingerprints : own[i].fingerprints;
    if (!keyed[i] && fingerprints.empty())
      return refuse(no_fingerprint, "there is no DTLS fingerprint, so no browser can take it");
    if (!keyed[i])
      return refuse(unusable_fingerprint,
                    "no DTLS fingerprint has an allowed hash function and its length");
    if (!has_ice[i]) return refuse(no_ice, "there is no ice-ufrag or no ice-pwd");
    const auto ufrag = own[i].ufrag ? own[i].ufrag : session.ufrag;
    const auto pwd = own[i].pwd ? own[i].pwd : session.pwd;
    if (ufrag && !sdp::is_ice_ufrag(ascii::trim(*ufrag)))
      return refuse(malformed_ice, "the ice-ufrag does not have 4 to 256 characters of ICE");
    if (pwd && !sdp::is_ice_pwd(ascii::trim(*pwd)))
      return refuse(malformed_ice, "the ice-pwd does not have 22 to 256 characters of ICE");
    if (is_offer && !has_mux[i])
      return refuse(no_rtcp_mux, "there is no rtcp-mux, which browsers require");
  }
  return std::nullopt;
}

}  // namespace sipml::negotiation::rules
