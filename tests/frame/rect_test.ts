import assert from "node:assert/strict";
import { grow, iou, type Rect, toEvenPixels } from "../../src/frame/rect.ts";

const rect = (x: number, y: number, width: number, height: number): Rect => ({
  x,
  y,
  width,
  height,
});

Deno.test("iou is 1 for the same box, 0 for boxes apart or touching, and symmetric", () => {
  const a = rect(0, 0, 10, 10), b = rect(5, 0, 10, 10);
  assert.equal(iou(a, a), 1);
  assert.equal(iou(a, rect(10, 0, 10, 10)), 0);
  assert.equal(iou(a, rect(20, 20, 5, 5)), 0);
  assert.equal(iou(a, b), 1 / 3);
  assert.equal(iou(b, a), 1 / 3);
});

Deno.test("grow adds to both sides and keeps the centre", () => {
  assert.deepEqual(grow(rect(10, 20, 4, 6), 3, 1), rect(7, 19, 10, 8));
});

Deno.test("toEvenPixels gives the smallest even rectangle around the box", () => {
  assert.deepEqual(toEvenPixels(rect(4, 6, 8, 2), 100, 100), rect(4, 6, 8, 2));
  assert.deepEqual(toEvenPixels(rect(3.1, 5.9, 4, 4), 100, 100), rect(2, 4, 6, 6));
  assert.deepEqual(toEvenPixels(rect(7.5, 7.5, 0.2, 0.2), 100, 100), rect(6, 6, 2, 2));
});

Deno.test("toEvenPixels clips to the picture", () => {
  assert.deepEqual(toEvenPixels(rect(-5, -7, 10, 10), 64, 32), rect(0, 0, 6, 4));
  assert.deepEqual(toEvenPixels(rect(60, 30, 100, 100), 64, 32), rect(60, 30, 4, 2));
  assert.deepEqual(toEvenPixels(rect(-1e9, -1e9, 2e9, 2e9), 64, 32), rect(0, 0, 64, 32));
});

Deno.test("toEvenPixels gives null for a box outside the picture, empty, or not a number", () => {
  for (
    const none of [
      rect(64, 0, 5, 5),
      rect(0, 32, 5, 5),
      rect(-10, 0, 10, 5),
      rect(4, 4, 0, 0),
      rect(10, 10, -4, 4),
      rect(NaN, 0, 5, 5),
      rect(0, NaN, 5, 5),
      rect(0, 0, NaN, 5),
      rect(0, 0, 5, NaN),
    ]
  ) assert.equal(toEvenPixels(none, 64, 32), null, JSON.stringify(none));
});
