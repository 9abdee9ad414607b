import { detectorSize } from "../detect/profile.ts";
import { PackedLayout } from "../frame/packed_layout.ts";
import { parseAddress } from "../source/address.ts";
import { Capture, captureArguments } from "../source/capture.ts";
import { probe, type SourceInfo } from "../source/probe.ts";
import { SourceError } from "../source/source_error.ts";
import type { AudioLine } from "./audio_line.ts";
import type { ProbedTraits } from "./encoder_keeper.ts";
import type { CameraSettings } from "./camera_protocol.ts";

const LEAST_SIDE_PX = 32;
/** For sources that do not state their rate. */
const ASSUMED_FPS = 30;

/**
 * Looks at what a camera sends.
 *
 * @throws {SourceError} if it cannot be opened, or is too small to be a camera's.
 */
export async function probeCamera(
  { camera }: CameraSettings,
  signal: AbortSignal,
): Promise<SourceInfo> {
  const input = { transport: camera.transport, pace: "live" } as const;
  const info = await probe(parseAddress(camera.source), input, signal);
  if (Math.min(info.width, info.height) < LEAST_SIDE_PX) {
    throw new SourceError(
      `its picture is ${info.width}x${info.height}: too small to be a camera's`,
    );
  }
  return info;
}

/** A camera's source that is being decoded. */
export interface OpenSource {
  capture: Capture;
  layout: PackedLayout;
  traits: ProbedTraits;
  /** One of so many frames is handed over. */
  early: number;
}

/**
 * Starts a camera's decoder.
 *
 * @param early One of so many frames is to be handed over.
 */
export function openSource(
  { camera, longSide, decoder, decoderThreads }: CameraSettings,
  info: SourceInfo,
  early: number,
  sound: AudioLine,
): OpenSource {
  // 4:2:0 video has even sides: an odd last row or column is left to the scaler.
  const width = info.width & ~1, height = info.height & ~1;
  const small = detectorSize(width, height, longSide);
  const layout = new PackedLayout(width, height, small.width, small.height);
  const args = captureArguments(parseAddress(camera.source), layout, {
    transport: camera.transport,
    pace: "live",
    decoderThreads,
    decoder: { name: decoder, codec: info.codec },
    every: early,
    audio: camera.audio === "keep",
  });
  const capture = new Capture(args, layout, (packet) => sound.add(packet));
  return { capture, layout, traits: { fps: info.fps || ASSUMED_FPS, color: info.color }, early };
}
