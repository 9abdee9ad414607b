import { autoBatch } from "./batch_limit.ts";
import { Demand } from "./demand.ts";
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
  /** The most Workers: others are started when those that there are have no time left. No others by default. */
  mostWorkers?: number;
  /** Told of a Worker that was started on demand, with their number. */
  onGrown?: (workers: number) => void;
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
  pulse: Pulse;
  memory: SharedArrayBuffer;
  ready: boolean;
}

const RESTART_PAUSE_MS = 1000;
/** How often it is looked whether the Workers suffice, in milliseconds. */
const LOOK_MS = 250;
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
  readonly #demand = new Demand();
  #looking: ReturnType<typeof setInterval> | undefined;
  /** Workers that there are or that are to come back. */
  #wanted: number;
  readonly #most: number;
  #nextId = 1;
  #problem: string | null = "the detector is starting";
  #closed = false;

  constructor(private readonly options: PoolOptions) {
    for (let i = 0; i < options.workers; i++) this.#start();
    this.#wanted = options.workers;
    this.#most = options.mostWorkers ?? options.workers;
    if (this.#wanted < this.#most) this.#looking = setInterval(() => this.#look(), LOOK_MS);
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
    clearInterval(this.#looking);
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

  /** Starts another Worker if each that there is has no time left. */
  #look(): void {
    const members = [...this.#members.values()];
    // One that starts or comes back will help.
    const isWhole = members.length === this.#wanted && members.every(({ ready }) => ready);
    const busyMs = new Map(members.map(({ id, pulse }) => [id, pulse.busyMs]));
    if (!this.#demand.look(performance.now(), busyMs) || !isWhole) return;
    this.#wanted++;
    this.#start();
    if (this.#wanted === this.#most) clearInterval(this.#looking);
    this.options.onGrown?.(this.#wanted);
  }

  #start(): void {
    if (this.#closed) return;
    const id = this.#nextId++;
    const worker = new Worker(new URL("./worker.ts", import.meta.url), {
      type: "module",
      name: `inference-${id}`,
    });
    const memory = Pulse.memory();
    const member: Member = { id, worker, pulse: new Pulse(memory), memory, ready: false };
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
    const { card, file, provider, threads, minScore, batch } = this.options;
    const open: ToWorker = {
      type: "open",
      card: card.href,
      file,
      provider,
      threads,
      pulse: memory,
      ...(minScore === undefined ? {} : { minScore }),
      ...(batch === undefined ? {} : { batch }),
    };
    worker.postMessage(open);
  }

  #link(member: Member, user: DetectorUser): void {
    const channel = new MessageChannel();
    const message: ToWorker = { type: "connect", port: channel.port1 };
    member.worker.postMessage(message, [channel.port1]);
    user.attach({ worker: member.id, port: channel.port2, pulse: member.memory });
  }
}
