/**
 * One encoded picture (H.264 access unit) of a camera's masked stream.
 *
 * Access units are the only form in which pictures leave the camera's Worker:
 * whatever serves pictures is built from them, so it cannot serve a bare frame.
 */
export interface AccessUnit {
  /** Annex B bytes of one picture. A keyframe carries its SPS and PPS in front of the IDR slices. */
  readonly data: Uint8Array;
  /** True for an IDR picture: decoding can start here. */
  readonly key: boolean;
  /** Presentation time in microseconds on the camera's output clock; grows strictly, starts near 0. */
  readonly timeUs: number;
  /** Counts the encoder's restarts: a new generation means a new SPS, perhaps a new picture size. */
  readonly generation: number;
  /** Wall clock (`Date.now()`) at which the frame's pixels arrived here, in milliseconds. */
  readonly capturedAtMs: number;
  /** Picture width in pixels (even). */
  readonly width: number;
  /** Picture height in pixels (even). */
  readonly height: number;
}
