import type { CameraStatus } from "../pipeline/status.ts";
import type { Sample } from "./history.ts";

/** How well a camera delivers, in the words that other recorders use. */
export const QUALITIES = ["excellent", "fair", "poor", "unusable"] as const;

/** How a camera delivers. */
export interface Connection {
  name: string;
  /** Null while there is nothing to judge: switched off, ended, or not yet seen for ten seconds. */
  quality: typeof QUALITIES[number] | null;
  /** Frames per second that it usually sends: the median of the last half hour; null before data. */
  expectedFps: number | null;
  /** How often in the last hour it was lost and came back. */
  reconnectsLastHour: number;
  /** How often in the last hour it fell silent for seconds while it was connected. */
  stallsLastHour: number;
}

const ENOUGH_SAMPLES = 10;

/**
 * Judges a camera's connection.
 *
 * - `excellent`: not lost in the last hour, fewer than five stalls, nine tenths of the usual rate
 * - `fair`: lost twice at most, half of the usual rate
 * - `unusable`: no picture, or lost more than ten times
 * - `poor`: all else
 */
export function connectionOf(
  status: CameraStatus,
  samples: readonly Sample[],
  { reconnects, stalls }: { reconnects: number; stalls: number },
): Connection {
  const rates = samples.map(([, cameraFps]) => cameraFps).filter((fps) => fps > 0)
    .sort((a, b) => a - b);
  const expectedFps = rates[Math.floor(rates.length / 2)] ?? null;
  const judged = samples.length >= ENOUGH_SAMPLES && status.state !== "disabled" &&
    status.state !== "ended";
  return {
    name: status.name,
    quality: judged ? judge(status.fps.camera, expectedFps ?? 0, reconnects, stalls) : null,
    expectedFps,
    reconnectsLastHour: reconnects,
    stallsLastHour: stalls,
  };
}

function judge(fps: number, expectedFps: number, reconnects: number, stalls: number) {
  if (fps < 0.1 || reconnects > 10) return "unusable";
  if (reconnects === 0 && stalls < 5 && fps >= 0.9 * expectedFps) return "excellent";
  return reconnects <= 2 && fps >= 0.5 * expectedFps ? "fair" : "poor";
}
