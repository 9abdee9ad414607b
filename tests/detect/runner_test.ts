import assert from "node:assert/strict";
import { BatchLimit } from "../../src/detect/batch_limit.ts";
import type { Detection } from "../../src/detect/detection.ts";
import { Detector } from "../../src/detect/detector.ts";
import { openModel } from "../../src/detect/models.ts";
import { type Network, openNetwork } from "../../src/detect/network.ts";
import { type FromPort, smallBytes } from "../../src/detect/protocol.ts";
import { Pulse } from "../../src/detect/pulse.ts";
import { type PictureJob, Runner, sameSize } from "../../src/detect/runner.ts";
import { assertFindsDrawing, drawing, GOLDEN } from "./golden.ts";

const { width, height } = GOLDEN;
const model = await openModel();

/** The drawing moved right by so many pixels, which brings its left edge around. */
function moved(by: number): Uint8Array {
  const { y, uv } = drawing();
  const shift = (plane: Uint8Array, stride: number, px: number) =>
    plane.map((_, at) => plane[at - at % stride + (at % stride - px + stride) % stride]);
  const half = uv.length / 2;
  return new Uint8Array([
    ...shift(y, width, by),
    ...shift(uv.subarray(0, half), width / 2, by / 2),
    ...shift(uv.subarray(half), width / 2, by / 2),
  ]);
}

const PICTURES = [moved(0), new Uint8Array(smallBytes(width, height)).fill(128), moved(20)];

/** Asks for each picture, in memory of a camera of its own. */
function ask(pictures: Uint8Array[]): { jobs: PictureJob[]; answers: FromPort[] } {
  const answers: FromPort[] = [];
  const jobs = pictures.map((picture, id): PictureJob => {
    const buffer = new SharedArrayBuffer(picture.length * 2), slot = id % 2;
    new Uint8Array(buffer).set(picture, slot * picture.length);
    return {
      id,
      slot,
      memory: { type: "memory", buffer, width, height },
      answer: (message) => answers.push(message),
    };
  });
  return { jobs, answers };
}

function runnerOf(network: Network): { runner: Runner; pulse: Pulse } {
  const pulse = new Pulse(Pulse.memory());
  const detector = new Detector(network, model.card);
  return { runner: new Runner(detector, new BatchLimit(4, false), pulse), pulse };
}

function found(answer: FromPort): Detection[] {
  assert.ok("detections" in answer, JSON.stringify(answer));
  return answer.detections;
}

for (const precision of Object.keys(model.card.files)) {
  Deno.test(`${precision}: three pictures in one run give each what it gives alone`, async () => {
    const network = await openNetwork({ file: model.file(precision), provider: "cpu", threads: 1 });
    try {
      const alone: Detection[][] = [];
      for (const picture of PICTURES) {
        const { jobs, answers } = ask([picture]);
        await runnerOf(network).runner.run(jobs);
        alone.push(found(answers[0]));
      }
      const { jobs, answers } = ask(PICTURES);
      await runnerOf(network).runner.run(jobs);
      assert.deepEqual(answers.map(({ id }) => id), [0, 1, 2]);
      answers.forEach((answer, i) => {
        const together = found(answer);
        assert.deepEqual(together.map(({ label }) => label), alone[i].map(({ label }) => label));
        together.forEach(({ score, box }, j) => {
          const other = alone[i][j];
          assert.ok(Math.abs(score - other.score) < 1e-4, `${score}, alone ${other.score}`);
          for (const side of ["x", "y", "width", "height"] as const) {
            assert.ok(Math.abs(box[side] - other.box[side]) < 1e-3, `${side} of picture ${i}`);
          }
        });
      });
      if (precision === "fp32") assertFindsDrawing(found(answers[0]), 0.99, 0.005);
      // They are not one answer three times.
      assert.notDeepEqual(found(answers[0]), found(answers[2]));
    } finally {
      await network.release();
    }
  });
}

Deno.test("a run that fails, or gives nonsense for one picture, fails each of its pictures", async () => {
  const priors = GOLDEN.priorCount, scores = priors * model.card.classes.length;
  const fakes: Network["run"][] = [
    () => Promise.reject(new Error("device lost")),
    (_y, _uv, _w, _h, count = 1) => {
      const logits = new Float32Array(count * scores).fill(-9);
      logits[scores + 3] = NaN;
      return Promise.resolve({ logits, deltas: new Float32Array(count * priors * 4) });
    },
    // As from a network that has looked at the first one only.
    () =>
      Promise.resolve({
        logits: new Float32Array(scores).fill(-9),
        deltas: new Float32Array(priors * 4),
      }),
  ];
  for (const run of fakes) {
    const { runner, pulse } = runnerOf({ run, release: () => Promise.resolve() });
    const { jobs, answers } = ask(PICTURES);
    const before = pulse.beats;
    await runner.run(jobs);
    assert.deepEqual(answers.map((answer) => [answer.id, "error" in answer]), [
      [0, true],
      [1, true],
      [2, true],
    ]);
    assert.deepEqual([pulse.beats - before, pulse.state], [2, "idle"]);
  }
});

Deno.test("the pulse tells a run, and the first of its kind, in which a GPU compiles", async () => {
  const states: string[] = [];
  const network: Network = {
    run: (_y, _uv, _w, _h, count = 1) => {
      states.push(pulse.state);
      return Promise.resolve({
        logits: new Float32Array(count * GOLDEN.priorCount * 2).fill(-9),
        deltas: new Float32Array(count * GOLDEN.priorCount * 4),
      });
    },
    release: () => Promise.resolve(),
  };
  const { runner, pulse } = runnerOf(network);
  for (const count of [1, 1, 2, 2, 1]) await runner.run(ask(PICTURES.slice(0, count)).jobs);
  assert.deepEqual(states, ["compiling", "running", "compiling", "running", "running"]);
});

Deno.test("only pictures of one size go into a run", () => {
  const { jobs: [a, b] } = ask(PICTURES);
  const other = { ...b, memory: { ...b.memory, width: width * 2, height: height / 2 } };
  assert.deepEqual([sameSize(a, b), sameSize(a, other)], [true, false]);
});
