/**
 * The whole pipeline as a file job, beside plain ffmpeg, in one run.
 *
 *   deno task bench [--clip FILE] [--runs 3] [--profile 640] [--workers 2] [--json]
 *
 * Runs with all permissions, as Deno guards `/proc` with them. Reports medians over the runs: frames per second, CPU time per frame by stage, resident memory.
 */
import { parseFlags, wholeNumber } from "../src/config/flags.ts";
import { DetectorClient } from "../src/detect/client.ts";
import { openModel } from "../src/detect/models.ts";
import { InferencePool } from "../src/detect/pool.ts";
import { chooseProvider } from "../src/detect/providers.ts";
import { FfmpegProcess } from "../src/frame/ffmpeg_process.ts";
import { encoderArguments } from "../src/encode/encoder_arguments.ts";
import { runFileJob } from "../src/pipeline/file_job.ts";
import { parseAddress } from "../src/source/address.ts";

/** Kernel clock ticks per second, which Linux fixes at 100 for `/proc`. */
const TICKS_PER_SECOND = 100;

const { values } = parseFlags(Deno.args.filter((arg) => arg !== "--"), {
  clip: { type: "string" },
  runs: { type: "string" },
  profile: { type: "string" },
  workers: { type: "string" },
  json: { type: "boolean" },
});
const number = (flag: string, otherwise: number, most: number) =>
  values[flag] === undefined ? otherwise : wholeNumber(flag, String(values[flag]), 1, most);
const clip = String(values.clip ?? "demo");
const runs = number("runs", 3, 100);
const cores = navigator.hardwareConcurrency;
const workers = number("workers", Math.min(4, cores), 64);

const model = await openModel();
const profile = String(values.profile ?? model.card.defaultProfile);
const longSide = model.card.profiles[profile]?.longSide;
if (!longSide) throw new Error(`No profile '${profile}'`);
const { provider, precision } = await chooseProvider("auto", model.card, model.file);
const pool = new InferencePool({
  card: model.url,
  file: model.file(precision),
  provider,
  workers,
  threads: 1,
});
const detector = new DetectorClient(60_000, (worker) => pool.replace(worker, "bench: stalled"));
pool.join({
  attach: ({ worker, port }) => detector.attach(worker, port),
  detach: (worker) => detector.detach(worker),
});
while (pool.problem !== null) await new Promise((resolve) => setTimeout(resolve, 20));

/** One run's figures. */
interface Run {
  fps: number;
  /** CPU milliseconds per frame. */
  decode: number;
  network: number;
  rest: number;
  encode: number;
  /** Megabytes: our process, decoder and encoder together, at their peak. */
  residentMb: number;
  plainFps: number;
  plainCpu: number;
}

const results: Run[] = [];
// The first run warms caches and clocks and is not counted.
for (let run = 0; run <= runs; run++) {
  const ours = await pipeline();
  const plain = await plainFfmpeg();
  if (run > 0) results.push({ ...ours, ...plain });
}
await pool.close();

const median = (key: keyof Run) => {
  const sorted = results.map((result) => result[key]).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
};
const report = {
  clip: clip === "demo" ? "demo" : "given",
  cores,
  provider,
  model: `${model.card.name} ${precision}`,
  profile,
  workers,
  runs,
  fps: round(median("fps")),
  fpsSpread: spread("fps"),
  cpuMsPerFrame: {
    decodeAndScale: round(median("decode")),
    network: round(median("network")),
    restOfOurProcess: round(median("rest")),
    encode: round(median("encode")),
  },
  residentMb: round(median("residentMb")),
  plainFfmpeg: {
    fps: round(median("plainFps")),
    fpsSpread: spread("plainFps"),
    cpuMsPerFrame: round(median("plainCpu")),
  },
};
if (values.json) console.log(JSON.stringify(report));
else print(report);
Deno.exit(0);

