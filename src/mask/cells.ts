import type { I420 } from "../frame/i420.ts";
import type { Rect } from "../frame/rect.ts";

/**
 * The most luma cells that survive of what is hidden, whatever its size: six columns and three rows
 * say nothing of a plate's characters. Chroma gets half as many columns and rows, rounded up.
 */
export const COLUMNS = 6;
export const ROWS = 3;
const CHROMA_COLUMNS = Math.ceil(COLUMNS / 2);
const CHROMA_ROWS = Math.ceil(ROWS / 2);

/** A coarse grid of levels, row by row. */
export interface Grid {
  columns: number;
  rows: number;
  levels: Float32Array;
}

/** All that is known of a hidden area when it is painted. */
export interface Cells {
  y: Grid;
  u: Grid;
  v: Grid;
}

/**
 * The mean levels of an area's cells.
 *
 * @param rect Whole even pixels inside the picture.
 */
export function sampleCells(picture: I420, rect: Rect): Cells {
  const half = { x: rect.x / 2, y: rect.y / 2, width: rect.width / 2, height: rect.height / 2 };
  return {
    y: sample(picture.y, picture.width, rect, COLUMNS, ROWS),
    u: sample(picture.u, picture.width / 2, half, CHROMA_COLUMNS, CHROMA_ROWS),
    v: sample(picture.v, picture.width / 2, half, CHROMA_COLUMNS, CHROMA_ROWS),
  };
}

/** Cells of one colour. */
export function evenCells(y: number, u: number, v: number): Cells {
  const grid = (level: number) => ({ columns: 1, rows: 1, levels: Float32Array.of(level) });
  return { y: grid(y), u: grid(u), v: grid(v) };
}

/** Cells as they are, but as bright on average as those of an area of the picture. */
export function relit(cells: Cells, picture: I420, rect: Rect): Cells {
  const now = sample(picture.y, picture.width, rect, COLUMNS, ROWS);
  const change = mean(now.levels) - mean(cells.y.levels);
  const levels = cells.y.levels.map((level) => Math.min(235, Math.max(16, level + change)));
  return { ...cells, y: { ...cells.y, levels } };
}

function mean(levels: Float32Array): number {
  return levels.reduce((sum, level) => sum + level, 0) / levels.length;
}

function sample(
  plane: Uint8Array,
  stride: number,
  { x, y, width, height }: Rect,
  columns: number,
  rows: number,
): Grid {
  const levels = new Float32Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    const [top, bottom] = [row, row + 1].map((each) => y + Math.floor(each * height / rows));
    for (let column = 0; column < columns; column++) {
      const left = x + Math.floor(column * width / columns);
      // An area smaller than its grid: a cell is one pixel at least.
      const right = Math.max(left + 1, x + Math.floor((column + 1) * width / columns));
      let sum = 0, count = 0;
      for (let line = top; line < Math.max(bottom, top + 1); line++) {
        for (let i = line * stride + left; i < line * stride + right; i++) sum += plane[i], count++;
      }
      levels[row * columns + column] = Math.round(sum / count);
    }
  }
  return { columns, rows, levels };
}
