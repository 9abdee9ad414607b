import type { Rect } from "../../frame/rect.ts";

/** A tile's side and the least overlap of two, in shares of the profile's longest side. */
const SIDE = 0.75, OVERLAP = 0.1;
const STEP = 32;

/**
 * Overlapping tiles that cover a picture, row by row. As few as sides of three quarters of the
 * profile's longest and a tenth of it as overlap allow, evenly spread, sides rounded up to multiples
 * of 32 where the picture is that long. 1280x720 at a profile of 640 gives 3x2 tiles of 480x416. None for a picture that the
 * profile shows at its own size.
 *
 * @param longSide Longest side of the profile, in pixels.
 */
export function tileGrid(width: number, height: number, longSide: number): Rect[] {
  if (Math.max(width, height) <= longSide) return [];
  const columns = spread(width, longSide), rows = spread(height, longSide);
  return rows.at.flatMap((y) =>
    columns.at.map((x) => ({
      x,
      y,
      width: Math.min(columns.side, width - x),
      height: Math.min(rows.side, height - y),
    }))
  );
}

/** Where tiles along one side begin, and how long they are. */
function spread(length: number, longSide: number): { side: number; at: number[] } {
  const overlap = longSide * OVERLAP;
  const count = Math.max(1, Math.ceil((length - overlap) / (longSide * SIDE - overlap)));
  const even = Math.ceil((length + (count - 1) * overlap) / count / STEP) * STEP;
  const side = Math.min(length, even);
  // Even places, as chroma has half the pixels; in an odd picture the last tile is a pixel shorter.
  const at = Array.from(
    { length: count },
    (_, i) => 2 * Math.ceil((length - side) * i / Math.max(1, count - 1) / 2),
  );
  return { side, at };
}
