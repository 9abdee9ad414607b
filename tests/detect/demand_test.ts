import assert from "node:assert/strict";
import { Demand, type Need } from "../../src/detect/demand.ts";

/** Looks twice a second at Workers that are busy for these shares; when it first is too much, in ms. */
function firstTooMuch(shares: number[], begunAtMs = 0): number | null {
  const demand = new Demand();
  for (let atMs = 0; atMs <= 10_000; atMs += 500) {
    const busy = shares.map((share) => Math.max(0, atMs - begunAtMs) * share);
    if (demand.look(atMs, new Map(busy.map((ms, worker) => [worker, ms | 0]))) === "more") {
      return atMs;
    }
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
  assert.equal(demand.look(1200, new Map([[1, 1200], [2, 0]])), null);
  assert.equal(demand.look(2300, new Map([[1, 2300], [2, 1090]])), "more");
  const most = 2 ** 31 - 1;
  const wrapping = new Demand();
  wrapping.look(0, new Map([[1, most]]));
  assert.equal(wrapping.look(1000, new Map([[1, (most + 990) | 0]])), "more");
});

/** Workers that are busy for shares that a test changes, looked at four times a second. */
function workers(...shares: number[]) {
  const demand = new Demand();
  const busy = shares.map(() => 0);
  let atMs = 0;
  return {
    demand,
    shares,
    now: () => atMs,
    /** What was said within so many seconds, and after how many. */
    look(seconds: number): { need: Need; after: number } | null {
      for (const untilMs = atMs + seconds * 1000, fromMs = atMs; atMs < untilMs;) {
        atMs += 250;
        shares.forEach((share, i) => busy[i] += share * 250);
        const need = demand.look(atMs, new Map(shares.map((_, i) => [i, busy[i] | 0])));
        if (need) return { need, after: Math.floor((atMs - fromMs) / 1000) };
      }
      return null;
    },
  };
}

Deno.test("one of two Workers is not needed once the other could do all its work for three minutes", () => {
  const { look } = workers(0.3, 0.25);
  // The first five seconds tell how busy they are.
  assert.deepEqual(look(1000), { need: "less", after: 185 });
  assert.deepEqual(look(179), null);
});

Deno.test("five seconds of work for both within the three minutes, and they begin anew", () => {
  const { look, shares } = workers(0.3, 0.2);
  assert.equal(look(170), null);
  shares[0] = 0.7;
  assert.equal(look(6), null);
  shares[0] = 0.3;
  assert.equal(look(180), null);
  assert.equal(look(20)?.need, "less");
});

Deno.test("the only Worker is needed, and so is each of those that share more than the others could do", () => {
  assert.equal(workers(0).look(10_000), null);
  assert.equal(workers(0.5, 0.5).look(10_000), null);
  assert.equal(workers(0.5, 0.5, 0.5).look(10_000), null);
  assert.equal(workers(0.4, 0.4, 0.4).look(10_000)?.need, "less");
});

Deno.test("a Worker that was ended and is soon needed again is kept for longer the next time, up to an hour", () => {
  const { look, demand, now, shares } = workers(0.1, 0.1);
  const waits: (number | undefined)[] = [];
  for (let i = 0; i < 7; i++) {
    waits.push(look(10_000)?.after);
    demand.grown(now());
  }
  assert.deepEqual(waits, [185, 360, 720, 1440, 2880, 3600, 3600]);
  // One that was not needed for hours was no mistake.
  look(10_000);
  shares.fill(0.5);
  assert.equal(look(7300), null);
  demand.grown(now());
  shares.fill(0.1);
  assert.ok(look(10_000)!.after <= 190);
});
