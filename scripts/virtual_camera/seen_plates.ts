import type { View } from "./camera_path.ts";
import type { LabelledPicture } from "./coco.ts";

/** A plate in one frame, in the truth's form. */
export interface SeenPlate {
  id: string;
  /** The part inside the frame: x, y, width, height in pixels. */
  box: [number, number, number, number];
  /** Share of the plate's box that is inside the frame, 0..1. */
  visibility: number;
}

/** Mirror images to the left and right whose plates can come into the frame. */
const COPIES = [-2, -1, 0, 1, 2];

/** Where the picture's plates, and those of its mirror images, are in a frame. */
export function seenPlates(
  picture: LabelledPicture,
  view: View,
  frame: { width: number; height: number },
): SeenPlate[] {
  const cos = Math.cos(view.roll) * view.scale, sin = Math.sin(view.roll) * view.scale;
  const seen: SeenPlate[] = [];
  for (const copy of COPIES) {
    for (const plate of picture.plates) {
      const far = plate.x + plate.width;
      const [from, to] = copy % 2 === 0
        ? [plate.x, far]
        : [picture.width - far, picture.width - plate.x];
      const left = from + copy * picture.width, right = to + copy * picture.width;
      const corners = [left, right].flatMap((x) =>
        [plate.y, plate.y + plate.height].map((y) => {
          const dx = x - view.x, dy = y - view.y;
          return [frame.width / 2 + dx * cos - dy * sin, frame.height / 2 + dx * sin + dy * cos];
        })
      );
      const xs = corners.map(([x]) => x), ys = corners.map(([, y]) => y);
      const whole = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
      const [x1, y1] = [Math.max(0, whole[0]), Math.max(0, whole[1])];
      const [x2, y2] = [Math.min(frame.width, whole[2]), Math.min(frame.height, whole[3])];
      if (x2 - x1 < 1 || y2 - y1 < 1) continue;
      const share = (x2 - x1) * (y2 - y1) / ((whole[2] - whole[0]) * (whole[3] - whole[1]));
      seen.push({
        id: copy === 0 ? String(plate.id) : `${plate.id} mirrored ${copy}`,
        box: [round(x1), round(y1), round(x2 - x1), round(y2 - y1)],
        visibility: round(share),
      });
    }
  }
  return seen;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
