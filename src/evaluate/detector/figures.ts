import type { Claim, Judged, Target } from "./judge.ts";

/** Recall of the labelled objects of a range of widths. */
export interface WidthRow {
  fromPx: number;
  /** Null for no end. */
  toPx: number | null;
  boxes: number;
  /** 0..1. */
  recall: number;
}

/** What was measured for one class on one source. */
export interface ClassFigures {
  /** Labelled objects. */
  boxes: number;
  /** Area below the curve of precision over recall, 0..1; null without labelled objects. */
  ap: number | null;
  /** The score from which the figures below count detections. */
  score: number;
  recall: number;
  precision: number;
  falseAlarms: number;
  bySourceWidth: WidthRow[];
  byDetectorWidth: WidthRow[];
}

/** One point of the curve. */
export interface CurvePoint {
  score: number;
  recall: number;
  precision: number;
}

const WIDTHS = [0, 8, 12, 16, 24, 48, 96];

/** Precision over recall, from the best score down. */
export function curve(claims: readonly Claim[], boxes: number): CurvePoint[] {
  let hits = 0;
  return claims.toSorted((a, b) => b.score - a.score).map(({ score, isHit }, i) => {
    if (isHit) hits++;
    return { score, recall: hits / boxes, precision: hits / (i + 1) };
  });
}

/**
 * Average precision: the area below the curve, each precision raised to the best at any higher
 * recall (as in Pascal VOC from 2010 on, every point).
 */
export function averagePrecision(points: readonly CurvePoint[]): number {
  let area = 0, best = 0;
  for (let i = points.length - 1; i >= 0; i--) {
    best = Math.max(best, points[i].precision);
    area += best * (points[i].recall - (points[i - 1]?.recall ?? 0));
  }
  return area;
}

/** Sums up what came of some pictures; detections count from `score` on. */
export function classFigures({ claims, targets }: Judged, score: number): ClassFigures {
  const counted = claims.filter((claim) => claim.score >= score);
  const hits = counted.filter(({ isHit }) => isHit).length;
  return {
    boxes: targets.length,
    ap: targets.length === 0 ? null : averagePrecision(curve(claims, targets.length)),
    score,
    recall: targets.length === 0 ? 0 : hits / targets.length,
    precision: counted.length === 0 ? 0 : hits / counted.length,
    falseAlarms: counted.length - hits,
    bySourceWidth: widthRows(targets, score, ({ box }) => box[2]),
    byDetectorWidth: widthRows(targets, score, ({ detectorWidth }) => detectorWidth),
  };
}

function widthRows(
  targets: readonly Target[],
  score: number,
  width: (target: Target) => number,
): WidthRow[] {
  return WIDTHS.flatMap((fromPx, i) => {
    const toPx = WIDTHS[i + 1] ?? null;
    const inside = targets.filter((target) =>
      width(target) >= fromPx && width(target) < (toPx ?? Infinity)
    );
    if (inside.length === 0) return [];
    const found = inside.filter((target) => target.score >= score).length;
    return [{ fromPx, toPx, boxes: inside.length, recall: found / inside.length }];
  });
}
