import type { Detection } from "../detect/detection.ts";
import type { StillSize } from "../source/still.ts";

/** One object in a picture's own pixels. */
export interface FoundBox {
  class: string;
  /** 0..1. */
  score: number;
  /** x, y, width, height; inside the picture. */
  box: [number, number, number, number];
}

/**
 * Takes detections from shares of the detector's picture back to the pixels of the picture that was
 * scaled into its top left corner. What lies wholly in the black around it is left out.
 *
 * @param width The picture's own width in pixels.
 * @param height The picture's own height in pixels.
 */
export function sourceBoxes(
  detections: readonly Detection[],
  size: StillSize,
  width: number,
  height: number,
): FoundBox[] {
  const toX = size.smallWidth / size.scaledWidth * width;
  const toY = size.smallHeight / size.scaledHeight * height;
  return detections.flatMap(({ label, score, box }) => {
    const left = Math.max(0, box.x * toX), top = Math.max(0, box.y * toY);
    const right = Math.min(width, (box.x + box.width) * toX);
    const bottom = Math.min(height, (box.y + box.height) * toY);
    if (right <= left || bottom <= top) return [];
    return [{ class: label, score, box: [left, top, right - left, bottom - top] }];
  });
}
