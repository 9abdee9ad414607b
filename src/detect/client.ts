import type { PackedLayout } from "../frame/packed_layout.ts";
import type { Detection } from "./detection.ts";
import type { DetectorSize } from "./profile.ts";
import { type FromPort, smallBytes, type ToPort } from "./protocol.ts";

/** The detector did not answer in time. */
export class DetectorStalledError extends Error {
  override readonly name = "DetectorStalledError";
}

/** The detector answered with an error, or its Worker went away. */
export class DetectorFailedError extends Error {
  override readonly name = "DetectorFailedError";
}

/** What the detector said of one frame. */
export interface DetectionResult {
  detections: Detection[];
  /** Time of the run, decoding included, in milliseconds. */
  inferenceMs: number;
}

/** Whatever finds objects in a camera's frames. */
export interface FrameDetector {
  /** Frames that can be under way at once; 0 while no detector is ready. */
  readonly capacity: number;
  /**
   * Looks at one packed picture. Its memory may be changed as soon as this returns.
   *
   * @throws {DetectorStalledError} if no answer comes in time.
   * @throws {DetectorFailedError} if the detector fails.
   */
  detect(packed: Uint8Array): Promise<DetectionResult>;
}

/** Frames given to one inference Worker at a time: one runs, one waits so that it never idles. */
const DEPTH = 2;

interface Pending {
  slot: number;
  /** Where the slot belongs: memory of another size has slots of its own. */
  free: number[];
  resolve(result: DetectionResult): void;
  reject(error: Error): void;
  timer: ReturnType<typeof setTimeout>;
}

interface Link {
  worker: number;
  port: MessagePort;
  views: Uint8Array[];
  free: number[];
  pending: Map<number, Pending>;
  /** Whether it has ever answered: a GPU compiles its shaders in the first run, for seconds. */
  heard: boolean;
}

/** The first answer of an inference Worker may take this many times as long as later ones. */
const FIRST_PATIENCE = 6;

/** Links one camera to the inference Workers and spreads its frames over them. */
export class DetectorClient implements FrameDetector {
  readonly #links = new Map<number, Link>();
  #layout: PackedLayout | undefined;
  #size: DetectorSize = { width: 0, height: 0 };
  #nextId = 1;

  /**
   * @param timeoutMs How long an answer may take.
   * @param onStall Told of an inference Worker that did not answer in time.
   */
  constructor(
    private readonly timeoutMs: number,
    private readonly onStall: (worker: number) => void,
  ) {}

  get capacity(): number {
    return this.#layout ? this.#links.size * DEPTH : 0;
  }

  /** Adds a way to an inference Worker. */
  attach(worker: number, port: MessagePort): void {
    const link: Link = { worker, port, views: [], free: [], pending: new Map(), heard: false };
    this.#links.set(worker, link);
    port.onmessage = ({ data }: MessageEvent<FromPort>) => this.#answered(link, data);
    if (this.#layout) this.#share(link);
  }

  /** Forgets an inference Worker; what it owed fails. */
  detach(worker: number): void {
    const link = this.#links.get(worker);
    if (!link) return;
    this.#links.delete(worker);
    link.port.close();
    this.#failAll(link, "the inference Worker went away");
  }

  /** Sets the pictures' layout. What is under way in the old one fails. */
  resize(layout: PackedLayout): void {
    this.#layout = layout;
    this.#size = { width: layout.smallWidth, height: layout.smallHeight };
    for (const link of this.#links.values()) {
      this.#failAll(link, "the picture size changed");
      this.#share(link);
    }
  }

  /**
   * Looks at smaller pictures from now on, scaled from the layout's small ones. What is under way goes
   * on as it was, so no frame is covered for it.
   *
   * @param size Sides of more than half of the layout's own and at most these.
   */
  shrink(size: DetectorSize): void {
    if (size.width === this.#size.width && size.height === this.#size.height) return;
    this.#size = size;
    for (const link of this.#links.values()) this.#share(link);
  }

  detect(packed: Uint8Array): Promise<DetectionResult> {
    const link = [...this.#links.values()].filter((each) => each.free.length > 0)
      .sort((a, b) => b.free.length - a.free.length)[0];
    const layout = this.#layout;
    if (!link || !layout) return Promise.reject(new DetectorFailedError("no detector is free"));
    const slot = link.free.pop()!;
    const { width, height } = this.#size;
    const view = link.views[slot];
    const small = { y: view.subarray(0, width * height), uv: view.subarray(width * height) };
    if (width === layout.smallWidth && height === layout.smallHeight) {
      layout.copySmall(packed, small);
    } else {
      layout.shrinkSmall(packed, small, width, height);
    }
    const { free } = link;
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const limitMs = link.heard ? this.timeoutMs : this.timeoutMs * FIRST_PATIENCE;
      const timer = setTimeout(() => {
        // The slot stays taken: whoever hangs may still read it.
        link.pending.delete(id);
        reject(new DetectorStalledError(`no answer within ${limitMs} ms`));
        this.onStall(link.worker);
      }, limitMs);
      link.pending.set(id, { slot, free, resolve, reject, timer });
      link.port.postMessage({ type: "detect", id, slot } satisfies ToPort);
    });
  }

  /** Ends every link. */
  close(): void {
    for (const worker of [...this.#links.keys()]) this.detach(worker);
  }

  #share(link: Link): void {
    const { width, height } = this.#size;
    const bytes = smallBytes(width, height);
    const buffer = new SharedArrayBuffer(bytes * DEPTH);
    link.views = Array.from({ length: DEPTH }, (_, i) => new Uint8Array(buffer, i * bytes, bytes));
    link.free = link.views.map((_, i) => i);
    link.port.postMessage({ type: "memory", buffer, width, height } satisfies ToPort);
  }

  #answered(link: Link, answer: FromPort): void {
    const pending = link.pending.get(answer.id);
    // An answer to a question that was given up is of no use to a later frame.
    if (!pending) return;
    link.heard = true;
    link.pending.delete(answer.id);
    clearTimeout(pending.timer);
    pending.free.push(pending.slot);
    if ("error" in answer) pending.reject(new DetectorFailedError(answer.error));
    else pending.resolve(answer);
  }

  #failAll(link: Link, why: string): void {
    for (const pending of link.pending.values()) {
      clearTimeout(pending.timer);
      pending.reject(new DetectorFailedError(why));
    }
    link.pending.clear();
  }
}
