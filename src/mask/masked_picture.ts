import type { I420 } from "../frame/i420.ts";
import { grow, type Rect, toEvenPixels } from "../frame/rect.ts";
import { cover } from "./cover.ts";
import { mosaic } from "./mosaic.ts";

declare const masked: unique symbol;

/**
 * A picture that may leave. Only this file makes one, and the encoder takes nothing else: the type
 * checker holds the promise that a frame that was not checked never leaves.
 */
export type MaskedPicture = I420 & { readonly [masked]: true };

/** One thing to hide. */
export interface MaskTarget {
  /** In pixels. */
  box: Rect;
  /** Uncertainty of the box's place in pixels, one standard deviation. */
  sigma: number;
}

/** Share of the box's sides by which its mask reaches past it on each side. */
const MARGIN_X = 0.12, MARGIN_Y = 0.22;
/** Pixels by which a mask reaches past its box at least. */
const LEAST_MARGIN = 2;

/**
 * The rectangle that hides a target: the box, a margin, and three standard deviations of its place,
 * these at most the box's own size on each side.
 */
export function maskRect(target: MaskTarget): Rect {
  const { box, sigma } = target;
  const doubt = 3 * sigma;
  return grow(
    box,
    Math.max(LEAST_MARGIN, box.width * MARGIN_X) + Math.min(doubt, box.width),
    Math.max(LEAST_MARGIN, box.height * MARGIN_Y) + Math.min(doubt, box.width),
  );
}

/**
 * Hides the targets in a checked picture, in place. A target whose place is not a number may be
 * anywhere: it covers the whole picture.
 */
export function maskTargets(picture: I420, targets: readonly MaskTarget[]): MaskedPicture {
  const rects = targets.map(maskRect);
  if (!rects.every(isFinite)) return coverPicture(picture, "");
  for (const rect of rects) {
    const whole = toEvenPixels(rect, picture.width, picture.height);
    if (whole) mosaic(picture, whole);
  }
  return picture as MaskedPicture;
}

function isFinite({ x, y, width, height }: Rect): boolean {
  return Number.isFinite(x + y + width + height);
}

/** Covers a whole picture, in place: the only other way for one to leave. */
export function coverPicture(picture: I420, title: string, detail?: string): MaskedPicture {
  cover(picture, title, detail);
  return picture as MaskedPicture;
}
