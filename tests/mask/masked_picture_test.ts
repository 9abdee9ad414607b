import assert from "node:assert/strict";
import type { I420 } from "../../src/frame/i420.ts";
import type { Rect } from "../../src/frame/rect.ts";
import { coverPicture, maskRect, maskTargets } from "../../src/mask/masked_picture.ts";
import { noisePicture } from "./pictures.ts";

const rect = (x: number, y: number, width: number, height: number): Rect => ({
  x,
  y,
  width,
  height,
});

function close(actual: Rect, expected: Rect): void {
  for (const key of ["x", "y", "width", "height"] as const) {
    assert.ok(Math.abs(actual[key] - expected[key]) < 1e-9, `${key} ${actual[key]}`);
  }
}

Deno.test("maskRect reaches past the box by a share of its sides", () => {
  close(maskRect({ box: rect(100, 100, 100, 50), sigma: 0 }), rect(88, 89, 124, 72));
});

Deno.test("maskRect reaches past a tiny box by two pixels at least", () => {
  close(maskRect({ box: rect(10, 10, 4, 2), sigma: 0 }), rect(8, 8, 8, 6));
});

Deno.test("maskRect grows by three standard deviations, at most by the box's width", () => {
  close(maskRect({ box: rect(100, 100, 100, 50), sigma: 4 }), rect(76, 77, 148, 96));
  close(maskRect({ box: rect(100, 100, 100, 50), sigma: 1e9 }), rect(-12, -11, 324, 272));
  close(maskRect({ box: rect(100, 100, 100, 50), sigma: Infinity }), rect(-12, -11, 324, 272));
});

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
  Deno.test(`maskTargets hides all of ${JSON.stringify(box)} that lies in the picture`, () => {
    const picture = noisePicture(128, 96), before = noisePicture(128, 96);
    const masked = maskTargets(picture, [{ box, sigma: 0 }]);
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

Deno.test("maskTargets hides every target, and nothing where there is none", () => {
  const before = noisePicture(128, 96);
  const none = maskTargets(noisePicture(128, 96), []);
  assert.deepEqual(none.y, before.y);
  const outside = maskTargets(noisePicture(128, 96), [{ box: rect(400, 400, 20, 8), sigma: 0 }]);
  assert.deepEqual(outside.y, before.y);
  const two = maskTargets(noisePicture(128, 96), [
    { box: rect(10, 10, 20, 8), sigma: 0 },
    { box: rect(80, 60, 20, 8), sigma: 0 },
  ]);
  for (const at of [14 * 128 + 20, 64 * 128 + 90]) {
    assert.equal(two.y[at], two.y[at + 1], "not flat");
  }
  assert.deepEqual(two.y.slice(0, 128), before.y.slice(0, 128));
});

for (
  const broken of [rect(NaN, 10, 20, 8), rect(10, 10, NaN, 8), rect(-Infinity, 10, Infinity, 8)]
) {
  Deno.test(`maskTargets covers the whole picture when told ${JSON.stringify(broken)}`, () => {
    const [a, b] = [1, 50].map((seed) =>
      maskTargets(noisePicture(128, 96, seed), [{ box: broken, sigma: 0 }])
    );
    assertSame(a, b);
  });
}

Deno.test("maskTargets covers the whole picture when a place's uncertainty is not a number", () => {
  const [a, b] = [1, 50].map((seed) =>
    maskTargets(noisePicture(128, 96, seed), [{ box: rect(10, 10, 20, 8), sigma: NaN }])
  );
  assertSame(a, b);
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
