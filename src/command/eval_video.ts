import { UsageError } from "../config/errors.ts";
import { oneOf, parseFlags, wholeNumber } from "../config/flags.ts";
import { DEFAULT_MASK, NO_ZONES } from "../config/mask_schema.ts";
import { PROVIDERS } from "../config/schema.ts";
import { LEAK_REASONS } from "../evaluate/leaks/judge.ts";
import { type LeakFigures, totalFigures } from "../evaluate/leaks/leak_figures.ts";
import { measureClip, type Variant } from "../evaluate/leaks/measure_clip.ts";
import {
  type ObjectCount,
  type ObjectCounts,
  totalCounts,
} from "../evaluate/leaks/object_counts.ts";
import {
  type LeakPicture,
  REASON_WORDS,
  report,
  type ReportClip,
} from "../evaluate/leaks/report.ts";
import { thumbnail } from "../evaluate/leaks/thumbnail.ts";
import { readTruth } from "../evaluate/leaks/truth.ts";
import { parseAddress } from "../source/address.ts";
import { SourceError } from "../source/source_error.ts";
import { openJobDetector } from "./job_detector.ts";
import { openOutputs } from "./output_file.ts";

const FLAGS = {
  video: { type: "string", multiple: true },
  truth: { type: "string", multiple: true },
  "look-ahead": { type: "string" },
  "by-look-ahead": { type: "boolean" },
  provider: { type: "string" },
  profile: { type: "string" },
  json: { type: "boolean" },
  report: { type: "string" },
} as const;

const DEFAULT_LOOK_AHEAD = 3;
/** What a live camera can be given, and about what `blur` has. */
const TABLE_LOOK_AHEADS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 30];
/** A report with thousands of pictures helps nobody. */
const MOST_PICTURES = 60;

interface Measured {
  /** In the order of the variants. */
  figures: LeakFigures[];
  clip: ReportClip;
}

/** Measures what the masks leave bare in clips whose plates are known. Gives the exit code. */
export async function evalVideo(args: readonly string[]): Promise<number> {
  const { values, words } = parseFlags(args, FLAGS);
  const clips = withTruths([...(values.video ?? []) as string[], ...words], values.truth);
  const lookAhead = values["look-ahead"] === undefined
    ? DEFAULT_LOOK_AHEAD
    : wholeNumber("look-ahead", String(values["look-ahead"]), 0, 30);
  const variants: Variant[] = [{ lookAhead }, { lookAhead: 0, frameByFrame: true }];
  if (values["by-look-ahead"]) {
    for (const each of TABLE_LOOK_AHEADS) variants.push({ lookAhead: each });
  }
  const truths = await Promise.all(clips.map(({ truth }) => readTruth(truth)));
  const provider = oneOf("provider", values.provider as string | undefined, PROVIDERS) ?? "auto";
  const [page] = await openOutputs(values.report as string | undefined);
  const job = await openJobDetector({
    provider,
    profile: values.profile as string | undefined,
  });
  const measured: Measured[] = [];
  try {
    for (const [i, { video }] of clips.entries()) {
      const pictures: LeakPicture[] = [];
      const bare = new Set<string>();
      const results = await measureClip(video, truths[i], {
        ...job,
        mask: DEFAULT_MASK,
        zones: NO_ZONES,
        variants,
        onFrame({ picture }, timeMs, leaked) {
          // One picture of each run of leaks: its first.
          const frame = Math.round(timeMs * truths[i].fps / 1000);
          for (const { id, box } of leaked) {
            if (bare.has(id) || values.report === undefined) continue;
            if (pictures.length >= MOST_PICTURES) break;
            pictures.push({ plate: id, frame, picture: thumbnail(picture, box) });
          }
          bare.clear();
          for (const { id } of leaked) bare.add(id);
        },
      }).catch((error) => {
        if (!(error instanceof SourceError)) throw error;
        throw new UsageError(`Cannot read '${video}': ${error.message}`, { cause: error });
      });
      const figures = results.map((result) => result.figures);
      const { fps, frames } = truths[i];
      const plates = results[0].log.plates;
      const name = video.split(/[/\\]/).at(-1)!;
      const [main, frameByFrame] = figures;
      const clip = {
        name,
        fps,
        length: frames.length,
        figures: main,
        frameByFrame,
        objects: results[0].objects,
        plates,
        pictures,
      };
      measured.push({ figures, clip });
    }
  } finally {
    await job.close();
  }
  const totals = variants.map((_, i) => totalFigures(measured.map(({ figures }) => figures[i])));
  const objects = totalCounts(measured.map(({ clip }) => clip.objects));
  const { fps } = truths[0];
  const latency = (frames: number) => Math.round(frames * 1000 / fps);
  const title = `${job.name}; look-ahead ${lookAhead} (${latency(lookAhead)} ms at ${fps} fps)`;
  if (page) await page.write(report(title, measured.map(({ clip }) => clip), totals[0], objects));
  await page?.close();
  const rows = variants.map((variant, i) => ({ variant, total: totals[i] })).slice(2);
  if (values.json) {
    console.log(JSON.stringify({
      detector: job.name,
      lookAhead,
      latencyMs: latency(lookAhead),
      clips: measured.map(({ clip }) => ({
        clip: clip.name,
        ...shown(clip.figures),
        objects: clip.objects,
        frameByFrame: shown(clip.frameByFrame),
      })),
      total: { ...shown(totals[0]), objects, frameByFrame: shown(totals[1]) },
      ...(rows.length === 0 ? {} : {
        byLookAhead: rows.map(({ variant, total }) => ({
          lookAhead: variant.lookAhead,
          latencyMs: latency(variant.lookAhead),
          ...shown(total),
        })),
      }),
    }));
    return 0;
  }
  print(title, measured, totals, objects);
  for (const { variant, total } of rows) {
    const head = `look-ahead ${variant.lookAhead}, ${latency(variant.lookAhead)} ms`;
    console.log(line(head, total));
  }
  return 0;
}

