import type { CameraStatus } from "../../src/pipeline/status.ts";
import { processTree, ProcessWatch, role } from "./process_use.ts";
import { Service } from "./service.ts";

/** What is run. */
export interface LiveRunOptions {
  /** The sources, one camera each: a clip is played at its own rate, over and over. */
  sources: string[];
  /** How long is measured, in seconds. */
  seconds: number;
  /** More arguments of `bokashi serve`. */
  serveArguments: string[];
  /**
   * Not measured: start, first pictures, clocks.
   *
   * @default {10}
   */
  warmUpSeconds?: number;
}

/**
 * `bokashi serve` as its user starts it, with cameras at their own pace. Frames are counted from the
 * start of the measurement to its end; latencies are those of its last seconds, of the worst camera.
 */
export async function liveRun(options: LiveRunOptions): Promise<Record<string, number>> {
  const sources = options.sources.map((source, i) => `camera-${i + 1}=${source}`);
  const service = await Service.start([...sources, ...options.serveArguments]);
  try {
    await wait(options.warmUpSeconds ?? 10);
    const watch = new ProcessWatch(() => processTree(service.pid));
    const began = performance.now(), before = await service.statuses();
    const samples: CameraStatus[][] = [];
    while (performance.now() - began < options.seconds * 1000) {
      await wait(1);
      samples.push(await service.statuses());
    }
    const seconds = (performance.now() - began) / 1000;
    watch.stop();
    const decoders = processTree(service.pid).filter((pid) => role(pid, service.pid) === "decoder");
    return summary(before, samples, seconds, watch, decoders);
  } finally {
    await service.stop();
  }
}

function summary(
  before: CameraStatus[],
  samples: CameraStatus[][],
  seconds: number,
  watch: ProcessWatch,
  decoders: readonly number[],
): Record<string, number> {
  const last = samples.at(-1)!;
  const worst = (of: (status: CameraStatus) => number | null) =>
    Math.max(...last.map((status) => of(status) ?? Infinity));
  const least = (of: (status: CameraStatus) => number) =>
    Math.min(...last.map((_, i) => mean(samples.map((sample) => of(sample[i])))));
  const grown = (key: "dropped" | "covered") =>
    last.reduce((sum, status, i) => sum + status[key] - before[i][key], 0);
  const { user, system } = watch.total();
  const cores = navigator.hardwareConcurrency;
  const sum = (of: (status: CameraStatus) => number) =>
    last.reduce((all, _, i) => all + mean(samples.map((sample) => of(sample[i]))), 0);
  const decoding = decoders.map((pid) => watch.cpu(pid)).reduce(
    (all, time) => all + time.user + time.system,
    0,
  );
  return {
    "cameras": last.length,
    "arriving fps, slowest": least((status) => status.fps.camera),
    "detected fps, slowest": least((status) => status.fps.processed),
    "encoded fps, slowest": least((status) => status.fps.encoded),
    "encoded fps, all": sum((status) => status.fps.encoded),
    "dropped, all": grown("dropped"),
    "covered, all": grown("covered"),
    "load step, mean": mean(samples.flatMap((sample) => sample.map(({ loadStep }) => loadStep))),
    "inference p50 ms": worst((status) => status.latencyMs.inference.p50),
    "inference p95 ms": worst((status) => status.latencyMs.inference.p95),
    "capture to encoded p50 ms": worst((status) => status.latencyMs.endToEnd.p50),
    "capture to encoded p95 ms": worst((status) => status.latencyMs.endToEnd.p95),
    "capture to encoded p99 ms": worst((status) => status.latencyMs.endToEnd.p99),
    "decoder CPU ms a frame": decoding / seconds / sum((status) => status.fps.camera),
    "CPU % of the machine": (user + system) / 10 / seconds / cores,
    "memory MB, all processes": watch.peakMb,
  };
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function wait(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
