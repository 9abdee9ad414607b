import assert from "node:assert/strict";
import { OutputClock } from "../../src/pipeline/output_clock.ts";

function clockAt() {
  const now = { ms: 5000 };
  return { now, clock: new OutputClock(() => now.ms) };
}

Deno.test("OutputClock keeps the source's own spacing", () => {
  const { now, clock } = clockAt();
  const times = [9_000_000, 9_040_000, 9_120_000].map((timeUs) => {
    now.ms += 37;
    return clock.fromSource(timeUs);
  });
  assert.deepEqual(times.map((time) => time - times[0]), [0, 40_000, 120_000]);
});

Deno.test("OutputClock always grows, over a source that starts anew", () => {
  const { now, clock } = clockAt();
  const first = clock.fromSource(0);
  now.ms += 10_000;
  const card = clock.fromWall();
  clock.newSource();
  const again = clock.fromSource(0);
  assert.ok(first < card && card < again);
  assert.ok(Math.abs(again - first - 10_000_000) < 5000);
});

Deno.test("OutputClock follows the wall clock when a source's clock runs away", () => {
  const { now, clock } = clockAt();
  clock.fromSource(0);
  now.ms += 1000;
  const time = clock.fromSource(60_000_000);
  assert.equal(time, 1_000_000);
});

Deno.test("OutputClock never repeats a time", () => {
  const { clock } = clockAt();
  const times = [5, 5, 4, 3].map((timeUs) => clock.fromSource(timeUs));
  assert.equal(new Set(times).size, 4);
  assert.deepEqual([...times].sort((a, b) => a - b), times);
});
