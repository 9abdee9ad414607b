import { addDuration, emptyHistogram } from "./histogram.ts";

/** The newest samples of a duration, with percentiles over them, and a histogram of all. */
export class RecentDurations {
  /** Every duration since the start. */
  readonly histogram = emptyHistogram();
  #samples: Float64Array;
  #count = 0;

  /** @param capacity How many samples are kept. */
  constructor(capacity = 300) {
    this.#samples = new Float64Array(capacity);
  }

  /** Adds a duration in milliseconds. */
  add(ms: number): void {
    this.#samples[this.#count++ % this.#samples.length] = ms;
    addDuration(this.histogram, ms);
  }

  /** The `share` (0..1) percentile in milliseconds, to a tenth; null without samples. */
  percentile(share: number): number | null {
    const used = Math.min(this.#count, this.#samples.length);
    if (used === 0) return null;
    const sorted = this.#samples.slice(0, used).sort();
    return Math.round(sorted[Math.min(used - 1, Math.floor(share * used))] * 10) / 10;
  }

  /** Median, 95th and 99th percentile. */
  summary(): { p50: number | null; p95: number | null; p99: number | null } {
    return { p50: this.percentile(0.5), p95: this.percentile(0.95), p99: this.percentile(0.99) };
  }
}
