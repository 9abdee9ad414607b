import type { DetectorClient } from "../detect/client.ts";
import { type EncodedPicture, Encoder } from "../encode/encoder.ts";
import { openFile } from "./file_source.ts";
import { FrameLine } from "./frame_line.ts";
import type { ReleasedFrame } from "./line_frame.ts";
import type { MaskPlanOptions } from "./mask_plan.ts";

/** What a file job does with which settings. */
export interface FileJobOptions extends MaskPlanOptions {
  /** A file, or anything else that ends. */
  source: string;
  detector: DetectorClient;
  /** Longest side of the detector's picture, in pixels. */
  longSide: number;
  lookAhead: number;
  decoderThreads: number;
  encoderThreads: number;
  /** Called with each masked frame, before it is encoded. */
  onFrame?: (frame: ReleasedFrame) => void;
  /** Called with each encoded picture. */
  onPicture?: (picture: EncodedPicture) => void;
  /** Told the process ids of decoder and encoder, once they run. */
  onProcesses?: (decoder: number, encoder: number) => void;
}

/** How a file job went. */
export interface FileJobResult {
  frames: number;
  covered: number;
  seconds: number;
}

/**
 * Runs a whole source through rooms 1 to 5 as fast as it goes, dropping nothing.
 *
 * @throws {SourceError} if it cannot be read.
 * @throws {EncoderError} if it cannot be encoded.
 */
export async function runFileJob(options: FileJobOptions): Promise<FileJobResult> {
  const { decoderThreads, encoderThreads } = options;
  const { info, layout, capture } = await openFile(
    options.source,
    options.longSide,
    decoderThreads,
  );
  const { width, height } = layout;
  options.detector.resize(layout);
  const began = performance.now();
  let encoder: Encoder | undefined;
  let failure: unknown;
  const line = new FrameLine(layout, options.detector, async (frame) => {
    options.onFrame?.(frame);
    await encoder!.encode(frame.picture, frame.timeUs).catch((error) => failure ??= error);
  }, { ...options, live: false });
  let frames = 0;
  try {
    for (let picture = await capture.next(); picture; picture = await capture.next()) {
      if (failure) throw failure;
      if (!encoder) {
        const shape = {
          width,
          height,
          sampleAspect: capture.sampleAspect,
          threads: encoderThreads,
          fps: info.fps || 30,
        };
        encoder = new Encoder(shape, (out) => options.onPicture?.(out), (e) => failure ??= e);
        options.onProcesses?.(capture.pid, encoder.pid);
      }
      const memory = (await line.memory())!;
      await picture.read(memory);
      line.add(memory, picture.timeUs);
      frames++;
    }
    await line.flush();
    await encoder?.finish();
  } catch (error) {
    await encoder?.kill();
    throw error;
  } finally {
    await capture.close();
  }
  if (failure) throw failure;
  return { frames, covered: line.covered, seconds: (performance.now() - began) / 1000 };
}