async function pipeline(): Promise<Omit<Run, "plainFps" | "plainCpu">> {
  let pids: [number, number] | undefined;
  const cpu = { decode: 0, encode: 0 };
  let residentMb = 0;
  const sample = () => {
    if (!pids) return;
    const [decoder, encoder] = pids.map(processUse);
    // A process that has ended gives nothing: its last sample stands.
    if (decoder) cpu.decode = decoder.cpuMs;
    if (encoder) cpu.encode = encoder.cpuMs;
    const own = processUse(Deno.pid)!;
    const all = own.residentMb + (decoder?.residentMb ?? 0) + (encoder?.residentMb ?? 0);
    residentMb = Math.max(residentMb, all);
  };
  const sampler = setInterval(sample, 20);
  const before = processUse(Deno.pid)!.cpuMs, networkBefore = inferenceCpuMs();
  const { frames, seconds } = await runFileJob({
    source: clip,
    detector,
    startScores: model.card.recommendedScores,
    longSide,
    lookAhead: 3,
    decoderThreads: 1,
    encoderThreads: 1,
    onProcesses: (...both) => pids = both,
  });
  clearInterval(sampler);
  const own = processUse(Deno.pid)!.cpuMs - before, network = inferenceCpuMs() - networkBefore;
  return {
    fps: frames / seconds,
    decode: cpu.decode / frames,
    network: network / frames,
    rest: (own - network) / frames,
    encode: cpu.encode / frames,
    residentMb,
  };
}

/** The floor: the same decode and the same encode in one ffmpeg, nothing else. */
async function plainFfmpeg(): Promise<Pick<Run, "plainFps" | "plainCpu">> {
  const encode = encoderArguments({ threads: 1, fps: 30 });
  const from = encode.indexOf("-c:v");
  const process = new FfmpegProcess("ffmpeg", [
    ...["-hide_banner", "-loglevel", "error", "-nostdin", "-threads", "1"],
    ...["-i", parseAddress(clip).input, "-an", "-progress", "pipe:2"],
    ...encode.slice(from),
  ]);
  let cpuMs = 0;
  const sampler = setInterval(() => cpuMs = processUse(process.pid)?.cpuMs ?? cpuMs, 10);
  const began = performance.now();
  for await (const _ of process.stdout);
  await process.ended();
  const seconds = (performance.now() - began) / 1000;
  clearInterval(sampler);
  const frames = Number(process.lines.findLast((line) => line.startsWith("frame="))?.slice(6));
  return { plainFps: frames / seconds, plainCpu: cpuMs / frames };
}

/** CPU time of the inference Workers' threads: Deno names a Worker's thread `worker-N`. */
function inferenceCpuMs(): number {
  let sum = 0;
  for (const { name } of Deno.readDirSync(`/proc/${Deno.pid}/task`)) {
    const stat = Deno.readTextFileSync(`/proc/${Deno.pid}/task/${name}/stat`);
    if (stat.includes("(worker-")) sum += cpuMsOf(stat);
  }
  return sum;
}

function cpuMsOf(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 1000 / TICKS_PER_SECOND;
}

/** CPU time and memory of a running process, from `/proc` (Linux); null once it has ended. */
function processUse(pid: number): { cpuMs: number; residentMb: number } | null {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const residentMb = Number(fields[21]) * 4096 / 1e6;
    return { cpuMs: cpuMsOf(stat), residentMb };
  } catch {
    return null;
  }
}

function spread(key: keyof Run): string {
  const sorted = results.map((result) => result[key]).sort((a, b) => a - b);
  return `${round(sorted[0])}-${round(sorted.at(-1)!)}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function print(result: typeof report): void {
  const { cpuMsPerFrame: cpu, plainFfmpeg: plain } = result;
  console.log(
    `${result.model} on ${provider}, profile ${profile}, ${workers} inference Workers, ` +
      `${cores} cores, median of ${runs} runs after one to warm up\n`,
  );
  console.log(
    `pipeline       ${result.fps} fps (${result.fpsSpread}), ${result.residentMb} MB resident`,
  );
  console.log(
    `  CPU ms/frame decode and scale ${cpu.decodeAndScale}, network ${cpu.network}, ` +
      `rest of our process ${cpu.restOfOurProcess}, encode ${cpu.encode}`,
  );
  console.log(
    `plain ffmpeg   ${plain.fps} fps (${plain.fpsSpread}), ${plain.cpuMsPerFrame} CPU ms/frame`,
  );
  console.log(`ratio          ${round(result.fps / plain.fps * 100)} % of plain ffmpeg`);
}
