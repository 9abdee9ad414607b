import type { FrameMask } from "../../mask/frame_mask.ts";
import type { Rect } from "../../frame/rect.ts";
import type { Truth, TruthPlate } from "./truth.ts";
import { coveredShare, intersection, unionArea } from "./union_area.ts";

/** A plate is masked when at least this share of its area is. */
export const MASKED_SHARE = 0.9;
/** Narrower plates are not counted, in pixels: nobody can read them. */
export const LEAST_WIDTH_PX = 16;
/** Plates of which less than this share can be seen are not counted. */
export const LEAST_VISIBILITY = 0.5;

/** What became of one labelled plate in one frame. */
export interface PlateFrame {
  /** Of the truth, from 0. */
  frame: number;
  widthPx: number;
  /** Why it does not count; null if it does. */
  apart: "small" | "hidden" | null;
  /** Share of its area that was masked, 0..1; null if the frame never left. */
  share: number | null;
  /** Whether a detection in this very frame lies on it. */
  seen: boolean;
  /** Whether any mask is meant for it. */
  meant: boolean;
}

/** What a clip's masks did to its labelled plates, frame by frame. */
export class PlateLog {
  /** By plate, in order of frames. */
  readonly plates = new Map<string, PlateFrame[]>();
  /** Frames that left and have a truth. */
  frames = 0;
  /** Frames that left and have none. */
  unmatched = 0;
  /** Sum over frames of the share of the picture that was masked without being a labelled plate. */
  overBlur = 0;
  readonly #left = new Set<number>();

  constructor(private readonly truth: Truth) {}

  /**
   * Takes in one frame that left.
   *
   * @param timeMs Time since the clip's first frame: the truth of that time is held against it.
   * @returns The labelled plates that leaked in it.
   */
  add(timeMs: number, masks: readonly FrameMask[]): TruthPlate[] {
    const frame = Math.round(timeMs * this.truth.fps / 1000);
    const plates = this.truth.frames[frame];
    if (!plates || this.#left.has(frame)) {
      this.unmatched++;
      return [];
    }
    this.#left.add(frame);
    this.frames++;
    const rects = masks.map(({ rect }) => rect);
    this.overBlur += this.#outside(rects, plates);
    const leaked = plates.filter((plate) => {
      const on = masks.filter((mask) => mask.class === "picture" || meant(mask.box, plate.box));
      const share = coveredShare(plate.box, rects);
      const apart = this.#put(frame, plate, {
        share,
        seen: on.some(({ reason }) => reason === "detected"),
        meant: on.length > 0,
      });
      return apart === null && share < MASKED_SHARE;
    });
    return leaked;
  }

  /** To be called after the last frame: notes the plates of frames that never left. */
  finish(): void {
    this.truth.frames.forEach((plates, frame) => {
      if (this.#left.has(frame)) return;
      for (const plate of plates) {
        this.#put(frame, plate, { share: null, seen: false, meant: false });
      }
    });
    for (const frames of this.plates.values()) frames.sort((a, b) => a.frame - b.frame);
  }

  #put(
    frame: number,
    plate: TruthPlate,
    what: Pick<PlateFrame, "share" | "seen" | "meant">,
  ): PlateFrame["apart"] {
    const widthPx = plate.box.width;
    const apart = plate.visibility < LEAST_VISIBILITY
      ? "hidden"
      : widthPx < LEAST_WIDTH_PX
      ? "small"
      : null;
    let frames = this.plates.get(plate.id);
    if (!frames) this.plates.set(plate.id, frames = []);
    frames.push({ frame, widthPx, apart, ...what });
    return apart;
  }

  #outside(rects: readonly Rect[], plates: readonly TruthPlate[]): number {
    const onPlates = rects.flatMap((rect) =>
      plates.map(({ box }) => intersection(rect, box)).filter((part) => part !== null)
    );
    const { width, height } = this.truth;
    return (unionArea(rects) - unionArea(onPlates)) / (width * height);
  }
}

/** Whether a mask's object is the plate: the centre of one lies in the other. */
function meant(a: Rect, b: Rect): boolean {
  return centreIn(a, b) || centreIn(b, a);
}

function centreIn(a: Rect, b: Rect): boolean {
  const x = a.x + a.width / 2, y = a.y + a.height / 2;
  return x >= b.x && x <= b.x + b.width && y >= b.y && y <= b.y + b.height;
}
