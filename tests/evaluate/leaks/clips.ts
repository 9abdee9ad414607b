import type { Rect } from "../../../src/frame/rect.ts";
import type { FrameMask, MaskReason } from "../../../src/mask/frame_mask.ts";
import { parseTruth, type Truth } from "../../../src/evaluate/leaks/truth.ts";

/** A 200x100 picture's truth at 10 fps; for each frame its plates as `[id, x, y, width, height]`. */
export function truthOf(
  frames: [string, number, number, number, number, number?][][],
): Truth {
  return parseTruth(JSON.stringify({
    width: 200,
    height: 100,
    fps: 10,
    frames: frames.map((plates) => ({
      plates: plates.map(([id, x, y, width, height, visibility]) => ({
        id,
        box: [x, y, width, height],
        ...(visibility === undefined ? {} : { visibility }),
      })),
    })),
  }));
}

/** A mask of a plate, painted as `rect`. */
export function mask(rect: Rect, reason: MaskReason = "detected", box: Rect = rect): FrameMask {
  return { class: "plate", box, rect, score: 0.9, reason, track: 1 };
}
