/// Contents of INFO that a call acts on: DTMF tones as phones and gateways have sent them since
/// before RFC 6086, and the picture update of RFC 5168.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.hpp"

namespace sipml::usage {

enum class InfoKind : std::uint8_t { other, dtmf_relay, dtmf, media_control };

/// By media type, whatever its parameters.
InfoKind info_kind(std::string_view content_type);

struct Tone {
  /// 0-9, A-D, * or #.
  char tone = '0';
  /// Milliseconds.
  std::uint32_t duration = 0;
};

/// What a tone lasts whose sender does not say.
inline constexpr std::uint32_t default_tone_duration = 100;

/// The tone of application/dtmf-relay, whose lines are "Signal=5" and "Duration=160", or of
/// application/dtmf, which is the signal alone. Signals may be the event codes of RFC 4733 3.2.
/// nullopt: a hook flash, which is no tone. An error says what is wrong.
Result<std::optional<Tone>, std::string_view> parse_tone(InfoKind kind, std::string_view content);

/// True when this content of application/media_control+xml asks for a key frame (RFC 5168 5). An
/// error when it is no such document, or has a document type, whose entities may hide anything.
Result<bool, std::string_view> asks_key_frame(std::string_view content);

inline constexpr std::string_view media_control_type = "application/media_control+xml";
/// Asks for one.
inline constexpr std::string_view key_frame_request =
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n"
    "<media_control><vc_primitive><to_encoder><picture_fast_update/></to_encoder></vc_primitive>"
    "</media_control>\r\n";

}  // namespace sipml::usage
