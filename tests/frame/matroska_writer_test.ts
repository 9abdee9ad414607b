import assert from "node:assert/strict";
import { matroskaFrameHeader, matroskaHeader } from "../../src/frame/matroska_writer.ts";
import { ffmpeg, join, noise } from "./streams.ts";

const READ = ["-probesize", "32", "-analyzeduration", "0", "-f", "matroska", "-i", "pipe:0"];

Deno.test("ffmpeg reads the pictures back, byte for byte", async () => {
  const pictures = [0, 1, 2].map(() => noise(48 * 32 * 3 / 2));
  const stream = join([
    matroskaHeader({ width: 48, height: 32, sampleAspect: [0, 0] }),
    ...pictures.flatMap((data, i) => [matroskaFrameHeader(i * 40_000, data.length), data]),
  ]);
  const raw = await ffmpeg(
    [...READ, "-fps_mode", "passthrough", "-f", "rawvideo", "pipe:1"],
    stream,
  );
  assert.deepEqual(raw, join(pictures));
});

Deno.test("ffmpeg reads each picture's own time, after hours as well, and the pixels' shape", async () => {
  const data = new Uint8Array(16 * 16 * 3 / 2);
  const times = [0, 33_333, 40_001, 9e9 + 7, 9e9 + 2_000_000];
  const stream = join([
    matroskaHeader({ width: 16, height: 16, sampleAspect: [16, 11] }),
    ...times.flatMap((timeUs) => [matroskaFrameHeader(timeUs, data.length), data]),
  ]);
  const said = new TextDecoder().decode(
    await ffmpeg([
      ...[...READ, "-copyts", "-fps_mode", "passthrough", "-enc_time_base", "1/1000000"],
      ...["-f", "framehash", "pipe:1"],
    ], stream),
  );
  assert.match(said, /#tb 0: 1\/1000000/);
  assert.match(said, /#sar 0: 16\/11/);
  const read = said.split("\n").filter((line) => /^0,/.test(line))
    .map((line) => Number(line.split(",")[2]));
  assert.deepEqual(read, times);
});
