/** Which way media flow between two pages, measured at both. */
import { setTimeout as delay } from "node:timers/promises";
import { sample, type Kind } from "./media.js";
import type { MediaSample } from "./probe.js";
import type { AnyTab } from "./tab.js";

/** "->": from the first page to the second alone. */
export type Way = "<->" | "->" | "<-" | "none";

export type Ways = { readonly [kind in Kind]: Way };

export const silence: Ways = { audio: "none", video: "none" };

interface Ends {
  readonly left: MediaSample;
  readonly right: MediaSample;
}

/** Whether packets left here and arrived there, and made a sound or a picture. */
function passed(kind: Kind, from: [MediaSample, MediaSample], to: [MediaSample, MediaSample]): boolean {
  const [sentBefore, sentNow] = from.map((one) => one[kind].sent) as [number, number];
  const [before, now] = to.map((one) => one[kind]) as [MediaSample[Kind], MediaSample[Kind]];
  const perceived = kind === "audio" ? now.energy > before.energy : now.decoded > before.decoded;
  return sentNow > sentBefore && now.received > before.received && perceived;
}

/** Whether nothing left here, nothing arrived there, and nothing can be heard there. */
function quiet(kind: Kind, from: [MediaSample, MediaSample], to: [MediaSample, MediaSample]): boolean {
  const [before, now] = to.map((one) => one[kind]) as [MediaSample[Kind], MediaSample[Kind]];
  return (
    from[0][kind].sent === from[1][kind].sent &&
    before.received === now.received &&
    before.energy === now.energy
  );
}

function holds(way: Way, kind: Kind, before: Ends, now: Ends): boolean {
  const left: [MediaSample, MediaSample] = [before.left, now.left];
  const right: [MediaSample, MediaSample] = [before.right, now.right];
  const there = way === "<->" || way === "->";
  const back = way === "<->" || way === "<-";
  return (
    (there ? passed(kind, left, right) : quiet(kind, left, right)) &&
    (back ? passed(kind, right, left) : quiet(kind, right, left))
  );
}

/** Waits until media flow just so for one window of 700 ms. */
export async function expectWays(left: AnyTab, right: AnyTab, ways: Ways, timeout = 12000): Promise<void> {
  const look = async (): Promise<Ends> => {
    const [one, other] = await Promise.all([sample(left), sample(right)]);
    return { left: one, right: other };
  };
  const deadline = performance.now() + timeout;
  let before = await look();
  for (;;) {
    await delay(700);
    const now = await look();
    if ((["audio", "video"] as const).every((kind) => holds(ways[kind], kind, before, now))) return;
    if (performance.now() > deadline) {
      const shown = [left.name, before.left, now.left, right.name, before.right, now.right];
      throw new Error(`not ${JSON.stringify(ways)}:\n${shown.map((one) => JSON.stringify(one)).join("\n")}`);
    }
    before = now;
  }
}

/** The direction of each m-line that is not rejected: "audio:sendrecv video:recvonly". */
export function directionsOf(sip: string): string {
  const [, ...sections] = sip.split(/^m=/m);
  const lines = sections.map((section) => {
    const [kind = "", port = ""] = section.split(" ");
    const direction = /^a=(sendrecv|sendonly|recvonly|inactive)\r?$/m.exec(section)?.[1];
    return port === "0" ? `${kind}:rejected` : `${kind}:${direction ?? "sendrecv"}`;
  });
  return lines.join(" ");
}
