import { setImmediate } from "node:timers";

/** Does a piece of work and tells whether there is more to do right away. */
export type Turn = () => boolean;

/** Time of sending before whatever else has come has its turn, in milliseconds. */
const SLICE_MS = 4;
/** Where all else takes long, sending takes half as long, up to this many milliseconds. */
const LONGEST_SLICE_MS = 40;

/**
 * Lets all viewers of all cameras be sent to in turn, a few milliseconds at a time, and between these whatever else is to be done on the
 * thread: what viewers say, requests, the cameras' next pictures. Where the thread is short of time it is the
 * pictures that wait, and {@linkcode SendQueue} that drops those which have waited too long.
 */
export class SendTurns {
  readonly #waiting = new Set<Turn>();
  readonly #now: () => number;
  #running = false;
  /** Since when sending waits for its time. */
  #sinceMs = 0;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Gives a turn soon; asking again before it has come changes nothing. */
  ask(turn: Turn): void {
    this.#waiting.add(turn);
    if (this.#running) return;
    this.#running = true;
    this.#sinceMs = this.#now();
    setImmediate(() => this.#slice());
  }

  /** Takes back what was asked. */
  forget(turn: Turn): void {
    this.#waiting.delete(turn);
  }

  #slice(): void {
    const beganMs = this.#now();
    const share = Math.max(SLICE_MS, (beganMs - this.#sinceMs) / 2);
    const until = beganMs + Math.min(share, LONGEST_SLICE_MS);
    // One that wants another turn comes behind all others.
    for (const turn of this.#waiting) {
      this.#waiting.delete(turn);
      if (turn()) this.#waiting.add(turn);
      if (this.#now() >= until) break;
    }
    this.#running = this.#waiting.size > 0;
    this.#sinceMs = this.#now();
    // A timer, as only a loop that has nothing to do for a moment looks at its sockets at once: with work always ready
    // Deno's looks at every 61st round, and a request or a consent check waits for a quarter of a second.
    if (this.#running) setTimeout(() => this.#slice(), 0);
  }
}
