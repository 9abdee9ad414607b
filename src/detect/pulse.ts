/** What an inference Worker is at: nothing, a run, or a first run, in which a GPU compiles its shaders. */
export type PulseState = "idle" | "running" | "compiling";

const STATES: readonly PulseState[] = ["idle", "running", "compiling"];
const BEATS = 0, STATE = 1, BUSY_MS = 2;

/**
 * A sign of life of an inference Worker in shared memory: by it others see that it goes from run to
 * run, whosever pictures it looks at, without a message.
 */
export class Pulse {
  readonly #words: Int32Array;
  #beganMs = 0;
  #spentMs = 0;

  /** @param memory From {@linkcode Pulse.memory}. */
  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory);
  }

  /** Memory for one Worker's. */
  static memory(): SharedArrayBuffer {
    return new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT);
  }

  /** A number that changes with each begin and end of a run. */
  get beats(): number {
    return Atomics.load(this.#words, BEATS);
  }

  get state(): PulseState {
    return STATES[Atomics.load(this.#words, STATE)];
  }

  /** Milliseconds spent in runs so far, which wrap around at 32 bits. */
  get busyMs(): number {
    return Atomics.load(this.#words, BUSY_MS);
  }

  /** A run begins. */
  begin(isFirst: boolean): void {
    this.#beganMs = performance.now();
    this.#enter(isFirst ? "compiling" : "running");
  }

  /** A run has ended. */
  end(): void {
    this.#spentMs += performance.now() - this.#beganMs;
    Atomics.store(this.#words, BUSY_MS, this.#spentMs | 0);
    this.#enter("idle");
  }

  #enter(state: PulseState): void {
    Atomics.store(this.#words, STATE, STATES.indexOf(state));
    Atomics.add(this.#words, BEATS, 1);
  }
}
