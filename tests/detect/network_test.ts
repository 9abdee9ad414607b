import assert from "node:assert/strict";
import { decode } from "../../src/detect/decode.ts";
import { Detector, lowestScore } from "../../src/detect/detector.ts";
import { openModel } from "../../src/detect/models.ts";
import { type NetworkOutput, openNetwork } from "../../src/detect/network.ts";
import { makePriors } from "../../src/detect/priors.ts";
import { assertFindsDrawing, drawing, GOLDEN, share } from "./golden.ts";

const { width, height } = GOLDEN;
const model = await openModel();
const priors = makePriors(model.card, width, height);

async function runOnce(precision: string): Promise<NetworkOutput> {
  const network = await openNetwork({ file: model.file(precision), provider: "cpu", threads: 1 });
  try {
    const { y, uv } = drawing();
    const { logits, deltas } = await network.run(y, uv, width, height);
    return { logits: logits.slice(), deltas: deltas.slice() };
  } finally {
    await network.release();
  }
}

const sum = (values: Float32Array) => values.reduce((total, value) => total + value, 0);

Deno.test("makePriors gives the training code's priors for the shipped card", () => {
  assert.equal(priors.length / 4, GOLDEN.priorCount);
  for (const { index, prior } of GOLDEN.raw) {
    assert.deepEqual([...priors.slice(index * 4, index * 4 + 4)], prior, `prior ${index}`);
  }
});

Deno.test("decode turns the golden codes into the training code's boxes", () => {
  const logits = new Float32Array(GOLDEN.priorCount * 2).fill(-20);
  const deltas = new Float32Array(GOLDEN.priorCount * 4);
  for (const { index, deltas: codes, box } of GOLDEN.raw) {
    logits.fill(-20).set([-20, 5], index * 2);
    deltas.set(codes, index * 4);
    const [found] = decode(logits, deltas, {
      card: model.card,
      priors,
      width,
      height,
      minScore: 0.5,
    });
    const corners = [
      found.box.x * width,
      found.box.y * height,
      (found.box.x + found.box.width) * width,
      (found.box.y + found.box.height) * height,
    ];
    corners.forEach((edge, i) => assert.ok(Math.abs(edge - box[i]) < 0.02, `${index}: ${corners}`));
  }
});

Deno.test("the fp32 network gives the training code's numbers", async () => {
  const { logits, deltas } = await runOnce("fp32");
  const { tolerance: { fp32: tolerance }, sums } = GOLDEN;
  assert.equal(logits.length, GOLDEN.priorCount * 2);
  assert.equal(deltas.length, GOLDEN.priorCount * 4);
  const check = (actual: Float32Array, expected: number[], most: number, what: string) =>
    expected.forEach((value, i) =>
      assert.ok(Math.abs(actual[i] - value) <= most, `${what}: ${actual[i]}, expected ${value}`)
    );
  for (const raw of GOLDEN.raw) {
    const { index } = raw;
    check(logits.subarray(index * 2), raw.logits, tolerance.logits, `logit of prior ${index}`);
    check(deltas.subarray(index * 4), raw.deltas, tolerance.deltas, `code of prior ${index}`);
  }
  // A thousandth per value: what is wrong elsewhere shows in the sums.
  assert.ok(Math.abs(sum(logits) - sums.logits) < logits.length * 1e-3);
  assert.ok(Math.abs(sum(deltas) - sums.deltas) < deltas.length * 1e-3);
});

for (const precision of Object.keys(model.card.files)) {
  Deno.test(`the ${precision} network finds the drawing's car and plate`, async () => {
    const network = await openNetwork({ file: model.file(precision), provider: "cpu", threads: 1 });
    try {
      const { y, uv } = drawing();
      const detector = new Detector(network, model.card);
      const found = await detector.detect(y, uv, width, height);
      if (precision === "fp32") assertFindsDrawing(found, 0.99, 0.005);
      else assertFindsDrawing(found, 0.6, 0.3);
      const least = lowestScore(model.card);
      assert.ok(found.every(({ score }) => score >= least - 1e-6));
      if (precision === "fp32") {
        const expected = GOLDEN.topFivePerClass.filter(({ score }) => score >= least);
        for (const { class: label, score, box } of expected) {
          const place = share(box);
          assert.ok(
            found.some((each) =>
              each.label === label && Math.abs(each.score - score) < 0.005 &&
              Math.abs(each.box.x - place.x) < 0.01 && Math.abs(each.box.width - place.width) < 0.01
            ),
            `${label} with ${score} is missing`,
          );
        }
      }
    } finally {
      await network.release();
    }
  });
}

Deno.test("the network takes every profile's size and gives a number for each prior", async () => {
  const network = await openNetwork({ file: model.file("fp32"), provider: "cpu", threads: 1 });
  try {
    for (const [w, h] of [[32, 32], [64, 32], [160, 96]]) {
      const y = new Uint8Array(w * h).fill(90), uv = new Uint8Array(w * h / 2).fill(128);
      const { logits, deltas } = await network.run(y, uv, w, h);
      const count = makePriors(model.card, w, h).length / 4;
      assert.deepEqual([logits.length, deltas.length], [count * 2, count * 4], `${w}x${h}`);
      assert.ok(logits.every(Number.isFinite) && deltas.every(Number.isFinite));
    }
  } finally {
    await network.release();
  }
});

Deno.test("Detector passes on a network's failure and its nonsense as errors", async () => {
  const fake = (output: Partial<NetworkOutput>) => ({
    run: () =>
      Promise.resolve({ logits: new Float32Array(0), deltas: new Float32Array(0), ...output }),
    release: () => Promise.resolve(),
  });
  const { y, uv } = drawing();
  const count = GOLDEN.priorCount;
  const nonsense = fake({
    logits: new Float32Array(count * 2).fill(NaN),
    deltas: new Float32Array(count * 4),
  });
  for (const network of [nonsense, fake({})]) {
    await assert.rejects(new Detector(network, model.card).detect(y, uv, width, height), {
      name: "InvalidOutputError",
    });
  }
  const broken = { ...fake({}), run: () => Promise.reject(new Error("device lost")) };
  await assert.rejects(
    new Detector(broken, model.card).detect(y, uv, width, height),
    /device lost/,
  );
});

Deno.test("openNetwork names the provider and the reason when it cannot load", async () => {
  await assert.rejects(openNetwork({ file: "no/such.onnx", provider: "cpu", threads: 1 }), {
    name: "ModelError",
    message: /^Cannot load the network with provider 'cpu': ./,
  });
});
