import type { SmallPicture } from "../frame/packed_layout.ts";
import { type DetectionResult, DetectorFailedError } from "./client.ts";
import type { DetectorLink, DetectorUser, InferencePool } from "./pool.ts";
import { type FromPort, smallBytes, type ToPort } from "./protocol.ts";

interface Link extends Pick<DetectorLink, "worker" | "port"> {
  width: number;
  height: number;
  memory: Uint8Array;
  busy: boolean;
  /** Names the question that is under way. */
  id: number;
  answer: PromiseWithResolvers<DetectionResult> | null;
}

/** A picture may take this long in the network, in milliseconds: software GPUs take seconds. */
const PATIENCE_MS = 120_000;

/**
 * Runs pictures of any size through the inference Workers, for jobs that wait and drop nothing.
 * Each Worker has as many pictures at a time as go into one run; further ones wait in line.
 */
export class PictureDetector {
  readonly #links = new Set<Link>();
  readonly #users: DetectorUser[] = [];
  readonly #waiting: ((link: Link) => void)[] = [];
  #nextId = 1;

  constructor(
    private readonly pool: Pick<InferencePool, "batch" | "join" | "leave" | "replace">,
  ) {
    // A picture has a link of its own, as its memory has its size.
    for (let i = 0; i < pool.batch; i++) {
      const links = new Map<number, Link>();
      const user: DetectorUser = {
        attach: ({ worker, port }) => links.set(worker, this.#attach(worker, port)),
        detach: (worker) => {
          const link = links.get(worker);
          links.delete(worker);
          if (link) this.#detach(link);
        },
      };
      this.#users.push(user);
      pool.join(user);
    }
  }

  /**
   * Finds cars and plates in one detector's picture.
   *
   * @param width Its width in pixels, a multiple of 32.
   * @param height Its height in pixels, a multiple of 32.
   * @throws {DetectorFailedError} if the detector fails.
   */
  async detect(picture: SmallPicture, width: number, height: number): Promise<DetectionResult> {
    const idle = [...this.#links].find((link) => !link.busy);
    if (idle) idle.busy = true;
    const link = idle ?? await new Promise<Link>((resolve) => this.#waiting.push(resolve));
    const answer = link.answer = Promise.withResolvers<DetectionResult>();
    if (link.width !== width || link.height !== height) this.#share(link, width, height);
    link.memory.set(picture.y);
    link.memory.set(picture.uv, picture.y.length);
    link.id = this.#nextId++;
    link.port.postMessage({ type: "detect", id: link.id, slot: 0 } satisfies ToPort);
    const timer = setTimeout(() => this.pool.replace(link.worker, "it stalled"), PATIENCE_MS);
    try {
      return await answer.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends every link. */
  close(): void {
    for (const user of this.#users) this.pool.leave(user);
    for (const link of this.#links) this.#detach(link);
  }

  #attach(worker: number, port: MessagePort): Link {
    const memory = new Uint8Array();
    const state = { busy: true, id: 0, answer: null };
    const link: Link = { worker, port, width: 0, height: 0, memory, ...state };
    this.#links.add(link);
    port.onmessage = ({ data }: MessageEvent<FromPort>) => {
      const { answer, id } = link;
      // An answer to another question is of no use to this picture.
      if (data.id !== id || !answer) return;
      link.answer = null;
      if ("error" in data) answer.reject(new DetectorFailedError(data.error));
      else answer.resolve(data);
      this.#free(link);
    };
    this.#free(link);
    return link;
  }

  #detach(link: Link): void {
    this.#links.delete(link);
    link.port.close();
    link.answer?.reject(new DetectorFailedError("the inference Worker went away"));
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
    link.port.postMessage({ type: "memory", buffer, width, height } satisfies ToPort);
  }
}
