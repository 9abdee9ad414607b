/**
 * The demo clip with each frame's number in its upper edge, so that any picture of a stream, whatever has
 * become of its times, can be held against the frame that it shows and against that frame's plates.
 */
import { parseTruth } from "../../../src/evaluate/leaks/truth.ts";
import type { Rect } from "../../../src/frame/rect.ts";
import { PipeReader } from "../../../src/frame/pipe_reader.ts";
import { ffmpeg } from "../../frame/streams.ts";

const DEMO = new URL("../../../scripts/demo/", import.meta.url);
const WIDTH = 1280, HEIGHT = 720, FRAMES = 600;
/** The number's bits, and then the same bits turned round, each a block of the strip. */
const BITS = 10, BLOCK_PX = WIDTH / (2 * BITS), STRIP_PX = 24;
/** Levels beyond which a block is a bit. */
const DARK = 90, BRIGHT = 160;
/** Plates from this width on are looked at, in pixels: a person can read them. */
const LEAST_WIDTH = 40;
const LEAST_VISIBILITY = 0.9;
/**
 * Share of a plate's strokes in the bare picture that must be left for it to count as bare. Measured on this
 * clip: 0.93 and more in pictures that were only encoded again, 0.03 at most in masked ones.
 */
const BARE = 0.3;
/** Share of a plate's sides that is not looked at: its edge is on the car's body. */
const EDGE = 0.1;

/** Writes the clip. H.264; the container is the path's. */
export async function numberedClip(path: string): Promise<void> {
  const bit = `mod(floor(N/pow(2,mod(X,${BITS}))),2)`;
  const strip = `color=black:s=${2 * BITS}x2:r=30,format=gray,` +
    `geq=lum='if(eq(lt(X,${BITS}),${bit}),235,16)',scale=${WIDTH}:${STRIP_PX}:flags=neighbor`;
  await ffmpeg([
    ...["-i", new URL("demo.mp4", DEMO).pathname, "-f", "lavfi", "-i", strip],
    ...["-filter_complex", "[0][1]overlay=shortest=1,format=yuv420p"],
    ...["-c:v", "libx264", "-preset", "veryfast", "-crf", "16", "-g", "30", "-bf", "0", path],
  ]);
}

/** Decodes video to luma pictures of 1280x720, one after the other; the memory is used again. */
export async function* lumaOf(input: string | Uint8Array): AsyncGenerator<Uint8Array> {
  const child = new Deno.Command("ffmpeg", {
    args: [
      ...["-hide_banner", "-nostdin", "-v", "error"],
      ...["-i", typeof input === "string" ? input : "pipe:0", "-fps_mode", "passthrough"],
      ...["-vf", `scale=${WIDTH}:${HEIGHT}`, "-f", "rawvideo", "-pix_fmt", "gray", "pipe:1"],
    ],
    stdin: typeof input === "string" ? "null" : "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const fed = typeof input === "string"
    ? undefined
    : new Blob([input.slice()]).stream().pipeTo(child.stdin).catch(() => {});
  const reader = new PipeReader(child.stdout);
  let picture = new Uint8Array(WIDTH * HEIGHT);
  try {
    while (await reader.more()) yield picture = await reader.into(picture);
  } finally {
    await reader.cancel();
    await Promise.all([fed, child.status]);
  }
}

/** The number in a picture's upper edge; null if there is none, as in a card or a cover. */
export function numberOf(luma: Uint8Array): number | null {
  let number = 0;
  for (let block = 0; block < 2 * BITS; block++) {
    const level = meanOf(luma, {
      x: (block + 0.25) * BLOCK_PX,
      y: STRIP_PX / 4,
      width: BLOCK_PX / 2,
      height: STRIP_PX / 2,
    });
    if (level > DARK && level < BRIGHT) return null;
    const bit = level >= BRIGHT ? 1 : 0;
    if (block < BITS) number |= bit << block;
    else if ((number >> (block - BITS) & 1) === bit) return null;
  }
  return number < FRAMES ? number : null;
}

/** What pictures show of the plates that are in them. */
export class PlateWatch {
  /** Pictures without a number, and pictures with one. */
  unknown = 0;
  known = 0;
  /** Plates in the known ones. */
  plates = 0;
  /** Of these, the bare ones, such as `car3-front in 412`. */
  readonly bare: string[] = [];

  /** @param frames by number: its plates and their strokes in the bare picture */
  private constructor(private readonly frames: readonly Plate[][]) {}

  /** Looks at the clip itself first. */
  static async of(clip: string): Promise<PlateWatch> {
    const truth = parseTruth(await Deno.readTextFile(new URL("demo.truth.json", DEMO)));
    const frames: Plate[][] = [];
    for await (const luma of lumaOf(clip)) {
      const number = frames.length;
      if (numberOf(luma) !== number) throw new Error(`frame ${number} of the clip has no number`);
      frames.push(
        truth.frames[number]!.filter(({ box, visibility }) =>
          box.width >= LEAST_WIDTH && visibility >= LEAST_VISIBILITY && box.y >= STRIP_PX
        ).map(({ id, box }) => ({ id, box, strokes: strokesOf(luma, box) })),
      );
    }
    return new PlateWatch(frames);
  }

  /** Looks at one picture of a stream. */
  see(luma: Uint8Array): void {
    const number = numberOf(luma);
    if (number === null) {
      this.unknown++;
      return;
    }
    this.known++;
    for (const { id, box, strokes } of this.frames[number]!) {
      this.plates++;
      if (shareLeft(strokes, strokesOf(luma, box)) >= BARE) this.bare.push(`${id} in ${number}`);
    }
  }
}

interface Plate {
  id: string;
  box: Rect;
  strokes: Float32Array;
}

function meanOf(luma: Uint8Array, { x, y, width, height }: Rect): number {
  let sum = 0, count = 0;
  for (let row = Math.round(y); row < y + height; row++) {
    for (let column = Math.round(x); column < x + width; column++) {
      sum += luma[row * WIDTH + column]!;
      count++;
    }
  }
  return sum / count;
}

/** A plate's lettering: how much each pixel is brighter than those two to its left and right. */
function strokesOf(luma: Uint8Array, { x, y, width, height }: Rect): Float32Array {
  const left = Math.round(x + EDGE * width), right = Math.round(x + (1 - EDGE) * width);
  const top = Math.round(y + EDGE * height), bottom = Math.round(y + (1 - EDGE) * height);
  const strokes: number[] = [];
  for (let row = top; row < bottom; row++) {
    for (let at = row * WIDTH + left; at < row * WIDTH + right; at++) {
      strokes.push(2 * luma[at]! - luma[at - 2]! - luma[at + 2]!);
    }
  }
  return Float32Array.from(strokes);
}

/** How much of one pattern is in another, by least squares. */
function shareLeft(pattern: Float32Array, other: Float32Array): number {
  let both = 0, own = 0;
  for (let i = 0; i < pattern.length; i++) {
    both += pattern[i]! * other[i]!;
    own += pattern[i]! * pattern[i]!;
  }
  return own ? both / own : 0;
}
