import assert from "node:assert/strict";
import { cutStill } from "../../../src/evaluate/passes/cut_still.ts";
import { readStill } from "../../../src/source/still.ts";
import { ffmpeg } from "../../frame/streams.ts";
import { withFolder } from "../../source/clips.ts";

const DEMO = new URL("../../../scripts/demo/demo.mp4", import.meta.url).pathname;

for (
  const [name, filter, longSide] of [
    ["smaller", "null", 640],
    ["larger", "crop=301:201:500:300:exact=1", 512],
  ] as const
) {
  Deno.test(`cutStill gives the picture that ffmpeg gives, ${name}`, async () => {
    await withFolder(async (folder) => {
      const file = `${folder}/a.png`;
      await ffmpeg(["-ss", "2.5", "-i", DEMO, "-vf", filter, "-frames:v", "1", "-y", file]);
      const own = await readStill(file, null);
      assert.deepEqual([own.scaledWidth, own.scaledHeight], [own.width, own.height]);
      const whole = { x: 0, y: 0, width: own.width, height: own.height };
      const cut = cutStill(own, whole, longSide), expected = await readStill(file, longSide);
      assert.equal(cut.y.length, expected.y.length);
      for (const plane of ["y", "uv"] as const) {
        const sum = cut[plane].reduce(
          (sum, value, i) => sum + Math.abs(value - expected[plane][i]),
          0,
        );
        assert.ok(sum / cut[plane].length < 1.5, `${plane}: ${sum / cut[plane].length}`);
      }
    });
  });
}

Deno.test("cutStill at its own size takes the pixels as they are", async () => {
  await withFolder(async (folder) => {
    const file = `${folder}/a.png`;
    await ffmpeg(["-ss", "2.5", "-i", DEMO, "-frames:v", "1", "-y", file]);
    const own = await readStill(file, null);
    const { width, height, smallWidth } = own;
    assert.deepEqual([width, height, smallWidth], [1280, 720, 1280]);
    const cut = cutStill(own, { x: 400, y: 304, width: 480, height: 416 }, 480);
    assert.deepEqual([cut.smallWidth, cut.smallHeight], [480, 416]);
    for (const row of [0, 415]) {
      const start = (304 + row) * 1280 + 400;
      assert.deepEqual(
        cut.y.subarray(row * 480, (row + 1) * 480),
        own.y.subarray(start, start + 480),
      );
    }
    const start = own.uv.length / 2 + 152 * 640 + 200;
    assert.deepEqual(
      cut.uv.subarray(cut.uv.length / 2, cut.uv.length / 2 + 240),
      own.uv.subarray(start, start + 240),
    );
  });
});
