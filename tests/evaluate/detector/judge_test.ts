import assert from "node:assert/strict";
import { averagePrecision, classFigures, curve } from "../../../src/evaluate/detector/figures.ts";
import { judge } from "../../../src/evaluate/detector/judge.ts";
import type { LabelBox, LabelledPicture } from "../../../src/evaluate/detector/labels.ts";
import type { FoundBox } from "../../../src/evaluate/source_boxes.ts";

type Box = LabelBox["box"];

function picture(boxes: Box[], ignored: Box[] = []): LabelledPicture {
  const label = (box: Box, isIgnored: boolean) => ({ class: "plate", box, ignored: isIgnored });
  return {
    file: "a.png",
    source: "a",
    width: 1280,
    height: 720,
    labelled: new Set(["plate"]),
    boxes: [...boxes.map((box) => label(box, false)), ...ignored.map((box) => label(box, true))],
  };
}

function found(score: number, box: Box, label = "plate"): FoundBox {
  return { class: label, score, box };
}

Deno.test("judge gives a label to the best detection of it; the second is a false alarm", () => {
  const seen = [found(0.6, [100, 100, 50, 20]), found(0.9, [102, 100, 50, 20])];
  const { claims, targets } = judge(picture([[100, 100, 50, 20]]), seen, "plate", 0.5, 0.4);
  assert.deepEqual(claims.map(({ score, isHit }) => [score, isHit]), [[0.9, true], [0.6, false]]);
  assert.deepEqual(targets.map(({ score, detectorWidth }) => [score, detectorWidth]), [[0.9, 25]]);
});

Deno.test("judge asks for the overlap it is told, and for the class", () => {
  // Half as wide: an IoU of 0.5.
  const seen = [found(0.9, [0, 0, 50, 20]), found(0.8, [0, 0, 100, 20], "car")];
  const hits = (limit: number) =>
    judge(picture([[0, 0, 100, 20]]), seen, "plate", 1, limit).claims.map(({ isHit }) => isHit);
  assert.deepEqual(hits(0.5), [true]);
  assert.deepEqual(hits(0.51), [false]);
});

Deno.test("judge counts an ignored box neither as missed nor what lies on it as false", () => {
  const seen = [found(0.9, [0, 0, 100, 20]), found(0.8, [300, 0, 100, 20])];
  const { claims, targets } = judge(picture([], [[0, 0, 100, 20]]), seen, "plate", 1, 0.4);
  assert.deepEqual(targets, []);
  assert.deepEqual(claims.map(({ score }) => score), [0.8]);
});

Deno.test("averagePrecision is the area below the curve with its dents filled", () => {
  const one = picture([]);
  const claims = [true, false, true, false].map((isHit, i) => ({
    score: 0.9 - i / 10,
    isHit,
    picture: one,
    box: [0, 0, 1, 1] as Box,
  }));
  // Of 4: precision 1 up to a recall of 1/4, then 2/3 up to 2/4, then nothing.
  const points = curve(claims, 4);
  assert.deepEqual(points.map(({ recall }) => recall), [0.25, 0.25, 0.5, 0.5]);
  assert.ok(Math.abs(averagePrecision(points) - (0.25 + 0.25 * 2 / 3)) < 1e-12);
  assert.equal(averagePrecision([]), 0);
});

Deno.test("classFigures counts from the score on and sorts widths", () => {
  const one = picture([]);
  const target = (width: number, score: number) => ({
    score,
    picture: one,
    box: [0, 0, width, 10] as Box,
    detectorWidth: width / 2,
  });
  const targets = [target(7.9, 0), target(8, 0.9), target(30, 0.3), target(200, 0.5)];
  const claims = [[0.9, true], [0.7, false], [0.5, true], [0.3, true]].map(([score, isHit]) => ({
    score: score as number,
    isHit: isHit as boolean,
    picture: one,
    box: [0, 0, 1, 1] as Box,
  }));
  const figures = classFigures({ claims, targets }, 0.5);
  assert.deepEqual([figures.recall, figures.precision, figures.falseAlarms], [0.5, 2 / 3, 1]);
  assert.deepEqual(figures.bySourceWidth, [
    { fromPx: 0, toPx: 8, boxes: 1, recall: 0 },
    { fromPx: 8, toPx: 12, boxes: 1, recall: 1 },
    { fromPx: 24, toPx: 48, boxes: 1, recall: 0 },
    { fromPx: 96, toPx: null, boxes: 1, recall: 1 },
  ]);
  assert.deepEqual(figures.byDetectorWidth.map(({ fromPx }) => fromPx), [0, 12, 96]);
});
