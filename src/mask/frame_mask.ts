import type { Rect } from "../frame/rect.ts";

/** How it is known that something was where it is masked. */
export type MaskReason =
  /** Seen in this very frame. */
  | "detected"
  /** Not seen in this frame, nor in a later one that is known. */
  | "predicted"
  /** Seen before and after this frame. */
  | "interpolated"
  /** First seen in a later frame. */
  | "backfilled"
  /** Always hidden. */
  | "zone"
  /** The whole picture is hidden. */
  | "cover";

/** One mask in one frame. What the list says is what is painted, nothing more and nothing less. */
export interface FrameMask {
  /** `plate` or `car`; `zone` for a zone, `picture` for a cover. */
  class: string;
  /** The object's place in pixels, not grown, as far as it is known. */
  box: Rect;
  /** What is hidden: whole even pixels inside the picture. */
  rect: Rect;
  /** Score of the detection that the place is known from, 0..1; 1 for a zone and a cover. */
  score: number;
  reason: MaskReason;
  /** The track's number; null without one. */
  track: number | null;
  /** Corners in pixels of what is hidden inside `rect`, where that is not all of it. */
  polygon?: readonly (readonly [number, number])[];
}
