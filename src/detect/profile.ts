/** Size of the picture the detector sees, in pixels, multiples of 32. */
export interface DetectorSize {
  width: number;
  height: number;
}

const STEP = 32;

/**
 * The detector's picture for a frame: the frame's aspect ratio, its longest side at most
 * `longSide`, never larger than the frame, each side rounded to a multiple of 32. Rounding changes
 * the aspect ratio by a few percent at most where the sides are long; the network does not mind.
 *
 * @param longSide Longest side in pixels that the profile allows.
 */
export function detectorSize(width: number, height: number, longSide: number): DetectorSize {
  const scale = Math.min(1, longSide / Math.max(width, height));
  return { width: fit(width, scale), height: fit(height, scale) };
}

function fit(side: number, scale: number): number {
  // A side never grows past the frame's own, where the frame is at least one step.
  const most = Math.max(STEP, Math.floor(side / STEP) * STEP);
  return Math.min(most, Math.max(STEP, Math.round((side * scale) / STEP) * STEP));
}
