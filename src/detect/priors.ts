import type { ModelCard } from "./model_card.ts";

/**
 * The prior boxes of a picture: for each level, finest first, for each cell in rows, for each size
 * one box of that size on the cell's centre `((x + 0.5) * stride, (y + 0.5) * stride)`.
 *
 * @param width Picture width in pixels.
 * @param height Picture height in pixels.
 * @returns `[P, 4]` values in pixels: centre x, centre y, width, height.
 */
export function makePriors(
  card: Pick<ModelCard, "priors">,
  width: number,
  height: number,
): Float32Array {
  const values: number[] = [];
  for (const { stride, sizes } of card.priors.levels) {
    const columns = Math.ceil(width / stride), rows = Math.ceil(height / stride);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        for (const [priorWidth, priorHeight] of sizes) {
          values.push((column + 0.5) * stride, (row + 0.5) * stride, priorWidth, priorHeight);
        }
      }
    }
  }
  return Float32Array.from(values);
}
