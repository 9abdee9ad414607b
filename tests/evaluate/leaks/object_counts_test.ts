import assert from "node:assert/strict";
import { objectCounts, totalCounts } from "../../../src/evaluate/leaks/object_counts.ts";
import { parseTruth } from "../../../src/evaluate/leaks/truth.ts";

type Thing = { id: string; box: number[]; visibility?: number };

function truthOf(frames: number, plates: Thing[], cars?: Thing[]) {
  const frame = { plates, ...(cars ? { cars } : {}) };
  return parseTruth(JSON.stringify({
    width: 200,
    height: 100,
    fps: 10,
    frames: Array.from({ length: frames }, () => frame),
  }));
}

const near = { id: "near", box: [10, 10, 40, 10] };
const others = [
  { id: "narrow", box: [100, 10, 15, 5] },
  { id: "hidden", box: [100, 50, 40, 10], visibility: 0.4 },
];

Deno.test("what is to be counted is wide enough, well to be seen, and there for a while", () => {
  const { plate } = objectCounts({ plate: 3 }, truthOf(5, [near, ...others]));
  assert.deepEqual(plate, { counted: 3, real: 1 });
  assert.equal(objectCounts({}, truthOf(4, [near])).plate.real, 0);
});

Deno.test("cars are held against the truth where it has them", () => {
  assert.deepEqual(objectCounts({ car: 2 }, truthOf(5, [near])).car, { counted: 2, real: null });
  const { car } = objectCounts({ car: 2 }, truthOf(5, [], [near, ...others]));
  assert.deepEqual(car, { counted: 2, real: 1 });
});

Deno.test("clips whose truth does not say do not blur the sum of those that do", () => {
  const silent = objectCounts({ plate: 1, car: 9 }, truthOf(5, [near]));
  const told = objectCounts({ plate: 2, car: 3 }, truthOf(5, [near], [near]));
  const { plate, car } = totalCounts([silent, told]);
  assert.deepEqual(plate, { counted: 3, real: 2 });
  assert.deepEqual(car, { counted: 3, real: 1 });
  assert.deepEqual(totalCounts([silent]).car, { counted: 9, real: null });
});
