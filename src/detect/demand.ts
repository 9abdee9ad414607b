/** Workers are too few if each is in runs for this share of so many milliseconds. */
const LIMITS = [
  // Never idle: frames wait already, and soon load control would step in.
  { forMs: 1000, share: 0.95 },
  // Frames that come two at once wait for one another.
  { forMs: 5000, share: 0.8 },
];

interface Look {
  atMs: number;
  busyMs: ReadonlyMap<number, number>;
}

/** Tells when the inference Workers that there are do not suffice. */
export class Demand {
  readonly #looks: Look[] = [];

  /**
   * Looks at how long each Worker has been in runs.
   *
   * @param busyMs By Worker, in milliseconds since it began; may wrap around at 32 bits.
   * @returns Whether each of them has been busy for too much of the last seconds.
   */
  look(atMs: number, busyMs: ReadonlyMap<number, number>): boolean {
    const longestMs = Math.max(...LIMITS.map(({ forMs }) => forMs));
    while (this.#looks.length > 1 && atMs - this.#looks[1].atMs >= longestMs) this.#looks.shift();
    this.#looks.push({ atMs, busyMs });
    return LIMITS.some(({ forMs, share }) => {
      const first = this.#looks.findLast((look) => atMs - look.atMs >= forMs);
      return first !== undefined && busyMs.size > 0 && [...busyMs].every(([worker, ms]) => {
        const before = first.busyMs.get(worker);
        return before !== undefined && ((ms - before) | 0) >= share * (atMs - first.atMs);
      });
    });
  }
}
