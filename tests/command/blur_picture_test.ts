import assert from "node:assert/strict";
import { blurPicture } from "../../src/command/blur_picture.ts";
import { DEFAULT_MASK } from "../../src/config/mask_schema.ts";
import type { FrameMask } from "../../src/mask/frame_mask.ts";
import { ffmpeg, noise } from "../frame/streams.ts";

const SIDE = 67;

/** Pixels, of three bytes, that are the same in the result, when noise of odd sides is blurred. */
async function bare(
  ending: string,
  masks: (size: { width: number; height: number }) => FrameMask[],
): Promise<{ x: number; y: number }[]> {
  const folder = await Deno.makeTempDir();
  const [from, to] = [`${folder}/in.${ending}`, `${folder}/out.${ending}`];
  const raw = (file: string) =>
    ffmpeg(["-i", file, "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"]);
  try {
    const args = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", `${SIDE}x${SIDE}`, "-i", "pipe:0"];
    await ffmpeg([...args, "-q:v", "1", "-y", from], noise(SIDE * SIDE * 3));
    await blurPicture(from, to, { mask: DEFAULT_MASK, detector: null, given: masks });
    const [before, after] = [await raw(from), await raw(to)];
    assert.equal(after.length, before.length);
    const same = [];
    for (let i = 0; i < SIDE * SIDE; i++) {
      const difference = [0, 1, 2].reduce(
        (sum, channel) => sum + Math.abs(before[i * 3 + channel] - after[i * 3 + channel]),
        0,
      );
      // As a picture's own bytes come back, up to the rounding of a second JPEG.
      if (difference < 6) same.push({ x: i % SIDE, y: Math.floor(i / SIDE) });
    }
    return same;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const about = { class: "plate", score: 1, reason: "detected", track: null } as const;

for (const ending of ["png", "webp", "jpg"]) {
  Deno.test(`a mask hides the last row and column of an odd ${ending} as well`, async () => {
    const same = await bare(ending, ({ width, height }) => {
      const rect = { x: width - 40, y: height - 20, width: 40, height: 20 };
      return [{ ...about, box: rect, rect }];
    });
    // In noise a pixel may be its cell's colour by chance.
    const edge = same.filter(({ x, y }) => x > SIDE - 36 && y > SIDE - 16);
    const last = edge.filter(({ x, y }) => x === SIDE - 1 || y === SIDE - 1);
    assert.ok(last.length <= 2, `${last.length} pixels of the last row and column are bare`);
    assert.ok(edge.length < 10, `${edge.length} pixels are bare`);
    if (ending !== "jpg") assert.ok(same.length > SIDE * SIDE / 2);
  });

  Deno.test(`a cover hides all of an odd ${ending}`, async () => {
    const same = await bare(ending, ({ width, height }) => {
      const rect = { x: 0, y: 0, width, height };
      return [{ ...about, class: "picture", reason: "cover", box: rect, rect }];
    });
    const last = same.filter(({ x, y }) => x === SIDE - 1 || y === SIDE - 1);
    assert.ok(last.length <= 2, `${last.length} pixels of the last row and column are bare`);
    assert.ok(same.length < 20, `${same.length} pixels are bare`);
  });
}
