import { Buffer } from "node:buffer";
import { FfmpegProcess } from "../frame/ffmpeg_process.ts";
import { explainFailure, SourceError } from "../source/source_error.ts";
import { stillInput } from "../source/still.ts";

/** Longest side of a picture in a report, in pixels. */
const LONG_SIDE = 480;
/** What is shown around a box, in its own longer side. */
const AROUND = 3;

/**
 * A box and what is around it, as a JPEG in a `data:` address.
 *
 * @param picture A picture file and its size in pixels.
 * @param box x, y, width, height in its pixels.
 * @param filters What ffmpeg is to draw before it cuts.
 * @throws {SourceError} if the picture cannot be read.
 */
export async function cutOut(
  picture: { file: string; width: number; height: number },
  box: readonly [number, number, number, number],
  filters: string,
): Promise<string> {
  const [x, y, w, h] = box;
  const side = Math.max(60, Math.max(w, h) * (1 + 2 * AROUND));
  const width = Math.round(Math.min(picture.width, side * 1.5));
  const height = Math.round(Math.min(picture.height, side));
  const left = inside(x + w / 2 - width / 2, picture.width - width);
  const top = inside(y + h / 2 - height / 2, picture.height - height);
  const { args, upright } = await stillInput(picture.file);
  const process = new FfmpegProcess("ffmpeg", [
    ...["-hide_banner", "-nostdin", "-loglevel", "warning", ...args],
    "-vf",
    `${upright}${filters},crop=${width}:${height}:${left}:${top},` +
    `scale=${LONG_SIDE}:${LONG_SIDE}:force_original_aspect_ratio=decrease`,
    ...[
      "-frames:v",
      "1",
      "-c:v",
      "mjpeg",
      "-pix_fmt",
      "yuvj420p",
      "-q:v",
      "4",
      "-f",
      "mjpeg",
      "pipe:1",
    ],
  ]);
  const jpeg = await new Response(process.stdout).arrayBuffer();
  const { success } = await process.ended();
  if (!success) throw new SourceError(explainFailure(process.lines));
  return `data:image/jpeg;base64,${Buffer.from(jpeg).toString("base64")}`;
}

function inside(value: number, most: number): number {
  return Math.round(Math.max(0, Math.min(value, most)));
}
