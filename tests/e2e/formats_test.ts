/** What phones and cameras record and an 8-bit 4:2:0 test clip does not show: `bokashi blur` on each. */
import assert from "node:assert/strict";
import { ffmpeg } from "../frame/streams.ts";
import { withFolder } from "../source/clips.ts";
import { exif, jpegWith, MAKER, pngWith, webpWith } from "../source/exif.ts";
import { bokashi } from "./service.ts";

const DEMO = new URL("../../scripts/demo/demo.mp4", import.meta.url).pathname;
/** A piece of the demo clip, and in it a plate that stands still: left, top, width, height. */
const PIECE = "crop=640:360:640:200:exact=1", PLATE = [482, 180, 56, 12];
const FRAMES = 6;

const X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-qp", "8"];
const X265 = ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error:qp=8"];
const BT2020 = ["-color_primaries", "bt2020", "-colorspace", "bt2020nc"];

/** By file name: ffmpeg's arguments, and what the result must say of size and colour. */
const VIDEOS: Record<string, { args: string[]; said: string }> = {
  "hdr10.mp4": {
    args: [...X265, "-pix_fmt", "yuv420p10le", ...BT2020, "-color_trc", "smpte2084"],
    said: "640,360,yuv420p,tv,bt2020nc,smpte2084,bt2020",
  },
  "hlg.mov": {
    args: [...X265, "-pix_fmt", "yuv420p10le", ...BT2020, "-color_trc", "arib-std-b67"],
    said: "640,360,yuv420p,tv,bt2020nc,arib-std-b67,bt2020",
  },
  "ten_bits.mp4": {
    args: [...X264, "-pix_fmt", "yuv420p10le"],
    said: "640,360,yuv420p,tv,bt709,bt709,bt709",
  },
  "422.mkv": {
    args: [...X264, "-pix_fmt", "yuv422p10le"],
    said: "640,360,yuv420p,tv,bt709,bt709,bt709",
  },
  "444.mp4": {
    args: [...X264, "-pix_fmt", "yuv444p"],
    said: "640,360,yuv420p,tv,bt709,bt709,bt709",
  },
  "full_range.mp4": {
    args: [...X264, "-vf", `${PIECE},scale=out_range=pc`, "-pix_fmt", "yuvj420p"],
    said: "640,360,yuv420p,tv,bt709,bt709,bt709",
  },
  "odd.mkv": {
    args: [
      ...["-vf", PIECE.replace("640:360", "637:357"), "-c:v", "ffv1", "-pix_fmt", "yuv444p"],
    ],
    said: "636,356,yuv420p,tv,bt709,bt709,bt709",
  },
  // Made into I420 by BT.601: whoever plays it must be told.
  "rgb.mkv": {
    args: ["-c:v", "ffv1", "-pix_fmt", "bgr0"],
    said: "640,360,yuv420p,tv,smpte170m,bt709,bt709",
  },
};

async function said(file: string): Promise<string> {
  const { stdout } = await new Deno.Command("ffprobe", {
    args: [
      ...["-v", "error", "-select_streams", "v:0", "-of", "csv=p=0", "-show_entries"],
      ...["stream=width,height,pix_fmt,color_range,color_space,color_transfer,color_primaries"],
      file,
    ],
  }).output();
  return new TextDecoder().decode(stdout).trim();
}

/** One frame's luma at a rectangle, in limited range. */
function luma(file: string, [x, y, width, height]: number[], frame = 0): Promise<Uint8Array> {
  return ffmpeg([
    ...["-i", file, "-frames:v", "1", "-f", "rawvideo"],
    "-vf",
    `select=eq(n\\,${frame}),scale=out_range=tv:out_color_matrix=bt709,format=yuv444p,` +
    `extractplanes=y,crop=${width}:${height}:${x}:${y}:exact=1`,
    "pipe:1",
  ]);
}

function edges(pixels: Uint8Array, width: number): number {
  let sum = 0;
  for (let i = 1; i < pixels.length; i++) {
    if (i % width) sum += Math.abs(pixels[i] - pixels[i - 1]);
  }
  return sum / pixels.length;
}

