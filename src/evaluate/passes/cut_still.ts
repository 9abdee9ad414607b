import type { Rect } from "../../frame/rect.ts";
import { type Still, stillSize } from "../../source/still.ts";
import { scalePlane } from "./scale_plane.ts";

const BLACK = { y: 16, uv: 128 };

/**
 * Cuts a rectangle out of a decoded picture and scales it, up or down, into a detector's picture of
 * its own.
 *
 * @param from A picture that lies in the top left corner of its memory.
 * @param rect Within `from`'s scaled size, in pixels, its left and top even.
 * @param longSide Longest side of the cut-out in the detector's picture, in pixels.
 */
export function cutStill(from: Still, rect: Rect, longSide: number): Still {
  const { width, height } = rect;
  const size = stillSize(width, height, longSide);
  const { scaledWidth, scaledHeight, smallWidth, smallHeight } = size;
  const y = new Uint8Array(smallWidth * smallHeight).fill(BLACK.y);
  const uv = new Uint8Array(y.length / 2).fill(BLACK.uv);
  const luma = {
    data: from.y,
    offset: rect.y * from.smallWidth + rect.x,
    stride: from.smallWidth,
    width,
    height,
  };
  scalePlane(luma, y, smallWidth, scaledWidth, scaledHeight);
  const half = (side: number) => Math.ceil(side / 2);
  for (const plane of [0, 1]) {
    const chroma = {
      data: from.uv,
      offset: plane * from.uv.length / 2 + rect.y / 2 * from.smallWidth / 2 + rect.x / 2,
      stride: from.smallWidth / 2,
      width: half(width),
      height: half(height),
    };
    const to = uv.subarray(plane * uv.length / 2, (plane + 1) * uv.length / 2);
    scalePlane(chroma, to, smallWidth / 2, half(scaledWidth), half(scaledHeight));
  }
  return { width, height, ...size, y, uv };
}
