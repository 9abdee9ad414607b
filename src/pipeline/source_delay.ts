/** How much slower than ours a source's clock may run without being late, as a share. */
const CLOCK_DRIFT = 0.001;

/** A source's pictures in one second. */
export interface DelaySecond {
  /** How much later its newest picture came than its quickest, in milliseconds. */
  delayMs: number;
  /** Seconds of the source that came in one of ours; its own pace is 1. */
  pace: number;
}

/**
 * How far the pictures of a source have fallen behind their own times: a decoder that does not get
 * enough of the processor lets them wait in front of it, where nobody drops them.
 */
export class SourceDelay {
  #nowMs: number | undefined;
  #timeMs = 0;
  /** Arrival less presentation time, of the newest picture and of the quickest one, from a zero of its own. */
  #lateMs = 0;
  #leastMs = 0;
  /** Seconds of the source's clock in one of ours. */
  #ownPace = 1;
  #second = { nowMs: 0, timeMs: 0 };

  /** @param now Monotonic milliseconds. */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** A picture has come. @param timeUs Its presentation time on the source's clock, in microseconds. */
  came(timeUs: number): void {
    const nowMs = this.now(), timeMs = timeUs / 1000;
    // A clock that is set back tells nothing of the time before.
    if (this.#nowMs === undefined || timeMs < this.#timeMs) {
      this.#lateMs = this.#leastMs = 0;
      this.#second = { nowMs, timeMs };
    } else {
      const passedMs = nowMs - this.#nowMs;
      this.#lateMs += passedMs - (timeMs - this.#timeMs) / this.#ownPace;
      this.#leastMs = Math.min(this.#lateMs, this.#leastMs + passedMs * CLOCK_DRIFT);
    }
    this.#nowMs = nowMs;
    this.#timeMs = timeMs;
  }

  /** How much later the newest picture came than the quickest, in milliseconds. */
  get delayMs(): number {
    return this.#lateMs - this.#leastMs;
  }

  /** The time since the last call; null if no picture came in it. */
  second(): DelaySecond | null {
    const { nowMs, timeMs } = this.#second;
    const passedMs = (this.#nowMs ?? nowMs) - nowMs;
    if (passedMs <= 0) return null;
    this.#second = { nowMs: this.#nowMs!, timeMs: this.#timeMs };
    return { delayMs: this.delayMs, pace: (this.#timeMs - timeMs) / passedMs / this.#ownPace };
  }

  /** It is not late: this is the pace of its clock. @param pace as {@linkcode second} tells it */
  takeAsItIs(pace: number): void {
    this.#ownPace *= pace;
    this.#leastMs = this.#lateMs;
  }
}
