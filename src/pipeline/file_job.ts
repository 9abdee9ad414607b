import type { FrameDetector } from "../detect/client.ts";
import type { PackedLayout } from "../frame/packed_layout.ts";
import { type EncodedPicture, Encoder } from "../encode/encoder.ts";
import type { EncoderOptions } from "../encode/encoder_arguments.ts";
import type { MaskedPicture } from "../mask/masked_picture.ts";
import { ASSUMED_FPS, type FileSource, openFile } from "./file_source.ts";
import { FrameLine } from "./frame_line.ts";
import type { ReleasedFrame } from "./line_frame.ts";
import type { MaskPlanOptions } from "./mask_plan.ts";

/** Takes masked pictures in order; an {@linkcode Encoder} or a `FileEncoder`. */
export interface PictureSink {
  readonly pid: number;
  encode(picture: MaskedPicture, timeUs: number): Promise<void>;
  finish(): Promise<void>;
  kill(): Promise<void>;
}

/** Looks at a source's frames once it is told their layout; a `DetectorClient`. */
export interface JobFrameDetector extends FrameDetector {
  resize(layout: PackedLayout): void;
}

/** What a file job does with which settings. */
export interface FileJobOptions extends MaskPlanOptions {
  /** A file, or anything else that ends. */
  source: string;
  detector: JobFrameDetector;
  /** Longest side of the detector's picture, in pixels. */
  longSide: number;
  /** Frames of look-ahead at least. */
  lookAhead: number;
  /** How far it reaches on, by the bytes that one waiting frame takes; no further by default. */
  reach?: (frameBytes: number) => { ms: number; most: number };
  decoderThreads: number;
  encoderThreads: number;
  /** Where the masked pictures go; without it, into a live encoder. */
  openSink?: (shape: EncoderOptions) => PictureSink;
  /** Called with each masked frame, before it is encoded. */
  onFrame?: (frame: ReleasedFrame) => void;
  /** Called with each encoded picture of the live encoder. */
  onPicture?: (picture: EncodedPicture) => void;
  /** Told the process ids of decoder and encoder, once they run. */
  onProcesses?: (decoder: number, encoder: number) => void;
  /** Ends the job before its time: it fails with the signal's reason. */
  signal?: AbortSignal;
}

/** How a file job went. */
export interface FileJobResult {
  frames: number;
  covered: number;
  seconds: number;
  /** What of the source could not be read, in ffmpeg's words; null if nothing is known of it. */
  damage: string | null;
}

/**
 * Runs a whole source through rooms 1 to 5 as fast as it goes, dropping nothing.
 *
 * @throws {SourceError} if it cannot be read.
 * @throws {EncoderError} if it cannot be encoded.
 */
export async function runFileJob(options: FileJobOptions): Promise<FileJobResult> {
  const source = await openFile(options.source, options.longSide, options.decoderThreads);
  const { layout, capture, clock } = source;
  options.detector.resize(layout);
  const began = performance.now();
  let sink: PictureSink | undefined;
  let failure: unknown;
  const openSink = options.openSink ??
    ((shape: EncoderOptions) =>
      new Encoder(shape, (out) => options.onPicture?.(out), (error) => failure ??= error));
  const { reach, ...others } = options;
  const line = new FrameLine(layout, options.detector, async (frame) => {
    // After a failure nothing more is told or kept of this file.
    if (failure) return;
    try {
      options.onFrame?.(frame);
      await sink!.encode(frame.picture, frame.steadyUs);
    } catch (error) {
      failure ??= error;
    }
  }, { ...others, live: false, ...reach ? { reach: reach(layout.bytes) } : {} });
  let frames = 0;
  try {
    for (let picture = await capture.next(); picture; picture = await capture.next()) {
      options.signal?.throwIfAborted();
      if (failure) throw failure;
      if (!sink) {
        sink = openSink(pictureShape(source, options.encoderThreads));
        options.onProcesses?.(capture.pid, sink.pid);
      }
      const memory = (await line.memory())!;
      line.add(await picture.read(memory), picture.timeUs, clock.steady(picture.timeUs));
      frames++;
    }
    await line.flush();
    options.signal?.throwIfAborted();
    if (failure) throw failure;
    await sink?.finish();
  } catch (error) {
    failure ??= error;
    // Frames that wait must not ask the detector, which the next file's frames need.
    line.discard();
    await sink?.kill();
    throw error;
  } finally {
    await capture.close();
  }
  const seconds = (performance.now() - began) / 1000;
  return { frames, covered: line.covered, seconds, damage: capture.damage };
}

/** What an encoder must know of a source's pictures, once the first one is there. */
export function pictureShape(source: FileSource, threads: number): EncoderOptions {
  const { info, layout: { width, height }, capture: { sampleAspect } } = source;
  return { width, height, sampleAspect, threads, fps: info.fps || ASSUMED_FPS, color: info.color };
}
