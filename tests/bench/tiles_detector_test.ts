import assert from "node:assert/strict";
import { TilesDetector } from "../../scripts/bench/tiles_detector.ts";
import type { DetectorClient } from "../../src/detect/client.ts";
import { PackedLayout } from "../../src/frame/packed_layout.ts";

const CARD = { nmsIoU: { plate: 0.4 }, recommendedScores: { plate: 0.5 } };

Deno.test("TilesDetector shows each tile in its own place, and brings what is found back to the frame", async () => {
  const layout = new PackedLayout(1280, 720, 320, 192);
  const packed = new Uint8Array(layout.bytes);
  const { y, v } = layout.frame(packed);
  // One bright plate that the second and third tile (from x 240 and 480) both see: 500..540, 300..310.
  for (let row = 300; row < 310; row++) y.fill(255, row * 1280 + 500, row * 1280 + 540);
  v.fill(9);
  let under = 0, most = 0, resized: PackedLayout | undefined;
  const client: Pick<DetectorClient, "capacity" | "resize" | "detect"> = {
    capacity: 2,
    resize: (to) => resized = to,
    async detect(packed) {
      const small = { y: new Uint8Array(320 * 320), uv: new Uint8Array(320 * 160) };
      resized!.copySmall(packed, small);
      assert.ok(small.uv.subarray(160 * 160).every((value) => value === 9));
      most = Math.max(most, ++under);
      await Promise.resolve();
      under--;
      const at = small.y.indexOf(255);
      if (at < 0) return { detections: [], inferenceMs: 2 };
      const x = at % 320, width = small.y.lastIndexOf(255) % 320 + 1 - x;
      const box = {
        x: x / 320,
        y: Math.floor(at / 320) / 320,
        width: width / 320,
        height: 10 / 320,
      };
      return { detections: [{ label: "plate", score: 0.9, box }], inferenceMs: 2 };
    },
  };
  const tiles = new TilesDetector(client as DetectorClient, CARD as never);
  tiles.resize(layout);
  const { detections, inferenceMs } = await tiles.detect(packed);
  assert.equal(inferenceMs, 10);
  assert.equal(most, 2);
  assert.equal(detections.length, 1);
  const { box } = detections[0];
  assert.deepEqual(
    [box.x * 1280, box.y * 720, box.width * 1280, box.height * 720].map(Math.round),
    [500, 300, 40, 10],
  );
});
