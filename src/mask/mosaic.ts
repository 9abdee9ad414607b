import type { I420 } from "../frame/i420.ts";
import type { Rect } from "../frame/rect.ts";

/**
 * The most luma cells of a mosaic, whatever the mask's size: six columns and three rows say nothing
 * of a plate's characters. Chroma gets half as many columns and rows, rounded up.
 */
export const MOSAIC_COLUMNS = 6;
export const MOSAIC_ROWS = 3;

/**
 * Replaces a rectangle of the picture, in place, by a few flat cells.
 *
 * @param rect Whole even pixels inside the picture, from `toEvenPixels`.
 */
export function mosaic(picture: I420, rect: Rect): void {
  const { x, y, width, height } = rect;
  cells(picture.y, picture.width, x, y, width, height, MOSAIC_COLUMNS, MOSAIC_ROWS);
  const columns = Math.ceil(MOSAIC_COLUMNS / 2), rows = Math.ceil(MOSAIC_ROWS / 2);
  for (const plane of [picture.u, picture.v]) {
    cells(plane, picture.width / 2, x / 2, y / 2, width / 2, height / 2, columns, rows);
  }
}

function cells(
  plane: Uint8Array,
  stride: number,
  x: number,
  y: number,
  width: number,
  height: number,
  columns: number,
  rows: number,
): void {
  for (let row = 0; row < rows; row++) {
    const top = y + Math.floor((row * height) / rows);
    const bottom = y + Math.floor(((row + 1) * height) / rows);
    for (let column = 0; column < columns; column++) {
      const left = x + Math.floor((column * width) / columns);
      const right = x + Math.floor(((column + 1) * width) / columns);
      const count = (right - left) * (bottom - top);
      if (count === 0) continue;
      let sum = 0;
      for (let line = top; line < bottom; line++) {
        const at = line * stride;
        for (let i = at + left; i < at + right; i++) sum += plane[i];
      }
      const mean = Math.round(sum / count);
      for (let line = top; line < bottom; line++) {
        plane.fill(mean, line * stride + left, line * stride + right);
      }
    }
  }
}
