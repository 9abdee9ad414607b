import type { SmallPicture } from "../frame/packed_layout.ts";
import { type DetectionResult, DetectorFailedError } from "./client.ts";
import type { DetectorLink, DetectorUser, InferencePool } from "./pool.ts";
import { type FromPort, smallBytes, type ToPort } from "./protocol.ts";

interface Link extends DetectorLink {
  width: number;
  height: number;
  memory: Uint8Array;
  busy: boolean;
  answer: PromiseWithResolvers<DetectionResult> | null;
}

/** A picture may take this long in the network, in milliseconds: software GPUs take seconds. */
const PATIENCE_MS = 120_000;

/**
 * Runs pictures of any size through the inference Workers, for jobs that wait and drop nothing.
 * Each Worker has one picture at a time; further ones wait in line.
 */
export class PictureDetector implements DetectorUser {
  readonly #links = new Map<number, Link>();
  readonly #waiting: ((link: Link) => void)[] = [];
  #nextId = 1;

  constructor(private readonly pool: InferencePool) {
    pool.join(this);
  }

  attach({ worker, port }: DetectorLink): void {
    const memory = new Uint8Array();
    const link: Link = { worker, port, width: 0, height: 0, memory, busy: true, answer: null };
    this.#links.set(worker, link);
    port.onmessage = ({ data }: MessageEvent<FromPort>) => {
      const { answer } = link;
      link.answer = null;
      if ("error" in data) answer?.reject(new DetectorFailedError(data.error));
      else answer?.resolve(data);
      this.#free(link);
    };
    this.#free(link);
  }

  detach(worker: number): void {
    const link = this.#links.get(worker);
    if (!link) return;
    this.#links.delete(worker);
    link.port.close();
    link.answer?.reject(new DetectorFailedError("the inference Worker went away"));
  }

  /**
   * Finds cars and plates in one detector's picture.
   *
   * @param width Its width in pixels, a multiple of 32.
   * @param height Its height in pixels, a multiple of 32.
   * @throws {DetectorFailedError} if the detector fails.
   */
  async detect(picture: SmallPicture, width: number, height: number): Promise<DetectionResult> {
    const idle = [...this.#links.values()].find((link) => !link.busy);
    if (idle) idle.busy = true;
    const link = idle ?? await new Promise<Link>((resolve) => this.#waiting.push(resolve));
    const answer = link.answer = Promise.withResolvers<DetectionResult>();
    if (link.width !== width || link.height !== height) this.#share(link, width, height);
    link.memory.set(picture.y);
    link.memory.set(picture.uv, picture.y.length);
    link.port.postMessage({ type: "detect", id: this.#nextId++, slot: 0 } satisfies ToPort);
    const timer = setTimeout(() => this.pool.replace(link.worker, "it stalled"), PATIENCE_MS);
    try {
      return await answer.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends every link. */
  close(): void {
    this.pool.leave(this);
    for (const worker of [...this.#links.keys()]) this.detach(worker);
  }

  /** Hands a Worker to whoever waits longest. */
  #free(link: Link): void {
    const next = this.#waiting.shift();
    link.busy = next !== undefined;
    next?.(link);
  }

  #share(link: Link, width: number, height: number): void {
    const buffer = new SharedArrayBuffer(smallBytes(width, height));
    Object.assign(link, { width, height, memory: new Uint8Array(buffer) });
    const running = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
    link.port.postMessage({ type: "memory", buffer, running, width, height } satisfies ToPort);
  }
}
