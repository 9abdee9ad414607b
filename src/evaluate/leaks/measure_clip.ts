import { UsageError } from "../../config/errors.ts";
import type { DetectorClient } from "../../detect/client.ts";
import { openFile } from "../../pipeline/file_source.ts";
import { FrameLine } from "../../pipeline/frame_line.ts";
import type { ReleasedFrame } from "../../pipeline/line_frame.ts";
import type { MaskPlanOptions } from "../../pipeline/mask_plan.ts";
import { type LeakFigures, leakFigures } from "./leak_figures.ts";
import { type ObjectCounts, objectCounts } from "./object_counts.ts";
import { PlateLog } from "./plate_log.ts";
import { SharedDetector } from "./shared_detector.ts";
import type { Truth, TruthPlate } from "./truth.ts";

/** One way of masking that is measured. */
export interface Variant {
  lookAhead: number;
  /** Each frame by its own detections alone: no tracks, no look-ahead, no margin. */
  frameByFrame?: boolean;
}

/** How a clip is measured. */
export interface MeasureOptions extends Omit<MaskPlanOptions, "frameByFrame"> {
  detector: DetectorClient;
  /** Longest side of the detector's picture, in pixels. */
  longSide: number;
  /** All in one run, with the same detections. */
  variants: readonly Variant[];
  /** Told of every frame of the first variant as it leaves, and of the plates that leaked in it. */
  onFrame?: (frame: ReleasedFrame, timeMs: number, leaked: readonly TruthPlate[]) => void;
}

/** What one variant left bare in one clip. */
export interface ClipLeaks {
  variant: Variant;
  figures: LeakFigures;
  /** Nothing is counted frame by frame. */
  objects: ObjectCounts;
  log: PlateLog;
}

/**
 * Sends a clip through the very line of frames that cameras and files take, once for each variant
 * but with one detector run a frame, and holds what leaves against the truth.
 *
 * @param source Address of the clip, or `demo`.
 * @throws {SourceError} if the clip cannot be read.
 * @throws {UsageError} if the truth is not the clip's.
 */
export async function measureClip(
  source: string,
  truth: Truth,
  options: MeasureOptions,
): Promise<ClipLeaks[]> {
  const { variants, onFrame, detector, longSide, ...plan } = options;
  const { layout, capture } = await openFile(source, longSide);
  try {
    const { width, height } = layout;
    if (width !== truth.width || height !== truth.height) {
      throw new UsageError(
        `The truth is of a ${truth.width}x${truth.height} clip, '${source}' is ${width}x${height}: ` +
          `give its own with --truth FILE`,
      );
    }
    detector.resize(layout);
    const shared = new SharedDetector(detector);
    let startUs: number | undefined;
    const runs = variants.map((variant, i) => {
      const log = new PlateLog(truth);
      const release = (frame: ReleasedFrame) => {
        const timeMs = (frame.timeUs - startUs!) / 1000;
        const leaked = log.add(timeMs, frame.masks);
        if (i === 0) onFrame?.(frame, timeMs, leaked);
        return Promise.resolve();
      };
      const line = new FrameLine(layout, shared.reader(), release, {
        ...plan,
        ...variant,
        live: false,
      });
      return { variant, log, line };
    });
    let pixels = new Uint8Array(layout.bytes);
    for (let picture = await capture.next(); picture; picture = await capture.next()) {
      startUs ??= picture.timeUs;
      pixels = await picture.read(pixels);
      for (const { line } of runs) {
        const memory = (await line.memory())!;
        memory.set(pixels);
        line.add(memory, picture.timeUs);
      }
    }
    for (const { line } of runs) await line.flush();
    return runs.map(({ variant, log, line }) => {
      log.finish();
      const objects = objectCounts(line.plan.totals, truth);
      return { variant, log, objects, figures: leakFigures(log, truth.fps) };
    });
  } finally {
    await capture.close();
  }
}
