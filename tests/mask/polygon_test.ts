import assert from "node:assert/strict";
import { isInside, spans } from "../../src/mask/polygon.ts";

const ARROW = [[0, 0], [10, 0], [10, 10], [5, 4], [0, 10]] as const;

Deno.test("isInside knows inside, outside and a notch", () => {
  assert.ok(isInside(ARROW, 5, 2) && isInside(ARROW, 1, 7) && isInside(ARROW, 9, 7));
  assert.ok(!isInside(ARROW, 5, 8) && !isInside(ARROW, 11, 2) && !isInside(ARROW, -1, 2));
});

Deno.test("spans gives the runs of pixels a polygon touches in a row, within bounds", () => {
  const covered = (row: number, left: number, right: number) => {
    const pixels = new Set<number>();
    for (const [from, to] of spans(ARROW, row, left, right)) {
      for (let x = from; x < to; x++) pixels.add(x);
    }
    return [...pixels].sort((a, b) => a - b);
  };
  assert.deepEqual(covered(1, 0, 10), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.deepEqual(covered(8, 0, 10), [0, 1, 8, 9]);
  assert.deepEqual(covered(1, 4, 6), [4, 5]);
  assert.deepEqual(covered(20, 0, 10), []);
});
