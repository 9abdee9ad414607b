import assert from "node:assert/strict";
import { blankI420 } from "../../src/frame/i420.ts";
import { PackedLayout } from "../../src/frame/packed_layout.ts";

/** A plane made of rows: `frame` value in the upper part, `small` and `pad` side by side below. */
function plane(
  width: number,
  frameRows: number,
  smallRows: number,
  smallWidth: number,
  value: (part: "frame" | "small" | "pad", column: number, row: number) => number,
): number[] {
  const out: number[] = [];
  for (let row = 0; row < frameRows + smallRows; row++) {
    for (let column = 0; column < width; column++) {
      if (row < frameRows) out.push(value("frame", column, row));
      else if (column < smallWidth) out.push(value("small", column, row - frameRows));
      else out.push(value("pad", column, row));
    }
  }
  return out;
}

/** Each byte tells its plane and place, so that a byte in the wrong place shows. */
function tag(base: number) {
  return (part: string, column: number, row: number) =>
    part === "pad" ? 255 : (part === "frame" ? base : base + 100) + (row * 7 + column * 3) % 50;
}

// A 70x40 frame (wider than the small picture) above a 64x32 small picture.
const WIDTH = 70, HEIGHT = 40, SMALL_WIDTH = 64, SMALL_HEIGHT = 32;
const layout = new PackedLayout(WIDTH, HEIGHT, SMALL_WIDTH, SMALL_HEIGHT);
const packed = Uint8Array.from([
  ...plane(WIDTH, HEIGHT, SMALL_HEIGHT, SMALL_WIDTH, tag(0)),
  ...plane(WIDTH / 2, HEIGHT / 2, SMALL_HEIGHT / 2, SMALL_WIDTH / 2, tag(20)),
  ...plane(WIDTH / 2, HEIGHT / 2, SMALL_HEIGHT / 2, SMALL_WIDTH / 2, tag(40)),
]);

function expected(base: number, width: number, height: number, part: string): Uint8Array {
  const at = tag(base);
  return Uint8Array.from(
    { length: width * height },
    (_, i) => at(part, i % width, Math.floor(i / width)),
  );
}

Deno.test("PackedLayout counts the bytes of the packed picture", () => {
  assert.equal(layout.bytes, WIDTH * (HEIGHT + SMALL_HEIGHT) * 3 / 2);
  assert.equal(layout.bytes, packed.length);
});

Deno.test("PackedLayout.frame gives the full frame's planes and nothing else", () => {
  const frame = layout.frame(packed);
  assert.equal(frame.width, WIDTH);
  assert.equal(frame.height, HEIGHT);
  assert.deepEqual(frame.y, expected(0, WIDTH, HEIGHT, "frame"));
  assert.deepEqual(frame.u, expected(20, WIDTH / 2, HEIGHT / 2, "frame"));
  assert.deepEqual(frame.v, expected(40, WIDTH / 2, HEIGHT / 2, "frame"));
});

Deno.test("PackedLayout.frame shares the packed picture's memory", () => {
  const own = packed.slice();
  const frame = layout.frame(own);
  frame.y[0] = 201;
  frame.v[1] = 202;
  assert.equal(own[0], 201);
  assert.ok(own.includes(202));
});

Deno.test("PackedLayout.copySmall gives the small picture's planes without the padding", () => {
  const luma = SMALL_WIDTH * SMALL_HEIGHT;
  const small = { y: new Uint8Array(luma), uv: new Uint8Array(luma / 2) };
  layout.copySmall(packed, small);
  assert.deepEqual(small.y, expected(0, SMALL_WIDTH, SMALL_HEIGHT, "small"));
  assert.deepEqual(
    small.uv.slice(0, luma / 4),
    expected(20, SMALL_WIDTH / 2, SMALL_HEIGHT / 2, "small"),
  );
  assert.deepEqual(
    small.uv.slice(luma / 4),
    expected(40, SMALL_WIDTH / 2, SMALL_HEIGHT / 2, "small"),
  );
});

Deno.test("blankI420 is a black picture with memory of its own", () => {
  const blank = blankI420(6, 4);
  assert.deepEqual([blank.y.length, blank.u.length, blank.v.length], [24, 6, 6]);
  assert.ok(blank.y.every((luma) => luma === 16));
  assert.ok([...blank.u, ...blank.v].every((chroma) => chroma === 128));
  blank.y[0] = 1;
  assert.equal(blankI420(6, 4).y[0], 16);
});
