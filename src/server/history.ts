import type { CameraStatus } from "../pipeline/status.ts";

/** One second of a camera: seconds since 1970, camera's and processed frames/s, plates, cars. */
export type Sample = [
  timeS: number,
  cameraFps: number,
  processedFps: number,
  plates: number,
  cars: number,
];

/** What a dashboard needs to draw its charts as if it had been open all along. */
export interface HistoryOf {
  /** The time here: the clock of who reads it may be another. */
  nowS: number;
  /** Samples by camera, the oldest first. */
  cameras: Record<string, Sample[]>;
}

/** Keeps the last minutes of every camera's frame rates and detections, in memory. */
export class History {
  readonly #lengthS: number;
  readonly #samples = new Map<string, Sample[]>();

  /**
   * @param lengthS seconds that are kept
   */
  constructor(lengthS = 180) {
    this.#lengthS = lengthS;
  }

  /** Adds the numbers of now. Cameras that are gone are forgotten. */
  record(statuses: readonly CameraStatus[], nowMs: number): void {
    const nowS = Math.round(nowMs / 100) / 10;
    const names = new Set(statuses.map(({ name }) => name));
    for (const name of this.#samples.keys()) {
      if (!names.has(name)) this.#samples.delete(name);
    }
    for (const { name, fps, detections: { now } } of statuses) {
      const samples = this.#samples.get(name) ?? [];
      this.#samples.set(name, samples);
      samples.push([nowS, tenths(fps.camera), tenths(fps.processed), now.plate, now.car]);
      while (samples[0]![0] < nowS - this.#lengthS) samples.shift();
    }
  }

  /** Everything that is kept. */
  read(nowMs: number): HistoryOf {
    return { nowS: nowMs / 1000, cameras: Object.fromEntries(this.#samples) };
  }
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
