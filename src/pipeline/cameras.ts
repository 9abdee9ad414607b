import type { SharedOutputs } from "../deliver/outputs.ts";
import type { InferencePool } from "../detect/pool.ts";
import { Camera, type CameraLog, type DetectorNames } from "./camera.ts";
import type { CameraSettings } from "./camera_protocol.ts";
import type { CameraDirectory, CameraHandle } from "./status.ts";

/** All cameras of one service. */
export class Cameras implements CameraDirectory {
  #cameras = new Map<string, Camera>();

  constructor(
    settings: readonly CameraSettings[],
    private readonly pool: InferencePool,
    private readonly detector: DetectorNames,
    private readonly shared: SharedOutputs,
    private readonly log: CameraLog,
  ) {
    this.apply(settings);
  }

  /**
   * Goes on with these cameras: begins new ones, changes those whose settings differ, ends those that
   * are not among them. Others are not touched.
   */
  apply(settings: readonly CameraSettings[]): void {
    const before = new Map(this.#cameras);
    this.#cameras = new Map();
    for (const each of settings) {
      const { name } = each.camera;
      const running = before.get(name);
      this.#cameras.set(
        name,
        running ?? new Camera(each, this.pool, this.detector, this.shared, this.log),
      );
      running?.change(each);
      before.delete(name);
    }
    for (const camera of before.values()) {
      this.log("info", `Camera '${camera.name}' is removed`, camera.name);
      camera.close();
    }
  }

  list(): readonly CameraHandle[] {
    return [...this.#cameras.values()];
  }

  get(name: string): Camera | undefined {
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
