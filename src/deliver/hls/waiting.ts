interface Wait {
  readonly check: () => void;
  readonly end: () => void;
  readonly outcome: Promise<boolean>;
}

const HELD = Promise.resolve(true);
const MISSED = Promise.resolve(false);

/**
 * Those who wait for the same thing wait together, with one timer: a new part is what most viewers of
 * a stream wait for at any time.
 */
export class Waiting {
  readonly #waits = new Map<string, Wait>();
  #closed = false;

  /**
   * Resolves with true once the condition holds, with false when it does not in time or nothing comes
   * any more.
   *
   * @param what names the condition
   * @param timeoutMs counted from when the first began to wait for this
   */
  until(what: string, condition: () => boolean, timeoutMs: number): Promise<boolean> {
    if (condition()) return HELD;
    if (this.#closed) return MISSED;
    const known = this.#waits.get(what);
    if (known) return known.outcome;
    const { promise: outcome, resolve } = Promise.withResolvers<boolean>();
    const done = (held: boolean) => {
      clearTimeout(timer);
      this.#waits.delete(what);
      resolve(held);
    };
    const timer = setTimeout(() => done(false), timeoutMs);
    const check = () => {
      if (condition()) done(true);
    };
    this.#waits.set(what, { check, end: () => done(false), outcome });
    return outcome;
  }

  /** Looks whether something holds now. */
  check(): void {
    for (const { check } of [...this.#waits.values()]) check();
  }

  /** Ends all waits. */
  close(): void {
    this.#closed = true;
    for (const { end } of [...this.#waits.values()]) end();
  }
}
