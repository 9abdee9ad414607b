import { BusyError } from "../viewer_limits.ts";

/** Bounds of a {@linkcode ConnectGate}. */
export interface ConnectGateOptions {
  /** Most viewers that connect at a time. @default 4 */
  atOnce?: number;
  /** Longest time in milliseconds that one counts as connecting: later it costs nothing, if it lives. @default 1000 */
  holdMs?: number;
  /** Most viewers that wait for their turn. @default 32 */
  maxWaiting?: number;
  /** Longest wait in milliseconds. @default 3000 */
  maxWaitMs?: number;
}

/** Seconds after which one who was turned away may try again. */
const RETRY_AFTER_S = 2;

/**
 * Lets viewers connect a few at a time. The handshake with a new one (ICE, DTLS) takes this thread tens of milliseconds: many
 * that come together would be slow together, and take the time from those that watch.
 */
export class ConnectGate {
  readonly #atOnce: number;
  readonly #holdMs: number;
  readonly #maxWaiting: number;
  readonly #maxWaitMs: number;
  readonly #waiting = new Set<() => void>();
  #connecting = 0;

  constructor(options: ConnectGateOptions = {}) {
    this.#atOnce = options.atOnce ?? 4;
    this.#holdMs = options.holdMs ?? 1000;
    this.#maxWaiting = options.maxWaiting ?? 32;
    this.#maxWaitMs = options.maxWaitMs ?? 3000;
  }

  /**
   * Waits for a turn to connect a viewer.
   *
   * @returns what is to be called when it is connected or gone; calling it again does nothing
   * @throws {BusyError} if too many wait already, or the wait takes too long
   */
  async enter(): Promise<() => void> {
    // Whoever leaves hands its place over.
    if (this.#connecting >= this.#atOnce) await this.#turn();
    else this.#connecting++;
    let inside = true;
    const leave = () => {
      if (!inside) return;
      inside = false;
      clearTimeout(timer);
      const [next] = this.#waiting;
      if (next) next();
      else this.#connecting--;
    };
    const timer = setTimeout(leave, this.#holdMs);
    return leave;
  }

  #turn(): Promise<void> {
    if (this.#waiting.size >= this.#maxWaiting) throw busy();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(begin);
        reject(busy());
      }, this.#maxWaitMs);
      const begin = () => {
        this.#waiting.delete(begin);
        clearTimeout(timer);
        resolve();
      };
      this.#waiting.add(begin);
    });
  }
}

function busy(): BusyError {
  return new BusyError("Many viewers are connecting at this moment.", RETRY_AFTER_S);
}
