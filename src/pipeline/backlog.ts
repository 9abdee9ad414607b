/** Pictures that come so much later than their source's quickest are old, in milliseconds. */
const OLD_MS = 500;
/** A queue that drains does so faster than time: by this factor, seen over this time in milliseconds. */
const DRAIN_FACTOR = 1.5, DRAIN_MS = 300;
/** How much slower than ours a source's clock may run: what is late by that alone is not old. */
const CLOCK_DRIFT = 0.001;

/**
 * Tells pictures that have waited somewhere between the camera and here: in a socket, in a pipe, in the
 * camera, while a machine or a network stood still. Once it goes on they come in a rush, and whoever
 * shows them all shows the past, and has a clock that runs ahead afterwards.
 */
export class Backlog {
  /** Arrival less presentation time of the quickest picture, in milliseconds. */
  #quickestMs: number | undefined;
  #lastMs = 0;
  /** The first old picture of those that came last without a break. */
  #since: { nowMs: number; timeMs: number } | undefined;

  /** @param now Monotonic milliseconds. */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /**
   * Whether the picture that has just come is old. A source whose clock jumps, or that is slower from now
   * on, is taken as it is after a moment.
   *
   * @param timeUs Its presentation time on the source's clock, in microseconds.
   */
  isOld(timeUs: number): boolean {
    const nowMs = this.now(), timeMs = timeUs / 1000, lateMs = nowMs - timeMs;
    const quickestMs = this.#quickestMs ?? lateMs;
    const crept = quickestMs + (nowMs - this.#lastMs) * CLOCK_DRIFT;
    this.#quickestMs = this.#quickestMs === undefined ? lateMs : Math.min(lateMs, crept);
    this.#lastMs = nowMs;
    if (lateMs - this.#quickestMs < OLD_MS) {
      this.#since = undefined;
      return false;
    }
    const since = this.#since ??= { nowMs, timeMs };
    const passedMs = nowMs - since.nowMs;
    if (passedMs < DRAIN_MS || timeMs - since.timeMs >= passedMs * DRAIN_FACTOR) return true;
    this.#quickestMs = lateMs;
    this.#since = undefined;
    return false;
  }
}
