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
  if (line.length < right - left) makeRoom(right - left);
  if (down.first.length < bottom - top) down = roomForPlaces(bottom - top);
  const length = right - left;
  place(across, left, right, rect.x, rect.width, grid.columns, smooth);
  place(down, top, bottom, rect.y, rect.height, grid.rows, smooth);
  let row = -1;
  for (let y = top; y < bottom; y++) {
    const cell = down.first[y - top];
    const isNew = cell !== row;
    if (isNew) {
      row = cell;
      along(upper, length, grid, cell);
      along(lower, length, grid, down.second[y - top]);
    }
    // Flat cells: the line stands for every row of the cell.
    if (isNew || smooth) blend(length, down.share[y - top]);
    if (polygon) {
      for (const [from, to] of spans(polygon, y, rect.x, rect.x + rect.width)) {
        plane.set(line.subarray(from - left, to - left), y * stride + from);
      }
      continue;
    }
    const above = Math.max(rect.y - y, y - rect.y - rect.height + 1, 0);
    const inside = rect.x - left, start = y * stride + left;
    if (above === 0) {
      for (let i = inside; i < inside + rect.width; i++) plane[start + i] = line[i];
    }
    if (reach === 0) continue;
    for (let i = 0; i < length; i++) {
      if (above === 0 && i === inside) i += rect.width;
      if (i >= length) break;
      const away = Math.max(inside - i, i - inside - rect.width + 1, above);
      plane[start + i] += (line[i] - plane[start + i]) * (1 - away / (reach + 1));
    }
  }
}

/** For each column or row: between which two cells it lies, and how near the second. */
interface Places {
  first: Int32Array;
  second: Int32Array;
  share: Float64Array;
}

function roomForPlaces(size: number): Places {
  return {
    first: new Int32Array(size),
    second: new Int32Array(size),
    share: new Float64Array(size),
  };
}

/**
 * Memory of one area, used again by the next: painting never waits, so nobody else uses it
 * meanwhile. Small arrays by the dozen for each frame were a tenth of the time, most of it the
 * garbage collector's.
 */
let across = roomForPlaces(0), down = roomForPlaces(0);
let line = new Uint8Array(0);
/** The two rows of cells that a line lies between, along the line. */
let upper = new Float64Array(0), lower = new Float64Array(0);

function makeRoom(size: number): void {
  across = roomForPlaces(size);
  line = new Uint8Array(size);
  upper = new Float64Array(size);
  lower = new Float64Array(size);
}

function place(
  { first, second, share }: Places,
  from: number,
  to: number,
  start: number,
  length: number,
  count: number,
  smooth: boolean,
): void {
  for (let i = 0; i < to - from; i++) {
    const inside = Math.min(length - 1, Math.max(0, from + i - start));
    if (!smooth) {
      // The inverse of how cells are cut when they are sampled.
      let cell = Math.floor((inside * count) / length);
      while (cell + 1 < count && Math.floor(((cell + 1) * length) / count) <= inside) cell++;
      first[i] = second[i] = cell;
      share[i] = 0;
      continue;
    }
    const at = Math.min(count - 1, Math.max(0, ((inside + 0.5) * count) / length - 0.5));
    const before = Math.floor(at);
    first[i] = before;
    second[i] = Math.min(count - 1, before + 1);
    share[i] = at - before;
  }
}

/** The levels of one row of cells, from column to column. */
function along(row: Float64Array, length: number, { levels, columns }: Grid, cell: number): void {
  const { first, second, share } = across;
  const start = cell * columns;
  for (let i = 0; i < length; i++) {
    const level = levels[start + first[i]];
    row[i] = level + (levels[start + second[i]] - level) * share[i];
  }
}

function blend(length: number, share: number): void {
  for (let i = 0; i < length; i++) {
    line[i] = Math.round(upper[i] + (lower[i] - upper[i]) * share);
  }
}
