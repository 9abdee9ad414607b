import type { Plane } from "../../frame/shrink_plane.ts";

/**
 * Scales a plane by area where it shrinks and bilinearly where it grows, each axis for itself, as
 * ffmpeg's `area` does.
 *
 * @param to Gets `height` rows of `width` bytes.
 * @param stride Bytes from one row of `to` to the next.
 */
export function scalePlane(
  from: Plane,
  to: Uint8Array,
  stride: number,
  width: number,
  height: number,
): void {
  const columns = taps(from.width, width), rows = taps(from.height, height);
  const narrow = new Float32Array(width * from.height);
  for (let y = 0; y < from.height; y++) {
    const start = from.offset + y * from.stride;
    for (let x = 0; x < width; x++) {
      const first = start + columns.first[x], weight = x * columns.count;
      let sum = 0;
      for (let i = 0; i < columns.count; i++) {
        sum += from.data[first + i] * columns.weights[weight + i];
      }
      narrow[y * width + x] = sum;
    }
  }
  const sums = new Float32Array(width);
  for (let y = 0; y < height; y++) {
    sums.fill(0.5);
    for (let i = 0; i < rows.count; i++) {
      const start = (rows.first[y] + i) * width, weight = rows.weights[y * rows.count + i];
      for (let x = 0; x < width; x++) sums[x] += narrow[start + x] * weight;
    }
    to.set(sums, y * stride);
  }
}

/** Which of `from` pixels make each of `to` pixels: `count` from the first on, by weights of sum 1. */
function taps(from: number, to: number) {
  const step = from / to;
  const count = Math.min(from, step === 1 ? 1 : step < 1 ? 2 : Math.ceil(step) + 1);
  const first = new Int32Array(to), weights = new Float32Array(to * count);
  for (let i = 0; i < to; i++) {
    // An area of at least a pixel: the same sum is bilinear where the side grows.
    const side = Math.max(1, step), middle = (i + 0.5) * step;
    const left = Math.min(from - side, Math.max(0, middle - side / 2)), right = left + side;
    first[i] = Math.min(from - count, Math.floor(left));
    for (let j = 0; j < count; j++) {
      const pixel = first[i] + j;
      const shared = Math.min(right, pixel + 1) - Math.max(left, pixel);
      weights[i * count + j] = Math.max(0, shared) / side;
    }
  }
  return { first, count, weights };
}
