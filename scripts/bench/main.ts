/**
 * How fast it is, with the bound beside it.
 *
 *   deno task bench [--clip FILE] [--runs 5] [--profile 640] [--workers 2] [--provider NAME] [--batch N]
 *   deno task bench --live [--cameras 1] [--source URL] [--seconds 60] [--runs 1] [--look-ahead 3]
 *   deno task bench --glass [--by webrtc|hls] [--seconds 20] [--runs 1] [--look-ahead 3]
 *   deno task bench --scale [--cameras 4] [--seconds 20] [--clip FILE]
 *   deno task bench --tiles [--clip FILE] [--runs 5] [--workers 2] [--provider NAME] [--batch N]
 *   deno task bench --start [--runs 5]
 *   deno task bench --soak MINUTES [--source URL]
 *   all: [--json] [--compare FILE]
 *
 * The file job is run after one run to warm up, each time beside plain ffmpeg and the bare network;
 * `bound fps` is what the machine's cores could do if they did these two and nothing else. `--live`
 * starts the service and watches it; `--glass` reads a clock from the picture in Chromium; `--scale`
 * gives a table of cameras and picture sizes, each row with what the one before let expect; `--tiles` is
 * a file job as the article's, five 320x320 tiles of each frame, in one run where the provider gains from
 * that or `--batch` says so; `--start` waits for
 * the first masked picture; `--soak` follows the memory of one camera. `--json` prints what `--compare`
 * takes.
 *
 * Runs with all permissions, as Deno guards `/proc` with them. Linux only.
 */
import { UsageError } from "../../src/config/errors.ts";
import { openJobDetector } from "../../src/command/job_detector.ts";
import { oneOf, parseFlags, wholeNumber } from "../../src/config/flags.ts";
import { PROVIDERS } from "../../src/config/schema.ts";
import { fileRun } from "./file_run.ts";
import { type Figures, figures, table } from "./figures.ts";
import { glassRun } from "./glass_run.ts";
import { liveRun } from "./live_run.ts";
import { type ScaleRow, scaleRun } from "./scale_run.ts";
import { growth, soakRun } from "./soak_run.ts";
import { startRun } from "./start_run.ts";
import { TilesDetector } from "./tiles_detector.ts";

const { values, words } = parseFlags(Deno.args.filter((arg) => arg !== "--"), {
  live: { type: "boolean" },
  glass: { type: "boolean" },
  by: { type: "string" },
  scale: { type: "boolean" },
  tiles: { type: "boolean" },
  start: { type: "boolean" },
  soak: { type: "string" },
  clip: { type: "string" },
  source: { type: "string", multiple: true },
  cameras: { type: "string" },
  seconds: { type: "string" },
  "look-ahead": { type: "string" },
  profile: { type: "string" },
  workers: { type: "string" },
  provider: { type: "string" },
  batch: { type: "string" },
  runs: { type: "string" },
  json: { type: "boolean" },
  compare: { type: "string" },
});
if (words.length > 0) throw new UsageError(`'${words[0]}' is not a flag of the benchmark`);
const text = (flag: string) => values[flag] as string | undefined;
const number = (flag: string, otherwise: number, most: number, least = 1) =>
  values[flag] === undefined ? otherwise : wholeNumber(flag, String(values[flag]), least, most);
/** Of the decoder's small picture, which beside tiles only tells how the camera moves. */
const TILES_LONG_SIDE = 320;
const cores = navigator.hardwareConcurrency;

if (values.scale) {
  await scale();
  Deno.exit(0);
}
const report = values.live
  ? await live()
  : values.glass
  ? await glass()
  : values.start
  ? await start()
  : values.soak
  ? await soak()
  : await file();
const earlier = text("compare");
if (values.json) console.log(JSON.stringify(report));
else {
  console.log(`${report.what}\n`);
  console.log(table(
    report.figures,
    earlier === undefined ? undefined : await earlierFigures(earlier),
  ));
}
Deno.exit(0);

async function earlierFigures(path: string): Promise<Figures> {
  try {
    return (JSON.parse(await Deno.readTextFile(path)) as Report).figures;
  } catch (cause) {
    throw new UsageError(`Cannot read '${path}': give a file that --json has printed`, { cause });
  }
}

/** What was run, and its figures. */
interface Report {
  what: string;
  date: string;
  figures: Figures;
}

function finish(what: string, runs: Record<string, number>[]): Report {
  const machine = `${cores} cores of ${cpuModel()}, Deno ${Deno.version.deno}`;
  const median = `median of ${runs.length} ${runs.length === 1 ? "run" : "runs"}`;
  return {
    what: `${what}, ${median}, ${machine}`,
    date: new Date().toISOString().slice(0, 10),
    figures: figures(runs),
  };
}

