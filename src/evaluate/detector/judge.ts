import { iou, type Rect } from "../../frame/rect.ts";
import type { FoundBox } from "../source_boxes.ts";
import type { LabelBox, LabelledPicture } from "./labels.ts";

/** One detection, held against the labels. */
export interface Claim {
  score: number;
  isHit: boolean;
  picture: LabelledPicture;
  box: FoundBox["box"];
}

/** One labelled object and how it was found. */
export interface Target {
  /** Score of the detection that found it; 0 if none did. */
  score: number;
  picture: LabelledPicture;
  box: LabelBox["box"];
  /** Its width in pixels of the detector's picture. */
  detectorWidth: number;
}

/** What came of some pictures, for one class. */
export interface Judged {
  claims: Claim[];
  targets: Target[];
}

/**
 * Holds one picture's detections of one class against its labels: each detection, best first, takes
 * the label it overlaps most of those that are left. One that takes none but lies on an ignored box
 * counts as nothing.
 *
 * @param scale Pixels of the detector's picture to one of the picture.
 * @param limit IoU from which a detection is of a label, 0..1.
 */
export function judge(
  picture: LabelledPicture,
  found: readonly FoundBox[],
  label: string,
  scale: number,
  limit: number,
): Judged {
  const own = picture.boxes.filter((box) => box.class === label);
  const targets = own.filter(({ ignored }) => !ignored).map(({ box }): Target => ({
    score: 0,
    picture,
    box,
    detectorWidth: box[2] * scale,
  }));
  const ignored = own.filter((box) => box.ignored);
  const taken = new Set<Target>();
  const claims: Claim[] = [];
  const sorted = found.filter((box) => box.class === label).sort((a, b) => b.score - a.score);
  for (const { box, score } of sorted) {
    const overlap = (other: { box: LabelBox["box"] }) => iou(rect(box), rect(other.box));
    let best: Target | null = null, most = 0;
    for (const target of targets) {
      const share = taken.has(target) ? 0 : overlap(target);
      if (share > most) [best, most] = [target, share];
    }
    const isHit = best !== null && most >= limit;
    if (isHit) {
      taken.add(best!);
      best!.score = score;
    } else if (ignored.some((other) => overlap(other) >= limit)) continue;
    claims.push({ score, isHit, picture, box });
  }
  return { claims, targets };
}

function rect([x, y, width, height]: LabelBox["box"]): Rect {
  return { x, y, width, height };
}
