import assert from "node:assert/strict";
import type { I420 } from "../../src/frame/i420.ts";
import type { Rect } from "../../src/frame/rect.ts";
import {
  coverPicture,
  type MaskedPicture,
  maskPicture,
  maskRect,
} from "../../src/mask/masked_picture.ts";
import type { FrameMask } from "../../src/mask/frame_mask.ts";
import { MaskPainter } from "../../src/mask/painter.ts";
import { DEFAULT_MASK } from "../../src/config/mask_schema.ts";
import { noisePicture } from "./pictures.ts";

const rect = (x: number, y: number, width: number, height: number): Rect => ({
  x,
  y,
  width,
  height,
});

const PICTURE = { width: 640, height: 480 };
const PAINTER = new MaskPainter(DEFAULT_MASK);

/** Masks boxes as a plate's, with the default margin. */
function hide(picture: I420, ...boxes: Rect[]): MaskedPicture {
  const masks = boxes.flatMap((box): FrameMask[] => {
    const rect = maskRect(box, 0, 0.12, picture);
    return rect ? [{ class: "plate", box, rect, score: 1, reason: "detected", track: null }] : [];
  });
  return maskPicture(picture, masks, PAINTER);
}

Deno.test("maskRect reaches past the box by a share of its sides, to whole even pixels", () => {
  assert.deepEqual(maskRect(rect(100, 100, 100, 50), 0, 0.1, PICTURE), rect(90, 90, 120, 70));
  assert.deepEqual(maskRect(rect(100, 100, 100, 50), 0, 0.11, PICTURE), rect(88, 88, 124, 74));
});

Deno.test("maskRect reaches past a tiny box by two pixels at least, but not without a margin", () => {
  assert.deepEqual(maskRect(rect(10, 10, 4, 2), 0, 0.01, PICTURE), rect(8, 8, 8, 6));
  assert.deepEqual(maskRect(rect(10, 10, 4, 2), 0, 0, PICTURE), rect(10, 10, 4, 2));
});

Deno.test("maskRect reaches further past a far plate that may be slanted, by two of the detector's pixels at most", () => {
  const wide = { width: 1280, height: 720 };
  assert.deepEqual(maskRect(rect(100, 100, 36, 10), 0, 0.1, wide), rect(96, 96, 44, 18));
  assert.deepEqual(maskRect(rect(100, 100, 80, 12), 0, 0.1, wide), rect(92, 96, 96, 20));
  assert.deepEqual(maskRect(rect(100, 100, 36, 10), 0, 0, wide), rect(100, 100, 36, 10));
});

Deno.test("maskRect grows by three standard deviations, at most by the box's width", () => {
  assert.deepEqual(maskRect(rect(200, 200, 100, 50), 4, 0, PICTURE), rect(188, 188, 124, 74));
  const most = rect(100, 100, 300, 250);
  assert.deepEqual(maskRect(rect(200, 200, 100, 50), 1e9, 0, PICTURE), most);
  assert.deepEqual(maskRect(rect(200, 200, 100, 50), Infinity, 0, PICTURE), most);
});

Deno.test("maskRect is cut at the picture's edge, and nothing where the box is outside", () => {
  assert.deepEqual(maskRect(rect(600, 470, 100, 50), 0, 0, PICTURE), rect(600, 470, 40, 10));
  assert.equal(maskRect(rect(700, 100, 100, 50), 0, 0.12, PICTURE), null);
});

for (
  const [box, sigma] of [
    [rect(NaN, 10, 20, 8), 0],
    [rect(10, 10, NaN, 8), 0],
    [rect(-Infinity, 10, Infinity, 8), 0],
    [rect(10, 10, 20, 8), NaN],
  ] as const
) {
  Deno.test(`maskRect is the whole picture for ${JSON.stringify(box)}, sigma ${sigma}`, () => {
    assert.deepEqual(maskRect(box, sigma, 0.12, PICTURE), { x: 0, y: 0, ...PICTURE });
  });
}

for (const broken of [rect(NaN, 10, 20, 8), rect(9, 10, 20, 8), rect(600, 10, 20, 8)]) {
  Deno.test(`maskPicture covers everything for a mask at ${JSON.stringify(broken)}`, () => {
    const [a, b] = [1, 50].map((seed) =>
      maskPicture(noisePicture(128, 96, seed), [
        { class: "plate", box: broken, rect: broken, score: 1, reason: "detected", track: null },
      ], PAINTER)
    );
    assertSame(a, b);
  });
}

