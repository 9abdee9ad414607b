import assert from "node:assert/strict";
import { associate, boxCost } from "../../src/track/associate.ts";

const box = (x: number, y = 0, width = 20, height = 10) => ({ x, y, width, height });

Deno.test("boxCost is 0 for the same box and grows with distance to 1", () => {
  const costs = [0, 5, 10, 20, 25, 40].map((x) => boxCost(box(0), box(x)));
  assert.equal(costs[0], 0);
  assert.deepEqual(costs, costs.toSorted((a, b) => a - b));
  assert.equal(costs.at(-1), 1);
});

Deno.test("boxCost still knows a plate that moved by more than its width", () => {
  assert.ok(boxCost(box(0), box(21)) < 0.8);
});

Deno.test("boxCost takes a box of a very different width for something else", () => {
  assert.equal(boxCost(box(0, 0, 20), box(0, 0, 60)), 1);
  assert.ok(boxCost(box(0, 0, 20), box(0, 0, 30)) < 0.8);
});

Deno.test("associate pairs the cheapest first, each once", () => {
  const tracks = [box(0), box(12)], detections = [box(11), box(1)];
  assert.deepEqual(associate(tracks, detections, 0.8).sort(), [[0, 1], [1, 0]]);
  assert.deepEqual(associate([box(0), box(4)], [box(1)], 0.8), [[0, 0]]);
});

Deno.test("associate leaves apart what costs too much, and copes with nothing", () => {
  assert.deepEqual(associate([box(0)], [box(500)], 0.8), []);
  assert.deepEqual(associate([box(0)], [box(10)], 0.1), []);
  assert.deepEqual(associate([], [box(0)], 0.8), []);
  assert.deepEqual(associate([box(0)], [], 0.8), []);
});

Deno.test("associate pairs nothing with a box that is not a number", () => {
  assert.deepEqual(associate([box(0)], [box(NaN)], 0.8), []);
});
