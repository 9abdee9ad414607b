import assert from "node:assert/strict";
import { exifOrientation, readLie } from "../../src/source/orientation.ts";
import { readStill } from "../../src/source/still.ts";
import { ffmpeg, join } from "../frame/streams.ts";
import { withFolder } from "./clips.ts";
import { exif, pngWith, webpWith } from "./exif.ts";

Deno.test("exifOrientation reads either byte order, and takes what is broken for upright", () => {
  for (const isLittle of [true, false]) {
    for (const value of [1, 3, 6, 8]) assert.equal(exifOrientation(exif(value, isLittle)), value);
    const whole = exif(6, isLittle);
    assert.equal(exifOrientation(join([new TextEncoder().encode("Exif\0\0"), whole])), 6);
    for (let length = 0; length < whole.length; length++) {
      assert.ok([1, 6].includes(exifOrientation(whole.subarray(0, length))));
    }
    assert.equal(exifOrientation(exif(9, isLittle)), 1);
  }
  assert.equal(exifOrientation(new Uint8Array(64).fill(0xff)), 1);
});

Deno.test("a PNG's and a WebP's orientation is read, wherever it stands; a JPEG's is ffmpeg's to read", () =>
  withFolder(async (folder) => {
    const write = async (name: string, bytes: Uint8Array) => {
      await Deno.writeFile(`${folder}/${name}`, bytes);
      return await readLie(`${folder}/${name}`);
    };
    const source = ["-f", "lavfi", "-i", "color=red:size=64x32", "-frames:v", "1"];
    const png = await ffmpeg([...source, "-c:v", "png", "-f", "image2pipe", "pipe:1"]);
    const webp = await ffmpeg([...source, "-c:v", "libwebp", "-f", "webp", "pipe:1"]);
    const jpeg = await ffmpeg([...source, "-c:v", "mjpeg", "-f", "image2pipe", "pipe:1"]);
    const turned = { isOurs: true, filter: "transpose=clock" };
    const upright = { isOurs: true, filter: null };
    assert.deepEqual(await write("plain.png", png), upright);
    assert.deepEqual(await write("plain.webp", webp), upright);
    assert.deepEqual(await write("front.png", pngWith(png, exif(6), "front")), turned);
    assert.deepEqual(await write("end.png", pngWith(png, exif(6), "end")), turned);
    assert.deepEqual(await write("turned.webp", webpWith(webp, exif(6), 64, 32)), turned);
    // The content says what it is, not the name.
    assert.deepEqual(await write("a.jpg", pngWith(png, exif(6), "end")), turned);
    assert.deepEqual(await write("a.png", jpeg), { isOurs: false, filter: null });
    assert.deepEqual(await write("empty.png", new Uint8Array()), { isOurs: false, filter: null });
    assert.deepEqual(await write("cut.png", png.subarray(0, 40)), upright);
    assert.deepEqual(await readLie(`${folder}/none`), { isOurs: false, filter: null });
  }));

Deno.test("readStill sets a picture upright in each of the eight ways it may lie", () =>
  withFolder(async (folder) => {
    // A corner of its own in each: left top bright, right top dark, the rest between.
    const marks = "color=gray:size=128x64,drawbox=w=32:h=16:color=white:t=fill," +
      "drawbox=x=96:w=32:h=16:color=black:t=fill";
    const lying = ["null", "hflip", "hflip,vflip", "vflip", "transpose=cclock_flip"].concat(
      ["transpose=cclock", "transpose=clock_flip", "transpose=clock"],
    );
    for (const [i, filter] of lying.entries()) {
      const png = await ffmpeg([
        ...["-f", "lavfi", "-i", marks, "-frames:v", "1", "-vf", filter, "-pix_fmt", "gray"],
        ...["-c:v", "png", "-f", "image2pipe", "pipe:1"],
      ]);
      await Deno.writeFile(`${folder}/${i + 1}.png`, pngWith(png, exif(i + 1), "front"));
      const still = await readStill(`${folder}/${i + 1}.png`, 128);
      assert.deepEqual([still.width, still.height], [128, 64], `orientation ${i + 1}`);
      const corners = [still.y[2 * 128 + 4], still.y[2 * 128 + 124], still.y[60 * 128 + 4]];
      assert.ok(corners[0] > 200 && corners[1] < 40, `orientation ${i + 1}: ${corners}`);
      assert.ok(corners[2] > 90 && corners[2] < 150, `orientation ${i + 1}: ${corners}`);
    }
  }));