/** Whether two pictures are alike byte for byte (a deep comparison is slow to say where not). */
function assertSame(a: I420, b: I420): void {
  for (const plane of ["y", "u", "v"] as const) {
    assert.ok(a[plane].every((byte, i) => byte === b[plane][i]), `something shows in ${plane}`);
  }
}

const BOXES: Rect[] = [
  rect(40, 30, 30, 12),
  rect(-10, -5, 30, 12),
  rect(110, 88, 40, 20),
  rect(-500, -500, 1000, 1000),
  rect(60.4, 40.7, 3.3, 1.2),
  rect(0, 0, 128, 96),
];

for (const box of BOXES) {
  Deno.test(`maskPicture hides all of ${JSON.stringify(box)} that lies in the picture`, () => {
    const picture = noisePicture(128, 96), before = noisePicture(128, 96);
    const masked = hide(picture, box);
    assert.equal(masked, picture, "the picture is masked in place");
    const left = Math.max(0, Math.floor(box.x)),
      right = Math.min(128, Math.ceil(box.x + box.width));
    const top = Math.max(0, Math.floor(box.y)),
      bottom = Math.min(96, Math.ceil(box.y + box.height));
    let kept = 0, count = 0;
    for (let y = top; y < bottom; y++) {
      // Neighbours of the noise differ: in a mosaic all but the cells' edges are equal.
      for (let x = left; x < right; x++) {
        count++;
        if (masked.y[y * 128 + x] === before.y[y * 128 + x]) kept++;
      }
    }
    assert.ok(count > 0);
    // Of 256 levels one agrees with the mean by chance.
    assert.ok(kept / count < 0.05 || kept <= 1, `${kept} of ${count} pixels are as they were`);
  });
}

Deno.test("maskPicture hides every target, and nothing where there is none", () => {
  const before = noisePicture(128, 96);
  const none = hide(noisePicture(128, 96));
  assert.deepEqual(none.y, before.y);
  const outside = hide(noisePicture(128, 96), rect(400, 400, 20, 8));
  assert.deepEqual(outside.y, before.y);
  const two = hide(noisePicture(128, 96), rect(10, 10, 20, 8), rect(80, 60, 20, 8));
  for (const at of [14 * 128 + 20, 64 * 128 + 90]) {
    assert.equal(two.y[at], two.y[at + 1], "not flat");
  }
  assert.deepEqual(two.y.slice(0, 128), before.y.slice(0, 128));
});

for (const [width, height] of [[1280, 720], [128, 96], [32, 32], [2, 2]]) {
  Deno.test(`coverPicture leaves nothing of a ${width}x${height} original`, () => {
    const cover = (seed: number) =>
      coverPicture(noisePicture(width, height, seed), "NO DETECTOR", "STARTING 12:30");
    assertSame(cover(1), cover(50));
  });
}

Deno.test("coverPicture writes its lines inside the picture, even a tiny one", () => {
  for (const [width, height] of [[1280, 720], [320, 240], [64, 48], [32, 32]]) {
    const plain = coverPicture(noisePicture(width, height), "");
    assert.equal(new Set(plain.y).size, 1, "the ground is not even");
    const ground = plain.y[0];
    const inked = (title: string, detail?: string) =>
      coverPicture(noisePicture(width, height), title, detail).y.filter((luma) => luma !== ground)
        .length;
    const title = inked("HI");
    assert.ok(title > 10, `no title in ${width}x${height}`);
    assert.ok(title < width * height / 4);
    assert.ok(inked("HI", "X1") > title, `no detail in ${width}x${height}`);
    // A line that is far too long is cut, not wrapped into the next rows.
    assert.ok(inked("W".repeat(200), "M".repeat(300)) > 10);
  }
});

Deno.test("coverPicture keeps a wide margin around a title that fits", () => {
  const picture = coverPicture(noisePicture(640, 360), "NO SIGNAL");
  const ground = picture.y[0];
  for (let y = 0; y < 360; y++) {
    for (const x of [0, 20, 619, 639]) assert.equal(picture.y[y * 640 + x], ground);
  }
});
