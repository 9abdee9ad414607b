import { redact } from "../config/redact.ts";
import { Feed } from "../deliver/feed.ts";
import { Outputs, type SharedOutputs } from "../deliver/outputs.ts";
import type { DetectorLink, DetectorUser, InferencePool } from "../detect/pool.ts";
import type { CameraSettings, FromCamera, ToCamera, WorkerStatus } from "./camera_protocol.ts";
import { type CameraCounts, noCounts, sumCounts } from "./counts.ts";
import { Guard } from "./guard.ts";
import type { CameraHandle, CameraStatus } from "./status.ts";

/** The numbers of a camera's status that only grow. */
type Totals = Pick<CameraStatus, "dropped" | "covered" | "detections">;

const NOTHING: Totals = {
  dropped: 0,
  covered: 0,
  detections: { now: { car: 0, plate: 0 }, total: { car: 0, plate: 0 } },
};

/** Writes a line of the log; `camera` is the name of the one that it is about. */
export type CameraLog = (level: "info" | "warn", message: string, camera?: string) => void;

/** What is known of the detector for every camera. */
export interface DetectorNames {
  provider: string;
  /** Such as `bokashi-v1 int8`. */
  model: string;
}

const RESTART_PAUSE_MS = 1000;
const STOP_LIMIT_MS = 1500;

/** One camera on the main thread: its Worker, and what its encoded pictures are served from. */
export class Camera implements CameraHandle, DetectorUser {
  readonly name: string;
  readonly feed = new Feed();
  readonly outputs: Outputs;
  #worker: Worker | undefined;
  /** One that was told to end, until it has. */
  #stopping: Worker | undefined;
  #status: WorkerStatus;
  /** Of the running Worker, and of those before it. */
  #counts = noCounts();
  #pastCounts = noCounts();
  #pastTotals: Totals = NOTHING;
  #closing = false;
  #restart: ReturnType<typeof setTimeout> | undefined;
  #stopped: (() => void) | undefined;
  /** Inference Workers that are to be given nothing more; told when they owe nothing. */
  readonly #retiring = new Map<number, () => void>();
  /** Settles when what changes now is done. */
  #changing: Promise<void> = Promise.resolve();
  /** Generations of the encoder count on over restarts of the Worker. */
  #generationBase = 0;
  #lastGeneration = 0;
  /** Output time goes on over restarts of the Worker. */
  #timeBaseUs = 0;
  #lastTimeUs = 0;

  constructor(
    private settings: CameraSettings,
    private readonly pool: InferencePool,
    private readonly detector: DetectorNames,
    shared: SharedOutputs,
    private readonly log: CameraLog,
  ) {
    this.name = settings.camera.name;
    this.outputs = new Outputs(this.name, this.feed, shared);
    this.outputs.change(settings.camera);
    this.feed.sound = settings.camera.audio === "keep";
    this.#status = startingStatus(settings);
    this.#start();
  }

  /**
   * Goes on by other settings: outputs, masks and zones change beside the running picture, anything
   * else restarts the Worker, while viewers stay connected. Does nothing where nothing differs.
   */
  change(settings: CameraSettings): Promise<void> {
    const before = this.settings;
    this.settings = settings;
    if (same(before, settings)) return Promise.resolve();
    const { mask, zones, record, push, audio } = settings.camera;
    this.feed.sound = audio === "keep";
    this.outputs.change({ record, push });
    before.camera = { ...before.camera, record, push };
    if (same(before, settings)) return Promise.resolve();
    if (same({ ...before, camera: { ...before.camera, mask, zones } }, settings)) {
      this.log("info", `Camera '${this.name}' has other masks or zones`, this.name);
      this.#post({ type: "masks", mask, zones });
      return Promise.resolve();
    }
    return this.restart();
  }

