import assert from "node:assert/strict";
import { ScaleModel } from "../../scripts/bench/scale_model.ts";

/** 640x352 and 512x288: 35 % fewer pixels. Two cores, of which 95 % are of use: 1900 ms a second. */
const make = (networkMs: number, decoderMs = 0) =>
  new ScaleModel(
    { width: 1280, height: 720 },
    { networkMs, decoderMs },
    640,
    [512, 640, 960],
    2,
  );
const round = (value: number) => Math.round(value * 1000) / 1000;

Deno.test("ScaleModel: a machine with time gives every camera all frames, at the cost seen", () => {
  for (const decoderMs of [0, 3]) {
    const { fps, cpuShare } = make(15, decoderMs).predict({ cpuMs: 20, fps: 30, step: 0 }, 3);
    assert.deepEqual([fps, round(cpuShare)], [30, 0.9]);
  }
});

Deno.test("ScaleModel: too many cameras step down to the smaller profile first", () => {
  const { fps, cpuShare } = make(20).predict({ cpuMs: 30, fps: 30, step: 0 }, 2.5);
  const cheaper = 30 - 20 * (1 - 512 * 288 / (640 * 352));
  assert.equal(fps, 30);
  assert.equal(round(cpuShare), round(30 * 2.5 * cheaper / 2000));
});

Deno.test("ScaleModel: then to fewer frames, and to what the machine bears", () => {
  const model = make(10);
  assert.equal(model.predict({ cpuMs: 40, fps: 30, step: 0 }, 3).fps, 15);
  assert.equal(model.predict({ cpuMs: 40, fps: 30, step: 0 }, 20).fps < 7.5, true);
});

Deno.test("ScaleModel: a frame that is left out costs its decoding", () => {
  // 3 cameras: 90 decoded and 45 looked at each second.
  const { fps, cpuShare } = make(0, 4).predict({ cpuMs: 36, fps: 30, step: 0 }, 3);
  assert.deepEqual([fps, round(cpuShare)], [15, round((90 * 4 + 45 * 32) / 2000)]);
  // By a row in which half was left out the same is expected of the next.
  const left = make(0, 4).predict({ cpuMs: 2 * 4 + 32, fps: 15, step: 2 }, 3);
  assert.deepEqual([left.fps, round(left.cpuShare)], [15, round(cpuShare)]);
  assert.equal(make(0, 4).predict({ cpuMs: 40, fps: 30, step: 0 }, 40).fps, 0);
});

Deno.test("ScaleModel: a row that had stepped down says what a full frame would cost", () => {
  const model = make(20), saved = 20 * (1 - 512 * 288 / (640 * 352));
  const full = model.predict({ cpuMs: 30, fps: 30, step: 0 }, 1);
  assert.deepEqual(model.predict({ cpuMs: 30 - saved, fps: 30, step: 1 }, 1), full);
  assert.equal(
    round(model.predict({ cpuMs: 30 - saved / 2, fps: 30, step: 0.5 }, 1).cpuShare),
    round(full.cpuShare),
  );
});
