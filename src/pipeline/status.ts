import type { Feed } from "../deliver/feed.ts";
import type { Outputs } from "../deliver/outputs.ts";
import type { PushStatus } from "../deliver/push.ts";
import type { CameraCounts } from "./counts.ts";
import type { GuardReport } from "./guard.ts";

/**
 * What the camera's source is doing. `ended` is final: a source that does not come back. `disabled` is
 * one that is switched off.
 */
export type CameraState = "connecting" | "live" | "retrying" | "ended" | "disabled";

/** Percentiles of a stage's latency over the last seconds, in milliseconds; null before data. */
export interface Latency {
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

/** A count per class the detector knows. */
export interface ClassCounts {
  car: number;
  plate: number;
}

/** The numbers of one camera, as served by `/api/cameras/{name}` and `/api/events`. */
export interface CameraStatus {
  name: string;
  /** The camera's address without user name, password or secret query values. */
  source: string;
  state: CameraState;
  /** ISO 8601 time at which `state` was entered. */
  since: string;
  /** Size of the masked stream in pixels; null before the first picture. */
  width: number | null;
  height: number | null;
  /** Size of the picture the detector sees, such as `640x352`; null before the first picture. */
  profile: string | null;
  /** Execution provider that really runs the network, such as `cpu`; null before it is ready. */
  provider: string | null;
  /** Model name and precision in use, such as `bokashi-v1 int8`; null before it is ready. */
  model: string | null;
  /** Who decodes the source, such as `software` or `vaapi`; null before it is opened. */
  decoder: string | null;
  /** Encoder that really runs, such as `libx264`; null before it is started. */
  encoder: string | null;
  /** Frames by which the output is delayed so that a track found later covers earlier frames. */
  lookAhead: number;
  /** Classes that are hidden, as the settings have it: `plate`, `car` or both. */
  hides: readonly string[];
  /** How far the camera has stepped down because the machine cannot keep up; 0 for full work. */
  loadStep: number;
  /** Frames per second over the last seconds: arriving, detected, encoded, dropped for want of time. */
  fps: { camera: number; processed: number; encoded: number; skipped: number };
  /** How much later the source's newest picture came than its quickest, in milliseconds; 0 where it cannot be told. */
  sourceDelayMs: number;
  /** Frames dropped undetected because the machine was late, since the service began. */
  dropped: number;
  /** Frames that left wholly covered, since the service began. */
  covered: number;
  /** How far the picture can be trusted now. */
  guard: GuardReport;
  /** Objects seen well in the newest frame, and distinct tracks since the service began. */
  detections: { now: ClassCounts; total: ClassCounts };
  latencyMs: {
    /** One run of the network, decode and NMS included. */
    inference: Latency;
    captureToMasked: Latency;
    maskedToEncoded: Latency;
    /** Capture to encoded. */
    endToEnd: Latency;
  };
  viewers: { webrtc: number; hls: number; mjpeg: number };
  /** File being written, and why the last one failed; null if the camera is not recorded. */
  recording: { writing: string | null; lastError: string | null } | null;
  /** What the pushes to other servers do. */
  pushes: PushStatus[];
  /** Why the source failed last, secrets removed; null if it never did or has recovered. */
  lastError: string | null;
}

/** One running camera as the server sees it. */
export interface CameraHandle {
  readonly name: string;
  readonly feed: Feed;
  readonly outputs: Outputs;
  status(): CameraStatus;
  /** Opens the source anew; viewers stay connected. */
  restart(): Promise<void>;
  /** What has happened since the service began; goes on over restarts of anything. */
  counts(): CameraCounts;
}

/** The running cameras and what they share. */
export interface CameraDirectory {
  list(): readonly CameraHandle[];
  get(name: string): CameraHandle | undefined;
  /** Null when the detector answers; otherwise why it does not. */
  detectorProblem(): string | null;
}
