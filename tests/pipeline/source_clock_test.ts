import assert from "node:assert/strict";
import { Backlog } from "../../src/pipeline/backlog.ts";
import { OutputClock } from "../../src/pipeline/output_clock.ts";
import { SourceClock } from "../../src/pipeline/source_clock.ts";
import { add, FakeDetector, fakeLine, isBare, plateSeen, settle } from "./fake_line.ts";

const FRAME_MS = 40;

/** A camera of 25 fps whose pictures come at their own pace, with times that a test says; steady times of them. */
function camera() {
  const now = { ms: 5000 };
  const clock = new SourceClock(() => now.ms);
  return {
    now,
    come: (timesUs: number[], everyMs = FRAME_MS) =>
      timesUs.map((timeUs) => {
        now.ms += everyMs;
        return clock.steady(timeUs);
      }),
  };
}

const frames = (count: number, fromUs = 0, stepUs = FRAME_MS * 1000) =>
  Array.from({ length: count }, (_, i) => fromUs + i * stepUs);
const steps = (times: number[]) => times.slice(1).map((time, i) => time - times[i]);

Deno.test("a source's own times are left as they are, whenever its pictures come", () => {
  const { come, now } = camera();
  const own = [...frames(50, 7_000_000), ...frames(20, 9_000_000, 13_000)];
  assert.deepEqual(come(own), own);
  // It stands still, and comes in a rush.
  now.ms += 4000;
  const rush = frames(100, own.at(-1)! + 40_000);
  assert.deepEqual(come(rush, 3), rush);
  // A picture that comes twice.
  const twice = [rush.at(-1)! + 40_000, rush.at(-1)! + 40_001, rush.at(-1)! + 80_000];
  assert.deepEqual(come(twice), twice);
  // It sends nothing for four seconds.
  now.ms += 4000;
  const later = frames(3, twice.at(-1)! + 4_040_000);
  assert.deepEqual(come(later), later);
});

Deno.test("a source that is set back goes on as its pictures come", () => {
  const { come } = camera();
  come(frames(25));
  // What ffmpeg gives for times before the newest.
  const after = come(frames(90_000, 960_001, 1));
  assert.ok(steps(after).slice(3).every((step) => step === 40_000));
  // An hour later it has caught up.
  const again = come(frames(10, 961_000_000));
  assert.ok(steps([after.at(-1)!, ...again]).every((step) => step === 40_000));
});

Deno.test("a source that is set forward, by seconds or by years, takes no longer than its pictures do", () => {
  for (const jumpUs of [8e6, 3.6e9, 6.3e14]) {
    const { come } = camera();
    const times = come([...frames(25), ...frames(25, 1_000_000 + jumpUs)]);
    assert.ok(steps(times).every((step) => step === 40_000), `${jumpUs}`);
  }
});

Deno.test("pictures of a source that is set back are neither taken for old nor out of step with time", () => {
  const { come, now } = camera();
  const backlog = new Backlog(() => now.ms), output = new OutputClock(() => now.ms);
  const out: number[] = [];
  let old = 0;
  for (const timeUs of [...frames(100), ...frames(1000, 3_960_001, 1)]) {
    const [steadyUs] = come([timeUs]);
    if (backlog.isOld(steadyUs)) old++;
    out.push(output.fromSource(steadyUs));
  }
  assert.equal(old, 0);
  assert.ok(steps(out).slice(104).every((step) => step === 40_000));
});

Deno.test("a lost plate is held as long, and let go as soon, when the source was set back", async () => {
  const { come } = camera();
  const detector = new FakeDetector((call) => Promise.resolve(call < 40 ? [plateSeen()] : []));
  const { line, left } = fakeLine(detector);
  for (const timeUs of [...frames(20), ...frames(40, 760_001, 1)]) {
    await add(line, timeUs, come([timeUs])[0]);
    await settle();
  }
  // 300 ms here: seven frames.
  assert.equal(left.map(isBare).indexOf(true), 47);
});
