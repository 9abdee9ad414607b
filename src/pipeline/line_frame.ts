import type { Detection } from "../detect/detection.ts";
import type { FrameMask } from "../mask/frame_mask.ts";
import type { MaskedPicture } from "../mask/masked_picture.ts";
import type { MaskPlanOptions } from "./mask_plan.ts";

/** How a line of frames behaves. */
export interface FrameLineOptions extends MaskPlanOptions {
  /** Frames a checked frame waits for later ones, 0 or more. */
  lookAhead: number;
  /** A job's frame waits on until a later one is so far from it, in milliseconds, or for so many at most. */
  reach?: { ms: number; most: number };
  /** Live drops the oldest unchecked frames when it is late; a job never drops, it waits. */
  live: boolean;
  /** After this long without an answer for it a live frame leaves covered, in milliseconds. */
  deadlineMs?: number;
  now?: () => number;
}

/** What becomes of a frame: it waits, is looked at, and was checked or could not be. */
type FrameState = "waiting" | "running" | "checked" | "failed";

/** A frame in a line. */
export interface LineFrame {
  number: number;
  /** Counts the frames that were checked or could not be, from 0; -1 while it is unsettled. */
  place: number;
  /** `performance.now()` at which it was checked or could not be; infinite while it is unsettled. */
  settledMs: number;
  /** Presentation time on the source's clock, in microseconds. */
  timeUs: number;
  /** The same on a clock that does not jump. */
  steadyUs: number;
  /** `performance.now()` at which its pixels were here. */
  arrivedMs: number;
  packed: Uint8Array<ArrayBuffer>;
  state: FrameState;
  /** What was found in it; only when checked. */
  detections: readonly Detection[];
}

/** A masked frame on its way to the encoder. */
export interface ReleasedFrame {
  /** Counts the source's frames from 0, dropped ones included. */
  number: number;
  picture: MaskedPicture;
  /** Presentation time on the source's clock, in microseconds. */
  timeUs: number;
  /** The same on a clock that does not jump. */
  steadyUs: number;
  /** `performance.now()` at which its pixels were here. */
  arrivedMs: number;
  /** Everything that is hidden in it. */
  masks: readonly FrameMask[];
  /** Whether it is hidden as a whole. */
  covered: boolean;
}
