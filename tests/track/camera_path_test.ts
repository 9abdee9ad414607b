import assert from "node:assert/strict";
import { CameraPath } from "../../src/track/camera_path.ts";

const right = { dx: 2, dy: -1, cut: false };

Deno.test("CameraPath tells where the picture lay in each frame of the history", () => {
  const path = new CameraPath(2);
  for (let frame = 0; frame < 5; frame++) path.follow(frame, right);
  assert.deepEqual(path.newest, { x: 10, y: -5 });
  assert.deepEqual([2, 3, 4].map((frame) => path.at(frame).x), [6, 8, 10]);
});

Deno.test("CameraPath does not grow where frames are missing", () => {
  const path = new CameraPath(4);
  // A camera that is too much for the machine: of each three frames one or two are dropped.
  for (let frame = 0; frame < 3000; frame += frame % 5 === 0 ? 3 : 2) path.follow(frame, right);
  assert.ok(path.length <= 5, `${path.length} frames are remembered`);
});

Deno.test("CameraPath keeps all of a source that is looked through as a whole", () => {
  const path = new CameraPath(Infinity);
  for (let frame = 0; frame < 100; frame++) path.follow(frame, right);
  assert.equal(path.at(0).x, 2);
  assert.equal(path.length, 100);
});
