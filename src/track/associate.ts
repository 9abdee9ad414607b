import type { Rect } from "../frame/rect.ts";
import { iou } from "../frame/rect.ts";

/** One possible pairing, better when `cost` is lower. */
interface Pair {
  track: number;
  detection: number;
  cost: number;
}

/**
 * How far apart two boxes are, 0 (same) to 1 (too far to be one object).
 *
 * Plates are small and move by more than their size between frames, so IoU alone loses them: the
 * distance of centres, in units of box size, counts as well.
 */
export function boxCost(a: Rect, b: Rect): number {
  const overlap = iou(a, b);
  const reach = 2 * Math.max(a.width, a.height, b.width, b.height);
  const dx = a.x + a.width / 2 - b.x - b.width / 2;
  const dy = a.y + a.height / 2 - b.y - b.height / 2;
  const near = Math.max(0, 1 - Math.hypot(dx, dy) / reach);
  const sizes = Math.min(a.width, b.width) / Math.max(a.width, b.width);
  // A box twice or half as wide is something else, however near.
  return sizes < 0.4 ? 1 : 1 - Math.max(overlap, near * sizes);
}

/**
 * Pairs tracks with detections, cheapest pair first.
 *
 * @param limit Cost from which a pair is none, 0..1.
 * @returns Index pairs `[track, detection]`.
 */
export function associate(
  tracks: readonly Rect[],
  detections: readonly Rect[],
  limit: number,
): [number, number][] {
  const pairs: Pair[] = [];
  tracks.forEach((a, track) =>
    detections.forEach((b, detection) => {
      const cost = boxCost(a, b);
      if (cost < limit) pairs.push({ track, detection, cost });
    })
  );
  pairs.sort((a, b) => a.cost - b.cost);
  const usedTracks = new Set<number>(), usedDetections = new Set<number>();
  const result: [number, number][] = [];
  for (const { track, detection } of pairs) {
    if (usedTracks.has(track) || usedDetections.has(detection)) continue;
    usedTracks.add(track);
    usedDetections.add(detection);
    result.push([track, detection]);
  }
  return result;
}
