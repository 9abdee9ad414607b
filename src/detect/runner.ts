import type { BatchLimit } from "./batch_limit.ts";
import type { Detector } from "./detector.ts";
import { type FromPort, smallBytes, type ToPort } from "./protocol.ts";
import type { Pulse } from "./pulse.ts";

/** One picture to be looked at. */
export interface PictureJob {
  /** Names the question in the answer. */
  id: number;
  /** Which picture of the memory. */
  slot: number;
  memory: ToPort & { type: "memory" };
  answer(message: FromPort): void;
}

/** Whether two pictures can be looked at in one run. */
export function sameSize(a: PictureJob, b: PictureJob): boolean {
  return a.memory.width === b.memory.width && a.memory.height === b.memory.height;
}

/** Looks at pictures that lie in shared memory, several of one size in one run of the network. */
export class Runner {
  #y = new Uint8Array(0);
  #uv = new Uint8Array(0);

  constructor(
    private readonly detector: Pick<Detector, "detectAll">,
    private readonly limit: BatchLimit,
    private readonly pulse: Pulse,
  ) {}

  /** How many of `waiting` pictures go into a run with this one. */
  together({ memory: { width, height } }: PictureJob, waiting: number): number {
    return this.limit.take(width, height, waiting);
  }

  /**
   * Looks at pictures of one size and answers each. What goes wrong with one has gone wrong with all:
   * the run that gave nonsense for one picture is trusted for none.
   */
  async run(jobs: readonly PictureJob[]): Promise<void> {
    const { width, height } = jobs[0].memory, count = jobs.length;
    const isFirst = this.limit.isFirst(width, height, count);
    this.pulse.begin(isFirst);
    try {
      const [y, uv] = this.#gather(jobs);
      const began = performance.now();
      const found = await this.detector.detectAll(y, uv, width, height, count);
      const ms = performance.now() - began;
      this.limit.took(width, height, count, ms);
      jobs.forEach(({ id, answer }, i) =>
        answer({ id, detections: found[i], inferenceMs: ms / count })
      );
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      for (const { id, answer } of jobs) answer({ id, error: words });
    } finally {
      this.pulse.end();
    }
  }

  /** The pictures one after the other: native code cannot read shared memory. */
  #gather(jobs: readonly PictureJob[]): [y: Uint8Array, uv: Uint8Array] {
    const { width, height } = jobs[0].memory, luma = width * height;
    const all = luma * jobs.length;
    if (this.#y.length !== all) {
      [this.#y, this.#uv] = [new Uint8Array(all), new Uint8Array(all / 2)];
    }
    jobs.forEach(({ slot, memory: { buffer } }, i) => {
      const start = slot * smallBytes(width, height);
      this.#y.set(new Uint8Array(buffer, start, luma), i * luma);
      this.#uv.set(new Uint8Array(buffer, start + luma, luma / 2), i * luma / 2);
    });
    return [this.#y, this.#uv];
  }
}
