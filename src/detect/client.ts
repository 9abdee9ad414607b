import type { PackedLayout } from "../frame/packed_layout.ts";
import type { Detection } from "./detection.ts";
import type { DetectorSize } from "./profile.ts";
import { type FromPort, smallBytes, type ToPort } from "./protocol.ts";
import { Pulse, type PulseState } from "./pulse.ts";

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
export const LIVE_DEPTH = 2;

interface Pending {
  slot: number;
  /** Where the slot belongs: memory of another size has slots of its own. */
  free: number[];
  resolve(result: DetectionResult): void;
  reject(error: Error): void;
  /** Times it was seen unanswered. */
  seen: number;
}

interface Link {
  worker: number;
  port: MessagePort;
  views: Uint8Array[];
  free: number[];
  pending: Map<number, Pending>;
  pulse: Pulse;
  /** Its beats at the last look, and looks in a row that found them so. */
  beats: number;
  still: number;
  /** Told when it owes nothing, once it is given no more pictures. */
  retired: (() => void) | null;
}

/**
 * How many times as long as a run an inference Worker may stay at one thing while it owes an answer: a
 * first run, in which a GPU compiles its shaders; nothing, on a machine so busy that it gets no turn.
 */
const PATIENCE: Record<PulseState, number> = { running: 1, idle: 2, compiling: 6 };
/** An answer may take this many times as long as a run while the Worker goes on with others. */
const LINE_PATIENCE = 12;
/** Looks at what is under way within the time that a run may take. */
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
   * @param depth Frames given to one inference Worker at a time.
   */
  constructor(
    private readonly timeoutMs: number,
    private readonly onStall: (worker: number) => void,
    private readonly depth: number = LIVE_DEPTH,
  ) {}

  get capacity(): number {
    return this.#layout ? this.#links.values().filter(takesMore).toArray().length * this.depth : 0;
  }

  /**
   * Adds a way to an inference Worker.
   *
   * @param pulse Memory of the Worker's `Pulse`.
   */
  attach(worker: number, port: MessagePort, pulse: SharedArrayBuffer): void {
    const link: Link = {
      worker,
      port,
      views: [],
      free: [],
      pending: new Map(),
      pulse: new Pulse(pulse),
      beats: 0,
      still: 0,
      retired: null,
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
    link.retired?.();
  }

  /**
   * Gives an inference Worker no more pictures. Settles, and forgets it, when it has answered for those that it has
   * or is gone.
   */
  retire(worker: number): Promise<void> {
    const link = this.#links.get(worker);
    if (!link) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    link.retired = resolve;
    if (link.pending.size === 0) this.detach(worker);
    return promise;
  }

  /** Sets the pictures' layout. What is under way in the old one fails. */
  resize(layout: PackedLayout): void {
    this.#layout = layout;
    this.#size = { width: layout.smallWidth, height: layout.smallHeight };
    for (const link of this.#links.values()) {
      this.#failAll(link, "the picture size changed");
      if (takesMore(link)) this.#share(link);
      else this.detach(link.worker);
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
    const link = [...this.#links.values()].filter((each) => takesMore(each) && each.free.length > 0)
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
    // What it did while nobody waited tells nothing.
    if (link.pending.size === 0) [link.beats, link.still] = [link.pulse.beats, 0];
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      link.pending.set(id, { slot, free, resolve, reject, seen: 0 });
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
    const buffer = new SharedArrayBuffer(bytes * this.depth);
    link.views = Array.from(
      { length: this.depth },
      (_, i) => new Uint8Array(buffer, i * bytes, bytes),
    );
    link.free = link.views.map((_, i) => i);
    link.port.postMessage({ type: "memory", buffer, width, height } satisfies ToPort);
  }

  /** Looks for Workers that stand still, and for answers that never come. */
  #look(): void {
    for (const link of this.#links.values()) {
      const { beats, state } = link.pulse;
      link.still = beats === link.beats ? link.still + 1 : 1;
      link.beats = beats;
      const isStill = link.still > LOOKS * PATIENCE[state];
      for (const [id, pending] of link.pending) {
        pending.seen++;
        if (!isStill && pending.seen <= LOOKS * LINE_PATIENCE) continue;
        // The slot stays taken: whoever hangs may still read it.
        link.pending.delete(id);
        const limitMs = this.timeoutMs * (isStill ? PATIENCE[state] : LINE_PATIENCE);
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
    link.pending.delete(answer.id);
    this.#endWatch();
    pending.free.push(pending.slot);
    if ("error" in answer) pending.reject(new DetectorFailedError(answer.error));
    else pending.resolve(answer);
    if (!takesMore(link) && link.pending.size === 0) this.detach(link.worker);
  }

  #failAll(link: Link, why: string): void {
    for (const pending of link.pending.values()) {
      pending.reject(new DetectorFailedError(why));
    }
    link.pending.clear();
    this.#endWatch();
  }
}

function takesMore({ retired }: Link): boolean {
  return retired === null;
}
