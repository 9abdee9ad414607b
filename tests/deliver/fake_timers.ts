/**
 * Replaces timers and `performance.now` by ones that only {@linkcode FakeTimers.advance} moves.
 * Dispose of it at the end of the test.
 */
export class FakeTimers implements Disposable {
  readonly #real = { setTimeout, clearTimeout, now: performance.now };
  readonly #timers = new Map<number, { at: number; run: () => void }>();
  #nowMs = 0;
  #ids = 0;

  constructor() {
    // The fakes have the signatures that the code under test uses, not all overloads there are.
    Object.assign(globalThis, {
      setTimeout: (run: () => void, delayMs = 0) => {
        this.#timers.set(++this.#ids, { at: this.#nowMs + delayMs, run });
        return this.#ids;
      },
      clearTimeout: (id: number) => {
        this.#timers.delete(id);
      },
    });
    performance.now = () => this.#nowMs;
  }

  /** Number of timers that wait. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Lets time pass, running what falls due in order. */
  advance(byMs: number): void {
    const until = this.#nowMs + byMs;
    for (;;) {
      const due = [...this.#timers].filter(([, timer]) => timer.at <= until)
        .sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) break;
      this.#timers.delete(due[0]);
      this.#nowMs = Math.max(this.#nowMs, due[1].at);
      due[1].run();
    }
    this.#nowMs = until;
  }

  [Symbol.dispose](): void {
    Object.assign(globalThis, {
      setTimeout: this.#real.setTimeout,
      clearTimeout: this.#real.clearTimeout,
    });
    performance.now = this.#real.now;
  }
}
