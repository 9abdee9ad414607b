import { parseAddress } from "../../src/source/address.ts";
import { liveRun } from "./live_run.ts";

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
  fps: number;
  dropped: number;
  cpuMs: number;
  cpuShare: number;
  memoryMb: number;
  p95Ms: number;
  /** What the row before this one says of it; null for the first. */
  predicted: { fps: number; cpuShare: number } | null;
}

const SIZES = [[640, 360], [1280, 720], [1920, 1080]];
/** Share of the machine that was seen to be of use under full load. */
const USABLE = 0.95;

/** Measures 1 to `cameras` cameras at 360p, 720p and 1080p, each row beside what was predicted. */
export async function scaleRun(options: ScaleRunOptions): Promise<ScaleRow[]> {
  const folder = await Deno.makeTempDir({ prefix: "bokashi-bench-" });
  const rows: ScaleRow[] = [];
  try {
    for (const [width, height] of SIZES) {
      const size = `${width}x${height}`;
      const clip = `${folder}/${size}.mp4`;
      await scale(options.clip, width, height, clip);
      let before: ScaleRow | null = null;
      for (let cameras = 1; cameras <= options.cameras; cameras++) {
        const sources = Array<string>(cameras).fill(clip);
        const run = await liveRun({ sources, seconds: options.seconds, serveArguments: [] });
        const fps = run["encoded fps, slowest"];
        const cpuShare = run["CPU % of the machine"] / 100;
        const cores = navigator.hardwareConcurrency;
        const row: ScaleRow = {
          size,
          cameras,
          fps,
          dropped: run["dropped, all"],
          cpuMs: cpuShare * cores * 1000 / (run["encoded fps, all"]),
          cpuShare,
          memoryMb: run["memory MB, all processes"],
          p95Ms: run["capture to encoded p95 ms"],
          predicted: before && predict(before, cameras),
        };
        rows.push(row);
        options.onRow(row);
        before = row;
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return rows;
}

/**
 * The model of cost: every frame costs the CPU what it cost in the row before; the machine gives
 * what it has, and cameras share it evenly.
 */
function predict({ cpuMs }: ScaleRow, cameras: number): { fps: number; cpuShare: number } {
  const capacity = USABLE * navigator.hardwareConcurrency * 1000 / cpuMs;
  const fps = Math.min(30, capacity / cameras);
  return { fps, cpuShare: fps * cameras * cpuMs / 1000 / navigator.hardwareConcurrency };
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
