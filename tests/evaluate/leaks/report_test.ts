import assert from "node:assert/strict";
import { inflateSync } from "node:zlib";
import { leakFigures } from "../../../src/evaluate/leaks/leak_figures.ts";
import { PlateLog } from "../../../src/evaluate/leaks/plate_log.ts";
import { png } from "../../../src/evaluate/leaks/png.ts";
import { report } from "../../../src/evaluate/leaks/report.ts";
import { thumbnail } from "../../../src/evaluate/leaks/thumbnail.ts";
import { blankI420 } from "../../../src/frame/i420.ts";
import { mask, truthOf } from "./clips.ts";

function reportOf(id: string): string {
  const truth = truthOf([1, 2, 3].map(() => [[id, 50, 40, 40, 20]]));
  const log = new PlateLog(truth);
  log.add(0, [mask({ x: 50, y: 40, width: 40, height: 20 })]);
  for (const ms of [100, 200]) log.add(ms, []);
  log.finish();
  const figures = leakFigures(log, 10);
  const objects = { plate: { counted: 2, real: 1 }, car: { counted: 3, real: null } };
  const picture = thumbnail(blankI420(200, 100), { x: 50, y: 40, width: 40, height: 20 });
  return report(
    "a detector",
    [{
      name: "gate.mp4",
      fps: 10,
      length: 3,
      figures,
      frameByFrame: figures,
      objects,
      plates: log.plates,
      pictures: [{ plate: id, frame: 1, picture }],
    }],
    figures,
    objects,
  );
}

Deno.test("the report is one page that loads nothing, and warns of what it shows", () => {
  const html = reportOf("plate 1");
  assert.match(html, /This file shows bare plates/);
  assert.match(html, /The report is yours alone/);
  assert.doesNotMatch(html, /(?:src|href)="(?!data:)|<script|https?:/);
});

Deno.test("the report has a timeline of each plate and its leaks", () => {
  const html = reportOf("plate 1");
  assert.match(html, /<title>frames 0-0: masked<\/title>/);
  assert.match(html, /<rect x="1" width="2".*<title>frames 1-2: gap<\/title>/);
  assert.match(html, /plate 1, frame 1,\s+0.10 s/);
});

Deno.test("the report tells how many things were counted, and how many there are", () => {
  assert.match(reportOf("plate 1"), /<td>2 \(1 are there\)<\/td><td>3<\/td><\/tr>/);
});

Deno.test("names in the report are text, whatever they hold", () => {
  assert.doesNotMatch(reportOf("<img src=x>"), /<img src=x>/);
});

Deno.test("a PNG holds its pixels", () => {
  const file = png(Uint8Array.from([1, 2, 3, 4, 5, 6]), 2, 1);
  assert.deepEqual([...file.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
  const at = new TextDecoder("latin1").decode(file).indexOf("IDAT");
  assert.deepEqual([...inflateSync(file.subarray(at + 4, -16))], [0, 1, 2, 3, 4, 5, 6]);
});
