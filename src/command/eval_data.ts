import { UsageError } from "../config/errors.ts";
import { oneOf, parseFlags } from "../config/flags.ts";
import { PROVIDERS } from "../config/schema.ts";
import { ALL, measure, type Measured, type Result } from "../evaluate/detector/measure.ts";
import { readLabels } from "../evaluate/detector/read_labels.ts";
import { SCHEDULES } from "../evaluate/passes/run_passes.ts";
import { report } from "../evaluate/detector/report.ts";
import { openDetector } from "./open_detector.ts";
import { openOutputs } from "./output_file.ts";
import { Progress } from "./progress.ts";

const FLAGS = {
  data: { type: "string" },
  split: { type: "string" },
  profile: { type: "string" },
  passes: { type: "string" },
  provider: { type: "string" },
  precision: { type: "string" },
  json: { type: "boolean" },
  report: { type: "string" },
} as const;

/** Detections that score less change no figure to be seen. */
const LOWEST_SCORE = 0.02;

/** Measures the detector on labelled pictures. Gives exit code 1 if one could not be read. */
export async function evalData(args: readonly string[]): Promise<number> {
  const { values, words } = parseFlags(args, FLAGS);
  const text = (name: keyof typeof FLAGS) => values[name] as string | undefined;
  if (words.length > 0) {
    throw new UsageError(`eval --data takes one folder: what is '${words[0]}'?`);
  }
  const schedule = oneOf("passes", text("passes"), SCHEDULES) ?? "whole";
  const { pictures, split } = await readLabels(text("data")!, text("split"));
  const [page] = await openOutputs(text("report"));
  const open = await openDetector({
    provider: oneOf("provider", text("provider"), PROVIDERS) ?? "auto",
    profile: text("profile"),
    precision: text("precision"),
    minScore: () => LOWEST_SCORE,
  });
  const progress = new Progress();
  let failed = 0;
  const measured = await measure(pictures, {
    ...open,
    schedule,
    classes: open.card.classes,
    scores: open.card.recommendedScores,
    onPicture: (done) => progress.show(done, pictures.length, "pictures"),
    onFailure(file, { message }) {
      failed++;
      progress.clear();
      console.error(`bokashi: Cannot use '${file}': ${message}`);
    },
  }).finally(() => {
    progress.clear();
    return open.close();
  });
  const detector = `${open.name}, passes ${schedule}`;
  const title = `${detector}; ${split ?? "all"}, ${measured.pictures} pictures`;
  if (page) await page.write(await report(title, measured));
  await page?.close();
  if (values.json) console.log(JSON.stringify(jsonOf(detector, split, measured), null, 1));
  else print(title, measured);
  return failed > 0 ? 1 : 0;
}

function jsonOf(detector: string, split: string | null, measured: Measured) {
  const { pictures, meanAp, results, inferenceMs } = measured;
  return { detector, split, pictures, inferenceMs: times(inferenceMs), meanAp, results };
}

/** Median, 95th percentile and mean, in milliseconds. */
function times(ms: readonly number[]): { p50: number; p95: number; mean: number } {
  const sorted = ms.toSorted((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  const mean = ms.reduce((sum, value) => sum + value, 0) / ms.length;
  const tenth = (value: number) => Math.round(value * 10) / 10;
  return { p50: tenth(at(0.5)), p95: tenth(at(0.95)), mean: tenth(mean) };
}

function print(title: string, measured: Measured): void {
  const { results, meanAp, inferenceMs } = measured;
  const { p50, p95 } = times(inferenceMs);
  console.log(
    `${title}\nnetwork and decoding ${p50} ms median, ${p95} ms at the 95th percentile\n`,
  );
  console.log(
    "class source             IoU boxes    AP recall precision false alarms  (at score)",
  );
  for (const result of results) console.log(row(result));
  for (const { iou, ap } of meanAp) console.log(`mAP at IoU ${iou}: ${ap.toFixed(3)}`);
  for (
    const result of results.filter(({ class: label, iou }) => label === "plate" && iou === 0.4)
  ) {
    console.log(`\nplates of ${result.source}, recall by width (boxes)`);
    for (
      const [of, rows] of [
        ["picture's pixels", result.bySourceWidth],
        ["detector's pixels", result.byDetectorWidth],
      ] as const
    ) {
      const cells = rows.map(({ fromPx, toPx, boxes, recall }) =>
        `${toPx === null ? `${fromPx}+` : `${fromPx}-${toPx}`} ${recall.toFixed(3)} (${boxes})`
      );
      console.log(`  ${of.padEnd(18)} ${cells.join("  ")}`);
    }
  }
}

function row(result: Result): string {
  const { class: label, source, iou, boxes, ap, recall, precision, falseAlarms, score } = result;
  return [
    label.padEnd(5),
    (source === ALL ? "all together" : source).slice(0, 18).padEnd(18),
    iou.toFixed(1),
    String(boxes).padStart(5),
    ap === null ? "    -" : ap.toFixed(3),
    recall.toFixed(3).padStart(6),
    precision.toFixed(3).padStart(9),
    String(falseAlarms).padStart(12),
    `  (${score})`,
  ].join(" ");
}
