import type { LabelledPicture } from "../../src/evaluate/detector/labels.ts";
import type { Still } from "../../src/source/still.ts";

/** Takes a scaled picture for the source itself, and its labels with it. */
export function asCamera(
  still: Still,
  labelled: LabelledPicture,
): { picture: Still; labels: LabelledPicture } {
  const { scaledWidth: width, scaledHeight: height } = still;
  const toX = width / labelled.width, toY = height / labelled.height;
  const boxes = labelled.boxes.map(({ box: [x, y, w, h], ...rest }) => ({
    ...rest,
    box: [x * toX, y * toY, w * toX, h * toY] as [number, number, number, number],
  }));
  return { picture: { ...still, width, height }, labels: { ...labelled, width, height, boxes } };
}
