import type { MaskConfig } from "../config/mask_schema.ts";
import type { PictureDetector } from "../detect/picture_detector.ts";
import { pictureArguments, pictureFormat } from "../encode/picture_arguments.ts";
import { sourceBoxes } from "../evaluate/source_boxes.ts";
import { FfmpegProcess } from "../frame/ffmpeg_process.ts";
import { blankI420, type I420 } from "../frame/i420.ts";
import type { FrameMask } from "../mask/frame_mask.ts";
import { coverMask, coverPicture, maskPicture, maskRect } from "../mask/masked_picture.ts";
import { MaskPainter } from "../mask/painter.ts";
import { SourceError } from "../source/source_error.ts";
import { readStill, type Still, stillInput } from "../source/still.ts";

/** How a picture is blurred. */
export interface PictureOptions {
  mask: MaskConfig;
  /** Who looks for plates, unless the masks are given. */
  detector:
    | { pictures: PictureDetector; startScores: Record<string, number>; longSide: number }
    | null;
  /** Masks that a person gives, for a picture of the given size. */
  given: (picture: { width: number; height: number }) => FrameMask[];
}

/**
 * Blurs one picture file into another of the same format. Where the detector fails, all is covered.
 *
 * @returns What was hidden.
 * @throws {SourceError} if it cannot be read or written.
 */
export async function blurPicture(
  file: string,
  to: string,
  options: PictureOptions,
): Promise<FrameMask[]> {
  const format = pictureFormat(file);
  if (!format) throw new SourceError("pictures are blurred as JPEG, PNG or WebP: convert it first");
  const { detector } = options;
  // Read in any case: it says the upright picture's size.
  const still = await readStill(file, detector?.longSide ?? 32);
  const size = { width: even(still.width), height: even(still.height) };
  const masks = detector
    ? await detected(still, size, detector, options.mask)
    : options.given(size);
  const { picture, pixelFormat } = await decode(file, size);
  const isCovered = masks.some(({ reason }) => reason === "cover");
  const masked = isCovered
    ? coverPicture(picture, "PICTURE COVERED", "THE DETECTOR DOES NOT ANSWER")
    : maskPicture(picture, masks, new MaskPainter(options.mask));
  const bare = { width: still.width, height: still.height, pixelFormat };
  const rects = masks.map(({ rect }) => rect);
  const args = pictureArguments(await stillInput(file), bare, size, rects, format, to);
  const process = new FfmpegProcess("ffmpeg", args, "piped");
  const writer = process.stdin.getWriter();
  // What ffmpeg does not want to read shows in its exit code.
  for (const plane of [masked.y, masked.u, masked.v]) await writer.write(plane).catch(() => {});
  await writer.close().catch(() => {});
  if (!(await process.ended()).success) {
    throw new SourceError(process.lines.at(-1) ?? "ffmpeg could not write it");
  }
  return masks;
}

async function detected(
  still: Still,
  size: { width: number; height: number },
  { pictures, startScores }: NonNullable<PictureOptions["detector"]>,
  mask: MaskConfig,
): Promise<FrameMask[]> {
  try {
    const { detections } = await pictures.detect(still, still.smallWidth, still.smallHeight);
    return sourceBoxes(detections, still, size.width, size.height).flatMap((found) => {
      const { class: label, score, box: [x, y, width, height] } = found;
      if (!(mask.classes as string[]).includes(label) || score < startScores[label]) return [];
      const box = { x, y, width, height };
      const rect = maskRect(box, 0, mask.margin, size);
      return rect
        ? [{ class: label, box, rect, score, reason: "detected" as const, track: null }]
        : [];
    });
  } catch {
    return [coverMask(size)];
  }
}

/** Decodes a picture, upright, into I420 of an even size. */
async function decode(
  file: string,
  { width, height }: { width: number; height: number },
): Promise<{ picture: I420; pixelFormat: string }> {
  const { args, upright } = await stillInput(file);
  const process = new FfmpegProcess("ffmpeg", [
    ...["-hide_banner", "-nostdin", "-nostats", "-loglevel", "info", ...args],
    ...[
      "-vf",
      `${upright}showinfo=checksum=0,scale=${width}:${height}:out_range=tv:out_color_matrix=bt601`,
    ],
    ...["-pix_fmt", "yuv420p", "-frames:v", "1", "-f", "rawvideo", "pipe:1"],
  ]);
  const bytes = new Uint8Array(await new Response(process.stdout).arrayBuffer());
  const { success } = await process.ended();
  const blank = blankI420(width, height);
  const luma = blank.y.length, chroma = blank.u.length;
  if (!success || bytes.length !== luma + 2 * chroma) {
    throw new SourceError(process.lines.at(-1) ?? "ffmpeg could not read it");
  }
  const pixelFormat = process.lines.map((line) => /showinfo.* fmt:(\w+) /.exec(line)?.[1])
    .find((found) => found !== undefined) ?? "yuv420p";
  blank.y.set(bytes.subarray(0, luma));
  blank.u.set(bytes.subarray(luma, luma + chroma));
  blank.v.set(bytes.subarray(luma + chroma));
  return { picture: blank, pixelFormat };
}

function even(side: number): number {
  return Math.max(2, Math.floor(side / 2) * 2);
}
