import { Buffer } from "node:buffer";
import type { I420 } from "../../frame/i420.ts";
import { grow, type Rect, toEvenPixels } from "../../frame/rect.ts";
import { png } from "./png.ts";

/**
 * A box of a picture with its surroundings, twice as large as the box on every side, as a `data:`
 * address. The box is outlined in red.
 */
export function thumbnail(picture: I420, box: Rect): string {
  const around = grow(box, box.width / 2 + 12, box.height / 2 + 16);
  const part = toEvenPixels(around, picture.width, picture.height)!;
  const rgb = new Uint8Array(part.width * part.height * 3);
  for (let y = 0; y < part.height; y++) {
    for (let x = 0; x < part.width; x++) {
      const pixel = onEdge(box, part.x + x, part.y + y)
        ? [230, 40, 40]
        : colour(picture, part.x + x, part.y + y);
      rgb.set(pixel, (y * part.width + x) * 3);
    }
  }
  const file = png(rgb, part.width, part.height);
  return `data:image/png;base64,${Buffer.from(file).toString("base64")}`;
}

/** One pixel outside of the box, so that what it holds stays visible. */
function onEdge(box: Rect, x: number, y: number): boolean {
  const left = Math.floor(box.x) - 1, right = Math.ceil(box.x + box.width);
  const top = Math.floor(box.y) - 1, bottom = Math.ceil(box.y + box.height);
  if (x < left || x > right || y < top || y > bottom) return false;
  return x === left || x === right || y === top || y === bottom;
}

/** BT.601, limited range: near enough to look at. */
function colour({ width, y: luma, u, v }: I420, x: number, y: number): number[] {
  const l = 1.164 * (luma[y * width + x] - 16);
  const at = (y >> 1) * (width / 2) + (x >> 1);
  const cb = u[at] - 128, cr = v[at] - 128;
  return [l + 1.596 * cr, l - 0.392 * cb - 0.813 * cr, l + 2.017 * cb]
    .map((value) => Math.max(0, Math.min(255, Math.round(value))));
}
