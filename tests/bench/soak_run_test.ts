import assert from "node:assert/strict";
import { growth, type SoakSample } from "../../scripts/bench/soak_run.ts";

function samples(minutes: number, mb: (minute: number) => number): SoakSample[] {
  return Array.from({ length: minutes * 6 }, (_, i) => {
    const seconds = (i + 1) * 10;
    return { seconds, mb: { all: mb(seconds / 60), service: 100 } };
  });
}

Deno.test("growth compares minutes 2 to 4 with the last two", () => {
  const figures = growth(samples(20, (minute) => minute <= 2 ? 900 : minute <= 4 ? 300 : 330));
  assert.deepEqual(
    [figures["all MB at first"], figures["all MB at last"], Math.round(figures["all growth %"])],
    [300, 330, 10],
  );
  assert.equal(figures["service growth %"], 0);
});

Deno.test("growth of a short run compares its thirds, and one peak does not count", () => {
  const figures = growth(samples(3, (minute) => minute === 3 ? 5000 : minute <= 1.5 ? 200 : 210));
  assert.equal(Math.round(figures["all growth %"]), 5);
});
