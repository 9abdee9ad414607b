/** Near plates of the demo clip, given to a reader of text: bare it reads them, masked it does not. */
import assert from "node:assert/strict";
import { openJobDetector } from "../../src/command/job_detector.ts";
import { DEFAULT_MASK, NO_ZONES } from "../../src/config/mask_schema.ts";
import { runFileJob } from "../../src/pipeline/file_job.ts";

const CLIP = new URL("../../scripts/demo/demo.mp4", import.meta.url).pathname;
const WIDTH = 1280, HEIGHT = 720, NEAR_PX = 50;
const CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
/** What a patient person tries: enlargements, with and without the band on a plate's left. */
const ATTEMPTS = [3, 4].flatMap((scale) => [0, 0.12].map((cut) => ({ scale, cut })));

interface Plate {
  id: string;
  text: string;
  width: number;
  box: [number, number, number, number];
  visibility: number;
}

/** Each near plate of letters tesseract knows, in the frame where it is widest. */
async function nearPlates(): Promise<{ frame: number; plate: Plate }[]> {
  const file = new URL("../../scripts/demo/demo.truth.json", import.meta.url);
  const { frames }: { frames: { plates: Plate[] }[] } = JSON.parse(await Deno.readTextFile(file));
  const widest = new Map<string, { frame: number; plate: Plate }>();
  frames.forEach(({ plates }, frame) => {
    for (const plate of plates) {
      if (plate.visibility < 0.98 || !/^[A-Z0-9 -]+$/.test(plate.text)) continue;
      if (plate.width <= (widest.get(plate.id)?.plate.width ?? NEAR_PX)) continue;
      widest.set(plate.id, { frame, plate });
    }
  });
  return [...widest.values()];
}

async function pipe(command: string, args: string[], input: Uint8Array): Promise<Uint8Array> {
  const child = new Deno.Command(command, {
    args,
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
    // Its threads wait for each other in loops, which a busy machine makes long.
    env: { OMP_THREAD_LIMIT: "1" },
  }).spawn();
  const writer = child.stdin.getWriter();
  writer.write(input).then(() => writer.close()).catch(() => {});
  return (await child.output()).stdout;
}

/** Everything that tesseract makes of a plate in a picture's luma, one word an attempt. */
async function read(luma: Uint8Array, { box: [x, y, width, height] }: Plate): Promise<string[]> {
  return await Promise.all(ATTEMPTS.map(async ({ scale, cut }) => {
    const left = Math.max(0, Math.floor(x - 3 + cut * width)), top = Math.max(0, Math.floor(y - 2));
    const crop = `${Math.ceil((1 - cut) * width) + 6}:${Math.ceil(height) + 4}:${left}:${top}`;
    const png = await pipe("ffmpeg", [
      ...["-v", "error", "-f", "rawvideo", "-pix_fmt", "gray", "-s", `${WIDTH}x${HEIGHT}`],
      ...["-i", "pipe:0", "-frames:v", "1", "-c:v", "png", "-f", "image2pipe", "-vf"],
      `crop=${crop},scale=iw*${scale}:-2:flags=lanczos,pad=iw+40:ih+40:20:20:white`,
      "pipe:1",
    ], luma);
    const only = ["--psm", "7", "-c", `tessedit_char_whitelist=${CHARACTERS}`];
    const text = await pipe("tesseract", ["stdin", "stdout", ...only], png);
    return new TextDecoder().decode(text).replace(/[^A-Z0-9]/g, "");
  }));
}

function isInstalled(): boolean {
  try {
    return new Deno.Command("tesseract", { args: ["--version"], stdout: "null", stderr: "null" })
      .outputSync().success;
  } catch {
    console.log("skipped: tesseract is not installed");
    return false;
  }
}

Deno.test({
  name: "tesseract reads most near plates of the demo clip bare, and none masked",
  ignore: !isInstalled(),
  async fn() {
    const near = await nearPlates();
    assert.ok(near.length >= 6, `${near.length} plates`);
    const masked = new Map<number, Uint8Array>();
    const job = await openJobDetector({ provider: "cpu" });
    try {
      await runFileJob({
        ...job,
        source: CLIP,
        mask: DEFAULT_MASK,
        zones: NO_ZONES,
        lookAhead: 3,
        decoderThreads: 1,
        encoderThreads: 1,
        onFrame({ number, picture }) {
          if (near.some(({ frame }) => frame === number)) masked.set(number, picture.y.slice());
        },
      });
    } finally {
      await job.close();
    }
    let readBare = 0;
    for (const { frame, plate } of near) {
      const text = plate.text.replace(/[^A-Z0-9]/g, "");
      const bare = await pipe("ffmpeg", [
        ...["-v", "error", "-i", CLIP, "-vf", `select=eq(n\\,${frame}),format=gray`],
        ...["-frames:v", "1", "-f", "rawvideo", "pipe:1"],
      ], new Uint8Array());
      if ((await read(bare, plate)).some((word) => word.includes(text))) readBare++;
      for (const word of await read(masked.get(frame)!, plate)) {
        for (let i = 0; i + 4 <= text.length; i++) {
          assert.ok(!word.includes(text.slice(i, i + 4)), `${plate.id}: '${word}' of '${text}'`);
        }
      }
    }
    assert.ok(readBare >= near.length / 2, `${readBare} of ${near.length} read bare`);
  },
});
