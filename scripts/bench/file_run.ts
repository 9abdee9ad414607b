import { DEFAULT_MASK, NO_ZONES } from "../../src/config/mask_schema.ts";
import { encoderArguments } from "../../src/encode/encoder_arguments.ts";
import { FfmpegProcess } from "../../src/frame/ffmpeg_process.ts";
import { PackedLayout } from "../../src/frame/packed_layout.ts";
import { detectorSize } from "../../src/detect/profile.ts";
import { type JobFrameDetector, runFileJob } from "../../src/pipeline/file_job.ts";
import { parseAddress } from "../../src/source/address.ts";
import { probe } from "../../src/source/probe.ts";
import { ProcessWatch, threadCpuMs } from "./process_use.ts";

/** What is run. */
export interface FileRunOptions {
  clip: string;
  detector: JobFrameDetector;
  startScores: Record<string, number>;
  /** Longest side of the detector's picture, in pixels. */
  longSide: number;
}

/** Deno names a Worker's thread `worker-N`; here only inference runs in Workers. */
const INFERENCE_THREADS = "worker-";
/** Runs of the bare network, enough for a second or more. */
const NETWORK_RUNS = 150;

/**
 * One run of the whole pipeline as a file job, then of its two floors: plain ffmpeg with the same
 * decoder and encoder settings, and the bare network. Times in milliseconds of CPU per frame.
 */
export async function fileRun(options: FileRunOptions): Promise<Record<string, number>> {
  const ours = await pipeline(options);
  const plain = await plainFfmpeg(options.clip);
  const network = await bareNetwork(options);
  const cores = navigator.hardwareConcurrency;
  const bound = cores * 1000 / (plain.cpuMs + network.cpuMs);
  return {
    "pipeline fps": ours.fps,
    "bound fps": bound,
    "pipeline / bound": ours.fps / bound,
    // The same ratio where other jobs take the machine's time: it leaves idle cores out.
    "floors' CPU / pipeline's": (plain.cpuMs + network.cpuMs) / (ours.user + ours.system),
    "pipeline CPU ms": ours.user + ours.system,
    "  of it user": ours.user,
    "  of it system": ours.system,
    "  decode and scale": ours.decode,
    "  network": ours.network,
    "  rest of our process": ours.rest,
    "  encode": ours.encode,
    "memory MB": ours.memoryMb,
    "plain ffmpeg fps": plain.fps,
    "plain ffmpeg CPU ms": plain.cpuMs,
    "bare network fps": network.fps,
    "bare network CPU ms": network.cpuMs,
  };
}

async function pipeline({ clip, ...options }: FileRunOptions) {
  let pids: [number, number] | undefined;
  const watch = new ProcessWatch(() => [Deno.pid, ...pids ?? []]);
  const networkBefore = threadCpuMs(INFERENCE_THREADS);
  const { frames, seconds } = await runFileJob({
    source: clip,
    ...options,
    mask: DEFAULT_MASK,
    zones: NO_ZONES,
    lookAhead: 3,
    decoderThreads: 1,
    encoderThreads: 1,
    onProcesses: (...both) => pids = both,
  });
  watch.stop();
  const network = threadCpuMs(INFERENCE_THREADS) - networkBefore;
  const all = (pid: number) => watch.cpu(pid).user + watch.cpu(pid).system;
  const { user, system } = watch.total();
  return {
    fps: frames / seconds,
    user: user / frames,
    system: system / frames,
    decode: all(pids![0]) / frames,
    network: network / frames,
    rest: (all(Deno.pid) - network) / frames,
    encode: all(pids![1]) / frames,
    memoryMb: watch.peakMb,
  };
}

async function plainFfmpeg(clip: string): Promise<{ fps: number; cpuMs: number }> {
  const encode = encoderArguments({ threads: 1, fps: 30 });
  const ffmpeg = new FfmpegProcess("ffmpeg", [
    ...["-hide_banner", "-loglevel", "error", "-nostdin", "-threads", "1"],
    ...["-i", parseAddress(clip).input, "-an", "-progress", "pipe:2"],
    ...encode.slice(encode.indexOf("-c:v")),
  ]);
  const pids = [ffmpeg.pid];
  const watch = new ProcessWatch(() => pids);
  const began = performance.now();
  for await (const _ of ffmpeg.stdout);
  await ffmpeg.ended();
  const seconds = (performance.now() - began) / 1000;
  watch.stop();
  const frames = Number(ffmpeg.lines.findLast((line) => line.startsWith("frame="))?.slice(6));
  const { user, system } = watch.total();
  return { fps: frames / seconds, cpuMs: (user + system) / frames };
}

/** The network alone, every inference Worker busy, on one grey picture over and over. */
async function bareNetwork(options: FileRunOptions): Promise<{ fps: number; cpuMs: number }> {
  const { detector, clip, longSide } = options;
  const info = await probe(parseAddress(clip), { transport: "tcp", pace: "job" });
  const [width, height] = [info.width, info.height].map((side) => Math.floor(side / 2) * 2);
  const small = detectorSize(width, height, longSide);
  const layout = new PackedLayout(width, height, small.width, small.height);
  detector.resize(layout);
  const packed = new Uint8Array(layout.bytes).fill(128);
  let left = NETWORK_RUNS;
  const lane = async () => {
    while (left-- > 0) await detector.detect(packed);
  };
  const before = threadCpuMs(INFERENCE_THREADS), began = performance.now();
  await Promise.all(Array.from({ length: detector.capacity }, lane));
  const seconds = (performance.now() - began) / 1000;
  const cpuMs = (threadCpuMs(INFERENCE_THREADS) - before) / NETWORK_RUNS;
  return { fps: NETWORK_RUNS / seconds, cpuMs };
}
