/**
 * Virtual camera clips: moves a camera over still pictures whose plates are labelled, and writes
 * clips of real plates with exact boxes in each frame. The same seed gives the same clips.
 *
 *     deno task virtual-clips --coco FOLDER --out FOLDER [--pictures LIST] [--count N] [--seconds S]
 *                             [--seed N]
 *
 * `--coco` may be given several times. `--pictures` names the pictures to take, one a line;
 * otherwise the first ones are taken. Clips of real plates belong in no repository.
 */
import { parseFlags, wholeNumber } from "../../src/config/flags.ts";
import { cameraPath } from "./camera_path.ts";
import { type LabelledPicture, readCoco } from "./coco.ts";
import { seededRandom } from "./random.ts";
import { readStill, Renderer } from "./render.ts";
import { seenPlates } from "./seen_plates.ts";

const FRAME = { width: 1280, height: 720 }, FPS = 30;
/** Frame pixels of movement during an exposure that one moment more of it is drawn for. */
const BLUR_STEP_PX = 2, MOST_MOMENTS = 8;

if (import.meta.main) await main();

async function main(): Promise<void> {
  const { values } = parseFlags(Deno.args.filter((arg) => arg !== "--"), {
    coco: { type: "string", multiple: true },
    out: { type: "string" },
    pictures: { type: "string" },
    count: { type: "string" },
    seconds: { type: "string" },
    seed: { type: "string" },
  });
  const number = (flag: "count" | "seconds" | "seed", otherwise: number, most: number) =>
    values[flag] === undefined ? otherwise : wholeNumber(flag, String(values[flag]), 1, most);
  if (!values.coco || !values.out) throw new Error("Give --coco FOLDER and --out FOLDER");
  const all = (await Promise.all((values.coco as string[]).map(readCoco))).flat();
  const out = String(values.out);
  await Deno.mkdir(out, { recursive: true });
  let chosen = all;
  if (values.pictures !== undefined) {
    const names = (await Deno.readTextFile(String(values.pictures))).split("\n").filter(Boolean);
    chosen = names.map((name) => {
      const picture = all.find((each) => each.name === name);
      if (!picture) throw new Error(`No picture '${name}' with labelled plates in ${values.coco}`);
      return picture;
    });
  }
  const pictures = chosen.slice(0, number("count", 20, 10_000));
  const seconds = number("seconds", 3, 600), seed = number("seed", 1, 2 ** 31);
  for (const [i, picture] of pictures.entries()) {
    const name = `virtual-${String(i + 1).padStart(2, "0")}`;
    await clip(picture, i, seconds, seed + i, `${out}/${name}`);
    console.log(`${name}.mp4: ${picture.name}`);
  }
}

async function clip(
  picture: LabelledPicture,
  number: number,
  seconds: number,
  seed: number,
  to: string,
): Promise<void> {
  const random = seededRandom(seed * 7919);
  const path = cameraPath(number, picture, FRAME, seconds, random);
  const still = await readStill(picture.file, picture.width, picture.height);
  const renderer = new Renderer(FRAME.width, FRAME.height, random);
  const rate = String(path.bitrate);
  const encoder = new Deno.Command("ffmpeg", {
    args: [
      ...["-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "yuv420p"],
      ...["-s", `${FRAME.width}x${FRAME.height}`, "-r", String(FPS), "-i", "pipe:0"],
      // As cameras encode: no B-frames, a keyframe every two seconds, a rate that is kept.
      ...["-c:v", "libx264", "-preset", "veryfast", "-threads", "1", "-bf", "0", "-g", "60"],
      ...["-b:v", rate, "-maxrate", rate, "-bufsize", rate, `${to}.mp4`],
    ],
    stdin: "piped",
  }).spawn();
  const writer = encoder.stdin.getWriter();
  const frames: { plates: ReturnType<typeof seenPlates> }[] = [];
  const count = seconds * FPS;
  for (let i = 0; i < count; i++) {
    const time = i / count;
    const first = path.at(time), last = path.at(time + path.exposure);
    const moved = Math.hypot(last.x - first.x, last.y - first.y) * first.scale +
      Math.abs(last.scale / first.scale - 1) * FRAME.width / 2;
    const moments = Math.min(MOST_MOMENTS, 1 + Math.ceil(moved / BLUR_STEP_PX));
    const middle = path.at(time + path.exposure / 2);
    const views = Array.from(
      { length: moments },
      (_, k) => path.at(time + path.exposure * (k + 0.5) / moments),
    );
    renderer.draw(still, views, path.gain(time), path.noise, random());
    await writer.write(renderer.frame.slice());
    frames.push({ plates: seenPlates(picture, middle, FRAME) });
  }
  await writer.close();
  if (!(await encoder.status).success) throw new Error(`ffmpeg could not write '${to}.mp4'`);
  await Deno.writeTextFile(`${to}.truth.json`, JSON.stringify({ ...FRAME, fps: FPS, frames }));
}
