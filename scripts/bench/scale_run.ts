import { openModel } from "../../src/detect/models.ts";
import { parseAddress } from "../../src/source/address.ts";
import { liveRun } from "./live_run.ts";
import { decodeCost, packedBytes, passOverCost } from "./part_costs.ts";
import { type Predicted, ScaleModel } from "./scale_model.ts";

/** What is run. */
export interface ScaleRunOptions {
  clip: string;
  /** How long each row is measured, in seconds. */
  seconds: number;
  /** The most cameras. */
  cameras: number;
  /** Told of each row as it is there. */
  onRow: (row: ScaleRow) => void;
}

/** So many cameras of one picture size. CPU in milliseconds per encoded frame, all processes. */
export interface ScaleRow {
  size: string;
  cameras: number;
  /** Encoded, of the slowest and of the mean camera. */
  slowestFps: number;
  fps: number;
  dropped: number;
  /** How far the cameras had stepped down, their mean. */
  step: number;
  cpuMs: number;
  cpuShare: number;
  memoryMb: number;
  p95Ms: number;
  /** What the row before this one says of it; null for the first. */
  predicted: Predicted & { fpsErrorPercent: number; cpuErrorPercent: number } | null;
}

const SIZES = [[640, 360], [1280, 720], [1920, 1080]];
/** The load control steps down every three seconds, six times at most, and opens the source again for the last. */
const WARM_UP_SECONDS = 30;

/** Measures 1 to `cameras` cameras at 360p, 720p and 1080p, each row beside what was predicted. */
export async function scaleRun(options: ScaleRunOptions): Promise<ScaleRow[]> {
  const folder = await Deno.makeTempDir({ prefix: "bokashi-bench-" });
  const { card } = await openModel();
  const { longSide } = card.profiles[card.defaultProfile];
  const longSides = Object.values(card.profiles).map((profile) => profile.longSide);
  const cores = navigator.hardwareConcurrency;
  const rows: ScaleRow[] = [];
  try {
    for (const [width, height] of SIZES) {
      const size = `${width}x${height}`;
      const clip = `${folder}/${size}.mp4`;
      await scale(options.clip, width, height, clip);
      const decodeMs = await decodeCost(clip);
      const passOverMs = await passOverCost(packedBytes(width, height, longSide));
      let model: ScaleModel | undefined;
      for (let cameras = 1; cameras <= options.cameras; cameras++) {
        const run = await liveRun({
          sources: Array<string>(cameras).fill(clip),
          seconds: options.seconds,
          serveArguments: [],
          warmUpSeconds: WARM_UP_SECONDS,
        });
        const cpuShare = run["CPU % of the machine"] / 100;
        const fps = run["encoded fps, all"] / cameras;
        const before = rows.at(-1);
        const predicted = model && before ? model.predict(before, cameras) : null;
        const row: ScaleRow = {
          size,
          cameras,
          slowestFps: run["encoded fps, slowest"],
          fps,
          dropped: run["dropped, all"],
          step: run["load step, mean"],
          cpuMs: cpuShare * cores * 1000 / run["encoded fps, all"],
          cpuShare,
          memoryMb: run["memory MB, all processes"],
          p95Ms: run["capture to encoded p95 ms"],
          predicted: predicted && {
            ...predicted,
            fpsErrorPercent: (predicted.fps / fps - 1) * 100,
            cpuErrorPercent: (predicted.cpuShare / cpuShare - 1) * 100,
          },
        };
        model ??= new ScaleModel(
          { width, height },
          {
            networkMs: run["inference p50 ms"],
            decodeMs,
            handOverMs: run["decoder CPU ms a frame"] - decodeMs,
            passOverMs,
          },
          longSide,
          longSides,
          cores,
        );
        rows.push(row);
        options.onRow(row);
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return rows;
}

async function scale(clip: string, width: number, height: number, to: string): Promise<void> {
  const { success, stderr } = await new Deno.Command("ffmpeg", {
    args: [
      ...["-hide_banner", "-loglevel", "error", "-nostdin", "-i", parseAddress(clip).input],
      ...["-an", "-vf", `scale=${width}:${height}`, "-r", "30"],
      ...["-c:v", "libx264", "-preset", "veryfast", "-crf", "20", to],
    ],
  }).output();
  if (!success) throw new Error(`Cannot scale '${clip}': ${new TextDecoder().decode(stderr)}`);
}
