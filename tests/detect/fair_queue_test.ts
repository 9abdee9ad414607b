import assert from "node:assert/strict";
import { FairQueue, type FairQueueOptions } from "../../src/detect/fair_queue.ts";

type Job = () => Promise<void>;

/** A queue of functions, which breathes by promises alone. */
function queueOf<Key>(
  { breathe = () => Promise.resolve(), ...options }: FairQueueOptions<Job> = {},
): FairQueue<Key, Job> {
  return new FairQueue(async (jobs) => {
    for (const job of jobs) await job();
  }, { ...options, breathe });
}

/** A queue in made-up time, in which each user always has two jobs waiting, as a camera does. */
async function share(lengthsMs: Record<string, number>, untilMs: number) {
  let nowMs = 0;
  const queue = queueOf<string>({ now: () => nowMs });
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
  const queue = queueOf<string>({ now: () => nowMs });
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
  const queue = queueOf<string>();
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

interface Sized {
  camera: string;
  size: number;
}

/** What a queue of pictures did together, in order, when all had been asked for. */
async function batches(asked: Sized[], most: number): Promise<string[]> {
  const done: string[] = [];
  const queue = new FairQueue<string, Sized>((jobs) => {
    assert.equal(new Set(jobs.map(({ size }) => size)).size, 1, "of several sizes");
    done.push(jobs.map(({ camera }) => camera).join(""));
    return Promise.resolve();
  }, {
    together: (_, waiting) => Math.min(most, waiting),
    fits: (job, first) => job.size === first.size,
    now: () => done.length * 10,
  });
  for (const job of asked) queue.add(job.camera, job);
  await queue.drained();
  return done;
}

const asks = (cameras: string, size = 1) => [...cameras].map((camera) => ({ camera, size }));

Deno.test("what waits goes together, as many as are allowed, in turns over the cameras", async () => {
  assert.deepEqual(await batches(asks("a"), 4), ["a"]);
  assert.deepEqual(await batches(asks("abc"), 4), ["abc"]);
  // One camera that asks for much does not push the others out of the run.
  assert.deepEqual(await batches(asks("aaaaaabc"), 4), ["aabc", "aaaa"]);
  assert.deepEqual(await batches(asks("aaaaaa"), 4), ["aaaa", "aa"]);
});

Deno.test("pictures of another size wait for a run of their own, and a camera's order is kept", async () => {
  const mixed = [...asks("a", 1), ...asks("b", 2), ...asks("c", 1), ...asks("b", 1)];
  assert.deepEqual(await batches(mixed, 4), ["ac", "b", "b"]);
});

Deno.test("a camera with large pictures and some with small ones that go together share the time", async () => {
  let nowMs = 0;
  const done: Record<string, number> = { large: 0, a: 0, b: 0, c: 0 };
  const queue = new FairQueue<string, Sized>((jobs) => {
    nowMs += jobs.length * (jobs[0].size === 2 ? 60 : 10);
    for (const { camera, size } of jobs) {
      done[camera]++;
      if (nowMs < 12_000) queue.add(camera, { camera, size });
    }
    return Promise.resolve();
  }, {
    together: (_, waiting) => Math.min(4, waiting),
    fits: (job, first) => job.size === first.size,
    now: () => nowMs,
    breathe: () => Promise.resolve(),
  });
  for (const camera of ["large", "a", "b", "c", "large", "a", "b", "c"]) {
    queue.add(camera, { camera, size: camera === "large" ? 2 : 1 });
  }
  await queue.drained();
  assert.ok(Math.abs(done.large - 50) <= 4, `large ${done.large}`);
  for (const camera of ["a", "b", "c"]) {
    assert.ok(Math.abs(done[camera] - 300) <= 20, `${camera} ${done[camera]}`);
  }
});
