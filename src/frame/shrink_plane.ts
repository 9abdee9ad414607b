/** A plane of bytes inside a picture. */
export interface Plane {
  data: Uint8Array;
  /** Of its first byte. */
  offset: number;
  /** Bytes from one row to the next. */
  stride: number;
  width: number;
  height: number;
}

/**
 * Scales a plane down, bilinearly, pixel centres on pixel centres. For factors above a half: below, it
 * would leave pixels out.
 *
 * @param to `width * height` bytes, rows one after the other.
 */
export function shrinkPlane(from: Plane, to: Uint8Array, width: number, height: number): void {
  const { data, offset, stride } = from;
  const columns = places(from.width, width), rows = places(from.height, height);
  for (let y = 0; y < height; y++) {
    const top = offset + rows.first[y] * stride, bottom = offset + rows.second[y] * stride;
    const down = rows.weight[y], up = 256 - down;
    const start = y * width;
    for (let x = 0; x < width; x++) {
      const left = columns.first[x], right = columns.second[x];
      const east = columns.weight[x], west = 256 - east;
      const above = data[top + left] * west + data[top + right] * east;
      const below = data[bottom + left] * west + data[bottom + right] * east;
      to[start + x] = (above * up + below * down + 32768) >> 16;
    }
  }
}

/** For each pixel of the smaller side: its two neighbours, and the second one's weight of 256. */
function places(from: number, to: number) {
  const first = new Int32Array(to), second = new Int32Array(to), weight = new Int32Array(to);
  for (let i = 0; i < to; i++) {
    const at = Math.min(from - 1, Math.max(0, (i + 0.5) * from / to - 0.5));
    first[i] = Math.floor(at);
    second[i] = Math.min(from - 1, first[i] + 1);
    weight[i] = Math.round((at - first[i]) * 256);
  }
  return { first, second, weight };
}
