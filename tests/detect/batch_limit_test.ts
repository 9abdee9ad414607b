import assert from "node:assert/strict";
import { autoBatch, BatchLimit } from "../../src/detect/batch_limit.ts";

const W = 640, H = 352;

/** Runs the limit against a device on which `count` pictures take so many milliseconds. */
function learn(ms: (count: number) => number, runs = 40, waiting = 8): number[] {
  const limit = new BatchLimit(8, true);
  return Array.from({ length: runs }, () => {
    const count = limit.take(W, H, waiting);
    // The first run of a number takes seconds.
    limit.took(W, H, count, limit.isFirst(W, H, count) ? 4000 : ms(count));
    return count;
  });
}

Deno.test("where the number was asked for, as many as wait: a power of two, or all that are allowed", () => {
  const limit = new BatchLimit(5, false);
  assert.deepEqual([1, 2, 3, 4, 5, 6, 20].map((waiting) => limit.take(W, H, waiting)), [
    ...[1, 2, 2, 4, 5, 5, 5],
  ]);
  assert.deepEqual([1, 9].map((waiting) => new BatchLimit(1, false).take(W, H, waiting)), [1, 1]);
});

Deno.test("a device that gains comes to full runs, each number tried when the smaller one is known", () => {
  const counts = learn((count) => 8 + 2 * count);
  assert.deepEqual([...new Set(counts)], [1, 2, 4, 8]);
  assert.equal(counts[0], 1);
  assert.ok(counts.slice(-20).every((count) => count === 8), counts.join());
});

Deno.test("a device that gains nothing goes back to one at a time, for good", () => {
  const counts = learn((count) => 10 * count);
  assert.ok(Math.max(...counts) === 2 && counts.slice(-30).every((count) => count === 1));
});

Deno.test("a device that gains up to a point stays there, and each size is learnt by itself", () => {
  const counts = learn((count) => count <= 2 ? 10 : 5 * count);
  assert.ok(counts.slice(-20).every((count) => count === 2), counts.join());
  const limit = new BatchLimit(8, true);
  for (let run = 0; run < 40; run++) limit.took(W, H, limit.take(W, H, 8), 10);
  assert.deepEqual([limit.take(W, H, 8), limit.take(320, 192, 8)], [8, 1]);
  assert.deepEqual([limit.isFirst(W, H, 8), limit.isFirst(320, 192, 8)], [false, true]);
});

Deno.test("a CPU and TensorRT run one picture at a time unless asked", () => {
  assert.deepEqual(["cpu", "tensorrt"].map(autoBatch), [1, 1]);
  assert.ok(["cuda", "webgpu", "coreml", "dml", "openvino"].every((each) => autoBatch(each) > 1));
});
