import { iou, type Rect } from "../frame/rect.ts";
import type { Detection } from "./detection.ts";
import type { ModelCard } from "./model_card.ts";

/** The network gave numbers that mean nothing, such as NaN: the frame counts as not checked. */
export class InvalidOutputError extends Error {
  override readonly name = "InvalidOutputError";
}

/** The most boxes of one class that are sorted and compared in a frame; the best are kept. */
const MOST_CANDIDATES = 400;

/**
 * Memory of a run, used again by the next: what is allocated for a frame is what is passed on.
 * Decoding never waits, so nobody else uses it meanwhile.
 */
const best = new Int32Array(MOST_CANDIDATES);
const boxes: Rect[] = Array.from(best, () => ({ x: 0, y: 0, width: 0, height: 0 }));

/** What decoding needs to know besides the network's numbers. */
export interface DecodeOptions {
  card: Pick<ModelCard, "classes" | "priors" | "nmsIoU">;
  /** `[P, 4]`, from {@linkcode makePriors}. */
  priors: Float32Array;
  /** Size of the detector's picture in pixels. */
  width: number;
  height: number;
  /** Lowest score that counts, 0..1. */
  minScore: number;
}

/**
 * Turns the network's output into detections: threshold, SSD box decoding, per-class NMS.
 *
 * Box codes are those of SSD (Liu et al. 2016): centre `d * v0 * size + prior`, size
 * `exp(d * v1) * prior`.
 *
 * @param logits `[P, C]` scores before the sigmoid.
 * @param deltas `[P, 4]` box codes dx, dy, dw, dh.
 * @returns Detections, best first within each class.
 * @throws {InvalidOutputError} if a logit or a box is not finite or the sizes do not fit.
 */
export function decode(
  logits: Float32Array,
  deltas: Float32Array,
  options: DecodeOptions,
): Detection[] {
  const { card, priors, minScore } = options;
  const classes = card.classes.length;
  const count = priors.length / 4;
  if (logits.length !== count * classes || deltas.length !== count * 4) {
    throw new InvalidOutputError(
      `The network gave ${logits.length} scores and ${deltas.length} codes for ${count} priors`,
    );
  }
  const threshold = Math.log(minScore / (1 - minScore));
  const detections: Detection[] = [];
  for (let index = 0; index < classes; index++) {
    const candidates = findBest(logits, index, classes, threshold);
    const limit = card.nmsIoU[card.classes[index]] ?? 0.4;
    let kept = 0;
    // Greedy non-maximum suppression, best first.
    for (let i = 0; i < candidates; i++) {
      const box = boxes[kept];
      decodeBox(best[i], deltas, options, box);
      if (overlapsKept(box, kept, limit)) continue;
      kept++;
      const score = 1 / (1 + Math.exp(-logits[best[i] * classes + index]));
      detections.push({ label: card.classes[index], score, box: { ...box } });
    }
  }
  return detections;
}

/**
 * Puts the priors of the best scores of one class, best first, into `best`.
 *
 * @returns How many there are.
 */
function findBest(logits: Float32Array, index: number, classes: number, threshold: number): number {
  let found = 0;
  for (let i = index; i < logits.length; i += classes) {
    const logit = logits[i];
    // Written so that NaN, for which every comparison is false, does not pass as "below"; nor does
    // -Infinity, which a network that overflows may give for everything.
    if (logit < threshold && logit > -Infinity) continue;
    if (!Number.isFinite(logit)) throw new InvalidOutputError(`Score ${i} is ${logit}`);
    const isFull = found === MOST_CANDIDATES;
    if (isFull && logit <= logits[best[found - 1] * classes + index]) continue;
    let at = isFull ? found - 1 : found++;
    for (; at > 0 && logits[best[at - 1] * classes + index] < logit; at--) best[at] = best[at - 1];
    best[at] = (i - index) / classes;
  }
  return found;
}

function overlapsKept(box: Rect, kept: number, limit: number): boolean {
  for (let i = 0; i < kept; i++) if (iou(boxes[i], box) > limit) return true;
  return false;
}

function decodeBox(prior: number, deltas: Float32Array, options: DecodeOptions, box: Rect): void {
  const { priors, width, height } = options;
  const [centreVariance, sizeVariance] = options.card.priors.variances;
  const at = prior * 4;
  const priorWidth = priors[at + 2], priorHeight = priors[at + 3];
  const centreX = priors[at] + deltas[at] * centreVariance * priorWidth;
  const centreY = priors[at + 1] + deltas[at + 1] * centreVariance * priorHeight;
  const boxWidth = priorWidth * Math.exp(deltas[at + 2] * sizeVariance);
  const boxHeight = priorHeight * Math.exp(deltas[at + 3] * sizeVariance);
  box.x = (centreX - boxWidth / 2) / width;
  box.y = (centreY - boxHeight / 2) / height;
  box.width = boxWidth / width;
  box.height = boxHeight / height;
  const isFinite = Number.isFinite(box.x + box.y + box.width + box.height);
  if (!isFinite || box.width === 0 || box.height === 0) {
    throw new InvalidOutputError(`Box of prior ${prior} is not finite or has no size`);
  }
}
