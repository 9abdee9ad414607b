import { FfmpegProcess } from "../frame/ffmpeg_process.ts";
import { parseAddress } from "../source/address.ts";
import { inputArguments } from "../source/input_arguments.ts";
import { explainFailure, SourceError } from "../source/source_error.ts";
import { stillInput } from "../source/still.ts";

const JPEG = ["-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-q:v", "2", "-f", "image2"];

/**
 * Writes every `every`-th frame of a video, the first included, as `NAME-FRAME.jpg`, upright.
 *
 * @param name Begins the files' names; no `%`.
 * @returns The files, in order.
 * @throws {SourceError} if the video cannot be read.
 */
export async function extractFrames(
  video: string,
  every: number,
  folder: string,
  name: string,
): Promise<string[]> {
  const count = (i: number) => String(i).padStart(6, "0");
  const numbered = `${name}-new`;
  await run([
    ...inputArguments(parseAddress(video), { transport: "tcp", pace: "job" }),
    ...["-vf", `select=not(mod(n\\,${every}))`, "-an", "-sn", "-dn", "-fps_mode", "passthrough"],
    ...JPEG,
    ...["-start_number", "0", `file:${folder.replaceAll("%", "%%")}/${numbered}-%06d.jpg`],
  ]);
  const files: string[] = [];
  for (let i = 0;; i++) {
    const file = `${folder}/${name}-${count(i * every)}.jpg`;
    try {
      await Deno.rename(`${folder}/${numbered}-${count(i)}.jpg`, file);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return files;
      throw error;
    }
    files.push(file);
  }
}

/**
 * Cuts a rectangle of whole pixels out of a picture file into a JPEG.
 *
 * @throws {SourceError} if the picture cannot be read.
 */
export async function cropPicture(
  file: string,
  [x, y, width, height]: readonly number[],
  to: string,
): Promise<void> {
  const { args, upright } = await stillInput(file);
  await run([
    ...[...args, "-vf", `${upright}crop=${width}:${height}:${x}:${y}:exact=1`],
    ...["-frames:v", "1", ...JPEG, "-update", "1", `file:${to}`],
  ]);
}

async function run(args: string[]): Promise<void> {
  const process = new FfmpegProcess("ffmpeg", [
    ...["-hide_banner", "-nostdin", "-loglevel", "warning", "-y", ...args],
  ]);
  await process.stdout.cancel();
  if (!(await process.ended()).success) throw new SourceError(explainFailure(process.lines));
}
