import assert from "node:assert/strict";
import { coveredShare, unionArea } from "../../../src/evaluate/leaks/union_area.ts";

const rect = (x: number, y: number, width: number, height: number) => ({ x, y, width, height });

Deno.test("what several rectangles cover counts once", () => {
  assert.equal(unionArea([]), 0);
  assert.equal(unionArea([rect(0, 0, 4, 3)]), 12);
  assert.equal(unionArea([rect(0, 0, 4, 3), rect(0, 0, 4, 3)]), 12);
  assert.equal(unionArea([rect(0, 0, 4, 4), rect(2, 2, 4, 4)]), 28);
  assert.equal(unionArea([rect(0, 0, 10, 1), rect(0, 5, 10, 1), rect(4, 0, 1, 6)]), 24);
});

Deno.test("a box's covered share counts only what lies in it", () => {
  const box = rect(10, 10, 20, 10);
  assert.equal(coveredShare(box, []), 0);
  assert.equal(coveredShare(box, [rect(100, 100, 20, 10)]), 0);
  assert.equal(coveredShare(box, [rect(0, 0, 20, 40)]), 0.5);
  assert.equal(coveredShare(box, [rect(0, 0, 20, 40), rect(18, 0, 100, 40)]), 1);
});
