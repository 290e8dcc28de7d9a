/** The call history of one account: what is kept of a call, and how it is read back safely. */
import type { CallEnd } from "../web/index.js";

export type CallOutcome = "answered" | "missed" | "rejected" | "cancelled" | "failed";

export interface HistoryEntry {
  /** What to dial to call again. */
  readonly target: string;
  readonly name: string;
  readonly direction: "incoming" | "outgoing";
  readonly video: boolean;
  /** When it began, in milliseconds since 1970. */
  readonly at: number;
  /** Seconds that people talked; 0 if they never did. */
  readonly duration: number;
  readonly outcome: CallOutcome;
}

export const MAX_ENTRIES = 100;
const MAX_TEXT = 512;

const DIRECTIONS = ["incoming", "outgoing"] as const;
const OUTCOMES = ["answered", "missed", "rejected", "cancelled", "failed"] as const;

/** What became of a call, told from how it ended. */
export function outcomeOf(
  direction: HistoryEntry["direction"],
  end: Pick<CallEnd, "cause" | "by" | "status">,
  talked: boolean,
): CallOutcome {
  if (talked) return "answered";
  if (end.cause === "cancelled") return end.by === "local" ? "cancelled" : "missed";
  if (end.cause === "rejected" && end.by === "local") return "rejected";
  if (end.cause === "rejected" && [486, 600, 603].includes(end.status ?? 0)) return "rejected";
  return direction === "incoming" ? "missed" : "failed";
}

/** The newest first; the oldest goes when there are too many. */
export function addEntry(
  entries: readonly HistoryEntry[],
  entry: HistoryEntry,
): readonly HistoryEntry[] {
  return [entry, ...entries].slice(0, MAX_ENTRIES);
}

function readEntry(value: unknown): HistoryEntry | null {
  if (typeof value !== "object" || value === null) return null;
  const fields = value as Readonly<Record<string, unknown>>;
  const { target, name, at, duration } = fields;
  const direction = DIRECTIONS.find((known) => known === fields["direction"]);
  const outcome = OUTCOMES.find((known) => known === fields["outcome"]);
  if (typeof target !== "string" || target === "" || typeof name !== "string") return null;
  if (direction === undefined || outcome === undefined) return null;
  if (typeof at !== "number" || !Number.isFinite(at)) return null;
  if (typeof duration !== "number" || !Number.isFinite(duration) || duration < 0) return null;
  return {
    target: target.slice(0, MAX_TEXT),
    name: name.slice(0, MAX_TEXT),
    direction,
    video: fields["video"] === true,
    at,
    duration,
    outcome,
  };
}

/** Stored text is data of anybody: what is not an entry is left out. Never throws. */
export function parseHistory(source: string): readonly HistoryEntry[] {
  let value: unknown;
  try {
    value = source === "" ? [] : JSON.parse(source);
  } catch {
    return [];
  }
  if (!Array.isArray(value)) return [];
  return value
    .map(readEntry)
    .filter((entry) => entry !== null)
    .slice(0, MAX_ENTRIES);
}

export function formatHistory(entries: readonly HistoryEntry[]): string {
  return JSON.stringify(entries);
}
