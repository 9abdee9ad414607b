import assert from "node:assert/strict";
import { Demand } from "../../src/detect/demand.ts";

/** Looks twice a second at Workers that are busy for these shares; when it first is too much, in ms. */
function firstTooMuch(shares: number[], begunAtMs = 0): number | null {
  const demand = new Demand();
  for (let atMs = 0; atMs <= 10_000; atMs += 500) {
    const busy = shares.map((share) => Math.max(0, atMs - begunAtMs) * share);
    if (demand.look(atMs, new Map(busy.map((ms, worker) => [worker, ms | 0])))) return atMs;
  }
  return null;
}

Deno.test("Workers that are never idle are too few after a second, seldom idle ones after five", () => {
  assert.equal(firstTooMuch([0.98]), 1000);
  assert.equal(firstTooMuch([0.98, 0.96]), 1000);
  assert.equal(firstTooMuch([0.98], 3000), 4000);
  assert.equal(firstTooMuch([0.85]), 5000);
  assert.equal(firstTooMuch([0.98, 0.85]), 5000);
});

Deno.test("one that has time left suffices: a 720p camera takes half of one", () => {
  assert.equal(firstTooMuch([0.5]), null);
  assert.equal(firstTooMuch([0.98, 0.6]), null);
  assert.equal(firstTooMuch([]), null);
});

Deno.test("one that has just come is waited for, and a number that wraps around is no harm", () => {
  const demand = new Demand();
  demand.look(0, new Map([[1, 0]]));
  demand.look(600, new Map([[1, 600]]));
  assert.equal(demand.look(1200, new Map([[1, 1200], [2, 0]])), false);
  assert.equal(demand.look(2300, new Map([[1, 2300], [2, 1090]])), true);
  const most = 2 ** 31 - 1;
  const wrapping = new Demand();
  wrapping.look(0, new Map([[1, most]]));
  assert.equal(wrapping.look(1000, new Map([[1, (most + 990) | 0]])), true);
});