/** Clips with their truths: those given, in order, otherwise `NAME.truth.json` beside the clip. */
function withTruths(videos: readonly string[], given: unknown): { video: string; truth: string }[] {
  const truths = (given ?? []) as string[];
  if (videos.length === 0) {
    throw new UsageError("Give a clip with --video CLIP, for instance 'demo'");
  }
  if (truths.length > videos.length) {
    throw new UsageError(
      `${truths.length} truths for ${videos.length} clips: give one --truth a --video`,
    );
  }
  return videos.map((video, i) => {
    const beside = parseAddress(video).input.replace(/\.[^./\\]+$/, "") + ".truth.json";
    return { video, truth: truths[i] ?? beside };
  });
}

function shown({ sums: _, ...figures }: LeakFigures): Omit<LeakFigures, "sums"> {
  return figures;
}

const NAME_WIDTH = 30;

function print(
  title: string,
  measured: readonly Measured[],
  totals: readonly LeakFigures[],
  objects: ObjectCounts,
): void {
  console.log(`${title}\n`);
  console.log(
    "".padEnd(NAME_WIDTH) + " plates  leaks    rate  longest  over-blur  flicker/s",
  );
  for (const { clip } of measured) console.log(line(clip.name, clip.figures));
  const [total, frameByFrame] = totals;
  if (measured.length > 1) console.log(line("total", total));
  console.log(line("frame by frame, nothing more", frameByFrame));
  const reasons = LEAK_REASONS.map((reason) => `${REASON_WORDS[reason]} ${total.byReason[reason]}`);
  console.log(`\nleaks: ${reasons.join(", ")}`);
  const widths = total.byWidth.map(({ fromPx, toPx, labelled, leaks }) =>
    `${toPx === null ? `from ${fromPx}` : `${fromPx}-${toPx}`} px ${leaks} of ${labelled}`
  );
  console.log(`by width: ${widths.join(", ")}`);
  const counted = (name: string, { counted, real }: ObjectCount) =>
    `${counted} ${name}${real === null ? "" : `, ${real} are there`}`;
  console.log(`counted: ${counted("plates", objects.plate)}; ${counted("cars", objects.car)}`);
  const { small, hidden } = total.apart;
  console.log(
    `not counted: narrower than 16 px, ${small.leaks} of ${small.labelled} bare; ` +
      `less than half to be seen, ${hidden.leaks} of ${hidden.labelled} bare\n`,
  );
}

function line(name: string, figures: LeakFigures): string {
  const percent = (share: number) => `${(share * 100).toFixed(2)} %`;
  return name.slice(0, NAME_WIDTH).padEnd(NAME_WIDTH) +
    String(figures.labelled).padStart(7) + String(figures.leaks).padStart(7) +
    percent(figures.leakRate).padStart(9) + String(figures.longestLeak).padStart(8) +
    percent(figures.overBlur).padStart(11) + figures.flicker.toFixed(2).padStart(11);
}
