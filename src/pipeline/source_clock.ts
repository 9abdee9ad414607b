/** No camera's pictures are so near: the decoder gives such times to those that lie before the newest, in microseconds. */
const NO_STEP_US = 50;
/** So many of them in a row, and the source's clock was set back: two may be a picture that came twice. */
const MOST_WITHOUT_STEP = 2;
/** A source that is silent for so long is given up: a longer step is none, in microseconds. */
const LONGEST_SILENCE_US = 5_000_000;

/**
 * One connection's time as it passes, whatever becomes of the camera's own clock: a camera that is set back by an
 * hour, as it learns the time, or that sends one wild time, would have its time stand still for as long, and whatever
 * is measured in it: how long a lost plate is held, and how old a picture is.
 */
export class SourceClock {
  #last: { timeUs: number; nowMs: number } | undefined;
  #withoutStep = 0;
  #steadyUs = 0;

  /**
   * @param now Monotonic milliseconds.
   * @param longestUs A step that is longer by so much than what has passed by `now` is none.
   */
  constructor(
    private readonly now: () => number = () => performance.now(),
    private readonly longestUs = LONGEST_SILENCE_US,
  ) {}

  /**
   * For a file's pictures, which have no time but their own: those that have none to speak of come at the file's
   * rate. Between two of them may lie any time.
   */
  static ofFile(fps: number): SourceClock {
    let pictures = 0;
    return new SourceClock(() => pictures++ * 1000 / fps, Infinity);
  }

  /**
   * Time of the picture that has just come, in microseconds: the source's own steps, or those of its arrival
   * where its own mean nothing. Never less than the one before.
   *
   * @param timeUs Its presentation time on the source's clock, in microseconds.
   */
  steady(timeUs: number): number {
    const nowMs = this.now();
    if (this.#last) {
      const stepUs = timeUs - this.#last.timeUs;
      const passedUs = Math.round((nowMs - this.#last.nowMs) * 1000);
      this.#withoutStep = stepUs < NO_STEP_US ? this.#withoutStep + 1 : 0;
      const meansNothing = this.#withoutStep > MOST_WITHOUT_STEP ||
        stepUs > passedUs + this.longestUs;
      this.#steadyUs += meansNothing ? passedUs : Math.max(0, stepUs);
    } else {
      this.#steadyUs = timeUs;
    }
    this.#last = { timeUs, nowMs };
    return this.#steadyUs;
  }
}
