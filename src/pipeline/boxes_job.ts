import type { MaskConfig } from "../config/mask_schema.ts";
import type { EncoderOptions } from "../encode/encoder_arguments.ts";
import type { FrameMask } from "../mask/frame_mask.ts";
import { coverPicture, maskPicture } from "../mask/masked_picture.ts";
import { MaskPainter } from "../mask/painter.ts";
import { pictureShape, type PictureSink } from "./file_job.ts";
import { openFile } from "./file_source.ts";

/** A job that is told what to hide. */
export interface BoxesJobOptions {
  source: string;
  mask: MaskConfig;
  /** The masks of each frame that has any, for pictures of the given size. */
  masks: (picture: { width: number; height: number }) => Map<number, FrameMask[]>;
  encoderThreads: number;
  openSink: (shape: EncoderOptions) => PictureSink;
  onFrame: (number: number, timeUs: number, masks: readonly FrameMask[]) => void;
  signal: AbortSignal;
}

/** The decoder's small picture is not looked at here: any size will do. */
const SMALL_SIDE = 32;

/**
 * Masks what a person has said and nothing else: no detector runs.
 *
 * @returns What of the file could not be read, in ffmpeg's words; null if nothing is known of it.
 * @throws {SourceError} if it cannot be read.
 * @throws {EncoderError} if it cannot be encoded.
 * @throws {RangeError} if masks are given for frames that the file does not have.
 */
export async function runBoxesJob(options: BoxesJobOptions): Promise<string | null> {
  const source = await openFile(options.source, SMALL_SIDE);
  const { layout, capture, clock } = source;
  const painter = new MaskPainter(options.mask);
  let memory = new Uint8Array(layout.bytes);
  let sink: PictureSink | undefined;
  let frames = 0;
  try {
    const masks = options.masks(layout);
    for (let next = await capture.next(); next; next = await capture.next()) {
      options.signal.throwIfAborted();
      sink ??= options.openSink(pictureShape(source, options.encoderThreads));
      memory = await next.read(memory);
      const own = masks.get(frames) ?? [];
      const bare = layout.frame(memory);
      const picture = own.some(({ reason }) => reason === "cover")
        ? coverPicture(bare, "PICTURE COVERED")
        : maskPicture(bare, own, painter);
      const timeUs = clock.steady(next.timeUs);
      options.onFrame(frames, timeUs, own);
      await sink.encode(picture, timeUs);
      frames++;
    }
    const last = Math.max(-1, ...masks.keys());
    if (last >= frames) {
      throw new RangeError(
        `the boxes are of another file: it has ${frames} frames, not ${last + 1}`,
      );
    }
    await sink?.finish();
  } catch (error) {
    await sink?.kill();
    throw error;
  } finally {
    await capture.close();
  }
  return capture.damage;
}
