/** RTP timestamps of H.264 tick at 90 kHz (RFC 6184, section 8.2.1). */
export const RTP_CLOCK_HZ = 90_000;

/**
 * Ticks between two pictures that are sent to catch up. Small, so that a receiver shows them as fast
 * as it decodes them instead of replaying the past second at its own pace, and stays late by it.
 */
const CATCH_UP_TICKS = 90;

/** What is longer is no distance of two pictures but a hole, in microseconds. */
const HOLE_US = 1e6;

/**
 * Gives RTP timestamps to the pictures of one viewer: live ones by the camera's output clock, and
 * those of a group that is sent to catch up squeezed together right before the next live one.
 * Timestamps grow strictly, whatever happens to the camera's clock.
 */
export class RtpClock {
  readonly #base: number;
  /** Last timestamp given, counted without wrapping. */
  #last = -Infinity;
  /** Added to the camera's ticks; moves when its clock jumped back. */
  #shift = 0;

  /** @param base timestamp at the camera's time 0; random by default, as RFC 3550 asks for */
  constructor(base: number = crypto.getRandomValues(new Uint32Array(1))[0]!) {
    this.#base = base;
  }

  /**
   * The timestamp of a live picture.
   *
   * @param timeUs its time on the camera's output clock in microseconds
   */
  live(timeUs: number): number {
    let ticks = ticksOf(timeUs) + this.#shift;
    if (ticks <= this.#last) {
      this.#shift += this.#last + 1 - ticks;
      ticks = this.#last + 1;
    }
    return this.#give(ticks);
  }

  /**
   * The timestamps of a group of pictures of which the newest is the newest live one, in the same
   * order. The first call of {@linkcode live} after this goes on after them.
   *
   * A camera that is silent is repeated as of now: a receiver whose last pictures seem to have been under way
   * for seconds holds back those that come after the silence by as much.
   *
   * @param timesUs times of the pictures on the camera's output clock in microseconds
   * @param silentUs time since the newest one came, in microseconds
   */
  catchUp(timesUs: readonly number[], silentUs = 0): number[] {
    const count = timesUs.length;
    if (count === 0) return [];
    const holeUs = silentUs > HOLE_US ? silentUs : 0;
    const newest = ticksOf(timesUs[count - 1]! + holeUs) + this.#shift;
    const start = newest - (count - 1) * CATCH_UP_TICKS;
    if (start > this.#last) {
      return timesUs.map((_, i) => this.#give(start + i * CATCH_UP_TICKS));
    }
    // The newest picture was sent before: these repeat it, in the time until the next one, which is
    // about as long as one picture lasts.
    const frameTicks = count > 1
      ? (ticksOf(timesUs[count - 1]!) - ticksOf(timesUs[0]!)) / (count - 1)
      : CATCH_UP_TICKS;
    const step = Math.max(1, Math.min(CATCH_UP_TICKS, Math.floor(frameTicks / (count + 1))));
    return timesUs.map(() => this.#give(this.#last + step));
  }

  #give(ticks: number): number {
    this.#last = ticks;
    return (((this.#base + ticks) % 2 ** 32) + 2 ** 32) % 2 ** 32;
  }
}

function ticksOf(timeUs: number): number {
  return Math.round(timeUs * RTP_CLOCK_HZ / 1e6);
}
