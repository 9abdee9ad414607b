import type { CameraStatus } from "../pipeline/status.ts";

/**
 * One second of a camera: seconds since 1970, camera's and processed frames/s, plates, cars, and the
 * guard: 0 covered, 1 guarded, 2 live.
 */
export type Sample = [
  timeS: number,
  cameraFps: number,
  processedFps: number,
  plates: number,
  cars: number,
  guard: number,
];

const GUARD = { covered: 0, guarded: 1, live: 2 } as const;
/** What a dashboard draws of each of its cameras. */
const SHORT_S = 180;

/** What a dashboard needs to draw its charts as if it had been open all along. */
export interface HistoryOf {
  /** The time here: the clock of who reads it may be another. */
  nowS: number;
  /** Samples by camera, the oldest first. */
  cameras: Record<string, Sample[]>;
}

/** Keeps the last half hour of every camera's frame rates and detections, in memory. */
export class History {
  readonly #lengthS: number;
  readonly #samples = new Map<string, Sample[]>();

  /**
   * @param lengthS seconds that are kept
   */
  constructor(lengthS = 1800) {
    this.#lengthS = lengthS;
  }

  /** Adds the numbers of now. Cameras that are gone are forgotten. */
  record(statuses: readonly CameraStatus[], nowMs: number): void {
    const nowS = Math.round(nowMs / 100) / 10;
    const names = new Set(statuses.map(({ name }) => name));
    for (const name of this.#samples.keys()) {
      if (!names.has(name)) this.#samples.delete(name);
    }
    for (const { name, fps, detections: { now }, guard } of statuses) {
      const samples = this.#samples.get(name) ?? [];
      this.#samples.set(name, samples);
      samples.push([
        nowS,
        tenths(fps.camera),
        tenths(fps.processed),
        now.plate,
        now.car,
        GUARD[guard.state],
      ]);
      while (samples[0]![0] < nowS - this.#lengthS) samples.shift();
    }
  }

  /** All cameras' last three minutes. */
  read(nowMs: number): HistoryOf {
    const nowS = nowMs / 1000;
    const recent = ([name, samples]: [string, Sample[]]): [string, Sample[]] => [
      name,
      samples.filter(([timeS]) => timeS >= nowS - SHORT_S),
    ];
    return { nowS, cameras: Object.fromEntries([...this.#samples].map(recent)) };
  }

  /** Everything that is kept of one camera, the oldest first. */
  of(name: string): readonly Sample[] {
    return this.#samples.get(name) ?? [];
  }
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
