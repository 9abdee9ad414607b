/** How far a source's clock may run from ours before it is set anew, in microseconds. */
const MOST_DRIFT_US = 1_500_000;
/** Least distance of two pictures, in microseconds. */
const LEAST_STEP_US = 1000;

/**
 * One camera's output time: it starts near 0, always grows, keeps the source's own spacing, and
 * never runs away from the wall clock, over outages, loops and drifting camera clocks.
 */
export class OutputClock {
  #offsetUs: number | undefined;
  #lastUs = -LEAST_STEP_US;
  readonly #startMs: number;

  /** @param now Monotonic milliseconds. */
  constructor(private readonly now: () => number = () => performance.now()) {
    this.#startMs = now();
  }

  /** Output time for a source's picture, in microseconds. */
  fromSource(timeUs: number): number {
    const wallUs = (this.now() - this.#startMs) * 1000;
    if (
      this.#offsetUs === undefined || Math.abs(timeUs + this.#offsetUs - wallUs) > MOST_DRIFT_US
    ) {
      this.#offsetUs = wallUs - timeUs;
    }
    return this.#after(timeUs + this.#offsetUs);
  }

  /** Output time for a picture of our own, such as a card: now. */
  fromWall(): number {
    return this.#after((this.now() - this.#startMs) * 1000);
  }

  /** To be called when the source is opened anew: its clock starts anew too. */
  newSource(): void {
    this.#offsetUs = undefined;
  }

  #after(timeUs: number): number {
    this.#lastUs = Math.round(Math.max(timeUs, this.#lastUs + LEAST_STEP_US));
    return this.#lastUs;
  }
}
