import assert from "node:assert/strict";
import { sourceBoxes } from "../../src/evaluate/source_boxes.ts";
import { stillSize } from "../../src/source/still.ts";

Deno.test("sourceBoxes undoes the scaling and the black around the picture", () => {
  // 1280x720 becomes 640x360 in a picture of 640x384.
  const size = stillSize(1280, 720, 640);
  assert.deepEqual(size, {
    scaledWidth: 640,
    scaledHeight: 360,
    smallWidth: 640,
    smallHeight: 384,
  });
  const box = { x: 320 / 640, y: 180 / 384, width: 64 / 640, height: 36 / 384 };
  const [found] = sourceBoxes([{ label: "plate", score: 0.5, box }], size, 1280, 720);
  assert.deepEqual(found, { class: "plate", score: 0.5, box: [640, 360, 128, 72] });
});

Deno.test("sourceBoxes clips at the picture's edge and leaves out what lies in the black", () => {
  const size = stillSize(1280, 720, 640);
  const at = (y: number, height: number) => ({
    label: "car",
    score: 1,
    box: { x: -0.5, y: y / 384, width: 2, height: height / 384 },
  });
  const found = sourceBoxes([at(340, 40), at(361, 20), at(-20, 10)], size, 1280, 720);
  assert.deepEqual(found.map(({ box }) => box), [[0, 680, 1280, 40]]);
});

for (const [width, height] of [[1, 1], [501, 301], [301, 501], [2000, 3], [12000, 9000]]) {
  Deno.test(`stillSize fits ${width}x${height} into 640, whole steps of 32 around it`, () => {
    const { scaledWidth, scaledHeight, smallWidth, smallHeight } = stillSize(width, height, 640);
    assert.equal(Math.max(scaledWidth, scaledHeight), 640);
    assert.equal(smallWidth % 32 + smallHeight % 32, 0);
    assert.ok(smallWidth - scaledWidth < 32 && smallHeight - scaledHeight < 32);
    const [short, shortScaled] = width < height ? [width, scaledWidth] : [height, scaledHeight];
    assert.ok(Math.abs(shortScaled - short * 640 / Math.max(width, height)) <= 1 || short < 4);
  });
}
