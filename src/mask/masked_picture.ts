import type { I420 } from "../frame/i420.ts";
import { grow, type Rect, toEvenPixels } from "../frame/rect.ts";
import { cover } from "./cover.ts";
import type { FrameMask } from "./frame_mask.ts";
import type { MaskPainter } from "./painter.ts";

declare const masked: unique symbol;

/**
 * A picture that may leave. Only this file makes one, and the encoder takes nothing else: the type
 * checker holds the promise that a frame that was not checked never leaves.
 */
export type MaskedPicture = I420 & { readonly [masked]: true };

/** Pixels by which a mask reaches past its box at least, unless the margin is 0. */
const LEAST_MARGIN = 2;

/**
 * A box may be too flat by so much above and below, as a share of the picture's width: two pixels of a
 * detector's picture of 640. Slanted far plates are found as if they were level.
 */
const SLANT = 1 / 320;

/**
 * The rectangle that hides a box: the box, a margin, and three standard deviations of its place,
 * these at most the box's own width on each side; cut to whole even pixels of the picture.
 *
 * @param margin Share of the box's width on its left and right; of its height twice that, above
 * and below, as plates are low, and of its width as well for far ones.
 * @param sigma Uncertainty of the box's place in pixels, one standard deviation.
 * @returns Null if nothing of it is in the picture; the whole picture if the place is not a number,
 * as the object may be anywhere.
 */
export function maskRect(
  box: Rect,
  sigma: number,
  margin: number,
  picture: { width: number; height: number },
): Rect | null {
  const least = margin > 0 ? LEAST_MARGIN : 0;
  const doubt = Math.min(3 * sigma, box.width);
  const { width, height } = picture;
  const slant = Math.min(box.width * margin, width * SLANT);
  const rect = grow(
    box,
    Math.max(least, box.width * margin) + doubt,
    Math.max(least, box.height * margin * 2, slant) + doubt,
  );
  if (!Number.isFinite(rect.x + rect.y + rect.width + rect.height)) {
    return { x: 0, y: 0, width, height };
  }
  return toEvenPixels(rect, width, height);
}

/**
 * Hides what the masks name in a checked picture, in place. A mask that is not made of whole even
 * pixels inside the picture is a mistake, and covers all of it.
 */
export function maskPicture(
  picture: I420,
  masks: readonly FrameMask[],
  painter: MaskPainter,
): MaskedPicture {
  if (!masks.every(({ rect }) => fits(rect, picture))) return coverPicture(picture, "");
  painter.paint(picture, masks);
  return picture as MaskedPicture;
}

function fits(rect: Rect, { width, height }: I420): boolean {
  const whole = toEvenPixels(rect, width, height);
  return whole?.x === rect.x && whole.y === rect.y && whole.width === rect.width &&
    whole.height === rect.height;
}

/** Covers a whole picture, in place: the only other way for one to leave. */
export function coverPicture(picture: I420, title: string, detail?: string): MaskedPicture {
  cover(picture, title, detail);
  return picture as MaskedPicture;
}

/** What {@linkcode coverPicture} hides, in the words of a mask: everything. */
export function coverMask({ width, height }: { width: number; height: number }): FrameMask {
  const rect = { x: 0, y: 0, width, height };
  return { class: "picture", box: rect, rect, score: 1, reason: "cover", track: null };
}
