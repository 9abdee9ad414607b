import { look, type LookOptions } from "../look.ts";
import { type ClassFigures, classFigures } from "./figures.ts";
import { judge, type Judged } from "./judge.ts";
import type { LabelledPicture } from "./labels.ts";

/** IoU from which a detection is of a label: the first is what the project's figures are given at. */
export const IOU_LIMITS = [0.4, 0.5] as const;
/** The name of all sources together. */
export const ALL = "all";

/** Figures of one class on one source at one IoU. */
export interface Result extends ClassFigures {
  source: string;
  class: string;
  iou: number;
}

/** What measuring gave. */
export interface Measured {
  results: Result[];
  /** What the results were made of, for curves and pictures. */
  judged(source: string, label: string, iou: number): Judged;
  /** Means over classes of the AP of all sources, by IoU. */
  meanAp: { iou: number; ap: number }[];
  /** Pictures that were looked at. */
  pictures: number;
  /** Network and decoding of each picture, in milliseconds. */
  inferenceMs: number[];
}

/** How to measure. */
export interface MeasureOptions extends LookOptions {
  classes: readonly string[];
  /** The scores to give recall and precision at, by class. */
  scores: Record<string, number>;
  onPicture?(done: number): void;
  /** Told of a picture that could not be looked at. */
  onFailure(file: string, error: Error): void;
}

/** Runs the detector over labelled pictures and holds what it finds against the labels. */
export async function measure(
  pictures: readonly LabelledPicture[],
  options: MeasureOptions,
): Promise<Measured> {
  const groups: (Pick<Result, "source" | "class" | "iou"> & Judged)[] = [];
  const at = (source: string, label: string, iou: number): Judged => {
    let group = groups.find((each) =>
      each.source === source && each.class === label && each.iou === iou
    );
    if (!group) groups.push(group = { source, class: label, iou, claims: [], targets: [] });
    return group;
  };
  const inferenceMs: number[] = [];
  const files = pictures.map(({ file }) => ({ file, kind: "picture", name: file } as const));
  let done = 0;
  for await (const seen of look(files, options)) {
    const picture = pictures[done++];
    if ("error" in seen) {
      options.onFailure(picture.file, seen.error);
      continue;
    }
    const { width, height, found } = seen;
    if (width !== picture.width || height !== picture.height) {
      const sizes = `it is ${width}x${height}, labelled as ${picture.width}x${picture.height}`;
      options.onFailure(picture.file, new Error(sizes));
      continue;
    }
    inferenceMs.push(seen.inferenceMs);
    const scale = options.longSide / Math.max(width, height);
    for (const label of options.classes.filter((label) => picture.labelled.has(label))) {
      for (const iou of IOU_LIMITS) {
        const { claims, targets } = judge(picture, found, label, scale, iou);
        for (const source of [picture.source, ALL]) {
          at(source, label, iou).claims.push(...claims);
          at(source, label, iou).targets.push(...targets);
        }
      }
    }
    options.onPicture?.(done);
  }
  const results = groups.map(({ source, class: label, iou, ...judged }): Result => ({
    source,
    class: label,
    iou,
    ...classFigures(judged, options.scores[label]),
  }));
  results.sort((a, b) => a.class.localeCompare(b.class) || a.iou - b.iou || rank(a) - rank(b));
  return {
    results,
    judged: at,
    meanAp: IOU_LIMITS.map((iou) => ({ iou, ap: meanAp(results, iou) })),
    pictures: inferenceMs.length,
    inferenceMs,
  };
}

/** Sources as they came, all together last. */
function rank({ source }: Result): number {
  return source === ALL ? 1 : 0;
}

function meanAp(results: readonly Result[], limit: number): number {
  const aps = results.filter(({ source, iou, ap }) =>
    source === ALL && iou === limit && ap !== null
  )
    .map(({ ap }) => ap!);
  return aps.length === 0 ? 0 : aps.reduce((sum, ap) => sum + ap, 0) / aps.length;
}
