import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { AccessUnit } from "../../../src/encode/access_unit.ts";
import { Feed } from "../../../src/deliver/feed.ts";
import { Recorder, type RecorderOptions } from "../../../src/deliver/recordings/recorder.ts";
import { RecordingStore } from "../../../src/deliver/recordings/store.ts";
import { encodeTestPicture } from "../access_units.ts";
import { decode } from "../hls/media.ts";

const START_MS = Date.UTC(2026, 2, 1, 9, 0, 0);
const second = await encodeTestPicture({ width: 64, height: 64, fps: 10, seconds: 1 });
const other = await encodeTestPicture({
  width: 96,
  height: 64,
  fps: 10,
  seconds: 1,
  generation: 1,
});

async function withRecorder(
  use: (recorder: Recorder, play: (units: readonly AccessUnit[]) => void, folder: string) =>
    | Promise<void>
    | void,
  options: Partial<RecorderOptions> = {},
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const feed = new Feed();
  const store = new RecordingStore(`${folder}/gate`, { maxAgeHours: 1, maxGigabytes: 1 });
  const recorder = new Recorder(feed, store, { segmentMinutes: 1 / 30, log() {}, ...options });
  let frame = 0;
  const play = (units: readonly AccessUnit[]) => {
    for (const unit of units) {
      const time = { timeUs: frame * 100_000, capturedAtMs: START_MS + frame * 100 };
      feed.publish({ ...unit, ...time });
      frame++;
    }
  };
  try {
    await use(recorder, play, `${folder}/gate`);
  } finally {
    await recorder.close();
    strictEqual(feed.listenerCount, 0);
    await Deno.remove(folder, { recursive: true });
  }
}

const namesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

Deno.test("Recorder begins a file at a keyframe, named by its time, and a new one after so many minutes", () =>
  withRecorder(async (recorder, play, folder) => {
    play(second.slice(5));
    strictEqual(recorder.writing, null);
    for (let n = 0; n < 5; n++) play(second);
    await recorder.close();
    const names = namesIn(folder);
    deepStrictEqual(names, [
      "2026-03-01T09-00-00.500Z.mp4",
      "2026-03-01T09-00-02.500Z.mp4",
      "2026-03-01T09-00-04.500Z.mp4",
    ]);
    const decoded = await decode(await Deno.readFile(`${folder}/${names[0]}`));
    strictEqual(decoded.complaints, "");
    deepStrictEqual(decoded.times, Array.from({ length: 20 }, (_, n) => n / 10));
  }));

Deno.test("Recorder begins a new file when the encoder restarts", () =>
  withRecorder(async (recorder, play, folder) => {
    play(second);
    play(other);
    await recorder.close();
    const sizes = [];
    for (const name of namesIn(folder)) {
      sizes.push((await decode(await Deno.readFile(`${folder}/${name}`))).width);
    }
    deepStrictEqual(sizes, [64, 96]);
  }));

Deno.test("Recorder's file can be played up to where a crash cut it", () =>
  withRecorder(async (recorder, play, folder) => {
    play(second);
    await recorder.close();
    const whole = await Deno.readFile(`${folder}/${namesIn(folder)[0]}`);
    for (const share of [0.5, 0.9]) {
      const { frames } = await decode(whole.slice(0, Math.floor(whole.length * share)));
      ok(frames >= 1 && frames <= 10, `${frames} pictures of ${share}`);
    }
  }));

Deno.test("Recorder tells of a full disk once, removes the oldest file, and goes on when there is room", async () => {
  const log: string[] = [];
  let full = true;
  await withRecorder(async (recorder, play, folder) => {
    await Deno.mkdir(folder);
    await Deno.writeTextFile(`${folder}/2026-02-01T00-00-00.000Z.mp4`, "old");
    play(second);
    while (recorder.lastError === null || namesIn(folder).length > 0) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    match(recorder.lastError, /No space left/);
    strictEqual(recorder.writing, null);
    play(second);
    full = false;
    while (recorder.writing === null) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      play(second);
    }
    await recorder.close();
    strictEqual(recorder.lastError, null);
    strictEqual(log.length, 1, log.join());
    match(log[0]!, /^Cannot record to '.*gate\/2026-03-01T09-00-00\.000Z\.mp4': No space left/);
  }, {
    log: (_, message) => log.push(message),
    pauseMs: 0,
    open: async (path) => {
      if (full) throw new Error("No space left on device (os error 28)");
      return await Deno.open(path, { write: true, create: true });
    },
  });
});
