import { judge, LEAK_REASONS, type LeakReason } from "./judge.ts";
import { LEAST_WIDTH_PX, type PlateLog } from "./plate_log.ts";

/** Labelled plates, each counted once in every frame, and those that leaked. */
export interface Counts {
  labelled: number;
  leaks: number;
}

/** Widths in pixels from which plates are counted apart. */
const WIDTHS_PX = [LEAST_WIDTH_PX, 24, 40, 80];

/** What the masks of one clip, or of several together, left bare. */
export interface LeakFigures extends Counts {
  frames: number;
  /** Frames that left but are not in the truth: nothing is said of them. */
  unmatchedFrames: number;
  /** Leaks over labelled plates, 0..1; 0 without plates. */
  leakRate: number;
  /** By plate width: from `fromPx`, below `toPx` (null: no limit). */
  byWidth: (Counts & { fromPx: number; toPx: number | null })[];
  byReason: Record<LeakReason, number>;
  /** The longest run of frames in which one plate leaked. */
  longestLeak: number;
  /** Mean share of the picture that was masked without being a labelled plate, 0..1. */
  overBlur: number;
  /** Changes between masked and bare per second of a labelled plate. */
  flicker: number;
  /** Plates that do not count: narrower than 16 px, or less than half to be seen. */
  apart: Record<"small" | "hidden", Counts>;
  /** What the rates are made of, so that clips add up. */
  sums: { overBlur: number; changes: number; plateSeconds: number };
}

/** Figures of one clip, from a finished log. */
export function leakFigures(log: PlateLog, fps: number): LeakFigures {
  const figures = nothing();
  figures.frames = log.frames;
  figures.unmatchedFrames = log.unmatched;
  figures.sums.overBlur = log.overBlur;
  for (const frames of log.plates.values()) {
    const verdicts = judge(frames);
    let run = 0, last: { frame: number; bare: boolean } | undefined;
    frames.forEach(({ frame, widthPx, apart }, i) => {
      const verdict = verdicts[i], bare = verdict !== "masked";
      if (apart !== null) return add(figures.apart[apart], bare);
      add(figures, bare);
      add(figures.byWidth.findLast(({ fromPx }) => widthPx >= fromPx)!, bare);
      if (verdict !== "masked") figures.byReason[verdict]++;
      figures.sums.plateSeconds += 1 / fps;
      const follows = last?.frame === frame - 1;
      if (follows && last!.bare !== bare) figures.sums.changes++;
      run = bare ? (follows ? run : 0) + 1 : 0;
      figures.longestLeak = Math.max(figures.longestLeak, run);
      last = { frame, bare };
    });
  }
  return withRates(figures);
}

/** Figures of several clips as if they were one. */
export function totalFigures(clips: readonly LeakFigures[]): LeakFigures {
  const total = nothing();
  for (const clip of clips) {
    total.frames += clip.frames;
    total.unmatchedFrames += clip.unmatchedFrames;
    sum(total, clip);
    total.byWidth.forEach((width, i) => sum(width, clip.byWidth[i]));
    for (const reason of LEAK_REASONS) total.byReason[reason] += clip.byReason[reason];
    total.longestLeak = Math.max(total.longestLeak, clip.longestLeak);
    sum(total.apart.small, clip.apart.small);
    sum(total.apart.hidden, clip.apart.hidden);
    total.sums.overBlur += clip.sums.overBlur;
    total.sums.changes += clip.sums.changes;
    total.sums.plateSeconds += clip.sums.plateSeconds;
  }
  return withRates(total);
}

function nothing(): LeakFigures {
  const none = () => ({ labelled: 0, leaks: 0 });
  return {
    frames: 0,
    unmatchedFrames: 0,
    ...none(),
    leakRate: 0,
    byWidth: WIDTHS_PX.map((fromPx, i) => ({ fromPx, toPx: WIDTHS_PX[i + 1] ?? null, ...none() })),
    byReason: Object.fromEntries(LEAK_REASONS.map((reason) => [reason, 0])) as LeakFigures[
      "byReason"
    ],
    longestLeak: 0,
    overBlur: 0,
    flicker: 0,
    apart: { small: none(), hidden: none() },
    sums: { overBlur: 0, changes: 0, plateSeconds: 0 },
  };
}

function add(counts: Counts, bare: boolean): void {
  counts.labelled++;
  if (bare) counts.leaks++;
}

function sum(counts: Counts, more: Counts): void {
  counts.labelled += more.labelled;
  counts.leaks += more.leaks;
}

function withRates(figures: LeakFigures): LeakFigures {
  const { overBlur, changes, plateSeconds } = figures.sums;
  figures.leakRate = figures.leaks / Math.max(1, figures.labelled);
  figures.overBlur = overBlur / Math.max(1, figures.frames);
  figures.flicker = plateSeconds > 0 ? changes / plateSeconds : 0;
  return figures;
}
