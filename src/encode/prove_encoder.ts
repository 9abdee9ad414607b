import type { EncoderName } from "../config/codec_schema.ts";
import { withDeadline } from "../frame/deadline.ts";
import { firstComplaint } from "../frame/ffmpeg_process.ts";
import { blankI420 } from "../frame/i420.ts";
import { coverPicture } from "../mask/masked_picture.ts";
import { type EncodedPicture, Encoder } from "./encoder.ts";

const FRAMES = 10;
const FPS = 30;
const LIMIT_MS = 10_000;

/**
 * Encodes ten frames as a camera would have it done: all ten must come back while the encoder still
 * waits for more, the first as a keyframe, in the order in which they went in.
 *
 * @returns null if they do, otherwise why the encoder cannot be used.
 */
export async function proveEncoder(preset: EncoderName): Promise<string | null> {
  const size = { width: 640, height: 360 };
  const pictures: EncodedPicture[] = [];
  const { promise: all, resolve, reject } = Promise.withResolvers<void>();
  all.catch(() => {});
  const encoder = new Encoder(
    { ...size, sampleAspect: [0, 0], threads: 1, fps: FPS, preset },
    (picture) => {
      if (pictures.push(picture) === FRAMES) resolve();
    },
    reject,
  );
  const late = () => `it gave ${pictures.length} of ${FRAMES} frames within ${LIMIT_MS / 1000} s`;
  try {
    const picture = coverPicture(blankI420(size.width, size.height), "");
    const given = (async () => {
      for (let i = 0; i < FRAMES; i++) await encoder.encode(picture, Math.round(i * 1e6 / FPS));
    })();
    await withDeadline(Promise.all([given, all]), LIMIT_MS, "late");
  } catch (error) {
    if (!(error instanceof Error) || error.message === "late") return late();
    // What it says last is only that it could not go on.
    return firstComplaint(encoder.lines) ?? error.message;
  } finally {
    await encoder.kill();
  }
  const inOrder = pictures.every(({ timeUs }, i) => i === 0 || timeUs > pictures[i - 1].timeUs);
  return pictures[0].key && inOrder ? null : "it gave frames in disorder or without a keyframe";
}
