/** Many masked frames of a moving plate must not tell more than one does. */
import assert from "node:assert/strict";
import { DEFAULT_MASK } from "../../src/config/mask_schema.ts";
import { blankI420, type I420 } from "../../src/frame/i420.ts";
import type { FrameMask } from "../../src/mask/frame_mask.ts";
import { glyph } from "../../src/mask/glyphs.ts";
import { maskPicture, maskRect } from "../../src/mask/masked_picture.ts";
import { MaskPainter } from "../../src/mask/painter.ts";

const WIDTH = 320, HEIGHT = 96;
const PLATE = { width: 140, height: 30 };
const FRAMES = 30;

/** Whether a point of a plate, in its own pixels, is ink. */
function isInk(x: number, y: number): boolean {
  const column = Math.floor((x - 7) / 3), row = Math.floor((y - 4) / 3);
  const character = Math.floor(column / 6);
  return column >= 0 && glyph("BK24SHW"[character] ?? " ")?.[row]?.[column % 6] === true;
}

/** A plate at a place between pixels: each pixel is the mean of sixteen points. */
function draw(left: number, top: number): I420 {
  const picture = blankI420(WIDTH, HEIGHT);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      let sum = 0;
      for (let i = 0; i < 16; i++) {
        const u = x + (i % 4 + 0.5) / 4 - left, v = y + (Math.floor(i / 4) + 0.5) / 4 - top;
        const on = u >= 0 && v >= 0 && u < PLATE.width && v < PLATE.height;
        sum += on ? isInk(u, v) ? 30 : 210 : 90;
      }
      picture.y[y * WIDTH + x] = sum / 16;
    }
  }
  return picture;
}

/** The plate's pixels of a picture, by where the plate is (to the nearest pixel between pixels). */
function plateOf(picture: I420, left: number, top: number): Float32Array {
  const pixels = new Float32Array(PLATE.width * PLATE.height);
  for (let y = 0; y < PLATE.height; y++) {
    for (let x = 0; x < PLATE.width; x++) {
      const fx = x + left, fy = y + top, x0 = Math.floor(fx), y0 = Math.floor(fy);
      const at = (i: number, j: number) => picture.y[(y0 + j) * WIDTH + x0 + i];
      const [u, v] = [fx - x0, fy - y0];
      pixels[y * PLATE.width + x] = (at(0, 0) * (1 - u) + at(1, 0) * u) * (1 - v) +
        (at(0, 1) * (1 - u) + at(1, 1) * u) * v;
    }
  }
  return pixels;
}

/** What is finer than a character: the pixels less the mean of the 21 around them in their row. */
function detail(pixels: Float32Array): Float32Array {
  return pixels.map((pixel, i) => {
    const x = i % PLATE.width, row = i - x;
    const from = Math.max(0, x - 10), to = Math.min(PLATE.width, x + 11);
    const around = pixels.subarray(row + from, row + to);
    return pixel - around.reduce((sum, each) => sum + each, 0) / around.length;
  });
}

function correlation(a: Float32Array, b: Float32Array): number {
  let ab = 0, aa = 0, bb = 0;
  for (let i = 0; i < a.length; i++) ab += a[i] * b[i], aa += a[i] ** 2, bb += b[i] ** 2;
  return ab / Math.sqrt(aa * bb || 1);
}

/**
 * How much of the plate's detail can be had from its first masked frame, and from all of them,
 * aligned and averaged.
 */
function told(style: "mosaic" | "blur", track: number | null): { first: number; all: number } {
  const painter = new MaskPainter({ ...DEFAULT_MASK, style });
  const sum = new Float32Array(PLATE.width * PLATE.height);
  const original = detail(plateOf(draw(30, 30), 30, 30));
  let first = 0;
  for (let n = 0; n < FRAMES; n++) {
    const left = 30 + n * 3.37, top = 30 + n * 0.61;
    const picture = draw(left, top);
    // A detector's boxes jitter.
    const box = {
      x: left + 2.2 * Math.sin(n * 2.1),
      y: top + 1.1 * Math.sin(n * 1.3),
      width: PLATE.width + 3 * Math.sin(n * 1.7),
      height: PLATE.height + Math.sin(n * 0.9),
    };
    const rect = maskRect(box, 0, DEFAULT_MASK.margin, picture)!;
    const mask: FrameMask = { class: "plate", box, rect, score: 1, reason: "detected", track };
    const seen = plateOf(maskPicture(picture, [mask], painter), left, top);
    seen.forEach((pixel, i) => sum[i] += pixel);
    if (n === 0) first = correlation(detail(seen), original);
  }
  return { first, all: correlation(detail(sum), original) };
}

Deno.test("the measure finds the plate's detail in bare frames, however they are placed", () => {
  const original = detail(plateOf(draw(30, 30), 30, 30));
  const again = detail(plateOf(draw(80.4, 41.7), 80.4, 41.7));
  assert.ok(correlation(original, again) > 0.9);
});

for (const style of ["mosaic", "blur"] as const) {
  Deno.test(`thirty frames of a moving plate under ${style} tell no more than one`, () => {
    const { first, all } = told(style, 7);
    assert.ok(Math.abs(first) < 0.25, `one frame: ${first}`);
    assert.ok(Math.abs(all) < Math.max(0.1, Math.abs(first) + 0.05), `${all}, one frame ${first}`);
  });
}

/** Levels of the six columns in the middle row of a mask, less the first column's, frame by frame. */
function relativeLevels(track: number | null): Set<string> {
  const painter = new MaskPainter(DEFAULT_MASK);
  const found = new Set<string>();
  for (let n = 0; n < FRAMES; n++) {
    const left = 30 + n * 3.37, picture = draw(left, 30);
    const box = { x: left + 2 * Math.sin(n), y: 30, ...PLATE };
    const rect = maskRect(box, 0, 0.12, picture)!;
    maskPicture(picture, [
      { class: "plate", box, rect, score: 1, reason: "detected", track },
    ], painter);
    const row = (rect.y + rect.height / 2) * WIDTH;
    const levels = Array.from(
      { length: 6 },
      (_, i) => picture.y[row + rect.x + Math.floor((i + 0.5) * rect.width / 6)],
    );
    found.add(levels.map((level) => level - levels[0]).join());
  }
  return found;
}

Deno.test("a track's mask has one pattern for ever; only its brightness changes", () => {
  // Rounding to whole levels moves a pattern by one at most.
  assert.ok(relativeLevels(7).size <= 3, `${relativeLevels(7).size} patterns`);
  const anew = relativeLevels(null).size;
  assert.ok(anew > 10, `without a track each frame would tell anew: ${anew} patterns`);
});
