import { detectorSize } from "../detect/profile.ts";
import { PackedLayout } from "../frame/packed_layout.ts";
import { parseAddress } from "../source/address.ts";
import { Capture, captureArguments } from "../source/capture.ts";
import { probe, type SourceInfo } from "../source/probe.ts";
import { SourceError } from "../source/source_error.ts";
import { SourceClock } from "./source_clock.ts";

/** The detector's picture lies below the file's own and is not wider. */
const LEAST_WIDTH_PX = 32;

/** A file that is being decoded, as fast as its pictures are taken. */
export interface FileSource {
  info: SourceInfo;
  layout: PackedLayout;
  capture: Capture;
  /** Its pictures' times. */
  clock: SourceClock;
}

/** For files that do not state their rate. */
export const ASSUMED_FPS = 30;

/**
 * Opens a file, or anything else that ends, and starts to decode it.
 *
 * @param source Address, or `demo`.
 * @param longSide Longest side of the detector's picture, in pixels.
 * @throws {SourceError} if it cannot be opened.
 */
export async function openFile(
  source: string,
  longSide: number,
  decoderThreads = 1,
): Promise<FileSource> {
  const input = { transport: "tcp", pace: "job" } as const;
  const address = parseAddress(source);
  const info = await probe(address, input);
  if (info.width < LEAST_WIDTH_PX) {
    throw new SourceError(
      `its picture is ${info.width}x${info.height}: videos are ${LEAST_WIDTH_PX} px wide at least`,
    );
  }
  const [width, height] = [info.width, info.height].map((side) => Math.floor(side / 2) * 2);
  const small = detectorSize(width, height, longSide);
  const layout = new PackedLayout(width, height, small.width, small.height);
  const args = captureArguments(address, layout, { ...input, decoderThreads });
  const clock = SourceClock.ofFile(info.fps || ASSUMED_FPS);
  return { info, layout, capture: new Capture(args, layout), clock };
}
