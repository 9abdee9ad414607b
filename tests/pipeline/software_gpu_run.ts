/**
 * One small file job with the provider given, in a process of its own, with up to four pictures in a
 * run, and then four pictures at once: prints each frame's masks, and what is in the pictures, as JSON, then ends in the middle of a further run, as a stopped service does.
 *
 *   software_gpu_run.ts PROVIDER CLIP
 */
import { openJobDetector } from "../../src/command/job_detector.ts";
import type { ProviderName } from "../../src/config/schema.ts";
import { DEFAULT_MASK, NO_ZONES } from "../../src/config/mask_schema.ts";
import { readGoldenFrame } from "../../src/detect/golden_frame.ts";
import { PackedLayout } from "../../src/frame/packed_layout.ts";
import { runFileJob } from "../../src/pipeline/file_job.ts";

const [provider, source] = Deno.args;
const job = await openJobDetector({
  provider: provider as ProviderName,
  precision: "fp32",
  workers: 1,
  batch: 4,
});
const frames: unknown[] = [];
const { covered } = await runFileJob({
  source,
  ...job,
  mask: DEFAULT_MASK,
  zones: NO_ZONES,
  longSide: 256,
  lookAhead: 1,
  decoderThreads: 1,
  encoderThreads: 1,
  onFrame: ({ masks }) =>
    frames.push(masks.map(({ class: label, score, rect }) => ({ label, score, rect }))),
});

/** The golden drawing, the upper rows grey in each of the four to another height. */
const drawing = await readGoldenFrame();
const looks = await Promise.all([0, 20, 40, 60].map((rows) => {
  const picture = { y: drawing.y.slice(), uv: drawing.uv };
  picture.y.fill(128, 0, rows * drawing.width);
  return job.pictures.detect(picture, drawing.width, drawing.height);
}));
const pictures = looks.map(({ detections }) => detections);
// Each has its share of its run's time.
const runs = new Set(looks.map(({ inferenceMs }) => inferenceMs)).size;
console.log(JSON.stringify({ covered, frames, pictures, runs }));

// Long enough that the stop finds the network at work.
const layout = new PackedLayout(256, 128, 256, 128);
job.detector.resize(layout);
job.detector.detect(new Uint8Array(layout.bytes)).catch(() => {});
await new Promise((resolve) => setTimeout(resolve, 20));
await job.close();
Deno.exit(0);
