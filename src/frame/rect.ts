/** An axis-parallel rectangle in pixels; `x` and `y` are its left and top edge. */
export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Intersection over union of two rectangles, 0..1. */
export function iou(a: Rect, b: Rect): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (a.width * a.height + b.width * b.height - shared);
}

/** The smallest rectangle that holds both. */
export function union(a: Rect, b: Rect): Rect {
  const x = Math.min(a.x, b.x), y = Math.min(a.y, b.y);
  return {
    x,
    y,
    width: Math.max(a.x + a.width, b.x + b.width) - x,
    height: Math.max(a.y + a.height, b.y + b.height) - y,
  };
}

/** The rectangle grown by `dx` on the left and right and `dy` at the top and bottom. */
export function grow(rect: Rect, dx: number, dy: number): Rect {
  return {
    x: rect.x - dx,
    y: rect.y - dy,
    width: rect.width + 2 * dx,
    height: rect.height + 2 * dy,
  };
}

/**
 * The smallest rectangle of even whole pixels that holds `rect` inside a picture of even size, or
 * null if they do not meet. Even edges keep the halved chroma planes in step with luma.
 */
export function toEvenPixels(rect: Rect, width: number, height: number): Rect | null {
  const left = Math.max(0, Math.floor(rect.x / 2) * 2);
  const top = Math.max(0, Math.floor(rect.y / 2) * 2);
  const right = Math.min(width, Math.ceil((rect.x + rect.width) / 2) * 2);
  const bottom = Math.min(height, Math.ceil((rect.y + rect.height) / 2) * 2);
  // Written so that NaN edges give null, never a rectangle.
  if (!(right > left && bottom > top)) return null;
  return { x: left, y: top, width: right - left, height: bottom - top };
}
