import assert from "node:assert/strict";
import { decode } from "../../src/detect/decode.ts";
import type { Detection } from "../../src/detect/detection.ts";
import { makePriors } from "../../src/detect/priors.ts";

const PRIORS = {
  variances: [0.1, 0.2] as [number, number],
  levels: [{ stride: 32, sizes: [[20, 10]] as [number, number][] }],
};
const CARD = { classes: ["car", "plate"], priors: PRIORS, nmsIoU: { car: 0.5, plate: 0.4 } };
const WIDTH = 64, HEIGHT = 32;
/** Two priors: centres 16,16 and 48,16. */
const OPTIONS = {
  card: CARD,
  priors: makePriors(CARD, WIDTH, HEIGHT),
  width: WIDTH,
  height: HEIGHT,
  minScore: 0.5,
};
const LOW = -5;

function run(logits: number[], deltas: number[]): Detection[] {
  return decode(Float32Array.from(logits), Float32Array.from(deltas), OPTIONS);
}

Deno.test("makePriors lists level by level, cell by cell in rows, size by size", () => {
  const card = {
    priors: {
      variances: [0.1, 0.2] as [number, number],
      levels: [
        { stride: 8, sizes: [[4, 2], [6, 3]] as [number, number][] },
        { stride: 16, sizes: [[30, 20]] as [number, number][] },
      ],
    },
  };
  assert.deepEqual([...makePriors(card, 16, 16)], [
    ...[4, 4, 4, 2, 4, 4, 6, 3, 12, 4, 4, 2, 12, 4, 6, 3],
    ...[4, 12, 4, 2, 4, 12, 6, 3, 12, 12, 4, 2, 12, 12, 6, 3],
    ...[8, 8, 30, 20],
  ]);
});

Deno.test("makePriors counts a cell that the picture fills in part", () => {
  assert.equal(makePriors(CARD, 65, 33).length / 4, 3 * 2);
  assert.equal(makePriors(CARD, 64, 32).length / 4, 2);
});

Deno.test("decode gives the prior itself for codes of zero", () => {
  const [found, ...more] = run([LOW, 2, LOW, LOW], [0, 0, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual(more, []);
  assert.equal(found.label, "plate");
  assert.ok(Math.abs(found.score - 1 / (1 + Math.exp(-2))) < 1e-7);
  assert.deepEqual(found.box, { x: 6 / 64, y: 11 / 32, width: 20 / 64, height: 10 / 32 });
});

Deno.test("decode moves and stretches the prior by its codes", () => {
  // Centre 48 + 2*0.1*20 = 52, 16 - 1*0.1*10 = 15; size 20*e^0.2, 10*e^-0.4.
  const [found] = run([LOW, LOW, 1, LOW], [0, 0, 0, 0, 2, -1, 1, -2]);
  const width = 20 * Math.exp(0.2), height = 10 * Math.exp(-0.4);
  assert.equal(found.label, "car");
  const expected = [(52 - width / 2) / 64, (15 - height / 2) / 32, width / 64, height / 32];
  const { x, y, width: w, height: h } = found.box;
  [x, y, w, h].forEach((value, i) => assert.ok(Math.abs(value - expected[i]) < 1e-6, `${i}`));
});

Deno.test("decode passes on nothing below its lowest score, and what equals it", () => {
  assert.deepEqual(run([-0.01, -0.01, -0.01, -0.01], Array(8).fill(0)), []);
  assert.equal(run([0, LOW, LOW, 0], Array(8).fill(0)).length, 2);
});

Deno.test("decode suppresses within a class, best first, and never across classes", () => {
  // Both priors are moved to the same place.
  const together = [8, 0, 0, 0, -8, 0, 0, 0];
  const found = run([1, 3, 2, LOW], together);
  assert.deepEqual(found.map(({ label, score }) => [label, Math.round(score * 100)]), [
    ["car", 88],
    ["plate", 95],
  ]);
});

Deno.test("decode keeps what overlaps less than the limit, and what is dropped drops nothing", () => {
  // Priors of one size on a row of cells; boxes are moved by whole pixels with the codes.
  const priors = makePriors(CARD, 32 * 3, 32);
  const at = (...lefts: number[]) => {
    const logits = new Float32Array(6).fill(LOW);
    const deltas = new Float32Array(12);
    lefts.forEach((left, i) => {
      logits[i * 2 + 1] = 3 - i;
      deltas[i * 4] = (left - (i * 32 + 6)) / (0.1 * 20);
    });
    const found = decode(logits, deltas, { ...OPTIONS, priors, width: 96 });
    return found.map(({ box }) => Math.round(box.x * 96));
  };
  // IoU of boxes of 20 px shifted by s is (20-s)/(20+s): 0.429 at 8, 0.379 at 9.
  assert.deepEqual(at(10, 18), [10]);
  assert.deepEqual(at(10, 19), [10, 19]);
  assert.deepEqual(at(10, 18, 26), [10, 26]);
});

for (
  const [name, value] of [["NaN", NaN], ["Infinity", Infinity], ["-Infinity", -Infinity]] as const
) {
  Deno.test(`decode refuses a score of ${name}, wherever it stands`, () => {
    for (let at = 0; at < 4; at++) {
      const logits = [LOW, LOW, LOW, LOW];
      logits[at] = value;
      assert.throws(() => run(logits, Array(8).fill(0)), { name: "InvalidOutputError" });
    }
  });

  Deno.test(`decode refuses a box code of ${name} of something found`, () => {
    for (let at = 0; at < 4; at++) {
      const deltas = Array(8).fill(0);
      deltas[at] = value;
      // e^-Infinity is a box of no size, which is as meaningless.
      assert.throws(() => run([2, LOW, LOW, LOW], deltas), { name: "InvalidOutputError" });
    }
  });
}

Deno.test("decode refuses outputs of the wrong length", () => {
  for (const [logits, deltas] of [[3, 8], [5, 8], [4, 7], [4, 9], [0, 0]]) {
    assert.throws(() => run(Array(logits).fill(LOW), Array(deltas).fill(0)), {
      name: "InvalidOutputError",
      message: new RegExp(`${logits} scores and ${deltas} codes for 2 priors`),
    });
  }
});

Deno.test("decode takes a frame in which everything is found, keeping the best", () => {
  const priors = makePriors(CARD, 32 * 40, 32 * 20);
  const count = priors.length / 4;
  const logits = new Float32Array(count * 2).fill(1);
  logits[2 * 700 + 1] = 9;
  const found = decode(logits, new Float32Array(count * 4), {
    ...OPTIONS,
    priors,
    width: 32 * 40,
    height: 32 * 20,
  });
  // 800 cells, but no more than 400 of a class are looked at.
  assert.deepEqual(
    ["car", "plate"].map((label) => found.filter((each) => each.label === label).length),
    [400, 400],
  );
  assert.ok(found.find((each) => each.label === "plate")!.score > 0.999);
});
