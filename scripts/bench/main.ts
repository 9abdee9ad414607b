/**
 * How fast it is, with the bound beside it.
 *
 *   deno task bench [--clip FILE] [--runs 5] [--profile 640] [--workers 2]
 *   deno task bench --live [--cameras 1] [--source URL] [--seconds 60] [--runs 1] [--look-ahead 3]
 *   deno task bench --glass [--seconds 20] [--runs 1] [--look-ahead 3]
 *   deno task bench --scale [--cameras 4] [--seconds 20] [--clip FILE]
 *   all: [--json] [--compare FILE]
 *
 * The file job is run after one run to warm up, each time beside plain ffmpeg and the bare network;
 * `bound fps` is what the machine's cores could do if they did these two and nothing else. `--live`
 * starts the service and watches it; `--glass` reads a clock from the picture in Chromium; `--scale` gives a table of cameras and picture sizes. `--json` prints what `--compare` takes.
 *
 * Runs with all permissions, as Deno guards `/proc` with them. Linux only.
 */
import { UsageError } from "../../src/config/errors.ts";
import { openJobDetector } from "../../src/command/job_detector.ts";
import { parseFlags, wholeNumber } from "../../src/config/flags.ts";
import { fileRun } from "./file_run.ts";
import { type Figures, figures, table } from "./figures.ts";
import { glassRun } from "./glass_run.ts";
import { liveRun } from "./live_run.ts";
import { type ScaleRow, scaleRun } from "./scale_run.ts";

const { values, words } = parseFlags(Deno.args.filter((arg) => arg !== "--"), {
  live: { type: "boolean" },
  glass: { type: "boolean" },
  scale: { type: "boolean" },
  clip: { type: "string" },
  source: { type: "string", multiple: true },
  cameras: { type: "string" },
  seconds: { type: "string" },
  "look-ahead": { type: "string" },
  profile: { type: "string" },
  workers: { type: "string" },
  runs: { type: "string" },
  json: { type: "boolean" },
  compare: { type: "string" },
});
if (words.length > 0) throw new UsageError(`'${words[0]}' is not a flag of the benchmark`);
const text = (flag: string) => values[flag] as string | undefined;
const number = (flag: string, otherwise: number, most: number, least = 1) =>
  values[flag] === undefined ? otherwise : wholeNumber(flag, String(values[flag]), least, most);
const cores = navigator.hardwareConcurrency;

if (values.scale) {
  await scale();
  Deno.exit(0);
}
const report = values.live ? await live() : values.glass ? await glass() : await file();
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
  const job = await openJobDetector({ provider: "auto", profile: text("profile"), workers });
  const runs: Record<string, number>[] = [];
  for (let run = 0; run <= number("runs", 5, 100); run++) {
    const result = await fileRun({ clip, ...job });
    // The first run warms caches and clocks and is not counted.
    if (run > 0) runs.push(result);
  }
  await job.close();
  return finish(
    `File job, ${
      clip === "demo" ? "demo clip" : "given clip"
    }, ${job.name}, ${workers} inference Workers`,
    runs,
  );
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
  const seconds = number("seconds", 20, 86_400);
  const runs: Record<string, number>[] = [];
  for (let run = 0; run < number("runs", 1, 100); run++) {
    runs.push(await glassRun({ seconds, serveArguments: serveArguments() }));
  }
  return finish(`Glass to glass by WebRTC, ${seconds} s, ${settings()}`, runs);
}

async function scale(): Promise<void> {
  const onRow = (row: ScaleRow) => {
    if (values.json) return console.log(JSON.stringify(row));
    const { predicted } = row;
    const share = (part: number) => `${Math.round(part * 100)} %`;
    console.log([
      `${row.size} x ${row.cameras}: ${row.fps.toFixed(1)} fps each, ${row.dropped} dropped`,
      `CPU ${share(row.cpuShare)} (${row.cpuMs.toFixed(1)} ms/frame)`,
      `p95 ${row.p95Ms} ms, ${Math.round(row.memoryMb)} MB`,
      ...(predicted
        ? [`predicted ${predicted.fps.toFixed(1)} fps, CPU ${share(predicted.cpuShare)}`]
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
