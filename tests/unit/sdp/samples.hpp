/// Descriptions as browsers and SIP peers write them, for the tests of sdp and negotiation.
#pragma once

#include <string>
#include <string_view>

namespace samples {

/// `text` with each LF as CRLF; a backslash at a line's end joins it with the next.
inline std::string crlf(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c != '\n') {
      result.push_back(c);
    } else if (result.ends_with('\\')) {
      result.pop_back();
    } else {
      result += "\r\n";
    }
  }
  return result;
}

/// `text` with the first `from` replaced; an empty string if it is not there, to make a test fail.
inline std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  if (at == std::string::npos) return {};
  return text.replace(at, from.size(), to);
}

/// Chromium: audio and video bundled, candidates gathered.
inline std::string chromium_offer() {
  return crlf(R"(v=0
o=- 8421597316250438917 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1
a=extmap-allow-mixed
a=msid-semantic: WMS 5e0d7a3c-41c8-4a7e-9a35-0f6c2d1be984
m=audio 47312 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126
c=IN IP4 203.0.113.24
a=rtcp:9 IN IP4 0.0.0.0
a=candidate:2214561178 1 udp 2122260223 10.20.30.40 47312 typ host generation 0 network-id 1
a=candidate:3388021577 1 udp 1686052607 203.0.113.24 47312 typ srflx \
raddr 10.20.30.40 rport 47312 generation 0 network-id 1
a=candidate:4170893826 1 tcp 1518280447 10.20.30.40 9 typ host \
tcptype active generation 0 network-id 1
a=ice-ufrag:Qk3x
a=ice-pwd:m9TqzB5yJ0wVnR7sLfE2uCdG
a=ice-options:trickle
a=fingerprint:sha-256 \
5A:0C:F1:77:93:2E:B8:64:1D:0F:CA:39:85:E2:4B:70:D6:18:A3:5F:C9:02:7E:B4:61:9D:38:F0:AC:57:13:E8
a=setup:actpass
a=mid:0
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
a=sendrecv
a=msid:5e0d7a3c-41c8-4a7e-9a35-0f6c2d1be984 b1f7c2d0-93a4-4d6e-8c15-7720ee5a4b19
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:63 red/48000/2
a=fmtp:63 111/111
a=rtpmap:9 G722/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:13 CN/8000
a=rtpmap:110 telephone-event/48000
a=rtpmap:126 telephone-event/8000
a=ssrc:2749318650 cname:uY4hXw0pKq7RzT1e
m=video 47312 UDP/TLS/RTP/SAVPF 96 97 102 103
c=IN IP4 203.0.113.24
a=rtcp:9 IN IP4 0.0.0.0
a=ice-ufrag:Qk3x
a=ice-pwd:m9TqzB5yJ0wVnR7sLfE2uCdG
a=ice-options:trickle
a=fingerprint:sha-256 \
5A:0C:F1:77:93:2E:B8:64:1D:0F:CA:39:85:E2:4B:70:D6:18:A3:5F:C9:02:7E:B4:61:9D:38:F0:AC:57:13:E8
a=setup:actpass
a=mid:1
a=extmap:14 urn:ietf:params:rtp-hdrext:toffset
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
a=sendrecv
a=msid:5e0d7a3c-41c8-4a7e-9a35-0f6c2d1be984 0c9e41ab-2f58-4b07-b6d3-19d2c4f83e67
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:96 VP8/90000
a=rtcp-fb:96 goog-remb
a=rtcp-fb:96 ccm fir
a=rtcp-fb:96 nack
a=rtcp-fb:96 nack pli
a=rtpmap:97 rtx/90000
a=fmtp:97 apt=96
a=rtpmap:102 H264/90000
a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f
a=rtpmap:103 rtx/90000
a=fmtp:103 apt=102
a=ssrc-group:FID 1184520937 3650917742
a=ssrc:1184520937 cname:uY4hXw0pKq7RzT1e
a=ssrc:3650917742 cname:uY4hXw0pKq7RzT1e
)");
}

