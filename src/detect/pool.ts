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
  /** Number of Workers at first, each with a network of its own. */
  workers: number;
  /** The most Workers: others are started when those that there are have no time left. No others by default. */
  mostWorkers?: number;
  /** The least: those that were not needed for minutes are ended. None by default. */
  leastWorkers?: number;
  /** Told of a Worker that was started on demand, with their number. */
  onGrown?: (workers: number) => void;
  /** Told of a Worker that is ended as it is not needed, with the number of those that stay. */
  onShrunk?: (workers: number) => void;
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
  /**
   * Gives a Worker no more pictures. Settles when it owes none; the link is gone then. Without it no Worker is
   * ended while this user is there.
   */
  retire?(worker: number): Promise<void>;
}

interface Member {
  id: number;
  worker: Worker;
  pulse: Pulse;
  memory: SharedArrayBuffer;
  ready: boolean;
  /** It is given nothing new and ends when it owes nothing. */
  leaving: boolean;
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
  /** Those that end: a network must be freed before the program ends. */
  readonly #ending = new Set<Promise<void>>();
  #looking: ReturnType<typeof setInterval> | undefined;
  /** Workers that there are or that are to come back. */
  #wanted: number;
  readonly #most: number;
  readonly #least: number;
  #nextId = 1;
  #problem: string | null = "the detector is starting";
  #closed = false;

  constructor(private readonly options: PoolOptions) {
    for (let i = 0; i < options.workers; i++) this.#start();
    this.#wanted = options.workers;
    this.#most = options.mostWorkers ?? options.workers;
    this.#least = options.leastWorkers ?? options.workers;
    if (this.#least < this.#most) this.#looking = setInterval(() => this.#look(), LOOK_MS);
  }

  /** The most pictures that one Worker looks at in one run. */
  get batch(): number {
    return this.options.batch ?? autoBatch(this.options.provider);
  }

  /** Null when at least one Worker is ready, otherwise why none is. */
  get problem(): string | null {
    const isReady = this.#members.values().some(({ ready, leaving }) => ready && !leaving);
    return isReady ? null : this.#problem;
  }

  /** Links a user to every Worker that is ready, now and later. */
  join(user: DetectorUser): void {
    this.#users.add(user);
    for (const member of this.#members.values()) {
      if (member.ready && !member.leaving) this.#link(member, user);
    }
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
    if (member.leaving) return;
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
    const ends = [...this.#members.values()].map(({ worker }) => this.#end(worker, timeoutMs));
    await Promise.all([...ends, ...this.#ending]);
    this.#members.clear();
  }

  /** Starts another Worker if each that there is has no time left, or ends one that is not needed. */
  #look(): void {
    const members = [...this.#members.values()];
    // One that starts, comes back or ends will change what is seen.
    const isWhole = members.length === this.#wanted &&
      members.every(({ ready, leaving }) => ready && !leaving);
    const busyMs = new Map(members.map(({ id, pulse }) => [id, pulse.busyMs]));
    const nowMs = performance.now();
    const need = this.#demand.look(nowMs, busyMs);
    if (!isWhole) return;
    if (need === "more" && this.#wanted < this.#most) {
      this.#demand.grown(nowMs);
      this.#wanted++;
      this.#start();
      this.options.onGrown?.(this.#wanted);
    } else if (need === "less" && this.#wanted > this.#least) {
      this.#retire(members.at(-1)!);
    }
  }

  /** Ends a Worker once nobody waits for an answer of it. */
  async #retire(member: Member): Promise<void> {
    const users = [...this.#users];
    if (users.some(({ retire }) => !retire)) return;
    member.leaving = true;
    this.#wanted--;
    this.options.onShrunk?.(this.#wanted);
    await Promise.all(users.map((user) => user.retire!(member.id)));
    if (this.#closed || this.#members.get(member.id) !== member) return;
    this.#members.delete(member.id);
    const ending = this.#end(member.worker, GPU_STOP_MS);
    this.#ending.add(ending);
    await ending;
    this.#ending.delete(ending);
  }

  /** Lets a Worker finish, free its network and end. */
  #end(worker: Worker, timeoutMs: number): Promise<void> {
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
  }

  #start(): void {
    if (this.#closed) return;
    const id = this.#nextId++;
    const worker = new Worker(new URL("./worker.ts", import.meta.url), {
      type: "module",
      name: `inference-${id}`,
    });
    const memory = Pulse.memory();
    const state = { ready: false, leaving: false };
    const member: Member = { id, worker, pulse: new Pulse(memory), memory, ...state };
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
