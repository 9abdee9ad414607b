import assert from "node:assert/strict";
import { PackedLayout } from "../../src/frame/packed_layout.ts";
import { shrinkPlane } from "../../src/frame/shrink_plane.ts";

/** A slope of `dx` and `dy` per pixel from `base` at the top left pixel's centre. */
function slope(width: number, height: number, stride: number, offset: number) {
  const data = new Uint8Array(offset + stride * height).fill(255);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data[offset + y * stride + x] = 20 + x + 2 * y;
  }
  return { data, offset, stride, width, height };
}

Deno.test("shrinkPlane keeps a slope a slope, centre on centre, and reads nothing beside the plane", () => {
  const from = slope(40, 20, 64, 100);
  const to = new Uint8Array(32 * 16);
  shrinkPlane(from, to, 32, 16);
  for (let y = 0; y < 16; y++) {
    for (let x = 0; x < 32; x++) {
      const expected = 20 + ((x + 0.5) * 1.25 - 0.5) + 2 * ((y + 0.5) * 1.25 - 0.5);
      assert.ok(Math.abs(to[y * 32 + x] - expected) <= 0.6, `${x},${y}: ${to[y * 32 + x]}`);
    }
  }
});

Deno.test("shrinkPlane to the same size is a copy", () => {
  const from = slope(16, 8, 16, 0);
  const to = new Uint8Array(16 * 8);
  shrinkPlane(from, to, 16, 8);
  assert.deepEqual(to, from.data);
});

Deno.test("PackedLayout.shrinkSmall takes each plane from its own place", () => {
  const layout = new PackedLayout(128, 64, 96, 64);
  const packed = new Uint8Array(layout.bytes).fill(9);
  // The full frame is 9; the small picture's planes are 50, 100, 150.
  const luma = 128 * 128, chroma = luma / 4;
  packed.fill(50, 128 * 64, luma);
  packed.fill(100, luma + 64 * 32, luma + chroma);
  packed.fill(150, luma + chroma + 64 * 32);
  const small = { y: new Uint8Array(64 * 32), uv: new Uint8Array(64 * 16) };
  layout.shrinkSmall(packed, small, 64, 32);
  assert.ok(small.y.every((value) => value === 50));
  assert.ok(small.uv.subarray(0, 512).every((value) => value === 100));
  assert.ok(small.uv.subarray(512).every((value) => value === 150));
});
