import assert from "node:assert/strict";
import type { Detection } from "../../src/detect/detection.ts";
import { iou, type Rect } from "../../src/frame/rect.ts";
import { PackedLayout } from "../../src/frame/packed_layout.ts";

/** The drawing next to the models, and what the training code's network says of it. */
export interface Golden {
  width: number;
  height: number;
  priorCount: number;
  /** `box` is left, top, right, bottom in pixels. */
  raw: { index: number; prior: number[]; logits: number[]; deltas: number[]; box: number[] }[];
  sums: { logits: number; deltas: number };
  nmsIoU: Record<string, number>;
  /** `box` is left, top, width, height in pixels. */
  topFivePerClass: { class: string; score: number; box: number[] }[];
  tolerance: { fp32: { logits: number; deltas: number } };
}

const FOLDER = new URL("../../models/golden/", import.meta.url);

/** What is expected. */
export const GOLDEN: Golden = JSON.parse(
  Deno.readTextFileSync(new URL("drawing-128x96.json", FOLDER)),
);

/** The drawing's planes. */
export function drawing(): { y: Uint8Array; uv: Uint8Array } {
  const bytes = Deno.readFileSync(new URL("drawing-128x96.i420", FOLDER));
  const luma = GOLDEN.width * GOLDEN.height;
  assert.equal(bytes.length, luma * 3 / 2);
  return { y: bytes.slice(0, luma), uv: bytes.slice(luma) };
}

/** The drawing as the small picture of a packed one. */
export function packedDrawing(): { layout: PackedLayout; packed: Uint8Array } {
  const { width, height } = GOLDEN;
  const layout = new PackedLayout(width, height, width, height);
  const packed = new Uint8Array(layout.bytes);
  const { y, uv } = drawing();
  const luma = width * height;
  packed.set(y, luma);
  packed.set(uv.subarray(0, luma / 4), 2 * luma + luma / 4);
  packed.set(uv.subarray(luma / 4), 2 * luma + luma / 2 + luma / 4);
  return { layout, packed };
}

/** A golden box as a share of the picture, as detections have it. */
export function share([x, y, width, height]: number[]): Rect {
  return {
    x: x / GOLDEN.width,
    y: y / GOLDEN.height,
    width: width / GOLDEN.width,
    height: height / GOLDEN.height,
  };
}

/** Checks that each class's best detection is the golden one. */
export function assertFindsDrawing(
  detections: readonly Detection[],
  leastIoU: number,
  scoreWithin: number,
): void {
  for (const label of Object.keys(GOLDEN.nmsIoU)) {
    const expected = GOLDEN.topFivePerClass.find((each) => each.class === label)!;
    const best = detections.find((each) => each.label === label);
    assert.ok(best, `no ${label} was found`);
    assert.ok(
      iou(best.box, share(expected.box)) >= leastIoU,
      `${label} at ${JSON.stringify(best)}`,
    );
    assert.ok(Math.abs(best.score - expected.score) <= scoreWithin, `${label}: ${best.score}`);
  }
}
