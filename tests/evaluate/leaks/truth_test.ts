import assert from "node:assert/strict";
import { UsageError } from "../../../src/config/errors.ts";
import { parseTruth, readTruth } from "../../../src/evaluate/leaks/truth.ts";

const truth = (plates: unknown[]) =>
  JSON.stringify({ width: 200, height: 100, fps: 30, frames: [{ plates }] });

Deno.test("a truth's boxes are cut to the picture, and numbers may name plates", () => {
  const { frames } = parseTruth(truth([{ id: 7, box: [-10, 90, 30, 20], colour: "white" }]));
  assert.deepEqual(frames[0], [
    { id: "7", box: { x: 0, y: 90, width: 20, height: 10 }, visibility: 1 },
  ]);
});

Deno.test("a plate outside of the picture is not there", () => {
  assert.deepEqual(parseTruth(truth([{ id: "a", box: [210, 10, 20, 10] }])).frames[0], []);
});

Deno.test("a truth that is missing or means nothing is told of by name", async () => {
  const file = await Deno.makeTempFile();
  try {
    await assert.rejects(readTruth("no.json"), /Cannot read the truth 'no.json': no such file/);
    await Deno.writeTextFile(file, truth([{ id: "a", box: [1, 2, 3] }]));
    await assert.rejects(readTruth(file), (error: Error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, /is not valid: 'frames.0.plates.0.box/);
      return true;
    });
    await Deno.writeTextFile(file, "{");
    await assert.rejects(readTruth(file), UsageError);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("the demo clip's truth is one", async () => {
  const file = new URL("../../../scripts/demo/demo.truth.json", import.meta.url).pathname;
  const { frames, fps } = await readTruth(file);
  assert.equal(frames.length, 600);
  assert.equal(fps, 30);
  assert.ok(frames.flat().some(({ visibility }) => visibility < 1));
});
