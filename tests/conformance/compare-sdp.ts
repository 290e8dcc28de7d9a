/** Session descriptions as parsed, against what the data expects of them. */

import type { ParsedSdp, SdpMedia } from "../../js-glue/message-data.js";
import type { Findings } from "./findings.js";
import { entries, list, object, text } from "./json.js";
import type { JsonObject } from "./json.js";

function compareMedia(findings: Findings, media: SdpMedia, expected: JsonObject): void {
  for (const [name, value] of entries(expected)) {
    const field = `media.${name}`;
    switch (name) {
      case "type":
      case "port":
      case "proto":
      case "formats":
      case "direction":
      case "mid":
      case "setup":
      case "iceUfrag":
      case "rtcpMux":
      case "rejected":
        findings.compare(field, media[name], value);
        break;
      case "address":
        findings.compare(field, media.connection?.address, value);
        break;
      case "rtpmap":
      case "fmtp": {
        const maps = Object.fromEntries(
          media.codecs.flatMap((codec) => {
            const { channels } = codec;
            const rtpmap = [codec.name, codec.clockRate, ...(channels > 1 ? [channels] : [])];
            const written = name === "fmtp" ? codec.fmtp : rtpmap.join("/");
            return written === null ? [] : [[codec.format, written]];
          }),
        );
        for (const [format, wanted] of entries(value))
          findings.compare(`${field}`, maps[format], wanted);
        break;
      }
      case "candidateCount":
        findings.compare(field, media.candidates.length, value);
        break;
      case "fingerprintAlgorithm":
        findings.compare(field, media.fingerprints[0]?.hash, value);
        break;
      case "simulcastSend":
        findings.compare(field, media.simulcast?.send.flat(), value);
        break;
      case "trickle":
        findings.compare(field, media.iceOptions.includes("trickle"), value);
        break;
      default:
        findings.add(field, "has no check");
    }
  }
}

/** Every line but the m= lines is there, as written and in its place. */
function compareLines(findings: Findings, written: string, sdp: ParsedSdp): void {
  const kept = [sdp.lines, ...sdp.media.map((media) => media.lines)]
    .flat()
    .map((line) => `${line.type}=${line.value}`);
  const lines = written.split(/\r?\n/).filter((line) => line !== "" && !line.startsWith("m="));
  findings.compare("written", kept, lines);
}

/** What can be told from the description alone; the rest needs a user agent. */
export function compareSdp(
  findings: Findings,
  written: string,
  sdp: ParsedSdp,
  expected: JsonObject,
): void {
  compareLines(findings, written, sdp);
  for (const [name, value] of entries(expected)) {
    switch (name) {
      case "origin":
        for (const [key, wanted] of entries(value))
          findings.compare("origin", object({ ...sdp.origin })[key], wanted);
        break;
      case "name":
      case "groups":
      case "remoteHold":
        findings.compare(name, sdp[name], value);
        break;
      case "mediaCount":
        findings.compare(name, sdp.media.length, value);
        break;
      case "media":
        list(value).forEach((one, index) => {
          const media = sdp.media[index];
          if (media) compareMedia(findings, media, object(one));
          else findings.add("media", "is missing");
        });
        break;
      case "dtmf": {
        const payloads = sdp.media.flatMap((media) =>
          media.codecs.filter((codec) => codec.name?.toLowerCase() === "telephone-event"),
        );
        const { available, payloads: wanted } = object(value);
        findings.compare(name, payloads.length > 0, available);
        if (wanted !== undefined)
          findings.compare(
            name,
            payloads.map((codec) => codec.format),
            wanted,
          );
        break;
      }
      case "valid":
      case "mustNotThrow":
      case "webrtcUsable":
      case "suggestedStatus":
        break;
      default:
        findings.add(text(name), "has no check");
    }
  }
}

/** A description after an operation on its codecs or candidates. */
export function compareRewritten(
  findings: Findings,
  written: string,
  sdp: ParsedSdp,
  expected: JsonObject,
): void {
  const candidates = sdp.media.flatMap((media) => media.candidates);
  for (const [name, value] of entries(expected)) {
    switch (name) {
      case "candidateCount":
        findings.compare(name, candidates.length, value);
        break;
      case "noCandidateTransport":
        findings.compare(name, candidates.filter((one) => one.transport === value).length, 0);
        break;
      case "absent":
        for (const part of list(value))
          findings.compare(name, written.includes(text(part)), false);
        break;
      case "media":
        list(value).forEach((one, index) => {
          for (const [field, formats] of entries(object(one))) {
            const wanted = list(formats);
            const actual = sdp.media[index]?.formats ?? [];
            const compared = field === "firstFormats" ? actual.slice(0, wanted.length) : actual;
            findings.compare(field, compared, wanted);
          }
        });
        break;
      default:
        findings.add(name, "has no check");
    }
  }
}
