/** Workers are too few if each is in runs for this share of so many milliseconds. */
const LIMITS = [
  // Never idle: frames wait already, and soon load control would step in.
  { forMs: 1000, share: 0.95 },
  // Frames that come two at once wait for one another.
  { forMs: 5000, share: 0.8 },
];
const LONGEST_MS = Math.max(...LIMITS.map(({ forMs }) => forMs));
/**
 * One is too many if the others would be in runs for at most this share of each five seconds, well below the one from
 * which they are too few, for so many milliseconds.
 */
const CALM_SHARE = 0.6, CALM_MS = 180_000, MOST_CALM_MS = 3_600_000;

interface Look {
  atMs: number;
  busyMs: ReadonlyMap<number, number>;
}

/** Whether the inference Workers do not suffice, or one of them is not needed. */
export type Need = "more" | "less" | null;

/** Tells how many inference Workers are needed. */
export class Demand {
  readonly #looks: Look[] = [];
  /** Since when one is too many. */
  #calmSinceMs: number | undefined;
  /** How long it has to be, before one is ended: longer each time that it turns out to be needed soon. */
  #calmMs = CALM_MS;
  #lastLessMs = -Infinity;

  /**
   * Looks at how long each Worker has been in runs.
   *
   * @param busyMs By Worker, in milliseconds since it began; may wrap around at 32 bits.
   * @returns `more` if each of them has been busy for too much of the last seconds; `less`, once, if one of several
   * was not needed for minutes.
   */
  look(atMs: number, busyMs: ReadonlyMap<number, number>): Need {
    while (this.#looks.length > 1 && atMs - this.#looks[1].atMs >= LONGEST_MS) this.#looks.shift();
    this.#looks.push({ atMs, busyMs });
    if (LIMITS.some(({ forMs, share }) => this.#areAllBusy(forMs, share))) {
      this.#calmSinceMs = undefined;
      return "more";
    }
    if (!this.#isOneTooMany()) {
      this.#calmSinceMs = undefined;
      return null;
    }
    this.#calmSinceMs ??= atMs;
    if (atMs - this.#calmSinceMs < this.#calmMs) return null;
    this.#calmSinceMs = undefined;
    this.#lastLessMs = atMs;
    return "less";
  }

  /** Another one was started: if one was ended not long ago, that was a mistake. */
  grown(atMs: number): void {
    const wasSoon = atMs - this.#lastLessMs < 2 * this.#calmMs;
    this.#calmMs = wasSoon ? Math.min(MOST_CALM_MS, this.#calmMs * 2) : CALM_MS;
  }

  #areAllBusy(forMs: number, share: number): boolean {
    const spent = this.#spent(forMs);
    return spent !== null && spent.busyMs.length > 0 &&
      spent.busyMs.every((ms) => ms >= share * spent.forMs);
  }

  #isOneTooMany(): boolean {
    const spent = this.#spent(LONGEST_MS);
    if (!spent || spent.busyMs.length < 2) return false;
    const sum = spent.busyMs.reduce((all, ms) => all + ms, 0);
    return sum <= CALM_SHARE * (spent.busyMs.length - 1) * spent.forMs;
  }

  /** What each Worker has been in runs for in so many milliseconds; null if one is not so old. */
  #spent(forMs: number): { forMs: number; busyMs: number[] } | null {
    const now = this.#looks.at(-1)!;
    const first = this.#looks.findLast((look) => now.atMs - look.atMs >= forMs);
    if (!first) return null;
    const busyMs: number[] = [];
    for (const [worker, ms] of now.busyMs) {
      const before = first.busyMs.get(worker);
      if (before === undefined) return null;
      busyMs.push((ms - before) | 0);
    }
    return { forMs: now.atMs - first.atMs, busyMs };
  }
}
