import type { SharedOutputs } from "../deliver/outputs.ts";
import type { InferencePool } from "../detect/pool.ts";
import { Camera, type DetectorNames } from "./camera.ts";
import type { CameraSettings } from "./camera_protocol.ts";
import type { CameraDirectory, CameraHandle } from "./status.ts";

/** All cameras of one service. */
export class Cameras implements CameraDirectory {
  readonly #cameras: Map<string, Camera>;

  constructor(
    settings: readonly CameraSettings[],
    private readonly pool: InferencePool,
    detector: DetectorNames,
    shared: SharedOutputs,
    log: (level: "info" | "warn", message: string) => void,
  ) {
    this.#cameras = new Map(
      settings.map((each) => [each.camera.name, new Camera(each, pool, detector, shared, log)]),
    );
  }

  list(): readonly CameraHandle[] {
    return [...this.#cameras.values()];
  }

  get(name: string): CameraHandle | undefined {
    return this.#cameras.get(name);
  }

  detectorProblem(): string | null {
    return this.pool.problem;
  }

  /** Ends every camera. */
  async close(): Promise<void> {
    await Promise.all([...this.#cameras.values()].map((camera) => camera.close()));
  }
}
