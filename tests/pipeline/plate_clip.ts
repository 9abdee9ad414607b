/**
 * A clip whose truth can be read off any picture of it, whatever became of its size: a moving plate in a
 * colour that nothing else has, its lettering stripes that no mask keeps.
 */
import { ffmpeg } from "../frame/streams.ts";
import type { Rect } from "../../src/frame/rect.ts";

const PLATE = { width: 96, height: 32 };
/** The plate's chroma, U and V alike, and the least by which it is known. */
const CHROMA = 200, LEAST_CHROMA = 160;
const FPS = 25;

/** Writes the clip: `seconds` of H.264 at 25 fps. The container is the path's. */
export async function plateClip(
  path: string,
  { width = 640, height = 360, seconds = 4 } = {},
): Promise<void> {
  const luma = width * height, frameBytes = luma * 3 / 2, frames = seconds * FPS;
  const bytes = new Uint8Array(frameBytes * frames);
  for (let n = 0; n < frames; n++) {
    const frame = bytes.subarray(n * frameBytes, (n + 1) * frameBytes);
    const left = 2 * Math.round((width - PLATE.width) / 4 * (1 + 0.8 * Math.sin(n / 30)));
    const top = 2 * Math.round((height - PLATE.height) / 4);
    for (let i = 0; i < luma; i++) frame[i] = 70 + ((i % width) >> 3) % 40;
    frame.fill(128, luma);
    for (let y = top; y < top + PLATE.height; y++) {
      for (let x = left; x < left + PLATE.width; x++) {
        frame[y * width + x] = (x - left >> 2) % 2 ? 200 : 30;
        const chroma = (y >> 1) * (width / 2) + (x >> 1);
        frame[luma + chroma] = frame[luma * 5 / 4 + chroma] = CHROMA;
      }
    }
  }
  await ffmpeg([
    ...["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", `${width}x${height}`, "-r", `${FPS}`],
    ...["-i", "pipe:0", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "8", "-g", `${FPS}`],
    ...["-y", path],
  ], bytes);
}

/** Where the plate is, in shares of the picture, by its colour; null if there is none. */
export function findPlate(uv: Uint8Array, width: number, height: number): Rect | null {
  const w = width / 2, h = height / 2;
  let left = w, right = -1, top = h, bottom = -1;
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      if (uv[y * w + x] < LEAST_CHROMA || uv[w * h + y * w + x] < LEAST_CHROMA) continue;
      left = Math.min(left, x), right = Math.max(right, x);
      top = Math.min(top, y), bottom = Math.max(bottom, y);
    }
  }
  if (right < left) return null;
  const box = { x: left / w, y: top / h };
  return { ...box, width: (right + 1 - left) / w, height: (bottom + 1 - top) / h };
}

/** What a decoded picture shows of the plate. */
export type Shown = "bare" | "hidden" | "nothing";

/**
 * Whether the plate can be read in a picture, its colour is there without its stripes, or neither.
 *
 * @param i420 The picture's bytes.
 */
export function shown(i420: Uint8Array, width: number, height: number): Shown {
  const luma = width * height, w = width / 2;
  let plate = 0, strokes = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x + 4 < width; x++) {
      const chroma = (y >> 1) * w + (x >> 1);
      if (i420[luma + chroma] < LEAST_CHROMA || i420[luma * 5 / 4 + chroma] < LEAST_CHROMA) {
        continue;
      }
      plate++;
      if (Math.abs(i420[y * width + x] - i420[y * width + x + 4]) > 50) strokes++;
    }
  }
  if (plate < 100) return "nothing";
  // The edges of a mosaic's cells are strokes too, but few.
  return strokes > plate * 0.2 ? "bare" : "hidden";
}
