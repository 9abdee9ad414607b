import { FfmpegProcess } from "../frame/ffmpeg_process.ts";
import type { I420 } from "../frame/i420.ts";
import { matroskaFrameHeader, matroskaHeader } from "../frame/matroska_writer.ts";
import { type Rect, toEvenPixels } from "../frame/rect.ts";
import { parseAddress } from "../source/address.ts";
import { Capture } from "../source/capture.ts";
import { inputArguments } from "../source/input_arguments.ts";
import { explainFailure, SourceError } from "../source/source_error.ts";
import { stillInput } from "../source/still.ts";
import type { FoundBox } from "./source_boxes.ts";

/** Colours by class, for ffmpeg and as Y, U and V; plates in yellow, anything else in cyan. */
const PLATE = { name: "yellow", yuv: [210, 16, 146] },
  OTHER = { name: "cyan", yuv: [170, 166, 16] };
const colour = (label: string) => label === "plate" ? PLATE : OTHER;

/** A line's width in pixels, even, on a picture of this size. */
function lineWidth(width: number, height: number): number {
  return 2 * Math.max(1, Math.round(Math.max(width, height) / 640));
}

/** ffmpeg's filters that draw boxes on a picture of this size. */
export function boxFilters(boxes: readonly FoundBox[], width: number, height: number): string {
  return boxes.map(({ class: label, box }) => {
    const [x, y, w, h] = box.map(Math.round);
    const thick = lineWidth(width, height);
    return `drawbox=x=${x}:y=${y}:w=${w}:h=${h}:color=${colour(label).name}:t=${thick}`;
  }).join(",") || "null";
}

/**
 * Writes a picture with boxes drawn; the name's ending says how it is coded.
 *
 * @throws {SourceError} if ffmpeg cannot.
 */
export async function drawOnPicture(file: string, to: string, filters: string): Promise<void> {
  const { args, upright } = await stillInput(file);
  await run([
    ...["-hide_banner", "-nostdin", "-loglevel", "warning", "-y", ...args],
    ...["-vf", upright + filters, "-frames:v", "1", "-q:v", "2", "-update", "1", `file:${to}`],
  ]);
}

async function run(args: string[]): Promise<void> {
  const process = new FfmpegProcess("ffmpeg", args);
  await process.stdout.cancel();
  if (!(await process.ended()).success) throw new SourceError(explainFailure(process.lines));
}

/**
 * Writes a video as H.264 in MP4 with boxes drawn, its times kept.
 *
 * @param width The upright picture's width in pixels.
 * @param height Its height in pixels.
 * @param boxes What was found in each frame.
 * @throws {SourceError} if it cannot be read or written.
 */
export async function drawOnVideo(
  file: string,
  to: string,
  width: number,
  height: number,
  boxes: readonly (readonly FoundBox[])[],
): Promise<void> {
  const [even, evenHeight] = [width, height].map((side) => 2 * Math.max(1, Math.floor(side / 2)));
  const luma = even * evenHeight, bytes = luma * 1.5;
  const capture = new Capture([
    ...["-hide_banner", "-nostdin", "-loglevel", "warning"],
    ...inputArguments(parseAddress(file), { transport: "tcp", pace: "job" }),
    ...["-vf", `scale=${even}:${evenHeight},format=yuv420p`],
    ...["-an", "-sn", "-dn", "-fps_mode", "passthrough", "-c:v", "rawvideo"],
    ...["-f", "nut", "-write_index", "0", "pipe:1"],
  ], { bytes });
  const encoder = new FfmpegProcess("ffmpeg", [
    ...["-hide_banner", "-loglevel", "warning", "-y", "-copyts", "-f", "matroska", "-i", "pipe:0"],
    ...["-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p"],
    ...["-fps_mode", "passthrough", "-enc_time_base", "1/90000", "-f", "mp4", `file:${to}`],
  ], "piped");
  const out = encoder.stdin.getWriter();
  try {
    for (let frame = 0, next = await capture.next(); next; next = await capture.next(), frame++) {
      const packed = await next.read(new Uint8Array(bytes));
      const picture: I420 = {
        width: even,
        height: evenHeight,
        y: packed.subarray(0, luma),
        u: packed.subarray(luma, luma * 1.25),
        v: packed.subarray(luma * 1.25),
      };
      for (const { class: label, box: [x, y, w, h] } of boxes[frame] ?? []) {
        const rect = toEvenPixels({ x, y, width: w, height: h }, even, evenHeight);
        if (rect) outline(picture, rect, lineWidth(even, evenHeight), colour(label).yuv);
      }
      if (frame === 0) {
        const { sampleAspect } = capture;
        await out.write(matroskaHeader({ width: even, height: evenHeight, sampleAspect }));
      }
      await out.write(matroskaFrameHeader(next.timeUs, bytes));
      await out.write(packed);
    }
    await out.close();
  } catch (error) {
    encoder.kill();
    if (error instanceof SourceError) throw error;
    await encoder.ended();
    throw new SourceError(explainFailure(encoder.lines), { cause: error });
  } finally {
    await capture.close();
  }
  await encoder.stdout.cancel();
  if (!(await encoder.ended()).success) throw new SourceError(explainFailure(encoder.lines));
}

/** Draws a rectangle's edge, inwards. Rectangle and line are even, so chroma keeps in step. */
function outline(picture: I420, rect: Rect, line: number, [y, u, v]: readonly number[]): void {
  const planes = [[picture.y, 1, y], [picture.u, 2, u], [picture.v, 2, v]] as const;
  for (const [plane, step, value] of planes) {
    const stride = picture.width / step, thick = line / step;
    const left = rect.x / step, top = rect.y / step;
    const right = left + rect.width / step, bottom = top + rect.height / step;
    for (let row = top; row < bottom; row++) {
      const at = row * stride;
      const isEdge = row < top + thick || row >= bottom - thick;
      plane.fill(value, at + left, at + (isEdge ? right : Math.min(right, left + thick)));
      plane.fill(value, at + Math.max(left, right - thick), at + right);
    }
  }
}
