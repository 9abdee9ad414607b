import assert from "node:assert/strict";
import { tileGrid } from "../../../src/evaluate/passes/tile_grid.ts";

Deno.test("tileGrid gives 3x2 tiles of 480x416 for a 720p camera at a profile of 640", () => {
  const tiles = tileGrid(1280, 720, 640);
  assert.deepEqual(tiles.map(({ x, y }) => [x, y]), [
    ...[[0, 0], [400, 0], [800, 0]],
    ...[[0, 304], [400, 304], [800, 304]],
  ]);
  for (const { width, height } of tiles) assert.deepEqual([width, height], [480, 416]);
});

Deno.test("tileGrid gives none where the whole picture is shown at its own size", () => {
  assert.deepEqual(tileGrid(640, 480, 640), []);
  assert.ok(tileGrid(641, 480, 640).length > 1);
});

for (const [width, height] of [[1280, 720], [720, 1280], [641, 481], [1281, 3], [3840, 2160]]) {
  for (const longSide of [512, 640]) {
    Deno.test(`tiles of ${width}x${height} at ${longSide} cover it, and overlap`, () => {
      const tiles = tileGrid(width, height, longSide);
      // Whatever lies inside the overlap is whole in some tile, wherever it is.
      const side = longSide * 0.1 - 2;
      const places = (length: number) => {
        const most = Math.max(0, length - side);
        return Array.from({ length: 200 }, (_, i) => most * i / 199);
      };
      const tilesX = new Set(tiles.map(({ x, width }) => `${x} ${width}`));
      const tilesY = new Set(tiles.map(({ y, height }) => `${y} ${height}`));
      const holds = (from: string, at: number, end: number) => {
        const [start, length] = from.split(" ").map(Number);
        return start <= at && end <= start + length;
      };
      for (const x of places(width)) {
        assert.ok([...tilesX].some((tile) => holds(tile, x, Math.min(width, x + side))), `${x}`);
      }
      for (const y of places(height)) {
        assert.ok([...tilesY].some((tile) => holds(tile, y, Math.min(height, y + side))), `${y}`);
      }
      for (const tile of tiles) {
        assert.ok(tile.x % 2 === 0 && tile.y % 2 === 0);
        assert.ok(tile.x + tile.width <= width && tile.y + tile.height <= height);
        assert.ok(Math.max(tile.width, tile.height) < longSide);
      }
    });
  }
}
