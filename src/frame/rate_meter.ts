/** Counts events and gives their rate over the last few seconds. */
export class RateMeter {
  /** Events since the start. */
  total = 0;
  #times: number[] = [];

  /** @param windowMs Length of the window in milliseconds. */
  constructor(
    readonly windowMs = 3000,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Notes an event, or several of one moment. */
  tick(count = 1): void {
    this.total += count;
    const now = this.now();
    for (let i = 0; i < count; i++) this.#times.push(now);
    if (this.#times.length > 4096) this.#times.splice(0, 2048);
  }

  /** Events per second over the window (shorter while it fills), to a tenth; 0 when none came. */
  perSecond(): number {
    const now = this.now();
    const start = now - this.windowMs;
    const fresh = this.#times.findIndex((time) => time >= start);
    this.#times.splice(0, fresh < 0 ? this.#times.length : fresh);
    const count = this.#times.length;
    if (count < 2) return 0;
    const first = this.#times[0], last = this.#times[count - 1];
    const gapMs = (last - first) / (count - 1);
    // A steady stream gives whole gaps; one that has paused longer than a gap falls with time.
    const spanMs = Math.max(last - first, now - first - gapMs, 1);
    return Math.round(((count - 1) / spanMs) * 10_000) / 10;
  }
}
