/** Slow networks are run less often: a row takes this long, in milliseconds. */
const LONGEST_MS = 10_000;
const FEWEST_RUNS = 5;

/** Runs something once to warm up and then `runs` times; the median of its milliseconds. */
export async function medianMs(run: () => Promise<unknown>, runs: number): Promise<number> {
  await run();
  const times: number[] = [];
  const began = performance.now();
  while (times.length < runs) {
    const from = performance.now();
    await run();
    times.push(performance.now() - from);
    if (times.length >= FEWEST_RUNS && performance.now() - began > LONGEST_MS) break;
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
}
