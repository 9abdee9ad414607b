import assert from "node:assert/strict";
import { addDuration } from "../../src/frame/histogram.ts";
import { type CameraCounts, noCounts, sumCounts } from "../../src/pipeline/counts.ts";

/** Every number of an object, in order. */
function numbers(value: unknown): number[] {
  return typeof value === "number" ? [value] : Object.values(value as object).flatMap(numbers);
}

/** Counts whose numbers are all different from 0. */
function filled(): CameraCounts {
  const fill = (value: unknown): unknown =>
    typeof value === "number" ? 7 : Array.isArray(value) ? value.map(fill) : Object.fromEntries(
      Object.entries(value as object).map(([key, inner]) => [key, fill(inner)]),
    );
  return fill(noCounts()) as CameraCounts;
}

Deno.test("sums of counts leave no number out", () => {
  assert.ok(numbers(sumCounts(filled(), filled())).every((value) => value === 14));
  assert.deepEqual(sumCounts(filled(), noCounts()), filled());
});

Deno.test("a sum does not change when what it was made from goes on", () => {
  const running = filled();
  const sum = sumCounts(noCounts(), running);
  addDuration(running.inference, 3);
  assert.deepEqual(sum, filled());
});
