import { grow, type Rect, toEvenPixels } from "../../frame/rect.ts";
import type { FoundBox } from "../source_boxes.ts";

/** The least width of a car that is looked into, in the picture's pixels: the article's. */
const LEAST_PX = 100;
const MOST_CARS = 4;
/** Added on each side, in shares of the car's own. */
const MARGIN = 0.1;

/**
 * Where a second pass looks for plates: the largest cars, four at most, each with a margin.
 *
 * @param leastScore Cars that score less are not looked into.
 * @returns Rectangles of whole pixels inside the picture, left and top even.
 */
export function carRegions(
  found: readonly FoundBox[],
  leastScore: number,
  width: number,
  height: number,
): Rect[] {
  const area = ({ box }: FoundBox) => box[2] * box[3];
  return found
    .filter(({ class: label, score, box }) =>
      label === "car" && score >= leastScore && box[2] >= LEAST_PX
    )
    .sort((a, b) => area(b) - area(a))
    .slice(0, MOST_CARS)
    .flatMap(({ box: [x, y, w, h] }) => {
      const region = grow({ x, y, width: w, height: h }, w * MARGIN, h * MARGIN);
      return toEvenPixels(region, width, height) ?? [];
    });
}
