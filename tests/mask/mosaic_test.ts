import assert from "node:assert/strict";
import type { I420 } from "../../src/frame/i420.ts";
import type { Rect } from "../../src/frame/rect.ts";
import { mosaic, MOSAIC_COLUMNS, MOSAIC_ROWS } from "../../src/mask/mosaic.ts";
import { noisePicture } from "./pictures.ts";

interface Plane {
  data: Uint8Array;
  stride: number;
  rect: Rect;
}

function planes(picture: I420, { x, y, width, height }: Rect): Plane[] {
  const half = { x: x / 2, y: y / 2, width: width / 2, height: height / 2 };
  return [
    { data: picture.y, stride: picture.width, rect: { x, y, width, height } },
    { data: picture.u, stride: picture.width / 2, rect: half },
    { data: picture.v, stride: picture.width / 2, rect: half },
  ];
}

/** Rows of a rectangle of a plane, each as text. */
function rows({ data, stride, rect }: Plane): string[] {
  return Array.from({ length: rect.height }, (_, row) => {
    const at = (rect.y + row) * stride + rect.x;
    return data.subarray(at, at + rect.width).join();
  });
}

/** How many runs of equal items there are. */
function runs(items: readonly unknown[]): number {
  return items.filter((item, i) => i === 0 || item !== items[i - 1]).length;
}

function columns(plane: Plane): string[] {
  const { data, stride, rect } = plane;
  return Array.from(
    { length: rect.width },
    (_, column) =>
      Array.from(
        { length: rect.height },
        (_, row) => data[(rect.y + row) * stride + rect.x + column],
      ).join(),
  );
}

const RECTS: Rect[] = [
  { x: 10, y: 8, width: 60, height: 24 },
  { x: 0, y: 0, width: 128, height: 96 },
  { x: 2, y: 2, width: 14, height: 10 },
  { x: 0, y: 0, width: 50, height: 6 },
  { x: 98, y: 80, width: 30, height: 16 },
  { x: 126, y: 94, width: 2, height: 2 },
  { x: 64, y: 0, width: 2, height: 96 },
  { x: 0, y: 40, width: 128, height: 2 },
];

for (const rect of RECTS) {
  const name = `${rect.width}x${rect.height} at ${rect.x},${rect.y}`;

  Deno.test(`mosaic leaves at most 6x3 luma and 3x2 chroma cells of ${name}`, () => {
    assert.deepEqual([MOSAIC_COLUMNS, MOSAIC_ROWS], [6, 3]);
    const picture = noisePicture(128, 96);
    mosaic(picture, rect);
    planes(picture, rect).forEach((plane, i) => {
      const most = i === 0 ? [6, 3] : [3, 2];
      assert.ok(runs(columns(plane)) <= most[0], `${runs(columns(plane))} columns`);
      assert.ok(runs(rows(plane)) <= most[1], `${runs(rows(plane))} rows`);
    });
  });

  Deno.test(`mosaic touches nothing outside ${name}`, () => {
    const before = noisePicture(128, 96), after = noisePicture(128, 96);
    mosaic(after, rect);
    const inside = (plane: Plane, i: number) => {
      const x = i % plane.stride - plane.rect.x, y = Math.floor(i / plane.stride) - plane.rect.y;
      return x >= 0 && y >= 0 && x < plane.rect.width && y < plane.rect.height;
    };
    const [was, is] = [planes(before, rect), planes(after, rect)];
    was.forEach((plane, p) => {
      const changed = [...plane.data.keys()].filter((i) => plane.data[i] !== is[p].data[i]);
      assert.ok(changed.every((i) => inside(plane, i)));
    });
  });
}

Deno.test("mosaic gives each cell the mean of what it covers", () => {
  const picture = noisePicture(24, 12);
  const sums = [0, 0];
  for (let y = 0; y < 4; y++) {
    for (let x = 0; x < 4; x++) sums[0] += picture.y[y * 24 + x];
  }
  for (let y = 0; y < 3; y++) {
    for (let x = 0; x < 4; x++) sums[1] += picture.v[y * 12 + x];
  }
  mosaic(picture, { x: 0, y: 0, width: 24, height: 12 });
  assert.equal(picture.y[0], Math.round(sums[0] / 16));
  assert.equal(picture.v[0], Math.round(sums[1] / 12));
});

Deno.test("mosaic wipes out strokes: two texts of the same mean look the same", () => {
  const striped = (phase: number) => {
    const picture = noisePicture(48, 24);
    picture.u.fill(128), picture.v.fill(128);
    for (let i = 0; i < picture.y.length; i++) picture.y[i] = (i + phase) % 2 ? 30 : 220;
    mosaic(picture, { x: 0, y: 0, width: 48, height: 24 });
    return picture;
  };
  assert.deepEqual(striped(0), striped(1));
});
