/**
 * One small file job with the provider given, in a process of its own: prints each frame's masks as
 * JSON, then ends in the middle of a further run, as a stopped service does.
 *
 *   software_gpu_run.ts PROVIDER CLIP
 */
import { openJobDetector } from "../../src/command/job_detector.ts";
import type { ProviderName } from "../../src/config/schema.ts";
import { DEFAULT_MASK, NO_ZONES } from "../../src/config/mask_schema.ts";
import { PackedLayout } from "../../src/frame/packed_layout.ts";
import { runFileJob } from "../../src/pipeline/file_job.ts";

const [provider, source] = Deno.args;
const job = await openJobDetector({
  provider: provider as ProviderName,
  precision: "fp32",
  workers: 1,
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
console.log(JSON.stringify({ covered, frames }));

// Long enough that the stop finds the network at work.
const layout = new PackedLayout(256, 128, 256, 128);
job.detector.resize(layout);
job.detector.detect(new Uint8Array(layout.bytes)).catch(() => {});
await new Promise((resolve) => setTimeout(resolve, 20));
await job.close();
Deno.exit(0);
