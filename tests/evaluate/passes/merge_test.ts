import assert from "node:assert/strict";
import { mergePasses } from "../../../src/evaluate/passes/merge.ts";
import type { FoundBox } from "../../../src/evaluate/source_boxes.ts";

const CARD = { nmsIoU: { car: 0.5, plate: 0.4 }, recommendedScores: { car: 0.5, plate: 0.45 } };
const WHOLE = { x: 0, y: 0, width: 1280, height: 720 };
const LEFT = { x: 0, y: 0, width: 480, height: 416 };

function plate(score: number, ...box: FoundBox["box"]): FoundBox {
  return { class: "plate", score, box };
}

function merge(whole: FoundBox[], left: FoundBox[]): FoundBox[] {
  const passes = [{ region: WHOLE, scale: 0.5, found: whole }, {
    region: LEFT,
    scale: 1,
    found: left,
  }];
  return mergePasses(passes, CARD, 1280, 720);
}

Deno.test("mergePasses makes one box of what two passes found, and keeps all that is apart", () => {
  const best = plate(0.9, 102, 100, 40, 12), other = plate(0.8, 300, 100, 40, 12);
  const [first, second] = merge([plate(0.5, 100, 100, 40, 12), other], [best]);
  // Weights 0.5 x 0.5² and 0.9 x 1².
  assert.deepEqual({ ...first, box: first.box.map((v) => Math.round(v * 100) / 100) }, {
    ...best,
    box: [101.76, 100, 40, 12],
  });
  assert.deepEqual(second, other);
});

Deno.test("a box of less than half the best one's score does not move it", () => {
  const best = plate(0.9, 102, 100, 40, 12);
  assert.deepEqual(merge([plate(0.4, 100, 100, 40, 12)], [best]), [best]);
});

Deno.test("mergePasses takes boxes of another class for another object", () => {
  const car: FoundBox = { class: "car", score: 0.9, box: [100, 100, 40, 12] };
  const own = plate(0.6, 100, 100, 40, 12);
  assert.deepEqual(merge([own], [car]), [car, own]);
});

Deno.test("a box cut by a tile's inner edge loses to one that is not, however well it scores", () => {
  // The tile sees the left fifth of it: an IoU far below the limit.
  const whole = plate(0.5, 470, 100, 50, 15);
  assert.deepEqual(merge([whole], [plate(0.95, 470, 100, 10, 15)]), [whole]);
});

Deno.test("a box at the picture's own edge is not cut", () => {
  const atEdge = plate(0.9, 0, 100, 40, 12);
  // A cut box would have been left out where the other one counts.
  const [{ box }] = merge([plate(0.5, 0, 100, 45, 12)], [atEdge]);
  assert.ok(Math.abs(box[2] - (0.5 * 0.25 * 45 + 0.9 * 40) / (0.5 * 0.25 + 0.9)) < 1e-9, `${box}`);
});

Deno.test("a cut box stays where nothing sure holds it", () => {
  const cut = plate(0.9, 440, 100, 40, 15);
  assert.deepEqual(merge([], [cut]), [cut]);
  const [first] = merge([plate(0.1, 440, 100, 50, 15)], [cut]);
  assert.deepEqual(first, cut);
});
