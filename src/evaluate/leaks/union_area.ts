import type { Rect } from "../../frame/rect.ts";

/** Area that rectangles cover together, in square pixels; what several cover counts once. */
export function unionArea(rects: readonly Rect[]): number {
  const edges = [...new Set(rects.flatMap(({ x, width }) => [x, x + width]))].sort((a, b) => a - b);
  let area = 0;
  for (let i = 1; i < edges.length; i++) {
    const [left, right] = [edges[i - 1], edges[i]];
    const column = rects.filter(({ x, width }) => x <= left && x + width >= right)
      .sort((a, b) => a.y - b.y);
    let end = -Infinity;
    for (const { y, height } of column) {
      area += Math.max(0, y + height - Math.max(y, end)) * (right - left);
      end = Math.max(end, y + height);
    }
  }
  return area;
}

/** What two rectangles share; null if nothing. */
export function intersection(a: Rect, b: Rect): Rect | null {
  const x = Math.max(a.x, b.x), y = Math.max(a.y, b.y);
  const width = Math.min(a.x + a.width, b.x + b.width) - x;
  const height = Math.min(a.y + a.height, b.y + b.height) - y;
  return width > 0 && height > 0 ? { x, y, width, height } : null;
}

/** Share of a box, 0..1, that rectangles cover together. */
export function coveredShare(box: Rect, rects: readonly Rect[]): number {
  const parts = rects.map((rect) => intersection(box, rect)).filter((part) => part !== null);
  return unionArea(parts) / (box.width * box.height);
}
