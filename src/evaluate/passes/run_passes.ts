import type { DetectionResult } from "../../detect/client.ts";
import type { ModelCard } from "../../detect/model_card.ts";
import type { SmallPicture } from "../../frame/packed_layout.ts";
import type { Rect } from "../../frame/rect.ts";
import type { Still } from "../../source/still.ts";
import { type FoundBox, sourceBoxes } from "../source_boxes.ts";
import { carRegions } from "./car_regions.ts";
import { cutStill } from "./cut_still.ts";
import { mergePasses, type PassResult } from "./merge.ts";
import { tileGrid } from "./tile_grid.ts";

/**
 * Schedules of passes: the whole picture alone, with tiles of it, with its largest cars, or twice: small, and
 * at its own size.
 */
export const SCHEDULES = ["whole", "tiles", "detail", "twice"] as const;
export type Schedule = typeof SCHEDULES[number];

/** Whatever finds objects in a detector's picture of any size. */
export interface StillDetector {
  detect(picture: SmallPicture, width: number, height: number): Promise<DetectionResult>;
}

/** How to look at a picture. */
export interface PassOptions {
  detector: StillDetector;
  card: Pick<ModelCard, "nmsIoU" | "profiles" | "recommendedScores">;
  /** Longest side of the detector's picture for the whole one, in pixels. */
  longSide: number;
}

/** What all passes together found. */
export interface PassesResult {
  /** In the picture's pixels. */
  found: FoundBox[];
  /** Sum of the passes, without cutting and scaling, in milliseconds. */
  inferenceMs: number;
}

/** Looks at a picture that is already the detector's size. */
export async function wholePass(detector: StillDetector, picture: Still): Promise<PassesResult> {
  const { smallWidth, smallHeight, width, height } = picture;
  const { detections, inferenceMs } = await detector.detect(picture, smallWidth, smallHeight);
  return { found: sourceBoxes(detections, picture, width, height), inferenceMs };
}

/**
 * Looks at a picture in the passes of a schedule, and makes one list of what they found.
 *
 * @param picture In its own size: `scaledWidth` is `width`.
 */
export async function runPasses(
  schedule: Schedule,
  picture: Still,
  { detector, card, longSide }: PassOptions,
): Promise<PassesResult> {
  const { width, height } = picture;
  const results: PassResult[] = [];
  let inferenceMs = 0;
  async function pass(region: Rect, side: number, without?: string): Promise<FoundBox[]> {
    // In the order of the asking: those that are asked for together may go through the network in one run.
    const at = results.push({ region, scale: 0, found: [] }) - 1;
    const seen = await wholePass(detector, cutStill(picture, region, side));
    inferenceMs += seen.inferenceMs;
    const found = seen.found.filter((box) => box.class !== without)
      .map(({ box: [x, y, w, h], ...rest }): FoundBox => ({
        ...rest,
        box: [x + region.x, y + region.y, w, h],
      }));
    results[at] = { region, scale: side / Math.max(region.width, region.height), found };
    return found;
  }

  const whole = { x: 0, y: 0, width, height };
  const smallest = Math.min(...Object.values(card.profiles).map(({ longSide }) => longSide));
  const found = await pass(whole, schedule === "twice" ? smallest : longSide);
  if (schedule === "twice") await pass(whole, ownSide(width, height, longSide));
  if (schedule === "tiles") {
    const regions = tileGrid(width, height, longSide);
    await Promise.all(regions.map((each) => pass(each, Math.max(each.width, each.height))));
  }
  if (schedule === "detail") {
    const regions = carRegions(found, card.recommendedScores.car, width, height);
    // The car is known: only what is on it is looked for.
    await Promise.all(regions.map((each) => pass(each, smallest, "car")));
  }
  return { found: mergePasses(results, card, width, height), inferenceMs };
}

/** A picture's own longest side in multiples of 32, but from the profile's to twice that. */
function ownSide(width: number, height: number, longSide: number): number {
  const own = Math.round(Math.max(width, height) / 32) * 32;
  return Math.min(2 * longSide, Math.max(longSide, own));
}
