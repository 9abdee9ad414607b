/** A real RTSP camera over TCP whose decoder stands still for seconds, as on a starved machine. */
import assert from "node:assert/strict";
import { ffmpeg, join } from "../frame/streams.ts";
import { FaultyCamera } from "../pipeline/faulty_camera.ts";
import { withFolder } from "../source/clips.ts";
import { freePort, RtspCamera, rtspIsInstalled } from "./rtsp_camera.ts";

const WIDTH = 320, HEIGHT = 180, FPS = 25, BITS = 10, CELL = 32;
const SECONDS = 40;

/** Writes a clip whose pictures show their number, in cells of one bit. */
async function numberedClip(path: string): Promise<void> {
  const bit = `mod(floor(N/pow(2,floor(X/${CELL}))),2)`;
  await ffmpeg([
    ...["-f", "lavfi", "-i", `color=gray:size=${WIDTH}x${HEIGHT}:rate=${FPS}:duration=${SECONDS}`],
    ...["-vf", `format=gray,geq=lum='if(lt(Y,${CELL}),if(${bit},220,30),90)',format=yuv420p`],
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
      const camera = new FaultyCamera(`rtsp://127.0.0.1:${server.port}/live`);
      const arrivals: number[] = [];
      const watch = setInterval(() => {
        while (arrivals.length < camera.units.length) arrivals.push(performance.now());
      }, 5);
      try {
        camera.attach();
        await camera.until(() => camera.loop.status().state === "live");
        await camera.more(2 * FPS);
        const stopped = camera.units.length, pid = decoder();
        Deno.kill(pid, "SIGSTOP");
        await new Promise((resolve) => setTimeout(resolve, 4000));
        Deno.kill(pid, "SIGCONT");
        const resumed = performance.now();
        await camera.until(() => performance.now() > resumed + 6000);
        clearInterval(watch);
        camera.loop.stop();
        const { generation } = camera.units.at(-1)!;
        const first = camera.units.findIndex((unit) => unit.generation === generation);
        assert.ok(first < stopped, "it was opened anew");
        const raw = await ffmpeg(
          ["-f", "h264", "-i", "pipe:0", "-fps_mode", "passthrough", "-f", "rawvideo", "pipe:1"],
          join(camera.units.slice(first).map(({ data }) => data)),
        );
        const seen = numbers(raw).map((number, i) => ({
          number,
          atMs: arrivals[first + i],
          /** How late the picture is shown, but for a constant. */
          lateMs: arrivals[first + i] - number * 1000 / FPS,
          /** How far its time is behind the clock, but for a constant. */
          behindMs: arrivals[first + i] - camera.units[first + i].timeUs / 1000,
        })).filter(({ atMs }) => atMs !== undefined);
        const before = seen.filter((_, i) => first + i > stopped - FPS && first + i < stopped);
        const after = seen.filter(({ atMs }) => atMs > resumed + 3000);
        assert.ok(before.length > 10 && after.length > 10);
        for (const what of ["lateMs", "behindMs"] as const) {
          const of = (list: typeof seen) => median(list.map((each) => each[what]));
          const grown = of(after) - of(before);
          // It stood still for 4 s. A busy machine may be a little late in both.
          assert.ok(Math.abs(grown) < 500, `${what} grew by ${grown}`);
        }
        // Of the hundred that waited, few came in a rush.
        const rush = seen.filter(({ atMs }) => atMs > resumed && atMs < resumed + 500);
        assert.ok(rush.length < 50, `${rush.length} in half a second`);
        assert.ok(camera.loop.status().dropped > 40);
      } finally {
        clearInterval(watch);
        await camera.end();
        await server.off();
      }
    }),
});