function mean(pixels: Uint8Array): number {
  return pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
}

Deno.test("videos of more bits, other sampling, range, size and colour keep their picture and its meaning", () =>
  withFolder(async (folder) => {
    await Deno.mkdir(`${folder}/in`);
    for (const [name, { args }] of Object.entries(VIDEOS)) {
      const cut = args.includes("-vf") ? [] : ["-vf", PIECE];
      const from = `${folder}/in/${name}`;
      await ffmpeg(["-i", DEMO, "-frames:v", `${FRAMES}`, "-an", ...cut, ...args, "-y", from]);
    }
    const { code, stderr } = await bokashi(["blur", `${folder}/in`, "--out", `${folder}/out`]);
    assert.equal(code, 0, stderr);
    const told = [...stderr.matchAll(/'(\S+)' is in HDR \((\w+)\)/g)].map(([, ...words]) => words);
    assert.deepEqual(told, [["hdr10.mp4", "PQ"], ["hlg.mov", "HLG"]]);
    for (const [name, expected] of Object.entries(VIDEOS)) {
      const from = `${folder}/in/${name}`, to = `${folder}/out/${name}`;
      assert.equal(await said(to), expected.said, name);
      for (const frame of [0, FRAMES - 1]) {
        const bare = edges(await luma(from, PLATE, frame), PLATE[2]);
        const masked = edges(await luma(to, PLATE, frame), PLATE[2]);
        assert.ok(masked < bare / 3, `${name}, frame ${frame}: ${masked} of ${bare}`);
        const whole = [0, 0, 636, 356];
        const shift = mean(await luma(from, whole, frame)) - mean(await luma(to, whole, frame));
        assert.ok(Math.abs(shift) < 2, `${name}, frame ${frame}: ${shift} darker`);
      }
    }
  }));

Deno.test("pictures that lie on their side are masked and written upright, without maker or place", () =>
  withFolder(async (folder) => {
    await Deno.mkdir(`${folder}/in`);
    const still = async (filter: string, ...args: string[]) =>
      await ffmpeg([
        ...["-i", DEMO, "-frames:v", "1", "-vf", filter, ...args, "-f", "image2pipe", "pipe:1"],
      ]);
    // Turned left, so that it is upright once it is turned right, which is what 6 says.
    const lying = `${PIECE},transpose=cclock`;
    const files: Record<string, Uint8Array> = {
      "a.jpg": jpegWith(await still(lying, "-c:v", "mjpeg", "-q:v", "2"), exif(6)),
      "b.png": pngWith(await still(lying, "-c:v", "png"), exif(6), "front"),
      "c.webp": webpWith(
        await still(lying, "-c:v", "libwebp", "-quality", "95"),
        exif(6),
        360,
        640,
      ),
      "d.png": pngWith(await still(PIECE, "-c:v", "png", "-pix_fmt", "rgb48be"), exif(1), "end"),
    };
    for (const [name, bytes] of Object.entries(files)) {
      await Deno.writeFile(`${folder}/in/${name}`, bytes);
    }
    await Deno.writeFile(`${folder}/upright.png`, await still(PIECE, "-c:v", "png"));
    const bare = edges(await luma(`${folder}/upright.png`, PLATE), PLATE[2]);
    const { code, stderr } = await bokashi(["blur", `${folder}/in`, "--out", `${folder}/out`]);
    assert.equal(code, 0, stderr);
    for (const [name, before] of Object.entries(files)) {
      const to = `${folder}/out/${name}`;
      assert.match(await said(to), /^640,360,/, name);
      const masked = edges(await luma(to, PLATE), PLATE[2]);
      assert.ok(masked < bare / 3, `${name}: ${masked} of ${bare}`);
      const text = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes);
      assert.ok(text(before).includes(MAKER));
      assert.doesNotMatch(text(await Deno.readFile(to)), /SECRET|Exif|EXIF|eXIf/, name);
    }
  }));
