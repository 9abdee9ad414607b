/** How much slower than ours a source's clock may run without being late, as a share. */
const CLOCK_DRIFT = 0.001;
/** A delay that a network makes as well, in milliseconds. */
const USUAL_DELAY_MS = 500;
/** At less than this share of its own pace a source falls behind. */
const FALLING_PACE = 0.95;
/** Two steps after which it falls behind as before, to within this share, have told that load is not the cause. */
const SAME_PACE = 0.02, SAME_PACES = 2;

/** How the pictures of a source wait before they come to us. */
export type Delay = "none" | "lasts" | "grows";

/**
 * How far the pictures of a source have fallen behind their own times: a decoder that does not get
 * enough of the processor lets them wait in front of it, where nobody drops them. A source whose clock is slow by itself looks
 * the same, but for this: it falls behind at the same pace, whatever is left out of its pictures.
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
  /** Its paces while it fell behind, since the last step down; their mean before that step. */
  #paces: number[] = [];
  #paceBefore = NaN;
  #samePaces = 0;

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

  /** To be called once a second: how its pictures came in the one that has passed. */
  second(): Delay {
    const { nowMs, timeMs } = this.#second;
    const passedMs = (this.#nowMs ?? nowMs) - nowMs;
    if (passedMs <= 0) return "none";
    this.#second = { nowMs: this.#nowMs!, timeMs: this.#timeMs };
    if (this.delayMs < USUAL_DELAY_MS) return "none";
    const pace = (this.#timeMs - timeMs) / passedMs / this.#ownPace;
    if (pace > FALLING_PACE) return "lasts";
    this.#paces.push(pace);
    return "grows";
  }

  /** Less is made of its pictures from now on. If that helped as little as the times before, its pace is its own. */
  steppedDown(): void {
    const pace = this.#paces.reduce((sum, each) => sum + each, 0) / this.#paces.length;
    const isSame = Math.abs(pace / this.#paceBefore - 1) < SAME_PACE;
    this.#samePaces = isSame ? this.#samePaces + 1 : 0;
    this.#paceBefore = pace;
    this.#paces = [];
    if (this.#samePaces < SAME_PACES) return;
    this.#ownPace *= pace;
    this.#leastMs = this.#lateMs;
    this.#samePaces = 0;
    this.#paceBefore = NaN;
  }
}