  /** Opens the source anew, in a new Worker. Viewers stay connected. */
  restart(): Promise<void> {
    const what = this.settings.camera.enabled ? "starts anew" : "is switched off";
    this.log("info", `Camera '${this.name}' ${what}`, this.name);
    return this.#changing = this.#changing.then(async () => {
      await this.#stop();
      if (this.#closing) return;
      this.#status = startingStatus(this.settings);
      this.#start();
    });
  }

  status(): CameraStatus {
    const ready = this.pool.problem === null;
    return {
      name: this.name,
      ...this.#status,
      ...this.#totals(),
      provider: ready ? this.detector.provider : null,
      model: ready ? this.detector.model : null,
      hides: this.settings.camera.mask.classes,
      viewers: this.outputs.viewers,
      recording: this.outputs.recording,
      pushes: this.outputs.pushes,
    };
  }

  counts(): CameraCounts {
    return sumCounts(this.#pastCounts, this.#counts);
  }

  attach({ worker, port, pulse }: DetectorLink): void {
    this.#post({ type: "attach", worker, port, pulse }, [port]);
  }

  detach(worker: number): void {
    this.#post({ type: "detach", worker });
  }

  retire(worker: number): Promise<void> {
    if (!this.#worker) return Promise.resolve();
    return new Promise((resolve) => {
      this.#retiring.set(worker, resolve);
      this.#post({ type: "retire", worker });
    });
  }

  /** Ends the camera: its viewers, its Worker, its ffmpeg processes. */
  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all([this.outputs.close(), this.#changing.then(() => this.#stop())]);
  }

  async #stop(): Promise<void> {
    clearTimeout(this.#restart);
    this.pool.leave(this);
    const worker = this.#worker;
    if (!worker) return;
    this.#worker = undefined;
    this.#stopping = worker;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        worker.terminate();
        resolve();
      }, STOP_LIMIT_MS);
      this.#stopped = () => {
        clearTimeout(timer);
        resolve();
      };
      worker.postMessage({ type: "stop" } satisfies ToCamera);
    });
    this.#stopping = undefined;
    this.#countsEnd();
  }

  #retired(worker: number): void {
    this.#retiring.get(worker)?.();
    this.#retiring.delete(worker);
  }

  /** What a Worker that has ended counted belongs to the past, and nobody owes it anything. */
  #countsEnd(): void {
    for (const worker of this.#retiring.keys()) this.#retired(worker);
    this.#pastCounts = this.counts();
    this.#counts = noCounts();
    this.#pastTotals = this.#totals();
    const detections = { now: { car: 0, plate: 0 }, total: { car: 0, plate: 0 } };
    this.#status = { ...this.#status, dropped: 0, covered: 0, detections };
  }

  #totals(): Totals {
    const { dropped, covered, detections: { now, total } } = this.#status;
    const past = this.#pastTotals;
    return {
      dropped: past.dropped + dropped,
      covered: past.covered + covered,
      detections: {
        now,
        total: {
          car: past.detections.total.car + total.car,
          plate: past.detections.total.plate + total.plate,
        },
      },
    };
  }

  #start(): void {
    if (!this.settings.camera.enabled) return;
    this.#generationBase = this.#lastGeneration;
    this.#timeBaseUs = this.#lastTimeUs + (this.#lastTimeUs ? 1_000_000 : 0);
    const worker = new Worker(new URL("./camera_worker.ts", import.meta.url), {
      type: "module",
      name: `camera-${this.name}`,
    });
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<FromCamera>) => {
      // What one that was ended by force has still sent must not count twice.
      if (worker === this.#worker || worker === this.#stopping) this.#receive(data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.#died(worker, event.message);
    };
    this.#post({ type: "start", settings: this.settings });
    this.pool.join(this);
  }

  #died(worker: Worker, why: string): void {
    if (this.#worker !== worker || this.#closing) return;
    this.#worker = undefined;
    worker.terminate();
    this.pool.leave(this);
    this.#countsEnd();
    const message = redact(why);
    this.#status = {
      ...this.#status,
      state: "retrying",
      since: new Date().toISOString(),
      guard: new Guard().report(),
      lastError: `the camera's Worker died: ${message}`,
    };
    const died = `Worker of camera '${this.name}' died: ${message}; starting another`;
    this.log("warn", died, this.name);
    this.#restart = setTimeout(() => this.#start(), RESTART_PAUSE_MS);
  }

  #receive(message: FromCamera): void {
    switch (message.type) {
      case "unit": {
        const generation = message.unit.generation + this.#generationBase;
        const timeUs = message.unit.timeUs + this.#timeBaseUs;
        this.#lastGeneration = generation;
        this.#lastTimeUs = timeUs;
        this.feed.publish({ ...message.unit, generation, timeUs });
        break;
      }
      case "audio":
        for (const packet of message.packets) {
          this.feed.publishAudio({ ...packet, timeUs: packet.timeUs + this.#timeBaseUs });
        }
        break;
      case "status":
        this.#status = message.status;
        this.#counts = message.counts;
        break;
      case "log":
        this.log(message.level, message.message, this.name);
        break;
      case "stalled":
        this.log("warn", "The detector did not answer in time; starting another");
        this.pool.replace(message.worker, "the detector does not answer");
        break;
      case "retired":
        this.#retired(message.worker);
        break;
      case "stopped":
        this.#stopped?.();
    }
  }

  #post(message: ToCamera, transfer: Transferable[] = []): void {
    this.#worker?.postMessage(message, transfer);
  }
}

/** Of plain data that was made in one way. */
function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function startingStatus({ camera }: CameraSettings): WorkerStatus {
  const nothing = { p50: null, p95: null, p99: null };
  return {
    source: redact(camera.source),
    state: camera.enabled ? "connecting" : "disabled",
    since: new Date().toISOString(),
    width: null,
    height: null,
    profile: null,
    decoder: null,
    encoder: null,
    lookAhead: camera.lookAhead,
    loadStep: 0,
    fps: { camera: 0, processed: 0, encoded: 0, skipped: 0 },
    sourceDelayMs: 0,
    dropped: 0,
    covered: 0,
    guard: new Guard().report(),
    detections: { now: { car: 0, plate: 0 }, total: { car: 0, plate: 0 } },
    latencyMs: {
      inference: nothing,
      captureToMasked: nothing,
      maskedToEncoded: nothing,
      endToEnd: nothing,
    },
    lastError: null,
  };
}
