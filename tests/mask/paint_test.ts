import assert from "node:assert/strict";
import type { I420 } from "../../src/frame/i420.ts";
import type { Rect } from "../../src/frame/rect.ts";
import { COLUMNS, evenCells, ROWS, sampleCells } from "../../src/mask/cells.ts";
import { paint } from "../../src/mask/paint.ts";
import { noisePicture } from "./pictures.ts";

function mosaic(picture: I420, rect: Rect): void {
  paint(picture, rect, sampleCells(picture, rect), { smooth: false, feather: 0 });
}

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
    assert.deepEqual([COLUMNS, ROWS], [6, 3]);
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

Deno.test("blur is the mosaic's cells and nothing else: equal cells give equal pictures", () => {
  const rect = { x: 10, y: 8, width: 96, height: 48 };
  const one = noisePicture(128, 96, 1), other = noisePicture(128, 96, 1);
  // Another picture below the same cells: the rows of each cell in the opposite order.
  for (let cell = 0; cell < 3; cell++) {
    for (let line = 0; line < 16; line++) {
      const from = (8 + cell * 16 + line) * 128, to = (8 + cell * 16 + 15 - line) * 128;
      other.y.set(one.y.subarray(from + 10, from + 106), to + 10);
    }
  }
  assert.notDeepEqual(one.y, other.y);
  for (const picture of [one, other]) {
    paint(picture, rect, sampleCells(picture, rect), { smooth: true, feather: 0 });
  }
  assert.deepEqual(one.y, other.y);
  assert.ok(runs(columns(planes(one, rect)[0])) > 20, "it is blended, not flat");
});

Deno.test("blur is the cell's level in the middle of a cell, and between two in between", () => {
  const picture = noisePicture(128, 96);
  const cells = evenCells(0, 128, 128);
  cells.y = { columns: 2, rows: 1, levels: Float32Array.of(50, 150) };
  paint(picture, { x: 0, y: 0, width: 80, height: 20 }, cells, { smooth: true, feather: 0 });
  assert.deepEqual([0, 10, 40, 79].map((x) => Math.round(picture.y[x] / 10)), [5, 5, 10, 15]);
});

Deno.test("feather mixes outside the area only, less and less of it", () => {
  const picture = noisePicture(128, 96), before = noisePicture(128, 96);
  const rect = { x: 40, y: 40, width: 40, height: 20 };
  paint(picture, rect, evenCells(200, 90, 90), { smooth: false, feather: 8 });
  const inside = planes(picture, rect)[0];
  assert.deepEqual(new Set(rows(inside)), new Set([Array(40).fill(200).join()]));
  // How near a row of pixels to the right of the area is to its level, from the edge outwards.
  const share = (x: number) => {
    let mixed = 0, whole = 0;
    for (let y = 40; y < 60; y++) {
      mixed += Math.abs(picture.y[y * 128 + x] - before.y[y * 128 + x]);
      whole += Math.abs(200 - before.y[y * 128 + x]);
    }
    return mixed / whole;
  };
  const shares = [80, 82, 84, 86, 87].map(share);
  assert.deepEqual(shares, shares.toSorted((a, b) => b - a));
  assert.ok(shares[0] > 0.8 && shares[4] < 0.2, shares.join());
  assert.equal(share(88), 0);
});

Deno.test("feather is cut at the picture's edges", () => {
  const picture = noisePicture(128, 96);
  paint(picture, { x: 0, y: 0, width: 128, height: 96 }, evenCells(200, 90, 90), {
    smooth: true,
    feather: 64,
  });
  assert.deepEqual([new Set(picture.y), new Set(picture.v)], [new Set([200]), new Set([90])]);
});

Deno.test("a polygon is painted whole, and little around it", () => {
  const picture = noisePicture(128, 96), before = noisePicture(128, 96);
  const rect = { x: 20, y: 20, width: 80, height: 60 };
  const polygon = [[20, 20], [100, 20], [20, 80]] as const;
  paint(picture, rect, evenCells(240, 90, 90), { smooth: false, feather: 0, polygon });
  const changed = (x: number, y: number) => picture.y[y * 128 + x] === 240;
  for (let y = 0; y < 96; y++) {
    for (let x = 0; x < 128; x++) {
      // Right of the long side by more than a pixel it is outside.
      const over = (x - 20) / 80 + (y - 20) / 60 - 1;
      const isInside = x >= 20 && y >= 20 && x < 100 && y < 80 && over < 0;
      if (isInside) assert.ok(changed(x, y), `${x},${y} shows`);
      else if (over > 0.05) assert.equal(picture.y[y * 128 + x], before.y[y * 128 + x]);
    }
  }
});
