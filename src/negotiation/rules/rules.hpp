/// The rewrites between a browser and its SIP peer, one per file (RFC 3264, RFC 8829): pure
/// functions that change nothing when applied again and keep lines that they do not own byte exact.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "negotiation/rewrite_error.hpp"
#include "sdp/attributes.hpp"
#include "sdp/candidate.hpp"
#include "sdp/description.hpp"
#include "sdp/transport.hpp"

namespace sipml::negotiation::rules {

/// Writes `direction` in each media section of this kind that takes part: one that is rejected or
/// `inactive` stays so, hence an override never undoes a hold (RFC 3264 5.1, 8.4). In an answer to
/// `offer` only where that allows it (RFC 3264 6.1).
sdp::Description direction(sdp::Description description, std::string_view kind,
                           sdp::Direction direction, const sdp::Description* offer = nullptr);

/// Turns what the peer answered to an overridden direction into an answer to `offer`, the one that
/// the browser wrote, for each section where direction() changed the offer. A peer that agrees to
/// the whole of `written`, unless that is inactive, agrees to the whole of the browser's
/// direction; otherwise what the answer and the browser's direction have in common remains.
sdp::Description answered_direction(sdp::Description answer, const sdp::Description& offer,
                                    std::string_view kind, sdp::Direction written);

/// Takes from each direction of an answer what `offer` does not allow: to a recvonly offer,
/// sendrecv becomes sendonly, so that no browser sends what it did not offer (RFC 3264 6.1).
sdp::Description allowed_direction(sdp::Description answer, const sdp::Description& offer);

/// Writes the session's direction attribute into the media sections that have none of their own,
/// since browsers read it there only (RFC 8866 6.7, RFC 8829 5.8).
sdp::Description media_level_direction(sdp::Description description);

/// Gives an answer exactly the m-lines of the offer, in order, with the offer's mids (RFC 3264 6,
/// RFC 9143 7.3, RFC 8829 5.3.1): a short answer is filled up with rejected sections, a missing or
/// renamed mid becomes the offer's. An error names the m-line if there are too many, if its medium
/// is not the offer's, or if its mid is that of another m-line.
Result<sdp::Description, RewriteError> pairing(sdp::Description answer,
                                               const sdp::Description& offer);

/// Takes out of the BUNDLE groups each mid that is not there, is rejected, or stands in a group
/// before, for which browsers refuse the whole description (RFC 9143 7.1, 7.2.3), and in an answer
/// to `offer` one that is in none of its BUNDLE groups (RFC 9143 7.3.1 and 7.3.3).
sdp::Description bundle(sdp::Description description, const sdp::Description* offer = nullptr);

/// Gives each m-line of an offer that repeats the mid of an earlier one a mid of its own; pairing()
/// undoes it in the answer (RFC 5888 4).
sdp::Description distinct_mids(sdp::Description offer);

/// Takes the mid out of the sections of an answer whose counterpart in `offer` has none (RFC 8829
/// 5.3.1).
sdp::Description answered_mids(sdp::Description answer, const sdp::Description& offer);

/// Takes up what a peer has to offer besides its actual configuration (RFC 5939 3.6.2): in audio
/// and video sections that are not keyed by DTLS, the first potential configuration that would key
/// them becomes the actual one, and an a=acfg line says which. Configurations with extensions that
/// must be understood or that delete attributes of the session are passed over. A peer that writes
/// a=acap without any a=pcfg means them as they stand, as sipML5 took them.
sdp::Description promoted_capabilities(sdp::Description description);

/// Copies the a=acfg lines that promoted_capabilities() wrote into `offer` to the answer (RFC 5939
/// 3.6.2).
sdp::Description answered_capabilities(sdp::Description answer, const sdp::Description& offer);

/// For each media section, whether DTLS keys it: a usable fingerprint at media or session level, or
/// in a section of the same BUNDLE group (RFC 8122 5, RFC 9143 7.1.3).
std::vector<bool> keyed_by_dtls(const sdp::Description& description);

/// Names the profile that browsers speak, UDP/TLS/RTP/SAVPF, in sections of any other RTP profile
/// over UDP that are keyed by DTLS (RFC 8829 5.1.2, RFC 5764 8).
sdp::Description profile(sdp::Description description);

/// Names the profile that the offer names in sections of an answer that have the browser's, for it
/// must be the same (RFC 3264 6, RFC 8829 5.1.2).
sdp::Description answered_profile(sdp::Description answer, const sdp::Description& offer);

/// Rejects the audio and video sections that no browser can take, with port 0 as RFC 3264 6 does,
/// if there is another one left that it can take; otherwise the error says why. A section must have
/// a usable DTLS fingerprint and ICE credentials of legal length, and a=rtcp-mux if that is
/// required (RFC 8858 4); where a BUNDLE group shares a transport, in one section of it. Mids must
/// differ. A description of nothing but media that no browser knows is an error, too.
Result<sdp::Description, RewriteError> usable(sdp::Description description, bool requires_rtcp_mux);

/// True when each audio and video section that is not rejected has a=rtcp-mux, or shares the
/// transport of one that has (RFC 5761 5.1.1, RFC 9143 9.3.1).
bool has_rtcp_mux(const sdp::Description& description);

/// An error when `offer` has an m-line that takes part, and `answer` accepts none of them, or none
/// with a codec that was offered: there is no codec in common (RFC 3264 6, 6.1).
std::optional<RewriteError> nothing_in_common(const sdp::Description& answer,
                                              const sdp::Description& offer);

/// Writes `b=AS:<kilobits_per_second>` and the same as b=TIAS in bits per second into the sections
/// of this kind that are not rejected, in the place of such lines or behind the c= line (RFC 8866 5
/// and 5.8, RFC 3890 6.2). Browsers read the one or the other.
sdp::Description bandwidth(sdp::Description description, std::string_view kind,
                           std::uint32_t kilobits_per_second);

/// Turns what a peer says of bandwidth into what browsers obey: to the b=AS of a video section its
/// b=TIAS is added, for Firefox reads no other, by the formula of RFC 8829 5.10; a limit of an
/// audio section that its codec of fixed rate cannot keep goes, for Chromium refuses the whole
/// description then (RFC 8866 5.8, RFC 3890 6.2).
sdp::Description readable_bandwidth(sdp::Description description);

/// Sets the s= line, which must not be empty: "-" stands for an empty name (RFC 8866 5.3). `name`
/// holds no line break.
sdp::Description session_name(sdp::Description description, std::string_view name);

/// Writes 127.0.0.1 for an unspecified origin address, 0.0.0.0, which some peers take for hold. The
/// c= lines are left alone (RFC 8866 5.2, RFC 8829 5.2.1).
sdp::Description unspecified_address(sdp::Description description);

/// Takes out the addresses of the writer, `a=candidate` and `a=end-of-candidates`, as if they were
/// to be trickled later (RFC 8839 5.1, RFC 8840 8).
sdp::Description without_candidates(sdp::Description description);

/// Writes as a direction what RFC 2543 B.5 said with the address 0.0.0.0: a section that
/// is_held_by_address() offers nothing to send to, so sendrecv becomes sendonly and recvonly
/// inactive (RFC 3264 8.4).
sdp::Description legacy_hold(sdp::Description description);

/// True when the section's address is 0.0.0.0 or ::, and that does not stand for candidates that
/// are yet to come, as it does with port 9 in a description with ICE or DTLS (RFC 8840 4.1.1).
bool is_held_by_address(const sdp::Description& description, const sdp::Media& media);

/// Which candidates are told to the peer; true keeps, and one that is false takes a candidate out.
struct CandidateFilter {
  bool udp = true;
  bool tcp = true;
  bool host = true;
  bool srflx = true;
  bool prflx = true;
  bool relay = true;
  bool ipv4 = true;
  bool ipv6 = true;
  /// Names instead of addresses, such as `<uuid>.local`.
  bool name = true;
  bool operator==(const CandidateFilter&) const = default;
};

/// The value of an a=candidate line as the peer is told it; nullopt when `filter` does not let it
/// pass. Its raddr and rport say nothing if they are of a type that is not told (RFC 8839 5.1).
std::optional<std::string> shown_candidate(std::string_view value, const CandidateFilter& filter);

/// Makes every candidate a shown_candidate(); lines that are not read as candidates stay. Where one
/// that goes was the default destination of the m= and c= lines, or of a=rtcp, the best that is
/// left becomes it, or else none, 0.0.0.0 and port 9 (RFC 8828 5.2, RFC 8839 4.2.1.2 and 5.1).
sdp::Description filtered_candidates(sdp::Description description, const CandidateFilter& filter);

/// Takes out a=candidate lines that cannot be read or are of an unknown transport or type, for
/// which browsers refuse the whole description instead of that candidate (RFC 8839 5.1).
sdp::Description readable_candidates(sdp::Description description);

/// Takes the codecs of these names out of RTP sections: their formats, what repeats or repairs
/// those (rtx by `apt`, red), and their a=rtpmap, a=fmtp, a=rtcp-fb and a=imageattr lines (RFC 3264
/// 5.1, RFC 4588 8.1). A name is an encoding, compared without case, and may have a clock rate and
/// channels: "opus", "CN/8000", "opus/48000/2". A section that no codec would be left in but
/// comfort noise, DTMF and repair stays as it is.
sdp::Description without_codecs(sdp::Description description,
                                const std::vector<std::string>& names);

/// Puts the formats of the codecs of these names first in RTP sections, in this order, each with
/// its rtx; the others follow as they were, but for telephone-event, of which the one with the
/// clock rate of the first codec comes first (RFC 3264 5.1, RFC 4733 2.1). Names as for
/// without_codecs().
sdp::Description codec_order(sdp::Description description, const std::vector<std::string>& names);

/// Makes DTMF in our audio sections what gateways expect of it: a telephone-event whose clock rate
/// no codec of the section has goes, if there is another one, and each names its events, 0-15,
/// which browsers leave out (RFC 4733 2.1, 2.4.1).
sdp::Description telephone_event(sdp::Description description);

/// Adds the s= and t= lines that RFC 8866 5, and browsers, demand where a peer left them out.
sdp::Description mandatory_lines(sdp::Description description);

}  // namespace sipml::negotiation::rules
