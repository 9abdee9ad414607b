import { iou } from "../frame/rect.ts";
import type { Detection } from "./detection.ts";
import type { ModelCard } from "./model_card.ts";

/** The network gave numbers that mean nothing, such as NaN: the frame counts as not checked. */
export class InvalidOutputError extends Error {
  override readonly name = "InvalidOutputError";
}

/** The most boxes of one class that are sorted and compared in a frame; the best are kept. */
const MOST_CANDIDATES = 400;

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
  const found: number[][] = card.classes.map(() => []);
  for (let i = 0; i < logits.length; i++) {
    // Written so that NaN, for which every comparison is false, does not pass as "below"; nor does
    // -Infinity, which a network that overflows may give for everything.
    if (!(logits[i] < threshold && logits[i] > -Infinity)) {
      if (!Number.isFinite(logits[i])) throw new InvalidOutputError(`Score ${i} is ${logits[i]}`);
      found[i % classes].push(Math.floor(i / classes));
    }
  }
  return card.classes.flatMap((label, index) => {
    const best = found[index].sort((a, b) =>
      logits[b * classes + index] - logits[a * classes + index]
    )
      .slice(0, MOST_CANDIDATES);
    const candidates = best.map((prior): Detection => ({
      label,
      score: 1 / (1 + Math.exp(-logits[prior * classes + index])),
      box: decodeBox(prior, deltas, options),
    }));
    return suppress(candidates, card.nmsIoU[label] ?? 0.4);
  });
}

function decodeBox(prior: number, deltas: Float32Array, options: DecodeOptions) {
  const { priors, width, height } = options;
  const [centreVariance, sizeVariance] = options.card.priors.variances;
  const at = prior * 4;
  const priorWidth = priors[at + 2], priorHeight = priors[at + 3];
  const centreX = priors[at] + deltas[at] * centreVariance * priorWidth;
  const centreY = priors[at + 1] + deltas[at + 1] * centreVariance * priorHeight;
  const boxWidth = priorWidth * Math.exp(deltas[at + 2] * sizeVariance);
  const boxHeight = priorHeight * Math.exp(deltas[at + 3] * sizeVariance);
  const box = {
    x: (centreX - boxWidth / 2) / width,
    y: (centreY - boxHeight / 2) / height,
    width: boxWidth / width,
    height: boxHeight / height,
  };
  const isFinite = Number.isFinite(box.x + box.y + box.width + box.height);
  if (!isFinite || box.width === 0 || box.height === 0) {
    throw new InvalidOutputError(`Box of prior ${prior} is not finite or has no size`);
  }
  return box;
}

/**
 * Greedy non-maximum suppression.
 *
 * @param sorted Candidates of one class, best first.
 * @param limit IoU above which the lesser of two boxes is dropped, 0..1.
 */
export function suppress(sorted: readonly Detection[], limit: number): Detection[] {
  const kept: Detection[] = [];
  for (const candidate of sorted) {
    if (kept.every((other) => iou(other.box, candidate.box) <= limit)) kept.push(candidate);
  }
  return kept;
}
