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
  const passes = [{ region: WHOLE, found: whole }, { region: LEFT, found: left }];
  return mergePasses(passes, CARD, 1280, 720);
}

Deno.test("mergePasses keeps the best box of what two passes found, and all that is apart", () => {
  const best = plate(0.9, 102, 100, 40, 12), other = plate(0.8, 300, 100, 40, 12);
  assert.deepEqual(merge([plate(0.6, 100, 100, 40, 12), other], [best]), [best, other]);
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
  assert.deepEqual(merge([plate(0.5, 0, 100, 45, 12)], [atEdge]), [atEdge]);
});

Deno.test("a cut box stays where nothing sure holds it", () => {
  const cut = plate(0.9, 440, 100, 40, 15);
  assert.deepEqual(merge([], [cut]), [cut]);
  const [first] = merge([plate(0.1, 440, 100, 50, 15)], [cut]);
  assert.deepEqual(first, cut);
});
