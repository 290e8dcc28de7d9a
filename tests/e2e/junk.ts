/** Frames that no correct server sends: noise, broken SIP, real messages made wrong. */

/** The numbers of a linear congruential generator, the same in every run. */
function noise(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 0x1_0000_0000) * below);
  };
}

function randomBytes(length: number, next: (below: number) => number): Uint8Array {
  return Uint8Array.from({ length }, () => next(256));
}

const handMade: readonly (string | Uint8Array)[] = [
  "",
  "\r\n",
  "\r\n\r\n\r\n\r\n",
  "hello",
  '{"type":"call_ended","call":1}',
  "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
  "SIP/2.0\r\n\r\n",
  "SIP/2.0 200\r\n\r\n",
  "SIP/2.0 99999 Big\r\nVia: x\r\n\r\n",
  "SIP/3.0 200 OK\r\nVia: SIP/2.0/WS x;branch=z9hG4bK1\r\nFrom: a\r\nTo: b\r\nCall-ID: c\r\n" +
    "CSeq: 1 INVITE\r\n\r\n",
  "SIP/2.0 200 OK\r\nVia: SIP/2.0/WS x;branch=z9hG4bKstray\r\nFrom: <sip:a@b>;tag=1\r\n" +
    "To: <sip:b@b>;tag=2\r\nCall-ID: stray\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n",
  "BYE sip:alice@localhost SIP/2.0\r\n\r\n",
  "BYE sip:alice@localhost SIP/2.0\r\nVia: SIP/2.0/WS x;branch=z9hG4bKbye\r\n" +
    "Max-Forwards: 70\r\nFrom: <sip:x@localhost>;tag=9\r\nTo: <sip:alice@localhost>;tag=8\r\n" +
    "Call-ID: nobody\r\nCSeq: 1 BYE\r\n\r\n",
  "INVITE sip:alice@localhost SIP/2.0\r\nVia: SIP/2.0/WS x;branch=z9hG4bKinv\r\n" +
    'Max-Forwards: 70\r\nFrom: "\u00fc<\u0000>" <sip:x@localhost>;tag=9\r\n' +
    "To: <sip:alice@localhost>\r\nCall-ID: half\r\nCSeq: 1 INVITE\r\nContact: <sip:x@a>\r\n" +
    "Content-Type: application/sdp\r\nContent-Length: 999999\r\n\r\nv=0\r\nm=",
  "OPTIONS sip:alice@localhost SIP/2.0\r\nVia: ,,,;;;===\r\nFrom: <<<>>>\r\n" +
    'To: "\r\nCall-ID:\r\nCSeq: -1 OPTIONS\r\n\r\n',
  `NOTIFY sip:alice@localhost SIP/2.0\r\n${"X-Long: a\r\n".repeat(2000)}\r\n`,
  `INFO sip:alice@localhost SIP/2.0\r\nX: ${"y".repeat(70000)}\r\n\r\n`,
  Uint8Array.of(0),
  Uint8Array.of(0xff, 0xfe, 0xfd, 0xc0, 0x80),
];

/** Messages that could rightly end or cancel a call when only slightly changed. */
const finalWords = /^(BYE|CANCEL)|CSeq:\s*\d+\s+(BYE|CANCEL)/im;

/**
 * `count` mutations of `messages`, each of which breaks the message itself (cut, bytes overwritten,
 * lines removed or doubled) in a way that leaves nothing for a peer to have meant.
 */
function mutations(messages: readonly string[], count: number, seed: number): Uint8Array[] {
  const next = noise(seed);
  const usable = messages.filter((text) => !finalWords.test(text) && text.trim() !== "");
  const frames: Uint8Array[] = [];
  for (let at = 0; at < count && usable.length > 0; at++) {
    const bytes = new TextEncoder().encode(usable[next(usable.length)] ?? "");
    const copy = Uint8Array.from(bytes);
    switch (next(3)) {
      case 0:
        frames.push(copy.subarray(0, 1 + next(copy.length)));
        break;
      case 1:
        for (let hits = 0; hits < 12; hits++) copy[next(copy.length)] = next(256);
        frames.push(copy);
        break;
      default: {
        const from = next(copy.length);
        copy.copyWithin(next(copy.length), from, from + 200);
        frames.push(copy);
      }
    }
  }
  return frames;
}

/** All junk for a call in which `seen` messages came from the server. */
export function junkFrames(seen: readonly string[]): (string | Uint8Array)[] {
  const next = noise(7);
  const noises = Array.from({ length: 30 }, (_, at) => randomBytes(1 + at * 40, next));
  return [...handMade, ...noises, ...seen.slice(-20), ...mutations(seen, 200, 11)].filter(
    (frame) => typeof frame !== "string" || !finalWords.test(frame) || handMade.includes(frame),
  );
}