/// Firefox: fingerprint and ICE options at session level, 0.0.0.0 in o=, a port per medium.
inline std::string firefox_offer() {
  return crlf(R"(v=0
o=mozilla...THIS_IS_SDPARTA-99.0 6071385294418830175 0 IN IP4 0.0.0.0
s=-
t=0 0
a=sendrecv
a=fingerprint:sha-256 \
0E:B4:6A:91:D7:23:5C:F8:40:AE:17:6B:C2:9D:83:35:FA:60:1C:48:E7:9B:02:D5:76:AF:31:8C:54:E9:B0:2D
a=group:BUNDLE 0 1
a=ice-options:trickle
a=msid-semantic:WMS *
m=audio 52410 UDP/TLS/RTP/SAVPF 109 9 0 8 101
c=IN IP4 198.51.100.77
a=candidate:0 1 UDP 2122252543 192.168.7.15 52410 typ host
a=candidate:1 1 UDP 1686052863 198.51.100.77 52410 typ srflx raddr 192.168.7.15 rport 52410
a=sendrecv
a=end-of-candidates
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid
a=fmtp:109 maxplaybackrate=48000;stereo=1;useinbandfec=1
a=fmtp:101 0-15
a=ice-pwd:6d1f0c83b7e94a25d8f37c6012ab9e54
a=ice-ufrag:9f31c7d2
a=mid:0
a=msid:{7be2a4d1-06c3-4f9a-8d57-21e0b3c64f98} {c40d9e17-52b8-46a3-9f1d-80a7635eb2cc}
a=rtcp:57733 IN IP4 198.51.100.77
a=rtcp-mux
a=rtpmap:109 opus/48000/2
a=rtpmap:9 G722/8000/1
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000/1
a=setup:actpass
a=ssrc:3055182746 cname:{18c7f5b2-6e09-4d3a-b2f4-97d0c1a86e53}
m=video 44871 UDP/TLS/RTP/SAVPF 120 124 126 127
c=IN IP4 198.51.100.77
a=candidate:0 1 UDP 2122252543 192.168.7.15 44871 typ host
a=candidate:1 1 UDP 1686052863 198.51.100.77 44871 typ srflx raddr 192.168.7.15 rport 44871
a=sendrecv
a=end-of-candidates
a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid
a=fmtp:126 profile-level-id=42e01f;level-asymmetry-allowed=1;packetization-mode=1
a=fmtp:124 apt=120
a=fmtp:127 apt=126
a=ice-pwd:6d1f0c83b7e94a25d8f37c6012ab9e54
a=ice-ufrag:9f31c7d2
a=mid:1
a=rtcp-fb:120 nack
a=rtcp-fb:120 nack pli
a=rtcp-fb:120 ccm fir
a=rtcp-mux
a=rtpmap:120 VP8/90000
a=rtpmap:124 rtx/90000
a=rtpmap:126 H264/90000
a=rtpmap:127 rtx/90000
a=setup:actpass
a=ssrc:881027354 cname:{18c7f5b2-6e09-4d3a-b2f4-97d0c1a86e53}
)");
}

