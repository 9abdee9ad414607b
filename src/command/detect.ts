import { UsageError } from "../config/errors.ts";
import { oneOf, parseFlags, share } from "../config/flags.ts";
import { PROVIDERS } from "../config/schema.ts";
import { look } from "../evaluate/look.ts";
import { SCHEDULES } from "../evaluate/passes/run_passes.ts";
import { findMedia, type MediaFile } from "../evaluate/media_files.ts";
import { CSV_HEAD, csvRows, Drawings, jsonLine, textLine } from "./detect_output.ts";
import { openDetector } from "./open_detector.ts";
import { openOutputs } from "./output_file.ts";
import { Progress } from "./progress.ts";

const FLAGS = {
  json: { type: "boolean" },
  profile: { type: "string" },
  passes: { type: "string" },
  provider: { type: "string" },
  precision: { type: "string" },
  "min-score": { type: "string" },
  out: { type: "string" },
  csv: { type: "string" },
} as const;

/** Finds cars and plates in pictures and videos. Gives exit code 1 if one could not be read. */
export async function detect(args: readonly string[]): Promise<number> {
  const { values, words } = parseFlags(args, FLAGS);
  const text = (name: keyof typeof FLAGS) => values[name] as string | undefined;
  if (words.length === 0) {
    throw new UsageError("Give a picture, a video or a folder. See 'bokashi detect --help'");
  }
  const minScore = share("min-score", text("min-score"));
  const provider = oneOf("provider", text("provider"), PROVIDERS) ?? "auto";
  const passes = oneOf("passes", text("passes"), SCHEDULES);
  // A single picture has time for its far plates; a profile that is asked for is what is looked at.
  const schedule = passes ?? (text("profile") === undefined ? "twice" : "whole");
  const files = await findMedia(words);
  const out = text("out");
  const drawings = out === undefined ? null : new Drawings(out);
  await drawings?.prepare(files);
  const [csv] = await openOutputs(text("csv"));
  await csv?.write(CSV_HEAD);
  const open = await openDetector({
    provider,
    profile: text("profile"),
    precision: text("precision"),
    // What is sure must be known to the passes, shown or not.
    minScore: (card) => Math.min(minScore ?? 1, ...Object.values(card.recommendedScores)),
  });

  const progress = new Progress();
  const begun = new Set<MediaFile>(), failed = new Set<MediaFile>();
  const fail = (media: MediaFile, error: Error) => {
    failed.add(media);
    progress.clear();
    console.error(`bokashi: Cannot read '${media.file}': ${error.message}`);
  };
  let frames = 0;
  const began = performance.now();
  try {
    for await (const seen of look(files, { ...open, schedule, videoSchedule: passes ?? "whole" })) {
      begun.add(seen.media);
      if ("error" in seen) {
        fail(seen.media, seen.error);
        continue;
      }
      const found = seen.found.filter(({ class: label, score }) =>
        score >= (minScore ?? open.card.recommendedScores[label])
      );
      const shown = { ...seen, found };
      progress.clear();
      console.log(values.json ? jsonLine(shown) : textLine(shown));
      await csv?.write(csvRows(shown));
      await drawings?.add(shown).catch((error) => fail(seen.media, error));
      const rate = ++frames / (performance.now() - began) * 1000;
      progress.show(begun.size, files.length, `${frames} pictures, ${rate.toFixed(1)}/s`);
    }
    await drawings?.finish(fail);
  } finally {
    progress.clear();
    await csv?.close();
    await open.close();
  }
  if (failed.size === 0) return 0;
  console.error(`bokashi: ${failed.size} of ${files.length} files could not be read`);
  return 1;
}
