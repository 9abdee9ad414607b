/** A real RTSP camera over TCP whose decoder stands still for seconds, as on a starved machine. */
import assert from "node:assert/strict";
import { ffmpeg, join } from "../frame/streams.ts";
import { FaultyCamera } from "../pipeline/faulty_camera.ts";
import { withFolder } from "../source/clips.ts";
import { freePort, pause } from "../wait.ts";
import { RtspCamera, rtspIsInstalled } from "./rtsp_camera.ts";

const WIDTH = 320, HEIGHT = 180, FPS = 25, BITS = 12, CELL = 24;
const SECONDS = 150;
/** How long the decoder stands still. */
const STILL_MS = 4000;
/** A camera is given up that sends nothing for 5 s: on a busy machine the decoder may stand still for longer than it was told. */
const ATTEMPTS = 5;

/** Writes a clip whose pictures show their number, in cells of one bit. */
async function numberedClip(path: string): Promise<void> {
  const bits = `color=black:s=${BITS}x2:r=${FPS}:d=${SECONDS},format=gray,` +
    `geq=lum='if(mod(floor(N/pow(2,X)),2),220,30)',scale=${BITS * CELL}:${CELL}:flags=neighbor`;
  await ffmpeg([
    ...["-f", "lavfi", "-i", `color=gray:size=${WIDTH}x${HEIGHT}:rate=${FPS}:duration=${SECONDS}`],
    ...["-f", "lavfi", "-i", bits, "-filter_complex", "[0][1]overlay=shortest=1,format=yuv420p"],
    ...["-c:v", "libx264", "-preset", "ultrafast", "-qp", "10", "-g", `${FPS}`, "-bf", "0", path],
  ]);
}

/** The numbers that decoded pictures show. */
function numbers(raw: Uint8Array): number[] {
  const bytes = WIDTH * HEIGHT * 3 / 2, shown: number[] = [];
  for (let at = 0; at + bytes <= raw.length; at += bytes) {
    const row = raw.subarray(at + CELL / 2 * WIDTH, at + (CELL / 2 + 1) * WIDTH);
    shown.push(
      Array.from({ length: BITS }, (_, bit) => row[bit * CELL + CELL / 2] > 125 ? 2 ** bit : 0)
        .reduce((sum, value) => sum + value),
    );
  }
  return shown;
}

/** The decoder of a camera that runs in this process. */
function decoder(): number {
  const found = [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).find((pid) => {
    try {
      const parent = Deno.readTextFileSync(`/proc/${pid}/stat`).replace(/^.*\) . /s, "");
      const line = Deno.readTextFileSync(`/proc/${pid}/cmdline`);
      return Number(parent.split(" ")[0]) === Deno.pid && line.includes("rtsp://") &&
        line.includes("ffmpeg\0");
    } catch {
      return false;
    }
  });
  assert.ok(found, "no decoder runs");
  return found;
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

/** One picture that left the camera. */
interface Seen {
  number: number;
  atMs: number;
  /** How late it is shown, but for a constant. */
  lateMs: number;
  /** How far its time is behind the clock, but for a constant. */
  behindMs: number;
}

/** What left a camera before its decoder stood still, and after. */
interface Taken {
  before: Seen[];
  after: Seen[];
  dropped: number;
}

/** Lets a camera's decoder stand still. Gives null if the camera was lost over it. */
async function standStill(server: RtspCamera): Promise<Taken | null> {
  const camera = new FaultyCamera(`rtsp://127.0.0.1:${server.port}/live`);
  const arrivals: number[] = [];
  const watch = setInterval(() => {
    while (arrivals.length < camera.units.length) arrivals.push(performance.now());
  }, 5);
  try {
    camera.attach();
    await camera.until(() => camera.loop.status().state === "live");
    await camera.more(3 * FPS);
    const stopped = camera.units.length, pid = decoder();
    const { dropped } = camera.loop.status();
    Deno.kill(pid, "SIGSTOP");
    await pause(STILL_MS);
    Deno.kill(pid, "SIGCONT");
    const resumed = performance.now();
    await camera.until(() => performance.now() > resumed + 8000);
    clearInterval(watch);
    camera.loop.stop();
    if (camera.loop.counts().connections > 1) return null;
    const { generation } = camera.units.at(-1)!;
    const first = camera.units.findIndex((unit) => unit.generation === generation);
    if (first >= stopped) return null;
    const raw = await ffmpeg(
      ["-f", "h264", "-i", "pipe:0", "-fps_mode", "passthrough", "-f", "rawvideo", "pipe:1"],
      join(camera.units.slice(first).map(({ data }) => data)),
    );
    const seen = numbers(raw).map((number, i): Seen => ({
      number,
      atMs: arrivals[first + i]!,
      lateMs: arrivals[first + i]! - number * 1000 / FPS,
      behindMs: arrivals[first + i]! - camera.units[first + i]!.timeUs / 1000,
    })).filter(({ atMs }) => atMs !== undefined);
    return {
      before: seen.slice(0, stopped - first).slice(-2 * FPS),
      after: seen.slice(stopped - first),
      dropped: camera.loop.status().dropped - dropped,
    };
  } finally {
    clearInterval(watch);
    await camera.end();
  }
}

Deno.test({
  name:
    "after its decoder stood still a TCP camera is live again: what is old is dropped, not shown late",
  ignore: !rtspIsInstalled(),
  sanitizeOps: false,
  sanitizeResources: false,
  fn: () =>
    withFolder(async (folder) => {
      await numberedClip(`${folder}/numbers.mp4`);
      const server = new RtspCamera(freePort(), [], `${folder}/numbers.mp4`);
      await server.on();
      try {
        let taken: Taken | null = null;
        for (let attempt = 1; !taken && attempt <= ATTEMPTS; attempt++) {
          taken = await standStill(server);
          if (!taken) console.log(`the camera was lost over it: attempt ${attempt}`);
        }
        assert.ok(taken, "the camera was lost each time");
        const { before, after, dropped } = taken;
        assert.ok(before.length > 10 && after.length > 10, `${before.length}, ${after.length}`);
        for (const what of ["lateMs", "behindMs"] as const) {
          // Of each second's worth of pictures since then, the one that was least late: a busy machine is late now and then.
          const of = (list: Seen[]) => median(list.map((each) => each[what]));
          const windows = Array.from(
            { length: Math.max(1, after.length - FPS) },
            (_, i) => of(after.slice(i, i + FPS)),
          );
          const grown = Math.min(...windows) - of(before);
          assert.ok(grown < 500, `${what} grew by ${grown}`);
        }
        // Of the hundred that waited few were shown.
        const last = before.at(-1)!.number;
        const waited = after.filter(({ number }) => number <= last + STILL_MS / 1000 * FPS);
        assert.ok(waited.length < 50, `${waited.length} of those that waited were shown`);
        assert.ok(dropped > 40, `${dropped} dropped`);
      } finally {
        await server.off();
      }
    }),
});
