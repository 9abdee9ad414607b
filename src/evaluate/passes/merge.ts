import type { ModelCard } from "../../detect/model_card.ts";
import { iou, type Rect } from "../../frame/rect.ts";
import type { FoundBox } from "../source_boxes.ts";

/** What one pass found, in the picture's pixels. */
export interface PassResult {
  /** What the pass looked at. */
  region: Rect;
  /** Pixels of the detector's picture for each of the picture's. */
  scale: number;
  found: FoundBox[];
}

/** Share of the best score from which a box says anything about the place. */
const AS_SURE = 0.5;

interface ScaledBox {
  box: FoundBox;
  scale: number;
}

/** A box that ends this share of its own side from where its pass could not look on may be cut. */
const NEAR_EDGE = 0.1;

/**
 * Makes one list of what several passes over one picture found: in each class one box of those that
 * overlap, with the best one's score. Its place is their mean (as weighted boxes fusion, Solovyev et al.
 * 2021), each with the weight of its score and the square of its pass's scale: the detector errs by so
 * many of its own pixels. A box that its pass's edge may have cut, inside the picture, loses to any that is
 * not and reaches the recommended score; for it the share that lies in the other counts, not the IoU.
 */
export function mergePasses(
  passes: readonly PassResult[],
  card: Pick<ModelCard, "nmsIoU" | "recommendedScores">,
  width: number,
  height: number,
): FoundBox[] {
  const all = passes.flatMap(({ region, scale, found }) =>
    found.map((box) => {
      const isPart = isCut(box.box, region, width, height);
      return {
        box,
        scale,
        isPart,
        isSure: !isPart && box.score >= card.recommendedScores[box.class],
      };
    })
  ).sort((a, b) => Number(b.isSure) - Number(a.isSure) || b.box.score - a.box.score);
  const kept: { best: FoundBox; isPart: boolean; boxes: ScaledBox[] }[] = [];
  for (const { box, scale, isPart } of all) {
    const limit = card.nmsIoU[box.class];
    const overlap = isPart ? shareInside : iou;
    const known = kept.find(({ best }) =>
      best.class === box.class && overlap(rect(box.box), rect(best.box)) > limit
    );
    if (!known) kept.push({ best: box, isPart, boxes: [{ box, scale }] });
    else if (!isPart && !known.isPart && box.score >= known.best.score * AS_SURE) {
      known.boxes.push({ box, scale });
    }
  }
  return kept.map(({ best, boxes }) => ({ ...best, box: meanPlace(boxes) }))
    .sort((a, b) => a.class.localeCompare(b.class) || b.score - a.score);
}

function meanPlace(boxes: readonly ScaledBox[]): FoundBox["box"] {
  if (boxes.length === 1) return boxes[0].box.box;
  const weights = boxes.map(({ box, scale }) => box.score * scale ** 2);
  const all = weights.reduce((sum, weight) => sum + weight);
  const mean = (side: number) =>
    boxes.reduce((sum, { box }, i) => sum + weights[i] * box.box[side], 0) / all;
  return [mean(0), mean(1), mean(2), mean(3)];
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
