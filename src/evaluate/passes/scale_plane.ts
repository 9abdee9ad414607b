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
      const { first, weights } = columns[x];
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += from.data[start + first + i] * weights[i];
      narrow[y * width + x] = sum;
    }
  }
  for (let y = 0; y < height; y++) {
    const { first, weights } = rows[y];
    for (let x = 0; x < width; x++) {
      let sum = 0.5;
      for (let i = 0; i < weights.length; i++) sum += narrow[(first + i) * width + x] * weights[i];
      to[y * stride + x] = sum;
    }
  }
}

interface Taps {
  /** The first pixel that counts. */
  first: number;
  /** Of it and those after it; their sum is 1. */
  weights: number[];
}

/** Which of `from` pixels make each of `to` pixels. */
function taps(from: number, to: number): Taps[] {
  const step = from / to;
  return Array.from({ length: to }, (_, i) => {
    if (step <= 1) {
      const at = Math.min(from - 1, Math.max(0, (i + 0.5) * step - 0.5));
      const first = Math.floor(at), share = at - first;
      return { first, weights: share > 0 ? [1 - share, share] : [1] };
    }
    const left = i * step, right = Math.min(from, left + step);
    const first = Math.floor(left);
    const weights = Array.from(
      { length: Math.ceil(right) - first },
      (_, j) => (Math.min(right, first + j + 1) - Math.max(left, first + j)) / (right - left),
    );
    return { first, weights };
  });
}
