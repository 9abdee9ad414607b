import assert from "node:assert/strict";
import { LoadControl, loadSteps } from "../../src/pipeline/load_control.ts";
import type { Delay } from "../../src/pipeline/source_delay.ts";

const FPS = 30;

/** Seconds in which so many of 30 frames were late; gives the step after each. */
function run(control: LoadControl, seconds: number, late: number): number[] {
  return Array.from({ length: seconds }, () => control.second(FPS, late));
}

Deno.test("a camera steps down by the detector's picture first, then by frames", () => {
  assert.deepEqual(loadSteps(960, [512, 640, 960]), [
    { longSide: 960, every: 1, early: false },
    { longSide: 640, every: 1, early: false },
    { longSide: 512, every: 1, early: false },
    { longSide: 512, every: 2, early: false },
    { longSide: 512, every: 3, early: false },
    { longSide: 512, every: 4, early: false },
    { longSide: 512, every: 6, early: true },
    { longSide: 512, every: 10, early: true },
  ]);
  assert.deepEqual(loadSteps(512, [512, 640])[1], { longSide: 512, every: 2, early: false });
});

Deno.test("three seconds of too many late frames take one step, and no more than there are", () => {
  const control = new LoadControl(3, () => 0);
  assert.deepEqual(run(control, 3, 5), [0, 0, 1]);
  assert.deepEqual(run(control, 3, 5), [1, 1, 2]);
  assert.deepEqual(run(control, 9, 30), Array(9).fill(2));
});

Deno.test("a hiccup takes no step", () => {
  const control = new LoadControl(3, () => 0);
  for (let i = 0; i < 20; i++) {
    run(control, 2, 10);
    run(control, 2, 0);
  }
  assert.equal(control.step, 0);
  // One frame of thirty is under 5 %.
  run(control, 100, 1);
  assert.equal(control.step, 0);
});

Deno.test("a step is taken back after 20 s without a late frame, not before", () => {
  const control = new LoadControl(3, () => 0);
  run(control, 3, 5);
  // One that could go further down waits a little longer than one that could not.
  assert.equal(run(control, 22, 0).at(-1), 1);
  assert.equal(run(control, 1, 0).at(-1), 0);
});

Deno.test("a camera that falls behind steps down, and up again only once it has caught up", () => {
  const control = new LoadControl(3, () => 0);
  const seconds = (count: number, delay: Delay) =>
    Array.from({ length: count }, () => control.second(FPS, 0, delay)).at(-1);
  assert.equal(seconds(2, "grows"), 0);
  assert.equal(seconds(1, "grows"), 1);
  assert.equal(seconds(100, "lasts"), 1);
  assert.equal(seconds(23, "none"), 0);
});

Deno.test("late frames, few as they are, put the way back up off", () => {
  const control = new LoadControl(3, () => 0);
  run(control, 3, 5);
  for (let i = 0; i < 10; i++) {
    run(control, 15, 0);
    run(control, 1, 1);
  }
  assert.equal(control.step, 1);
});

Deno.test("a machine at its limit tries less and less often, up to ten minutes", () => {
  const control = new LoadControl(2, () => 0);
  const waits: number[] = [];
  for (let round = 0; round < 8; round++) {
    run(control, 3, 10);
    assert.equal(control.step, 1);
    let seconds = 0;
    while (control.step === 1) {
      control.second(FPS, 0);
      seconds++;
    }
    waits.push(seconds);
  }
  assert.deepEqual(waits, [20, 40, 80, 160, 320, 600, 600, 600]);
  // Once a step up has held for a minute, the wait is short again.
  run(control, 60, 0);
  run(control, 3, 10);
  assert.deepEqual([run(control, 19, 0).at(-1), run(control, 1, 0).at(-1)], [1, 0]);
});

Deno.test("a camera that sends nothing is not taken for one with time to spare", () => {
  const control = new LoadControl(2, () => 0);
  run(control, 3, 10);
  for (let i = 0; i < 100; i++) control.second(0, 0);
  assert.equal(control.step, 1);
});

/** Cameras that are late together as soon as one machine has too much to do; the mean of each, once it has settled. */
function share(cameras: number, costs: number[], capacity: number, seed: number): number[] {
  const random = () => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
  const controls = Array.from({ length: cameras }, () => new LoadControl(costs.length, random));
  const sums = controls.map(() => 0), from = 60, to = 660;
  for (let second = 0; second < to; second++) {
    const wanted = controls.reduce((sum, { step }) => sum + costs[step], 0);
    const late = Math.round(FPS * Math.max(0, 1 - capacity / wanted));
    for (const [i, control] of controls.entries()) {
      control.second(FPS, late);
      if (second >= from) sums[i] += control.step;
    }
  }
  return sums.map((sum) => sum / (to - from));
}

Deno.test("cameras of one machine step down no further than it needs, and share what it bears", () => {
  const costs = [1000, 800, 500, 400, 330, 170, 120];
  for (let seed = 1; seed <= 20; seed++) {
    for (
      const [cameras, capacity, fewest] of [[2, 1900, 0.5], [3, 1900, 5 / 3], [4, 1900, 2.25]]
    ) {
      const steps = share(cameras, costs, capacity, seed);
      const mean = steps.reduce((sum, step) => sum + step, 0) / cameras;
      const said = `${cameras} cameras: ${steps}`;
      assert.ok(mean > fewest - 0.2 && mean < fewest + 0.6, said);
      assert.ok(Math.max(...steps) - Math.min(...steps) < 1.8, said);
    }
  }
});
