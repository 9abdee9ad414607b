import { emptyHistogram, type HistogramCounts, sumHistograms } from "../frame/histogram.ts";
import type { ClassCounts } from "./status.ts";

/** What has happened to one camera's frames. Nothing in it ever shrinks. */
export interface CameraCounts {
  frames: {
    /** Pictures that the camera sent. */
    captured: number;
    /** Pictures that the detector has looked at in time. */
    checked: number;
    /** Pictures that came out of the encoder, covered ones and cards included. */
    encoded: number;
  };
  dropped: {
    /** Frames dropped unchecked because the machine was late. */
    late: number;
    /** Masked frames dropped because no encoder could run. */
    encoder: number;
  };
  /** Frames that left wholly covered. */
  covered: number;
  /** Distinct tracks. */
  detections: ClassCounts;
  /** How often the source became live. */
  connections: number;
  /** One run of the network, decode and NMS included. */
  inference: HistogramCounts;
  /** From a picture's arrival to its encoded form. */
  endToEnd: HistogramCounts;
}

/** Nothing has happened yet. */
export function noCounts(): CameraCounts {
  return {
    frames: { captured: 0, checked: 0, encoded: 0 },
    dropped: { late: 0, encoder: 0 },
    covered: 0,
    detections: { car: 0, plate: 0 },
    connections: 0,
    inference: emptyHistogram(),
    endToEnd: emptyHistogram(),
  };
}

/** Both counts as one. */
export function sumCounts(a: CameraCounts, b: CameraCounts): CameraCounts {
  return {
    frames: {
      captured: a.frames.captured + b.frames.captured,
      checked: a.frames.checked + b.frames.checked,
      encoded: a.frames.encoded + b.frames.encoded,
    },
    dropped: {
      late: a.dropped.late + b.dropped.late,
      encoder: a.dropped.encoder + b.dropped.encoder,
    },
    covered: a.covered + b.covered,
    detections: {
      car: a.detections.car + b.detections.car,
      plate: a.detections.plate + b.detections.plate,
    },
    connections: a.connections + b.connections,
    inference: sumHistograms(a.inference, b.inference),
    endToEnd: sumHistograms(a.endToEnd, b.endToEnd),
  };
}
