import { Feed } from "../../src/deliver/feed.ts";
import type { HlsStream } from "../../src/deliver/hls/stream.ts";
import { Outputs } from "../../src/deliver/outputs.ts";
import { ViewerLimits } from "../../src/deliver/viewer_limits.ts";
import type { WhepEndpoint } from "../../src/deliver/webrtc/endpoint.ts";
import { type CameraCounts, noCounts } from "../../src/pipeline/counts.ts";
import type { CameraDirectory, CameraHandle, CameraStatus } from "../../src/pipeline/status.ts";

/** Numbers of a camera that runs well. */
export function fakeStatus(name: string, changes: Partial<CameraStatus> = {}): CameraStatus {
  return {
    name,
    source: `rtsp://***@10.0.0.7:554/${name}`,
    state: "live",
    since: "2026-03-01T09:00:00.000Z",
    width: 1280,
    height: 720,
    profile: "512x288",
    provider: "cpu",
    model: "bokashi-v1 int8",
    decoder: "software",
    encoder: "libx264",
    lookAhead: 6,
    loadStep: 0,
    hides: ["plate"],
    fps: { camera: 30, processed: 29.9, encoded: 29.9, skipped: 0 },
    sourceDelayMs: 0,
    dropped: 0,
    covered: 12,
    guard: {
      state: "guarded",
      since: "2026-03-01T09:00:07.000Z",
      tracks: 2,
      predicted: 1,
      predictedTotal: 340,
      risk: 0.04,
    },
    detections: { now: { car: 3, plate: 2 }, total: { car: 311, plate: 124 } },
    latencyMs: {
      inference: { p50: 9.8, p95: 14.2, p99: 14.2 },
      captureToMasked: { p50: 231, p95: 262, p99: 262 },
      maskedToEncoded: { p50: 11.4, p95: 19.9, p99: 19.9 },
      endToEnd: { p50: 243, p95: 279, p99: 279 },
    },
    viewers: { webrtc: 1, hls: 0, mjpeg: 0 },
    recording: null,
    pushes: [],
    lastError: null,
    ...changes,
  };
}

/** A camera with a real feed and real outlets, whose numbers are whatever a test wants. */
export class FakeCamera implements CameraHandle {
  readonly feed = new Feed();
  readonly outputs: Outputs;
  /** What differs from {@linkcode fakeStatus}. */
  changes: Partial<CameraStatus>;
  counted: CameraCounts = noCounts();
  /** How often its numbers were asked for. */
  statusCalls = 0;

  constructor(
    readonly name: string,
    changes: Partial<CameraStatus> = {},
    limits: ViewerLimits = new ViewerLimits({ perCamera: 0, perAddress: 0 }),
    folder = "/nowhere",
  ) {
    this.changes = changes;
    this.outputs = new Outputs(name, this.feed, {
      limits,
      peer: {},
      recordings: { folder, segmentMinutes: 10, maxAgeHours: 1, maxGigabytes: 1 },
      log() {},
    });
  }

  get whep(): WhepEndpoint {
    return this.outputs.whep;
  }

  get hls(): HlsStream {
    return this.outputs.hls;
  }

  status(): CameraStatus {
    this.statusCalls++;
    return fakeStatus(this.name, this.changes);
  }

  /** How often it was restarted. */
  restarts = 0;

  restart(): Promise<void> {
    this.restarts++;
    return Promise.resolve();
  }

  counts(): CameraCounts {
    return this.counted;
  }

  async close(): Promise<void> {
    await this.outputs.close();
  }
}

/** Fake cameras as one directory. */
export class FakeDirectory implements CameraDirectory {
  problem: string | null = null;
  cameras: FakeCamera[];

  constructor(...cameras: FakeCamera[]) {
    this.cameras = cameras;
  }

  list(): readonly FakeCamera[] {
    return this.cameras;
  }

  get(name: string): FakeCamera | undefined {
    return this.cameras.find((camera) => camera.name === name);
  }

  detectorProblem(): string | null {
    return this.problem;
  }

  async close(): Promise<void> {
    await Promise.all(this.cameras.map((camera) => camera.close()));
  }
}
