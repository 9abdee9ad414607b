import type { I420 } from "../frame/i420.ts";
import type { Rect } from "../frame/rect.ts";
import type { Cells, Grid } from "./cells.ts";
import { type Corner, spans } from "./polygon.ts";

/** How cells are painted over an area. */
export interface PaintOptions {
  /** Blended from cell centre to cell centre instead of flat. */
  smooth: boolean;
  /** Pixels outside the area over which it fades into the picture; even. */
  feather: number;
  /** Only what is inside these corners is painted, and nothing fades. */
  polygon?: readonly Corner[] | undefined;
}

/**
 * Paints cells over an area, in place. Inside it nothing of the picture is left; outside it the
 * feather mixes the area's colours into the picture, never the picture into the area.
 *
 * @param rect Whole even pixels inside the picture.
 */
export function paint(picture: I420, rect: Rect, cells: Cells, options: PaintOptions): void {
  const { width, height } = picture;
  paintPlane(picture.y, width, height, rect, cells.y, options);
  const { x, y } = rect;
  const half = { x: x / 2, y: y / 2, width: rect.width / 2, height: rect.height / 2 };
  const polygon = options.polygon?.map(([x, y]) => [x / 2, y / 2] as const);
  const chroma = { ...options, feather: options.feather / 2, polygon };
  paintPlane(picture.u, width / 2, height / 2, half, cells.u, chroma);
  paintPlane(picture.v, width / 2, height / 2, half, cells.v, chroma);
}

function paintPlane(
  plane: Uint8Array,
  stride: number,
  height: number,
  rect: Rect,
  grid: Grid,
  { smooth, feather, polygon }: PaintOptions,
): void {
  const reach = polygon ? 0 : feather;
  const left = Math.max(0, rect.x - reach), right = Math.min(stride, rect.x + rect.width + reach);
  const top = Math.max(0, rect.y - reach);
  const bottom = Math.min(height, rect.y + rect.height + reach);
  const across = places(left, right, rect.x, rect.width, grid.columns, smooth);
  const down = places(top, bottom, rect.y, rect.height, grid.rows, smooth);
  const line = new Uint8Array(right - left);
  for (let y = top; y < bottom; y++) {
    const row = down[y - top];
    // Flat cells: the line stands for every row of the cell.
    if (y === top || smooth || row.first !== down[y - top - 1].first) fill(line, across, row, grid);
    if (polygon) {
      for (const [from, to] of spans(polygon, y, rect.x, rect.x + rect.width)) {
        plane.set(line.subarray(from - left, to - left), y * stride + from);
      }
      continue;
    }
    const above = Math.max(rect.y - y, y - rect.y - rect.height + 1, 0);
    if (above === 0) {
      plane.set(line.subarray(rect.x - left, rect.x - left + rect.width), y * stride + rect.x);
    }
    if (reach === 0) continue;
    for (let x = left; x < right; x++) {
      const away = Math.max(rect.x - x, x - rect.x - rect.width + 1, above);
      if (away <= 0) {
        x = rect.x + rect.width - 1;
        continue;
      }
      const at = y * stride + x;
      plane[at] += (line[x - left] - plane[at]) * (1 - away / (reach + 1));
    }
  }
}

/** Between which two cells a column or row lies, and how near the second. */
interface Place {
  first: number;
  second: number;
  share: number;
}

function places(
  from: number,
  to: number,
  start: number,
  length: number,
  count: number,
  smooth: boolean,
): Place[] {
  return Array.from({ length: to - from }, (_, i) => {
    const inside = Math.min(length - 1, Math.max(0, from + i - start));
    if (!smooth) {
      // The inverse of how cells are cut when they are sampled.
      let cell = Math.floor((inside * count) / length);
      while (cell + 1 < count && Math.floor(((cell + 1) * length) / count) <= inside) cell++;
      return { first: cell, second: cell, share: 0 };
    }
    const at = Math.min(count - 1, Math.max(0, ((inside + 0.5) * count) / length - 0.5));
    const first = Math.floor(at);
    return { first, second: Math.min(count - 1, first + 1), share: at - first };
  });
}

function fill(line: Uint8Array, across: readonly Place[], row: Place, grid: Grid): void {
  const { levels, columns } = grid;
  const a = row.first * columns, b = row.second * columns;
  for (let i = 0; i < line.length; i++) {
    const { first, second, share } = across[i];
    const above = levels[a + first] + (levels[a + second] - levels[a + first]) * share;
    const below = levels[b + first] + (levels[b + second] - levels[b + first]) * share;
    line[i] = Math.round(above + (below - above) * row.share);
  }
}
