import { MASKED_SHARE, type PlateFrame } from "./plate_log.ts";

/** Why plates leak. */
export const LEAK_REASONS = [
  /** The detector found this plate in no frame of the clip. */
  "neverDetected",
  /** It was found first in a later frame. */
  "beforeFirstDetection",
  /** It had been found, and no mask was there for it any more. */
  "gap",
  /** A mask was there for it and hid less than 90 % of it. */
  "boxTooSmall",
  /** The frame never left: nothing shows that the plate was masked. */
  "dropped",
] as const;
/** Why a plate leaks. */
export type LeakReason = typeof LEAK_REASONS[number];

/** What became of one labelled plate in one frame, in one word. */
export type Verdict = "masked" | LeakReason;

/** Tells for each frame of one plate whether it was masked, or why not. In order of frames. */
export function judge(frames: readonly PlateFrame[]): Verdict[] {
  const first = frames.find(({ seen }) => seen)?.frame;
  return frames.map(({ frame, share, meant }) => {
    if (share === null) return "dropped";
    if (share >= MASKED_SHARE) return "masked";
    if (meant) return "boxTooSmall";
    if (first === undefined) return "neverDetected";
    return frame < first ? "beforeFirstDetection" : "gap";
  });
}
