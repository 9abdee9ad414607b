/** The demo clip through the whole pipeline, held against its exact ground truth by pixels. */
import assert from "node:assert/strict";
import { openJobDetector } from "../../src/command/job_detector.ts";
import { DEFAULT_MASK, NO_ZONES } from "../../src/config/mask_schema.ts";
import type { I420 } from "../../src/frame/i420.ts";
import { runFileJob } from "../../src/pipeline/file_job.ts";

interface TruthPlate {
  id: string;
  box: [number, number, number, number];
  width: number;
  visibility: number;
}

const truth: { frames: { plates: TruthPlate[] }[] } = JSON.parse(
  await Deno.readTextFile(new URL("../../scripts/demo/demo.truth.json", import.meta.url)),
);

/**
 * Share of a box, 0..1, that is masked: neighbours in a mosaic cell are the same, while the clip's
 * grain makes them differ everywhere else.
 */
function maskedShare(picture: I420, [x, y, width, height]: TruthPlate["box"]): number {
  const left = Math.max(0, Math.round(x)),
    right = Math.min(picture.width - 1, Math.round(x + width));
  const top = Math.max(0, Math.round(y)), bottom = Math.min(picture.height, Math.round(y + height));
  let same = 0, all = 0;
  for (let row = top; row < bottom; row++) {
    for (let i = row * picture.width + left; i < row * picture.width + right; i++) {
      all++;
      if (picture.y[i] === picture.y[i + 1]) same++;
    }
  }
  return all ? same / all : 1;
}

Deno.test("the demo clip has truth for 600 frames, with plates near and far", () => {
  assert.equal(truth.frames.length, 600);
  const widths = truth.frames.flatMap(({ plates }) => plates.map(({ width }) => width));
  assert.ok(Math.min(...widths) < 20 && Math.max(...widths) > 100);
});

/** Masks the clip with so many frames of look-ahead: 3 as live cameras do, 30 as `bokashi blur`. */
async function hidesThePlates(lookAhead: number): Promise<void> {
  const job = await openJobDetector({ provider: "cpu", workers: 2 });
  let frame = 0;
  const counts = { near: 0, nearBare: 0, small: 0, smallBare: 0 };
  const bare = new Map<string, number>();
  const result = await runFileJob({
    source: "demo",
    ...job,
    mask: DEFAULT_MASK,
    zones: NO_ZONES,
    lookAhead,
    decoderThreads: 1,
    encoderThreads: 1,
    onFrame({ picture }) {
      for (const plate of truth.frames[frame].plates) {
        if (plate.visibility < 0.9 || plate.width < 16) continue;
        const size = plate.width >= 40 ? "near" : "small";
        counts[size]++;
        if (maskedShare(picture, plate.box) >= 0.75) continue;
        counts[`${size}Bare`]++;
        bare.set(plate.id, (bare.get(plate.id) ?? 0) + 1);
      }
      frame++;
    },
  });
  await job.close();
  const { near, nearBare, small, smallBare } = counts;
  console.log(
    `look-ahead ${lookAhead}: plates from 40 px: ${nearBare} of ${near} bare; 16-40 px: ${smallBare} of ${small} bare`,
    bare.size ? `(${[...bare].map(([id, count]) => `${id} ${count}`).join(", ")})` : "",
  );
  assert.equal(result.frames, 600);
  assert.equal(frame, 600);
  assert.equal(result.covered, 0);
  assert.ok(near > 500, `${near} near plates`);
  assert.ok(nearBare / near <= 0.01, `${nearBare} of ${near} near plates are bare`);
}

for (const lookAhead of [3, 30]) {
  Deno.test(
    `plates of the demo clip that a person could read leave masked, ${lookAhead} frames late`,
    () => hidesThePlates(lookAhead),
  );
}
