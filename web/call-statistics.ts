/** Reads the statistics of one call now and then: for the page, and for the report at its end. */

import type { Environment } from "./environment.js";
import { SipError, toSipError } from "./errors.js";
import { QualityJournal, judge, readStatistics } from "./statistics.js";
import type { CallQuality, CallReport, Reading, StatsEntries } from "./statistics.js";

/** Milliseconds to the first reading, so that a short call has one. */
const first_reading = 500;
/** Milliseconds that a reading must cover to say something. */
const least_interval = 500;

export interface StatisticsPorts {
  readonly environment: Pick<Environment, "after" | "createClock">;
  readonly connection: () => RTCPeerConnection | null;
  /** Milliseconds between two readings; 0: none. */
  readonly interval: () => number;
  readonly tell: (quality: CallQuality) => void;
}

export class CallStatistics {
  private readonly ports: StatisticsPorts;
  private readonly journal = new QualityJournal();
  private readonly now: () => number;
  private before: Reading | undefined;
  private last: Reading | undefined;
  /** When media began, on the clock of the readings. */
  private since: number | undefined;
  private establishedAt: number | undefined;
  private forgetTimer: () => void = () => undefined;
  private ended = false;
  /** Those that wait for a reading: some browsers leave one without an end when the call is over. */
  private readonly waiting = new Set<(error: SipError) => void>();

  constructor(ports: StatisticsPorts) {
    this.ports = ports;
    const clock = ports.environment.createClock();
    this.now = () => clock.now();
  }

  /** The call was answered: from here on it is read. */
  begin(): void {
    if (this.establishedAt !== undefined || this.ended) return;
    this.establishedAt = this.now();
    this.wait(Math.min(first_reading, this.ports.interval()));
  }

  /** @throws SipError "wrong_state" while there are no media */
  async read(): Promise<CallQuality> {
    const reading = await this.unlessEnded(this.take());
    if (!reading) throw new SipError("wrong_state", "The call has no media.");
    return this.judge([this.last, this.before], reading);
  }

  /** Once more, as long as there is a connection to read. */
  note(): void {
    this.take().then(
      (reading) => {
        if (!reading || this.ended) return;
        const quality = this.judge([this.last], reading, 0);
        this.before = this.last;
        this.last = reading;
        this.journal.add(quality);
        this.ports.tell(quality);
      },
      () => undefined, // a connection that was closed has nothing to tell
    );
  }

  /** The call is over; undefined if it never was answered. */
  end(): CallReport | undefined {
    this.ended = true;
    this.forgetTimer();
    for (const reject of this.waiting) reject(new SipError("wrong_state", "The call is over."));
    if (this.establishedAt === undefined) return undefined;
    return this.journal.report(this.now() - this.establishedAt);
  }

  private unlessEnded<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.waiting.add(reject);
      void promise.then(resolve, reject).finally(() => this.waiting.delete(reject));
    });
  }

  /** Against the newest reading that is old enough to say something. */
  private judge(
    earlier: readonly (Reading | undefined)[],
    now: Reading,
    least = least_interval,
  ): CallQuality {
    const base = earlier.find(
      (reading) => reading !== undefined && (now.at ?? 0) - (reading.at ?? 0) >= least,
    );
    return judge(base, now, this.since);
  }

  private async take(): Promise<Reading | undefined> {
    const connection = this.ports.connection();
    if (!connection || this.ended) return undefined;
    try {
      const stats = (await connection.getStats()) as unknown as StatsEntries;
      const reading = readStatistics(stats);
      if (this.since === undefined && reading.at !== null) {
        const elapsed = this.establishedAt === undefined ? 0 : this.now() - this.establishedAt;
        this.since = reading.at - elapsed;
      }
      return reading;
    } catch (error) {
      throw toSipError(error);
    }
  }

  /** Not at all, if there are to be no readings any more. */
  private wait(milliseconds: number): void {
    if (!(milliseconds > 0)) return;
    this.forgetTimer = this.ports.environment.after(milliseconds, () => {
      this.note();
      this.wait(this.ports.interval());
    });
  }
}
