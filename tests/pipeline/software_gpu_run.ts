/**
 * One small file job with the provider given, in a process of its own: prints each frame's masks as
 * JSON, then ends in the middle of a further run, as a stopped service does.
 *
 *   software_gpu_run.ts PROVIDER CLIP
 */
import { DEFAULT_MASK, NO_ZONES } from "../../src/config/mask_schema.ts";
import { DetectorClient } from "../../src/detect/client.ts";
import { openModel } from "../../src/detect/models.ts";
import { InferencePool } from "../../src/detect/pool.ts";
import { PackedLayout } from "../../src/frame/packed_layout.ts";
import { runFileJob } from "../../src/pipeline/file_job.ts";

const [provider, source] = Deno.args;
const model = await openModel();
const pool = new InferencePool({
  card: model.url,
  file: model.file("fp32"),
  provider,
  workers: 1,
  threads: 1,
});
const detector = new DetectorClient(120_000, () => {});
const ready = Promise.withResolvers<void>();
pool.join({
  attach({ worker, port }) {
    detector.attach(worker, port);
    ready.resolve();
  },
  detach: (worker) => detector.detach(worker),
});
await ready.promise;
const frames: unknown[] = [];
const { covered } = await runFileJob({
  source,
  detector,
  startScores: model.card.recommendedScores,
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
detector.resize(layout);
detector.detect(new Uint8Array(layout.bytes)).catch(() => {});
await new Promise((resolve) => setTimeout(resolve, 20));
detector.close();
await pool.close();
Deno.exit(0);
