import type { Polygon, ZonesConfig } from "../config/mask_schema.ts";
import { type Rect, toEvenPixels } from "../frame/rect.ts";
import type { FrameMask } from "./frame_mask.ts";
import { type Corner, isInside } from "./polygon.ts";

/** A camera's zones in its picture. */
export class Zones {
  /** What is always hidden. */
  readonly masks: readonly FrameMask[];
  readonly #ignore: readonly Corner[][];
  readonly #detect: readonly Corner[][];

  /** @param width Size of the picture in pixels. */
  constructor(config: ZonesConfig, width: number, height: number) {
    const inPixels = (polygon: Polygon) =>
      polygon.map(([x, y]) => [x * width, y * height] as const);
    this.#ignore = config.ignore.map(inPixels);
    this.#detect = config.detect.map(inPixels);
    this.masks = config.always.map(inPixels).flatMap((polygon) => {
      const box = bounds(polygon);
      const rect = toEvenPixels(box, width, height);
      const about = { class: "zone", score: 1, reason: "zone", track: null } as const;
      return rect ? [{ ...about, box, rect, polygon }] : [];
    });
  }

  /** Whether something found at a place, in pixels, counts. */
  counts(box: Rect): boolean {
    const x = box.x + box.width / 2, y = box.y + box.height / 2;
    if (this.#ignore.some((polygon) => isInside(polygon, x, y))) return false;
    return this.#detect.length === 0 || this.#detect.some((polygon) => isInside(polygon, x, y));
  }
}

function bounds(polygon: readonly Corner[]): Rect {
  const xs = polygon.map(([x]) => x), ys = polygon.map(([, y]) => y);
  const x = Math.min(...xs), y = Math.min(...ys);
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}
