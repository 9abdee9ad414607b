import assert from "node:assert/strict";
import { cameraPath } from "../../scripts/virtual_camera/camera_path.ts";
import { seededRandom } from "../../scripts/virtual_camera/random.ts";
import { Renderer, type Still } from "../../scripts/virtual_camera/render.ts";
import { seenPlates } from "../../scripts/virtual_camera/seen_plates.ts";

const FRAME = { width: 320, height: 180 };
const PLATE = { id: 1, x: 30, y: 60, width: 24, height: 10 };
const PICTURE = { file: "", name: "", width: 160, height: 120, plates: [PLATE] };

/** A dark picture whose plate is white. */
function still(): Still {
  const { width, height } = PICTURE;
  const luma = new Uint8Array(width * height).fill(40), grey = luma.slice().fill(128);
  for (let y = PLATE.y; y < PLATE.y + PLATE.height; y++) {
    luma.fill(220, y * width + PLATE.x, y * width + PLATE.x + PLATE.width);
  }
  return { width, height, planes: [luma, grey, grey] };
}

/** The bright pixels of a frame: area, and the box around them. */
function bright(frame: Uint8Array) {
  const box = { x1: Infinity, y1: Infinity, x2: -1, y2: -1 };
  for (let i = 0; i < FRAME.width * FRAME.height; i++) {
    if (frame[i] < 130) continue;
    const x = i % FRAME.width, y = Math.floor(i / FRAME.width);
    box.x1 = Math.min(box.x1, x);
    box.y1 = Math.min(box.y1, y);
    box.x2 = Math.max(box.x2, x + 1);
    box.y2 = Math.max(box.y2, y + 1);
  }
  return box;
}

for (
  const [what, view] of [
    ["in the picture", { x: 60, y: 70, scale: 2, roll: 0 }],
    ["turned", { x: 50, y: 60, scale: 2.4, roll: 0.1 }],
    ["cut by the edge", { x: 115, y: 70, scale: 2.2, roll: 0 }],
    ["in the mirror image on the right", { x: 260, y: 70, scale: 2, roll: 0 }],
    ["in the mirror image on the left", { x: -60, y: 70, scale: 3, roll: -0.05 }],
  ] as const
) {
  Deno.test(`the truth's box is where the plate is drawn: ${what}`, () => {
    const renderer = new Renderer(FRAME.width, FRAME.height, seededRandom(1));
    renderer.draw(still(), [view], 1, 0, 0);
    const seen = seenPlates(PICTURE, view, FRAME);
    assert.equal(seen.length, 1);
    const [x, y, width, height] = seen[0].box;
    const { x1, y1, x2, y2 } = bright(renderer.frame);
    for (const [drawn, told] of [[x1, x], [y1, y], [x2, x + width], [y2, y + height]]) {
      assert.ok(Math.abs(drawn - told) <= 1.5, `drawn at ${drawn}, told ${told}`);
    }
    assert.equal(seen[0].visibility < 1, what === "cut by the edge");
  });
}

Deno.test("the same seed moves the camera the same way, another one does not", () => {
  const views = (seed: number) => {
    const path = cameraPath(0, PICTURE, FRAME, 3, seededRandom(seed));
    return [0, 0.3, 0.9].map((time) => path.at(time));
  };
  assert.deepEqual(views(5), views(5));
  assert.notDeepEqual(views(5), views(6));
});

Deno.test("several moments of an exposure blur what moves", () => {
  const renderer = new Renderer(FRAME.width, FRAME.height, seededRandom(1));
  const views = [50, 52, 54, 56].map((x) => ({ x, y: 70, scale: 2, roll: 0 }));
  renderer.draw(still(), views, 1, 0, 0);
  const row = renderer.frame.subarray(82 * FRAME.width, 83 * FRAME.width);
  assert.ok(row.filter((value) => value > 60 && value < 200).length >= 6);
});
