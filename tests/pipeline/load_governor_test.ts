import assert from "node:assert/strict";
import type { DetectorSize } from "../../src/detect/profile.ts";
import { PackedLayout } from "../../src/frame/packed_layout.ts";
import { LoadGovernor } from "../../src/pipeline/load_governor.ts";

function governor(layout = new PackedLayout(1280, 720, 640, 352)) {
  const sizes: DetectorSize[] = [], words: string[] = [];
  const load = new LoadGovernor(
    { longSide: 640, longSides: [512, 640, 960] },
    { shrink: (size) => sizes.push(size) },
    (said) => words.push(said),
  );
  load.begin(layout, 1, true);
  let arrived = 0, late = 0, covered = 0;
  const seconds = (count: number, lateEach: number, coveredEach = 0) => {
    for (let i = 0; i < count; i++) {
      load.second(arrived += 30, late += lateEach, covered += coveredEach);
    }
  };
  return {
    load,
    sizes,
    words,
    seconds,
    /** Too many frames are late until a step is reached; cameras take different times for it. */
    overload(step: number, lateEach = 6, coveredEach = 0) {
      for (let i = 0; load.step < step && i < 60; i++) seconds(1, lateEach, coveredEach);
    },
  };
}

Deno.test("under load the detector's picture becomes smaller, then frames are left out, counted", () => {
  const { load, sizes, words, seconds, overload } = governor();
  assert.equal(load.profile, "640x352");
  overload(1);
  assert.equal(load.skippedFps, 6);
  assert.deepEqual([load.step, load.profile], [1, "512x288"]);
  assert.deepEqual(sizes.at(-1), { width: 512, height: 288 });
  assert.match(words[0], /came late: every frame at 512x288 \(step 1 of 6\)/);
  assert.deepEqual([load.admits(0), load.admits(0)], [true, true]);

  overload(2);
  assert.match(words[1], /one frame of 2 at 512x288/);
  const admitted = Array.from({ length: 30 }, () => load.admits(0)).filter(Boolean).length;
  assert.deepEqual([admitted, load.leftOut], [15, 15]);
  seconds(1, 0);
  assert.equal(load.skippedFps, 15);
});

Deno.test("once there is time again every frame is looked at, in its full size", () => {
  const { load, sizes, words, seconds, overload } = governor();
  overload(2);
  seconds(60, 0);
  assert.deepEqual([load.step, load.profile], [0, "640x352"]);
  assert.deepEqual(sizes.at(-1), { width: 640, height: 352 });
  assert.match(words.at(-1)!, /time again: every frame at 640x352/);
});

Deno.test("a picture that is smaller than a profile stays as it is", () => {
  const { load, overload } = governor(new PackedLayout(320, 192, 320, 192));
  overload(1);
  assert.equal(load.profile, "320x192");
});

Deno.test("frames that are covered for want of an answer count as load, but are not skipped", () => {
  const { load, overload } = governor();
  overload(1, 0, 10);
  assert.deepEqual([load.step, load.skippedFps], [1, 0]);
});

Deno.test("the last steps are the decoder's, and what it leaves out is counted", () => {
  const { load, seconds, overload } = governor();
  overload(4);
  assert.deepEqual([load.step, load.early], [4, 1]);
  overload(5);
  assert.deepEqual([load.step, load.early], [5, 6]);
  // The decoder that runs hands over all of them still.
  const before = load.leftOut;
  assert.deepEqual([load.admits(0), load.admits(0), load.leftOut], [true, true, before]);
  load.begin(new PackedLayout(1280, 720, 640, 352), load.early, true);
  assert.deepEqual([load.admits(0), load.admits(0), load.leftOut], [true, true, before + 10]);
  seconds(32, 0);
  assert.equal(load.early, 1);
});

/** A source of 30 fps whose pictures come at another pace, second by second. */
function falling(paces: number[]): { steps: number[]; words: string[] } {
  const words: string[] = [], steps: number[] = [];
  let nowMs = 0, timeMs = 0, arrived = 0;
  const load = new LoadGovernor(
    { longSide: 640, longSides: [512, 640, 960] },
    { shrink: () => {} },
    (said) => words.push(said),
    () => nowMs,
  );
  load.begin(new PackedLayout(1280, 720, 640, 352));
  for (const pace of paces) {
    for (let i = 0; i < 30; i++) {
      nowMs += 1000 / 30;
      timeMs += pace * 1000 / 30;
      load.admits(timeMs * 1000);
      arrived++;
    }
    load.second(arrived, 0, 0);
    steps.push(load.step);
  }
  return { steps, words };
}

Deno.test("a source whose pictures come later and later is load, though none is dropped late", () => {
  const { steps, words } = falling([
    1,
    1,
    .9,
    .7,
    .5,
    .6,
    .8,
    .7,
    .6,
    .9,
    .5,
    .7,
    ...Array(30).fill(.75),
  ]);
  assert.equal(steps[1], 0);
  assert.ok(steps[11] >= 1 && steps[27] > steps[11], steps.join());
  assert.match(words[0], /later and later: every frame at 512x288/);
});

Deno.test("one whose clock is slow by itself is not load in the end", () => {
  const { steps } = falling(Array(400).fill(.8));
  assert.ok(Math.max(...steps) <= 4, steps.join());
  assert.equal(steps.at(-1), 0, steps.join());
});

Deno.test("a frame that waited somewhere on its way is left out, and does not count as load", () => {
  const { load, seconds } = governor();
  load.begin(new PackedLayout(1280, 720, 640, 352));
  const nowUs = performance.now() * 1000;
  assert.equal(load.admits(nowUs), true);
  assert.deepEqual([load.admits(nowUs - 5e6), load.leftOut], [false, 1]);
  assert.equal(load.admits(nowUs), true);
  seconds(1, 0);
  assert.deepEqual([load.skippedFps, load.step], [1, 0]);
});
