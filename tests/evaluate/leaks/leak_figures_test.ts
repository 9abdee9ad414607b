import assert from "node:assert/strict";
import { leakFigures, totalFigures } from "../../../src/evaluate/leaks/leak_figures.ts";
import { judge } from "../../../src/evaluate/leaks/judge.ts";
import { PlateLog } from "../../../src/evaluate/leaks/plate_log.ts";
import type { FrameMask } from "../../../src/mask/frame_mask.ts";
import { mask, truthOf } from "./clips.ts";

const BOX = { x: 50, y: 40, width: 40, height: 20 };
const PLATE: [string, number, number, number, number] = ["a", 50, 40, 40, 20];

/** Figures of a clip of 10 fps from each frame's masks; null: the frame never left. */
function run(truth: ReturnType<typeof truthOf>, frames: (FrameMask[] | null)[]) {
  const log = new PlateLog(truth);
  frames.forEach((masks, frame) => masks && log.add(frame * 100, masks));
  log.finish();
  return { log, figures: leakFigures(log, truth.fps) };
}

Deno.test("a plate leaks from less than 90 % of its area masked", () => {
  const truth = truthOf([[PLATE], [PLATE]]);
  const almost = { ...BOX, width: 36 }, less = { ...BOX, width: 35 };
  const { figures } = run(truth, [[mask(almost)], [mask(less)]]);
  assert.equal(figures.labelled, 2);
  assert.equal(figures.leaks, 1);
  assert.equal(figures.leakRate, 0.5);
  assert.equal(figures.byReason.boxTooSmall, 1);
});

Deno.test("two masks can hide a plate together", () => {
  const left = { ...BOX, width: 20 }, right = { ...BOX, x: 70, width: 20 };
  const { figures } = run(truthOf([[PLATE]]), [[mask(left), mask(right)]]);
  assert.equal(figures.leaks, 0);
});

Deno.test("leaks are told apart by reason", () => {
  const truth = truthOf([[PLATE], [PLATE], [PLATE], [PLATE], [PLATE]]);
  const { log, figures } = run(truth, [
    [],
    [mask(BOX)],
    [],
    null,
    [mask({ ...BOX, width: 10 }, "predicted", BOX)],
  ]);
  assert.deepEqual(judge(log.plates.get("a")!), [
    "beforeFirstDetection",
    "masked",
    "gap",
    "dropped",
    "boxTooSmall",
  ]);
  assert.equal(figures.leaks, 4);
  assert.equal(figures.frames, 4);
  assert.equal(figures.longestLeak, 3);
});

Deno.test("a plate that nothing was ever found on was never detected", () => {
  const elsewhere = mask({ x: 0, y: 0, width: 20, height: 10 });
  const { figures } = run(truthOf([[PLATE], [PLATE]]), [[elsewhere], [mask(BOX, "predicted")]]);
  assert.equal(figures.byReason.neverDetected, 1);
  assert.equal(figures.leaks, 1);
});

Deno.test("narrow plates and hidden ones are counted apart", () => {
  const truth = truthOf([[["a", 0, 0, 15.9, 5], ["b", 50, 0, 16, 5], ["c", 90, 0, 30, 9, 0.4]]]);
  const { figures } = run(truth, [[]]);
  assert.equal(figures.labelled, 1);
  assert.deepEqual(figures.apart, {
    small: { labelled: 1, leaks: 1 },
    hidden: { labelled: 1, leaks: 1 },
  });
});

Deno.test("plates count by the part of them that is inside the picture", () => {
  // 20 of 40 px are inside; the mask hides these.
  const { figures } = run(truthOf([[["a", 180, 40, 40, 20]]]), [
    [mask({ x: 178, y: 38, width: 22, height: 24 })],
  ]);
  assert.deepEqual([figures.labelled, figures.leaks], [1, 0]);
  assert.equal(figures.byWidth[0].labelled, 1);
});

Deno.test("leaks are counted by width, each bin from its lower bound", () => {
  const truth = truthOf([[["a", 0, 0, 16, 5], ["b", 0, 20, 24, 5], ["c", 0, 40, 39, 5]]]);
  const { figures } = run(truth, [[]]);
  const counts = figures.byWidth.map(({ fromPx, toPx, leaks }) => [fromPx, toPx, leaks]);
  assert.deepEqual(counts, [[16, 24, 1], [24, 40, 2], [40, 80, 0], [80, null, 0]]);
});

Deno.test("over-blur is the masked share of the picture outside of every labelled plate", () => {
  const wide = { x: 40, y: 40, width: 60, height: 20 };
  const { figures } = run(truthOf([[PLATE], []]), [[mask(wide)], []]);
  assert.equal(figures.overBlur, (60 * 20 - 40 * 20) / (200 * 100) / 2);
});

Deno.test("flicker counts changes between masked and bare per second of a plate", () => {
  const frames = [[mask(BOX)], [], [mask(BOX)], [mask(BOX)], []];
  const { figures } = run(truthOf(frames.map(() => [PLATE])), frames);
  assert.equal(figures.flicker, 3 / 0.5);
});

Deno.test("a plate that is away for a while starts a new run", () => {
  const { figures } = run(truthOf([[PLATE], [], [PLATE]]), [[], [], []]);
  assert.equal(figures.longestLeak, 1);
  assert.equal(figures.flicker, 0);
});

Deno.test("a cover of the whole picture hides every plate", () => {
  const rect = { x: 0, y: 0, width: 200, height: 100 };
  const cover: FrameMask = {
    class: "picture",
    box: rect,
    rect,
    score: 1,
    reason: "cover",
    track: null,
  };
  assert.equal(run(truthOf([[PLATE]]), [[cover]]).figures.leaks, 0);
});

Deno.test("frames are matched by time, whatever their rhythm", () => {
  const truth = truthOf([[PLATE], [PLATE], [["b", 0, 0, 40, 20]]]);
  const log = new PlateLog(truth);
  log.add(0, [mask(BOX)]);
  log.add(204, []);
  log.finish();
  const { byReason, frames } = leakFigures(log, 10);
  assert.equal(frames, 2);
  assert.equal(byReason.dropped, 1);
  assert.equal(byReason.neverDetected, 1);
});

Deno.test("frames past the truth's end are told of, not counted", () => {
  const log = new PlateLog(truthOf([[PLATE]]));
  log.add(0, [mask(BOX)]);
  log.add(100, []);
  log.finish();
  const { frames, unmatchedFrames, leaks } = leakFigures(log, 10);
  assert.deepEqual([frames, unmatchedFrames, leaks], [1, 1, 0]);
});

Deno.test("a total weighs clips by their plates, seconds and frames", () => {
  const bare = run(truthOf([[PLATE], [PLATE]]), [[], []]).figures;
  const masked = run(truthOf([[PLATE], [PLATE]]), [[mask(BOX)], [mask(BOX)]]).figures;
  const total = totalFigures([bare, masked, masked]);
  assert.equal(total.leakRate, 2 / 6);
  assert.equal(total.longestLeak, 2);
  assert.equal(total.frames, 6);
  assert.equal(total.byWidth[2].labelled, 6);
});