async function file(): Promise<Report> {
  const clip = text("clip") ?? "demo";
  const workers = number("workers", Math.min(4, cores), 64);
  const provider = oneOf("provider", text("provider"), PROVIDERS) ?? "auto";
  const batch = values.batch === undefined ? undefined : number("batch", 1, 16);
  const job = await openJobDetector({ provider, profile: text("profile"), workers, batch });
  const how = values.tiles
    ? { ...job, detector: new TilesDetector(job.detector, job.card), longSide: TILES_LONG_SIDE }
    : job;
  const runs: Record<string, number>[] = [];
  for (let run = 0; run <= number("runs", 5, 100); run++) {
    const result = await fileRun({ clip, ...how });
    // The first run warms caches and clocks and is not counted.
    if (run > 0) runs.push(result);
  }
  await job.close();
  return finish(
    `File job, ${clip === "demo" ? "demo clip" : "given clip"}, ${
      values.tiles ? "five 320x320 tiles a frame, " : ""
    }${job.name}${
      batch === undefined ? "" : `, up to ${batch} pictures in a run`
    }, ${workers} inference Workers`,
    runs,
  );
}

async function start(): Promise<Report> {
  const runs: Record<string, number>[] = [];
  for (let run = 0; run <= number("runs", 5, 100); run++) {
    const result = await startRun(serveArguments());
    // The first run fills the caches and is not counted.
    if (run > 0) runs.push(result);
  }
  return finish(`From start to the first masked picture, ${settings()}`, runs);
}

async function soak(): Promise<Report> {
  const minutes = number("soak", 20, 10_000);
  const given = values.source as string[] | undefined;
  const samples = await soakRun({
    source: given?.[0] ?? text("clip") ?? "demo",
    minutes,
    serveArguments: serveArguments(),
    onSample: ({ seconds, mb }) => {
      const parts = Object.entries(mb).map(([name, size]) => `${name} ${Math.round(size)}`);
      if (!values.json) console.log(`${Math.round(seconds)} s: ${parts.join(", ")} MB`);
    },
  });
  return finish(`Memory of one camera over ${minutes} minutes, ${settings()}`, [growth(samples)]);
}

async function live(): Promise<Report> {
  const given = values.source as string[] | undefined;
  const sources = given ??
    Array<string>(number("cameras", 1, 64)).fill(text("clip") ?? "demo");
  const seconds = number("seconds", 60, 86_400);
  const runs: Record<string, number>[] = [];
  for (let run = 0; run < number("runs", 1, 100); run++) {
    runs.push(await liveRun({ sources, seconds, serveArguments: serveArguments() }));
  }
  return finish(`Live, ${seconds} s, ${settings()}`, runs);
}

async function glass(): Promise<Report> {
  const by = oneOf("by", text("by"), ["webrtc", "hls"]) ?? "webrtc";
  const seconds = number("seconds", 20, 86_400);
  const runs: Record<string, number>[] = [];
  for (let run = 0; run < number("runs", 1, 100); run++) {
    runs.push(await glassRun({ seconds, by, serveArguments: serveArguments() }));
  }
  return finish(
    `Glass to glass by ${by === "hls" ? "HLS" : "WebRTC"}, ${seconds} s, ${settings()}`,
    runs,
  );
}

async function scale(): Promise<void> {
  const onRow = (row: ScaleRow) => {
    if (values.json) return console.log(JSON.stringify(row));
    const { predicted } = row;
    const error = (percent: number) => `${percent < 0 ? "" : "+"}${Math.round(percent)} %`;
    const share = (part: number) => `${Math.round(part * 100)} %`;
    console.log([
      `${row.size} x ${row.cameras}: ${row.fps.toFixed(1)} fps each (slowest ${
        row.slowestFps.toFixed(1)
      }), ${row.dropped} dropped, load step ${row.step.toFixed(1)}`,
      `CPU ${share(row.cpuShare)} (${row.cpuMs.toFixed(1)} ms/frame)`,
      `p95 ${row.p95Ms} ms, ${Math.round(row.memoryMb)} MB`,
      ...(predicted
        ? [
          `predicted ${predicted.fps.toFixed(1)} fps (${error(predicted.fpsErrorPercent)}), ` +
          `CPU ${share(predicted.cpuShare)} (${error(predicted.cpuErrorPercent)})`,
        ]
        : []),
    ].join("; "));
  };
  const cameras = number("cameras", 4, 16), seconds = number("seconds", 20, 3600);
  await scaleRun({ clip: text("clip") ?? "demo", seconds, cameras, onRow });
}

function serveArguments(): string[] {
  return ["profile", "look-ahead"].flatMap((flag) => {
    const value = text(flag);
    return value === undefined ? [] : [`--${flag}`, value];
  });
}

function settings(): string {
  return serveArguments().join(" ") || "default settings";
}

function cpuModel(): string {
  const info = Deno.readTextFileSync("/proc/cpuinfo");
  return /^model name\s*:\s*(.+)$/m.exec(info)?.[1] ?? "an unnamed CPU";
}
