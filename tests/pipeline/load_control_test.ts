import assert from "node:assert/strict";
import { type Delay, LoadControl, loadSteps } from "../../src/pipeline/load_control.ts";

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
  const control = new LoadControl(3);
  assert.deepEqual(run(control, 3, 5), [0, 0, 1]);
  assert.deepEqual(run(control, 3, 5), [1, 1, 2]);
  assert.deepEqual(run(control, 9, 30), Array(9).fill(2));
});

Deno.test("a hiccup takes no step", () => {
  const control = new LoadControl(3);
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
  const control = new LoadControl(3);
  run(control, 3, 5);
  assert.equal(run(control, 19, 0).at(-1), 1);
  assert.equal(run(control, 1, 0).at(-1), 0);
});

Deno.test("a camera that falls behind steps down, and up again only once it has caught up", () => {
  const control = new LoadControl(3);
  const seconds = (count: number, delay: Delay) =>
    Array.from({ length: count }, () => control.second(FPS, 0, delay)).at(-1);
  assert.equal(seconds(2, "grows"), 0);
  assert.equal(seconds(1, "grows"), 1);
  assert.equal(seconds(100, "lasts"), 1);
  assert.equal(seconds(20, "none"), 0);
});

Deno.test("late frames, few as they are, put the way back up off", () => {
  const control = new LoadControl(3);
  run(control, 3, 5);
  for (let i = 0; i < 10; i++) {
    run(control, 15, 0);
    run(control, 1, 1);
  }
  assert.equal(control.step, 1);
});

Deno.test("a machine at its limit tries less and less often, up to ten minutes", () => {
  const control = new LoadControl(2);
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
  const control = new LoadControl(2);
  run(control, 3, 10);
  for (let i = 0; i < 100; i++) control.second(0, 0);
  assert.equal(control.step, 1);
});
