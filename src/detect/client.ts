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
  /** By slot: 1 once the Worker looks at it. */
  running: Int32Array;
  resolve(result: DetectionResult): void;
  reject(error: Error): void;
  /** Times it was seen in the run, and times it was seen at all. */
  seenRunning: number;
  seen: number;
}

interface Link {
  worker: number;
  port: MessagePort;
  views: Uint8Array[];
  free: number[];
  running: Int32Array;
  pending: Map<number, Pending>;
  /** Whether it has ever answered: a GPU compiles its shaders in the first run, for seconds. */
  heard: boolean;
}

/** The first answer of an inference Worker may take this many times as long as later ones. */
const FIRST_PATIENCE = 6;
/** An answer may take this many times as long where the Worker never begins with it. */
const LINE_PATIENCE = 12;
/** Looks at what is under way within the time that an answer may take. */
const LOOKS = 5;

/** Links one camera to the inference Workers and spreads its frames over them. */
export class DetectorClient implements FrameDetector {
  readonly #links = new Map<number, Link>();
  #layout: PackedLayout | undefined;
  #size: DetectorSize = { width: 0, height: 0 };
  #nextId = 1;
  #watch: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param timeoutMs How long a run may take. What waits in the Worker's line, on a busy machine for
   * seconds, does not count against it; nor does time in which this thread gets no turn.
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
    const link: Link = {
      worker,
      port,
      views: [],
      free: [],
      running: new Int32Array(),
      pending: new Map(),
      heard: false,
    };
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
    const { free, running } = link;
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      Atomics.store(running, slot, 0);
      const pending = { slot, free, running, resolve, reject, seenRunning: 0, seen: 0 };
      link.pending.set(id, pending);
      this.#watch ??= setTimeout(() => this.#look(), this.timeoutMs / LOOKS);
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
    const running = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT * DEPTH);
    link.running = new Int32Array(running);
    link.port.postMessage({ type: "memory", buffer, running, width, height } satisfies ToPort);
  }

  /** Looks for runs that take too long. */
  #look(): void {
    for (const link of this.#links.values()) {
      const most = LOOKS * (link.heard ? 1 : FIRST_PATIENCE);
      for (const [id, pending] of link.pending) {
        pending.seen++;
        pending.seenRunning += Atomics.load(pending.running, pending.slot);
        if (pending.seenRunning <= most && pending.seen <= most * LINE_PATIENCE) continue;
        // The slot stays taken: whoever hangs may still read it.
        link.pending.delete(id);
        const limitMs = this.timeoutMs * most / LOOKS;
        pending.reject(new DetectorStalledError(`no answer within ${limitMs} ms`));
        this.onStall(link.worker);
        break;
      }
    }
    this.#watch = undefined;
    if (this.#owes()) this.#watch = setTimeout(() => this.#look(), this.timeoutMs / LOOKS);
  }

  #owes(): boolean {
    return this.#links.values().some(({ pending }) => pending.size > 0);
  }

  #endWatch(): void {
    if (this.#owes()) return;
    clearTimeout(this.#watch);
    this.#watch = undefined;
  }

  #answered(link: Link, answer: FromPort): void {
    const pending = link.pending.get(answer.id);
    // An answer to a question that was given up is of no use to a later frame.
    if (!pending) return;
    link.heard = true;
    link.pending.delete(answer.id);
    this.#endWatch();
    pending.free.push(pending.slot);
    if ("error" in answer) pending.reject(new DetectorFailedError(answer.error));
    else pending.resolve(answer);
  }

  #failAll(link: Link, why: string): void {
    for (const pending of link.pending.values()) {
      pending.reject(new DetectorFailedError(why));
    }
    link.pending.clear();
    this.#endWatch();
  }
}