/// Chromium's answer to chromium_offer(), shortened in codecs.
inline std::string chromium_answer() {
  return crlf(R"(v=0
o=- 3075821946630158724 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1
a=msid-semantic: WMS
m=audio 58120 UDP/TLS/RTP/SAVPF 111 0 8 126
c=IN IP4 192.0.2.61
a=candidate:1033298745 1 udp 2122260223 192.0.2.61 58120 typ host generation 0
a=ice-ufrag:7vLp
a=ice-pwd:xU3oQh8KcD6tYb1RzE5jWnMa
a=fingerprint:sha-256 \
C3:19:7D:E4:50:8B:2F:A6:D1:3C:98:07:6E:F5:42:BA:11:DE:83:64:29:F0:5B:C7:3A:96:E8:0D:74:AF:52:1B
a=setup:active
a=mid:0
a=sendrecv
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:126 telephone-event/8000
m=video 58120 UDP/TLS/RTP/SAVPF 96 97
c=IN IP4 192.0.2.61
a=ice-ufrag:7vLp
a=ice-pwd:xU3oQh8KcD6tYb1RzE5jWnMa
a=fingerprint:sha-256 \
C3:19:7D:E4:50:8B:2F:A6:D1:3C:98:07:6E:F5:42:BA:11:DE:83:64:29:F0:5B:C7:3A:96:E8:0D:74:AF:52:1B
a=setup:active
a=mid:1
a=sendrecv
a=rtcp-mux
a=rtpmap:96 VP8/90000
a=rtpmap:97 rtx/90000
a=fmtp:97 apt=96
)");
}

/// A gateway that knows neither mid nor BUNDLE and answers audio only, in the profile of its time.
inline std::string gateway_answer() {
  return crlf(R"(v=0
o=gateway 1983 678901 IN IP4 192.0.2.200
s=-
c=IN IP4 192.0.2.200
t=0 0
m=audio 40210 RTP/SAVPF 8 0 126
a=rtpmap:8 PCMA/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:126 telephone-event/8000
a=fmtp:126 0-16
a=ptime:20
a=fingerprint:sha-256 \
84:2A:F9:0B:C6:5D:17:E3:48:9F:B2:70:3E:D5:61:0C:A7:F4:19:8E:52:BD:06:7B:E0:35:C8:91:2F:6A:DC:43
a=setup:active
a=ice-ufrag:2f8d1c90
a=ice-pwd:b7e40a91c35d68f20417ce98
a=candidate:1 1 UDP 2130706431 192.0.2.200 40210 typ host
a=rtcp-mux
a=sendrecv
)");
}

/// A telephone without DTLS.
inline std::string plain_offer() {
  return crlf(R"(v=0
o=phone 29739 7272939 IN IP4 192.0.2.5
s=-
c=IN IP4 192.0.2.5
t=0 0
m=audio 49217 RTP/AVP 0 8 101
a=rtpmap:101 telephone-event/8000
a=ptime:20
)");
}

/// A telephone of RFC 5939: plain RTP as it stands, DTLS or SDES if the other side can.
inline std::string capability_offer() {
  return crlf(R"(v=0
o=phone 25678 753849 IN IP4 192.0.2.7
s=-
c=IN IP4 192.0.2.7
t=0 0
a=tcap:1 UDP/TLS/RTP/SAVPF RTP/SAVPF
a=tcap:5 RTP/SAVP
a=acap:1 fingerprint:sha-256 \
84:2A:F9:0B:C6:5D:17:E3:48:9F:B2:70:3E:D5:61:0C:A7:F4:19:8E:52:BD:06:7B:E0:35:C8:91:2F:6A:DC:43
m=audio 53456 RTP/AVP 0 101
a=rtpmap:101 telephone-event/8000
a=ice-ufrag:2f8d1c90
a=ice-pwd:b7e40a91c35d68f20417ce98
a=candidate:1 1 UDP 2130706431 192.0.2.7 53456 typ host
a=rtcp-mux
a=acap:2 setup:actpass
a=acap:3 connection:new
a=acap:4 crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj
a=pcfg:1 t=5 a=4
a=pcfg:3 t=2|1 a=[7],1,2
a=pcfg:2 t=1|2 a=1,2,[3,9]
)");
}

/// A gateway that puts on hold as RFC 2543 did, media behind it secured.
inline std::string held_offer() {
  return replaced(replaced(gateway_answer(), "c=IN IP4 192.0.2.200", "c=IN IP4 0.0.0.0"),
                  "a=setup:active", "a=setup:actpass");
}

}  // namespace samples
