/** Descriptions and an INVITE that carries one. */

const fingerprint = `sha-256 ${Array<string>(32).fill("AB").join(":")}`;

const description = (setup: string, direction: string): string =>
  [
    "v=0",
    "o=- 1 1 IN IP4 192.0.2.9",
    "s=-",
    "t=0 0",
    "m=audio 9 UDP/TLS/RTP/SAVPF 111 0",
    "c=IN IP4 0.0.0.0",
    "a=mid:0",
    "a=ice-ufrag:abcd",
    "a=ice-pwd:0123456789abcdefghijkl",
    `a=fingerprint:${fingerprint}`,
    `a=setup:${setup}`,
    "a=rtcp-mux",
    `a=${direction}`,
    "a=rtpmap:111 opus/48000/2",
    "a=rtpmap:0 PCMU/8000",
    "",
  ].join("\r\n");

export const offerOf = (direction: string): string => description("actpass", direction);
export const answerTo = (direction: string): string => description("active", direction);

/** An INVITE out of the blue. */
export const inviteWith = (body: string, contentType = "application/sdp"): string =>
  "INVITE sip:a1b2@df7jal23ls0d.invalid;transport=ws SIP/2.0\r\n" +
  "Via: SIP/2.0/WSS proxy.example.com;branch=z9hG4bK-in\r\nMax-Forwards: 70\r\n" +
  'From: "Bob" <sip:bob@example.com>;tag=b0b\r\nTo: <sip:alice@example.com>\r\n' +
  "Call-ID: invite@proxy.example.com\r\nCSeq: 1 INVITE\r\n" +
  "Contact: <sip:bob@proxy.example.com;transport=ws>\r\n" +
  `Content-Type: ${contentType}\r\n` +
  `Content-Length: ${new TextEncoder().encode(body).length}\r\n\r\n${body}`;
