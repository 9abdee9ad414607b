import { autoBatch } from "./batch_limit.ts";
import type { FromWorker, ToWorker } from "./protocol.ts";
import { Pulse } from "./pulse.ts";

/** What the inference Workers load. */
export interface PoolOptions {
  /** The model card's URL. */
  card: URL;
  /** Path of the ONNX file. */
  file: string;
  /** One execution provider. */
  provider: string;
  /** Number of Workers, each with a network of its own. */
  workers: number;
  /** Threads within one run. */
  threads: number;
  /** Lowest score that is passed on, 0..1; what tracks need where it is not said. */
  minScore?: number;
  /** The most pictures in one run; what the provider gains from where it is not said. */
  batch?: number | undefined;
}

/** A way to one inference Worker, to be handed to a camera's Worker. */
export interface DetectorLink {
  /** Names the inference Worker; a restarted one has a new number. */
  worker: number;
  port: MessagePort;
  /** Memory of its `Pulse`. */
  pulse: SharedArrayBuffer;
}

/** Someone who wants to be linked to every inference Worker, restarted ones included. */
export interface DetectorUser {
  attach(link: DetectorLink): void;
  detach(worker: number): void;
}

interface Member {
  id: number;
  worker: Worker;
  pulse: SharedArrayBuffer;
  ready: boolean;
}

const RESTART_PAUSE_MS = 1000;
/** How long a GPU's run may hold up the end: a process that ends inside one crashes. */
const GPU_STOP_MS = 30_000;

/**
 * The inference Workers, on the main thread. One that dies or is reported as hung is replaced, and
 * its users are linked to the new one.
 */
export class InferencePool {
  readonly #members = new Map<number, Member>();
  readonly #users = new Set<DetectorUser>();
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  #nextId = 1;
  #problem: string | null = "the detector is starting";
  #closed = false;

  constructor(private readonly options: PoolOptions) {
    for (let i = 0; i < options.workers; i++) this.#start();
  }

  /** The most pictures that one Worker looks at in one run. */
  get batch(): number {
    return this.options.batch ?? autoBatch(this.options.provider);
  }

  /** Null when at least one Worker is ready, otherwise why none is. */
  get problem(): string | null {
    return [...this.#members.values()].some((member) => member.ready) ? null : this.#problem;
  }

  /** Links a user to every Worker that is ready, now and later. */
  join(user: DetectorUser): void {
    this.#users.add(user);
    for (const member of this.#members.values()) if (member.ready) this.#link(member, user);
  }

  /** Ends a user's links. */
  leave(user: DetectorUser): void {
    this.#users.delete(user);
  }

  /** Replaces a Worker that does not answer. */
  replace(id: number, why: string): void {
    const member = this.#members.get(id);
    if (!member || this.#closed) return;
    this.#problem = why;
    member.worker.terminate();
    this.#members.delete(id);
    for (const user of this.#users) user.detach(id);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#start();
    }, RESTART_PAUSE_MS);
    this.#timers.add(timer);
  }

  /** Frees every network, in order, and ends the Workers. */
  async close(timeoutMs = this.options.provider === "cpu" ? 1500 : GPU_STOP_MS): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    await Promise.all([...this.#members.values()].map(({ worker }) => {
      return new Promise<void>((resolve) => {
        // Ending a Worker inside a native run crashes the process: one that is late is left alone.
        const timer = setTimeout(resolve, timeoutMs);
        worker.addEventListener("message", (event: MessageEvent<FromWorker>) => {
          if (event.data.type !== "closed") return;
          clearTimeout(timer);
          resolve();
        });
        worker.postMessage({ type: "close" } satisfies ToWorker);
      });
    }));
    this.#members.clear();
  }

  #start(): void {
    if (this.#closed) return;
    const id = this.#nextId++;
    const worker = new Worker(new URL("./worker.ts", import.meta.url), {
      type: "module",
      name: `inference-${id}`,
    });
    const pulse = Pulse.memory();
    const member: Member = { id, worker, pulse, ready: false };
    this.#members.set(id, member);
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data.type === "ready") {
        member.ready = true;
        for (const user of this.#users) this.#link(member, user);
      } else if (data.type === "failed") {
        this.replace(id, data.message);
      }
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.replace(id, `an inference Worker died: ${event.message}`);
    };
    const { workers: _, card, batch, ...options } = this.options;
    worker.postMessage(
      {
        type: "open",
        card: card.href,
        ...options,
        pulse,
        ...(batch === undefined ? {} : { batch }),
      } satisfies ToWorker,
    );
  }

  #link(member: Member, user: DetectorUser): void {
    const channel = new MessageChannel();
    const message: ToWorker = { type: "connect", port: channel.port1 };
    member.worker.postMessage(message, [channel.port1]);
    user.attach({ worker: member.id, port: channel.port2, pulse: member.pulse });
  }
}
