import assert from "node:assert/strict";
import { FairQueue } from "../../src/detect/fair_queue.ts";

/** A queue in made-up time, in which each user always has two jobs waiting, as a camera does. */
async function share(lengthsMs: Record<string, number>, untilMs: number) {
  let nowMs = 0;
  const queue = new FairQueue<string>(() => nowMs, () => Promise.resolve());
  const done: Record<string, number> = {};
  const longestWait: Record<string, number> = {};
  const ask = (name: string) => {
    const asked = nowMs;
    queue.add(name, () => {
      longestWait[name] = Math.max(longestWait[name] ?? 0, nowMs - asked);
      nowMs += lengthsMs[name];
      done[name] = (done[name] ?? 0) + 1;
      if (nowMs < untilMs) ask(name);
      return Promise.resolve();
    });
  };
  for (const name of Object.keys(lengthsMs)) {
    ask(name);
    ask(name);
  }
  await queue.drained();
  return { done, longestWait };
}

Deno.test("one with long jobs and one with short jobs have the same time", async () => {
  const { done, longestWait } = await share({ heavy: 60, light: 10 }, 12_000);
  assert.ok(Math.abs(done.heavy - 100) <= 3, `heavy ${done.heavy}`);
  assert.ok(Math.abs(done.light - 600) <= 20, `light ${done.light}`);
  // Never behind more than one of the long ones, and its own other job.
  assert.ok(longestWait.light <= 80, `light waited ${longestWait.light} ms`);
});

Deno.test("equal users take turns", async () => {
  const { done } = await share({ a: 10, b: 10, c: 10 }, 3000);
  for (const count of Object.values(done)) assert.ok(Math.abs(count - 100) <= 2, `${count}`);
});

Deno.test("who was away for long does not get the time back all at once", async () => {
  let nowMs = 0;
  const queue = new FairQueue<string>(() => nowMs, () => Promise.resolve());
  const order: string[] = [];
  const job = (name: string) => () => {
    nowMs += 10;
    order.push(name);
    return Promise.resolve();
  };
  for (let i = 0; i < 100; i++) queue.add("steady", job("steady"));
  await queue.drained();
  order.length = 0;
  for (let i = 0; i < 10; i++) {
    queue.add("steady", job("steady"));
    queue.add("late", job("late"));
  }
  await queue.drained();
  assert.ok(order.slice(0, 10).filter((name) => name === "late").length <= 6, order.join(" "));
});

Deno.test("one user's jobs run in order, one at a time, and drained waits for them", async () => {
  const queue = new FairQueue<string>();
  const seen: number[] = [];
  let running = 0;
  for (const [i, name] of ["a", "b", "a", "b"].entries()) {
    queue.add(name, async () => {
      assert.equal(++running, 1);
      await Promise.resolve();
      seen.push(i);
      running--;
    });
  }
  await queue.drained();
  assert.equal(seen.length, 4);
  assert.ok(seen.indexOf(0) < seen.indexOf(2) && seen.indexOf(1) < seen.indexOf(3));
});
