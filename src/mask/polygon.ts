/** A corner `[x, y]`. */
export type Corner = readonly [number, number];

/** Whether a point is inside a polygon, by counting crossings (even-odd). */
export function isInside(polygon: readonly Corner[], x: number, y: number): boolean {
  return crossings(polygon, y).filter((crossing) => crossing > x).length % 2 === 1;
}

/**
 * The runs of whole pixels `[from, to)` of one row that a polygon touches, between two columns.
 *
 * @param row The row of pixels between `row` and `row + 1`.
 */
export function spans(
  polygon: readonly Corner[],
  row: number,
  left: number,
  right: number,
): [number, number][] {
  const runs: [number, number][] = [];
  // A row is hidden where the polygon covers any of its upper edge, middle or lower edge.
  for (const y of [row, row + 0.5, row + 1]) {
    const at = crossings(polygon, y);
    for (let i = 0; i + 1 < at.length; i += 2) {
      const from = Math.max(left, Math.floor(at[i])), to = Math.min(right, Math.ceil(at[i + 1]));
      if (to > from) runs.push([from, to]);
    }
  }
  return runs;
}

/** Where a horizontal line crosses the polygon's sides, from left to right. */
function crossings(polygon: readonly Corner[], y: number): number[] {
  return polygon.flatMap(([ax, ay], i) => {
    const [bx, by] = polygon[(i + 1) % polygon.length];
    return (ay > y) === (by > y) ? [] : [ax + ((y - ay) / (by - ay)) * (bx - ax)];
  }).sort((a, b) => a - b);
}
