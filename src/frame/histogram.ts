/** Upper bounds of the buckets, in seconds; one more bucket takes what is longer. */
export const BUCKETS_S: readonly number[] = [
  0.005,
  0.01,
  0.025,
  0.05,
  0.1,
  0.15,
  0.25,
  0.5,
  1,
  2.5,
  5,
];

/** How many durations fell into each bucket, and their sum. Only ever grows. */
export interface HistogramCounts {
  /** One count for each of {@linkcode BUCKETS_S}, and the last for longer ones; not cumulative. */
  buckets: number[];
  sumS: number;
}

/** A histogram that nothing has been added to. */
export function emptyHistogram(): HistogramCounts {
  return { buckets: new Array(BUCKETS_S.length + 1).fill(0), sumS: 0 };
}

/** Adds a duration in milliseconds. */
export function addDuration(histogram: HistogramCounts, ms: number): void {
  const seconds = ms / 1000;
  const bucket = BUCKETS_S.findIndex((bound) => seconds <= bound);
  histogram.buckets[bucket < 0 ? BUCKETS_S.length : bucket]++;
  histogram.sumS += seconds;
}

/** Both histograms as one. */
export function sumHistograms(a: HistogramCounts, b: HistogramCounts): HistogramCounts {
  return { buckets: a.buckets.map((count, i) => count + b.buckets[i]), sumS: a.sumS + b.sumS };
}
