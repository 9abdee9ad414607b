import assert from "node:assert/strict";
import { GlobalMotion } from "../../src/track/global_motion.ts";

const WIDTH = 640, HEIGHT = 352;

/** A random landscape of blurred tiles, of which pictures are cut out. */
function landscape(seed: number): (x: number, y: number) => number {
  const tile = (i: number, j: number) => {
    const hash = Math.sin(i * 127.1 + j * 311.7 + seed * 74.7) * 43758.5453;
    return 40 + 160 * (hash - Math.floor(hash));
  };
  return (x, y) => {
    const i = Math.floor(x / 24), j = Math.floor(y / 24), u = x / 24 - i, v = y / 24 - j;
    const top = tile(i, j) * (1 - u) + tile(i + 1, j) * u;
    const bottom = tile(i, j + 1) * (1 - u) + tile(i + 1, j + 1) * u;
    return top * (1 - v) + bottom * v;
  };
}

function picture(at: (x: number, y: number) => number, dx: number, dy: number): Uint8Array {
  const luma = new Uint8Array(WIDTH * HEIGHT);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      luma[y * WIDTH + x] = Math.min(235, Math.max(16, at(x - dx, y - dy)));
    }
  }
  return luma;
}

const see = (motion: GlobalMotion, luma: Uint8Array) => motion.see(luma, WIDTH, WIDTH, HEIGHT);

for (const [dx, dy] of [[0, 0], [7, -4], [-6, 5], [2.5, 0.5], [0, 9]]) {
  Deno.test(`GlobalMotion sees a picture move by ${dx}, ${dy}`, () => {
    const scene = landscape(1), motion = new GlobalMotion();
    see(motion, picture(scene, 0, 0));
    const found = see(motion, picture(scene, dx, dy));
    assert.ok(Math.abs(found.dx - dx) < 1, `dx ${found.dx}`);
    assert.ok(Math.abs(found.dy - dy) < 1, `dy ${found.dy}`);
    assert.equal(found.cut, false);
  });
}

Deno.test("GlobalMotion is not led astray by something large that moves through one quarter", () => {
  const scene = landscape(2), lorry = landscape(3), motion = new GlobalMotion();
  const frame = (n: number) =>
    picture((x, y) => x > 360 && y > 200 ? lorry(x - 11 * n, y) : scene(x, y), 0, 0);
  see(motion, frame(0));
  const { dx, dy, cut } = see(motion, frame(1));
  assert.ok(Math.abs(dx) < 0.5 && Math.abs(dy) < 0.5, `${dx}, ${dy}`);
  assert.equal(cut, false);
});

Deno.test("GlobalMotion takes another scene for a cut, but neither a flash nor a flat picture", () => {
  const scene = landscape(4), motion = new GlobalMotion();
  see(motion, picture(scene, 0, 0));
  assert.equal(see(motion, picture((x, y) => scene(x, y) * 0.8 + 30, 0, 0)).cut, false);
  assert.equal(see(motion, picture(() => 128, 0, 0)).cut, false);
  assert.equal(see(motion, picture(scene, 0, 0)).cut, false);
  assert.deepEqual(see(motion, picture(landscape(9), 0, 0)), { dx: 0, dy: 0, cut: true });
});

Deno.test("GlobalMotion reads the picture's part of longer rows only", () => {
  const scene = landscape(5), motion = new GlobalMotion(), stride = WIDTH * 2;
  const wide = (dx: number, seed: number) => {
    const luma = new Uint8Array(stride * HEIGHT).map((_, i) => (i * seed) % 251);
    const small = picture(scene, dx, 0);
    for (let y = 0; y < HEIGHT; y++) {
      luma.set(small.subarray(y * WIDTH, (y + 1) * WIDTH), y * stride);
    }
    return luma;
  };
  motion.see(wide(0, 7), stride, WIDTH, HEIGHT);
  const { dx } = motion.see(wide(5, 13), stride, WIDTH, HEIGHT);
  assert.ok(Math.abs(dx - 5) < 0.5, `dx ${dx}`);
});
