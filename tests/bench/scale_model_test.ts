import assert from "node:assert/strict";
import { type CostParts, ScaleModel } from "../../scripts/bench/scale_model.ts";

/** 640x352 and 512x288: 35 % fewer pixels. Two cores, of which 95 % are of use: 1900 ms a second. */
const make = (parts: Partial<CostParts>) =>
  new ScaleModel(
    { width: 1280, height: 720 },
    { networkMs: 0, decodeMs: 0, handOverMs: 0, passOverMs: 0, ...parts },
    640,
    [512, 640, 960],
    2,
  );
const round = (value: number) => Math.round(value * 1000) / 1000;
const SAVED = 1 - 512 * 288 / (640 * 352);

Deno.test("ScaleModel: a machine with time gives every camera all frames, at the cost seen", () => {
  for (const decodeMs of [0, 3]) {
    const model = make({ networkMs: 15, decodeMs, handOverMs: decodeMs });
    const { fps, cpuShare } = model.predict({ cpuMs: 20, fps: 30, step: 0 }, 3);
    assert.deepEqual([fps, round(cpuShare)], [30, 0.9]);
  }
});

Deno.test("ScaleModel: too many cameras step down to the smaller profile first, as few as will do", () => {
  const { fps, cpuShare } = make({ networkMs: 20 }).predict({ cpuMs: 22, fps: 30, step: 0 }, 3);
  assert.equal(fps, 30);
  assert.equal(round(cpuShare), round(30 * (3 * 22 - 20 * SAVED) / 2000));
});

Deno.test("ScaleModel: then to fewer frames", () => {
  // One of three at every second frame: 2100 - 350 of 1900.
  const { fps, cpuShare } = make({}).predict({ cpuMs: 70 / 3, fps: 30, step: 0 }, 3);
  assert.deepEqual([round(fps), round(cpuShare)], [25, 0.875]);
});

Deno.test("ScaleModel: a frame that is left out costs its decoding and the way to us", () => {
  const parts = { decodeMs: 2, handOverMs: 1, passOverMs: 1 };
  // 30 come and 15 leave: 90 + 15 of 480 ms a second, and 25 a frame that leaves. All frames would cost 840.
  const { fps, cpuShare } = make(parts).predict({ cpuMs: 32, fps: 15, step: 2 }, 3);
  // Two of three at every second frame: 1800 of 1900.
  assert.deepEqual([round(fps), round(cpuShare)], [20, 0.9]);
});

Deno.test("ScaleModel: what cannot even be decoded leaves nothing", () => {
  assert.equal(make({ decodeMs: 4 }).predict({ cpuMs: 40, fps: 30, step: 0 }, 40).fps, 0);
});

Deno.test("ScaleModel: a row that had stepped down says what a full frame would cost", () => {
  const model = make({ networkMs: 20 }), saved = 20 * SAVED;
  const full = model.predict({ cpuMs: 30, fps: 30, step: 0 }, 1);
  assert.deepEqual(model.predict({ cpuMs: 30 - saved, fps: 30, step: 1 }, 1), full);
  assert.equal(
    round(model.predict({ cpuMs: 30 - saved / 2, fps: 30, step: 0.5 }, 1).cpuShare),
    round(full.cpuShare),
  );
});
