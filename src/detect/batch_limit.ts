/** The most pictures in one run where it is left to us. */
const AUTO_MOST = 8;
/** Runs of a number that are looked at before the next larger one is tried, besides its first. */
const ENOUGH_RUNS = 3;
/** A larger number is kept if a picture takes at most this share of its time in the smaller one. */
const GAIN = 0.95;

/**
 * The most pictures that go into one run where the configuration does not say. A CPU gains nothing,
 * and TensorRT builds an engine for each number, for minutes.
 */
export function autoBatch(provider: string): number {
  return provider === "cpu" || provider === "tensorrt" ? 1 : AUTO_MOST;
}

/**
 * How many of the pictures that wait go into one run: 1, 2, 4 ... and `most` itself, as a GPU compiles
 * for each number and size. Where it learns, a number is used once the smaller one is known, and no
 * longer if it turns out to be no faster.
 */
export class BatchLimit {
  readonly #counts: number[] = [];
  /** By picture size and number of pictures: runs but the first, and the shortest time for a picture. */
  readonly #seen = new Map<string, { runs: number; bestMs: number }>();

  /**
   * @param most The most pictures in one run, 1 or more.
   * @param learns Whether larger numbers have to prove themselves.
   */
  constructor(readonly most: number, private readonly learns: boolean) {
    for (let count = 1; count < most; count *= 2) this.#counts.push(count);
    this.#counts.push(most);
  }

  /** How many of `waiting` pictures of a size go into the next run. */
  take(width: number, height: number, waiting: number): number {
    let taken = 1;
    for (const count of this.#counts) {
      if (count > waiting) break;
      if (count > 1 && this.learns && !this.#mayGain(width, height, taken, count)) break;
      taken = count;
    }
    return taken;
  }

  /** Whether there was no run of this many pictures of this size yet: a GPU compiles in it. */
  isFirst(width: number, height: number, count: number): boolean {
    return !this.#seen.has(key(width, height, count));
  }

  /** Tells how long a run took, in milliseconds. */
  took(width: number, height: number, count: number, ms: number): void {
    const seen = this.#seen.get(key(width, height, count));
    if (!seen) {
      this.#seen.set(key(width, height, count), { runs: 0, bestMs: Infinity });
      return;
    }
    seen.runs++;
    seen.bestMs = Math.min(seen.bestMs, ms / count);
  }

  #mayGain(width: number, height: number, smaller: number, larger: number): boolean {
    const known = this.#seen.get(key(width, height, smaller));
    if (!known || known.runs < ENOUGH_RUNS) return false;
    const tried = this.#seen.get(key(width, height, larger));
    return !tried || tried.runs < ENOUGH_RUNS || tried.bestMs <= known.bestMs * GAIN;
  }
}

function key(width: number, height: number, count: number): string {
  return `${count} of ${width}x${height}`;
}
