import type { Rect } from "../frame/rect.ts";
import { ACCELERATION, size, type Track, type TrackPoint } from "./track.ts";

/** Where one tracked object is in one frame. */
export interface Placed {
  track: number;
  label: string;
  /** In pixels, not grown. */
  box: Rect;
  /** Uncertainty of the box's centre in pixels. */
  sigma: number;
  /** Of the detection that its place is known from, 0..1. */
  score: number;
  /** How it is known. */
  reason: "detected" | "predicted" | "interpolated" | "backfilled";
}

/** How far back in time an object is looked for before it was first seen, in microseconds. */
const LONGEST_BACK_US = 400_000;

/** A track's place in a frame, by what is known before and after it; null if it was not there. */
export function place(track: Track, frame: number, timeUs: number): Placed | null {
  const { points, id, label } = track;
  if (frame < track.since) return null;
  const at = firstFrom(points, frame);
  const exact = points[at]?.frame === frame ? points[at] : undefined;
  const put = (known: Pick<Placed, "box" | "sigma" | "score" | "reason">): Placed => ({
    track: id,
    label,
    box: known.box,
    sigma: known.sigma,
    score: known.score,
    reason: known.reason,
  });
  if (exact?.seen) return put({ ...exact, reason: "detected" });
  const after = next(points, at, 1), before = next(points, at - 1, -1);
  if (before && after) return put(between(before, after, timeUs));
  if (after && !exact) {
    return after.timeUs - timeUs > LONGEST_BACK_US ? null : put(backFrom(points, after, timeUs));
  }
  return exact ? put({ ...exact, reason: "predicted" }) : null;
}

/** Index of the first point of `frame` or later. */
function firstFrom(points: readonly TrackPoint[], frame: number): number {
  let low = 0, high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle].frame < frame) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The nearest point that was seen, from `at` on in one direction. */
function next(points: readonly TrackPoint[], at: number, step: 1 | -1): TrackPoint | undefined {
  for (let i = at; i >= 0 && i < points.length; i += step) if (points[i].seen) return points[i];
}

function between(a: TrackPoint, b: TrackPoint, timeUs: number) {
  const box = mix(a.box, b.box, (timeUs - a.timeUs) / Math.max(1, b.timeUs - a.timeUs));
  // With its acceleration unknown, an object may be off the straight way by this much.
  const sigma = ACCELERATION * size(box) * ((timeUs - a.timeUs) / 1e6) *
    ((b.timeUs - timeUs) / 1e6) / 2;
  return { box, sigma, score: Math.min(a.score, b.score), reason: "interpolated" } as const;
}

/** Before it was first seen: on the way back from there, less and less sure. */
function backFrom(points: readonly TrackPoint[], first: TrackPoint, timeUs: number) {
  const back = (first.timeUs - timeUs) / 1e6;
  const later = points.findLast((point) => point.seen && point.frame > first.frame);
  const box = later
    ? mix(first.box, later.box, (timeUs - first.timeUs) / Math.max(1, later.timeUs - first.timeUs))
    : first.box;
  const sigma = back * size(first.box) * (later ? BACK_DOUBT : BACK_DOUBT_ALONE);
  return { box, sigma, score: first.score, reason: "backfilled" } as const;
}

/** By how many box sizes per second the way back is unsure: its velocity known, or not. */
const BACK_DOUBT = 1, BACK_DOUBT_ALONE = 1.4;

function mix(a: Rect, b: Rect, share: number): Rect {
  const at = (from: number, to: number) => from + (to - from) * share;
  return {
    x: at(a.x, b.x),
    y: at(a.y, b.y),
    width: Math.max(2, at(a.width, b.width)),
    height: Math.max(2, at(a.height, b.height)),
  };
}
