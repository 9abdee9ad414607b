import assert from "node:assert/strict";
import { detectorSize } from "../../src/detect/profile.ts";

const SIZES: [number, number, number, number, number][] = [
  [1920, 1080, 640, 640, 352],
  [1280, 720, 640, 640, 352],
  [1920, 1080, 512, 512, 288],
  [1920, 1080, 960, 960, 544],
  [1080, 1920, 640, 352, 640],
  [640, 480, 640, 640, 480],
  [640, 480, 960, 640, 480],
  [352, 288, 640, 352, 288],
  [320, 240, 640, 320, 224],
  [2560, 720, 640, 640, 192],
  [3840, 2160, 640, 640, 352],
  [40, 40, 640, 32, 32],
  [4000, 100, 640, 640, 32],
];

for (const [width, height, longSide, expectedWidth, expectedHeight] of SIZES) {
  Deno.test(`detectorSize of ${width}x${height} with ${longSide} is ${expectedWidth}x${expectedHeight}`, () => {
    assert.deepEqual(detectorSize(width, height, longSide), {
      width: expectedWidth,
      height: expectedHeight,
    });
  });
}

Deno.test("detectorSize keeps its promises for any camera", () => {
  for (let width = 64; width <= 2600; width += 46) {
    for (let height = 64; height <= 2000; height += 38) {
      for (const longSide of [320, 512, 640, 960]) {
        const size = detectorSize(width, height, longSide);
        const shown = `${width}x${height} with ${longSide}: ${JSON.stringify(size)}`;
        assert.ok(size.width % 32 === 0 && size.height % 32 === 0, shown);
        assert.ok(size.width >= 32 && size.height >= 32, shown);
        assert.ok(size.width <= width && size.height <= height, shown);
        assert.ok(Math.max(size.width, size.height) <= longSide, shown);
        if (
          Math.max(width, height) < longSide ||
          Math.max(width, height) > 3 * Math.min(width, height)
        ) continue;
        // One step of the shorter side at most, so a few percent where sides are long.
        const off = (size.width / size.height) / (width / height);
        const most = 1 + 40 / Math.min(size.width, size.height);
        assert.ok(off < most && off > 1 / most, shown);
      }
    }
  }
});
