import assert from "node:assert/strict";
import { DEFAULT_MASK, NO_ZONES } from "../../src/config/mask_schema.ts";
import { matroskaFrameHeader, matroskaHeader } from "../../src/frame/matroska_writer.ts";
import { type FileJobOptions, type PictureSink, runFileJob } from "../../src/pipeline/file_job.ts";
import { join } from "../frame/streams.ts";

const FRAMES = 40;

/** Matroska with bare grey pictures at these times. */
function rawClip(timesUs: readonly number[]): Uint8Array {
  const header = matroskaHeader({ width: 64, height: 48, sampleAspect: [1, 1] });
  const bytes = 64 * 48 * 3 / 2;
  return join([
    header,
    ...timesUs.flatMap((timeUs) => [
      matroskaFrameHeader(timeUs, bytes),
      new Uint8Array(bytes).fill(128),
    ]),
  ]);
}

/** Runs a job on a short clip, with a detector that finds nothing, into a sink that keeps nothing. */
async function job(options: Partial<FileJobOptions>, size = "64x48", timesUs?: number[]) {
  const source = await Deno.makeTempFile({ suffix: ".mkv" });
  const done = { told: 0, encoded: 0, asked: 0, killed: false, finished: false };
  const times: number[] = [];
  const sink: PictureSink = {
    pid: 0,
    encode: (_picture, timeUs) => {
      done.encoded++;
      times.push(timeUs);
      return Promise.resolve();
    },
    finish: () => {
      done.finished = true;
      return Promise.resolve();
    },
    kill: () => {
      done.killed = true;
      return Promise.resolve();
    },
  };
  const detector = {
    capacity: 2,
    resize() {},
    async detect() {
      done.asked++;
      await new Promise((resolve) => setTimeout(resolve, 5));
      return { detections: [], inferenceMs: 5 };
    },
  };
  try {
    if (timesUs) await Deno.writeFile(source, rawClip(timesUs));
    else {
      const clip = ["-f", "lavfi", "-i", `testsrc2=size=${size}:rate=25`, "-frames:v", `${FRAMES}`];
      const { success } = await new Deno.Command("ffmpeg", {
        args: ["-v", "error", "-y", ...clip, "-c:v", "ffv1", source],
      }).output();
      assert.ok(success);
    }
    const result = await runFileJob({
      source,
      detector,
      longSide: 32,
      lookAhead: 8,
      startScores: {},
      mask: DEFAULT_MASK,
      zones: NO_ZONES,
      decoderThreads: 1,
      encoderThreads: 1,
      openSink: () => sink,
      onFrame: () => done.told++,
      ...options,
    }).catch((error: Error) => error);
    return { result, done, times };
  } finally {
    await Deno.remove(source);
  }
}

Deno.test("a job gives every frame of the file, the last ones included, and ends the file once", async () => {
  const { result, done } = await job({});
  assert.ok(!(result instanceof Error), `${result}`);
  assert.deepEqual([result.frames, result.covered], [FRAMES, 0]);
  assert.deepEqual(done, {
    told: FRAMES,
    encoded: FRAMES,
    asked: FRAMES,
    killed: false,
    finished: true,
  });
});

Deno.test("a job whose frames cannot be told of fails: no frame is left out in silence", async () => {
  let told = 0;
  const { result, done } = await job({
    onFrame: () => {
      if (++told === 10) throw new Error("No space left on device");
    },
  });
  assert.ok(result instanceof Error);
  assert.equal(result.message, "No space left on device");
  assert.deepEqual([done.finished, done.killed], [false, true]);
});

Deno.test("a job that has failed leaves the detector to the next file, and tells no more of its own", async () => {
  const { result, done } = await job({
    openSink: () => ({
      pid: 0,
      encode: () => Promise.reject(new Error("the encoder ended")),
      finish: () => Promise.resolve(),
      kill: () => Promise.resolve(),
    }),
  });
  assert.ok(result instanceof Error);
  assert.equal(result.message, "the encoder ended");
  const { asked, told } = done;
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.deepEqual([done.asked, done.told], [asked, told]);
  assert.equal(told, 1);
});

Deno.test("a job that is interrupted kills its encoder and gives the reason", async () => {
  const stop = new AbortController();
  const { result, done } = await job({
    signal: stop.signal,
    onFrame: ({ number }) => {
      if (number === 5) stop.abort(new Error("interrupted"));
    },
  });
  assert.ok(result instanceof Error);
  assert.deepEqual([result.message, done.killed, done.finished], ["interrupted", true, false]);
});

for (const size of ["32x16", "33x47", "64x16"]) {
  Deno.test(`a video of ${size} is done whole`, async () => {
    const { result } = await job({}, size);
    assert.ok(!(result instanceof Error), `${result}`);
    assert.deepEqual([result.frames, result.covered, result.damage], [FRAMES, 0, null]);
  });
}

Deno.test("a video that is too narrow is refused in words", async () => {
  const { result } = await job({}, "30x64");
  assert.ok(result instanceof Error);
  assert.equal(result.message, "its picture is 30x64: videos are 32 px wide at least");
});

Deno.test("a file's times are kept, long gaps included", async () => {
  const own = [0, 40_000, 73_000, 80_000, 12_000_000, 12_040_000, 3_612_040_000];
  const { result, times } = await job({}, undefined, own);
  assert.ok(!(result instanceof Error), `${result}`);
  assert.deepEqual(times, own);
});

Deno.test("a file whose times go back is done whole, at its rate from there on", async () => {
  const own = Array.from({ length: 30 }, (_, i) => (i < 10 ? 3_600_000_000 : 0) + i * 40_000);
  const { result, times } = await job({}, undefined, own);
  assert.ok(!(result instanceof Error), `${result}`);
  assert.equal(times.length, 30);
  const steps = times.slice(1).map((time, i) => time - times[i]);
  assert.ok(steps.every((step) => step > 0), steps.join());
  // Two may have been pictures that came twice.
  const after = new Set(steps.slice(12));
  assert.equal(after.size, 1);
  assert.ok([...after][0] >= 1000, `${[...after]}`);
});
