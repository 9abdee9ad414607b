import type { ModelCard } from "../../detect/model_card.ts";
import { iou, type Rect } from "../../frame/rect.ts";
import type { FoundBox } from "../source_boxes.ts";

/** What one pass found, in the picture's pixels. */
export interface PassResult {
  /** What the pass looked at. */
  region: Rect;
  found: FoundBox[];
}

/** A box that ends this share of its own side from where its pass could not look on may be cut. */
const NEAR_EDGE = 0.1;

/**
 * Makes one list of what several passes over one picture found: in each class the best box of those
 * that overlap. A box that its pass's edge may have cut, inside the picture, loses to any that is
 * not and reaches the recommended score; for it the share that lies in the other counts, not the IoU.
 */
export function mergePasses(
  passes: readonly PassResult[],
  card: Pick<ModelCard, "nmsIoU" | "recommendedScores">,
  width: number,
  height: number,
): FoundBox[] {
  const all = passes.flatMap(({ region, found }) =>
    found.map((box) => {
      const isPart = isCut(box.box, region, width, height);
      return { box, isPart, isSure: !isPart && box.score >= card.recommendedScores[box.class] };
    })
  ).sort((a, b) => Number(b.isSure) - Number(a.isSure) || b.box.score - a.box.score);
  const kept: FoundBox[] = [];
  for (const { box, isPart } of all) {
    const limit = card.nmsIoU[box.class];
    const overlap = isPart ? shareInside : iou;
    const isKnown = kept.some((other) =>
      other.class === box.class && overlap(rect(box.box), rect(other.box)) > limit
    );
    if (!isKnown) kept.push(box);
  }
  return kept.sort((a, b) => a.class.localeCompare(b.class) || b.score - a.score);
}

function isCut([x, y, w, h]: FoundBox["box"], region: Rect, width: number, height: number) {
  const right = region.x + region.width, bottom = region.y + region.height;
  return (region.x > 0 && x - region.x < w * NEAR_EDGE) ||
    (region.y > 0 && y - region.y < h * NEAR_EDGE) ||
    (right < width && right - x - w < w * NEAR_EDGE) ||
    (bottom < height && bottom - y - h < h * NEAR_EDGE);
}

/** The share of `part`'s area that lies in `whole`, 0..1. */
function shareInside(part: Rect, whole: Rect): number {
  const right = Math.min(part.x + part.width, whole.x + whole.width);
  const bottom = Math.min(part.y + part.height, whole.y + whole.height);
  const width = right - Math.max(part.x, whole.x), height = bottom - Math.max(part.y, whole.y);
  return Math.max(0, width) * Math.max(0, height) / (part.width * part.height);
}

function rect([x, y, width, height]: FoundBox["box"]): Rect {
  return { x, y, width, height };
}
