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
  load.begin(layout, true);
  let arrived = 0, late = 0, covered = 0;
  return {
    load,
    sizes,
    words,
    seconds(count: number, lateEach: number, coveredEach = 0) {
      for (let i = 0; i < count; i++) {
        load.second(arrived += 30, late += lateEach, covered += coveredEach);
      }
    },
  };
}

Deno.test("under load the detector's picture becomes smaller, then frames are left out, counted", () => {
  const { load, sizes, words, seconds } = governor();
  assert.equal(load.profile, "640x352");
  seconds(3, 6);
  assert.equal(load.skippedFps, 6);
  assert.deepEqual([load.step, load.profile], [1, "512x288"]);
  assert.deepEqual(sizes.at(-1), { width: 512, height: 288 });
  assert.match(words[0], /came late: every frame at 512x288 \(step 1 of 4\)/);
  assert.deepEqual([load.admits(0), load.admits(0)], [true, true]);

  seconds(3, 6);
  assert.match(words[1], /one frame of 2 at 512x288/);
  const admitted = Array.from({ length: 30 }, () => load.admits(0)).filter(Boolean).length;
  assert.deepEqual([admitted, load.leftOut], [15, 15]);
  seconds(1, 0);
  assert.equal(load.skippedFps, 15);
});

Deno.test("once there is time again every frame is looked at, in its full size", () => {
  const { load, sizes, words, seconds } = governor();
  seconds(6, 6);
  seconds(40, 0);
  assert.deepEqual([load.step, load.profile], [0, "640x352"]);
  assert.deepEqual(sizes.at(-1), { width: 640, height: 352 });
  assert.match(words.at(-1)!, /time again: every frame at 640x352/);
});

Deno.test("a picture that is smaller than a profile stays as it is", () => {
  const { load, seconds } = governor(new PackedLayout(320, 192, 320, 192));
  seconds(3, 6);
  assert.equal(load.profile, "320x192");
});

Deno.test("frames that are covered for want of an answer count as load, but are not skipped", () => {
  const { load, seconds } = governor();
  seconds(3, 0, 10);
  assert.deepEqual([load.step, load.skippedFps], [1, 0]);
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
