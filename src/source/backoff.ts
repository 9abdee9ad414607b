/** Pauses between attempts: 1 s, doubling up to 30 s, with a fifth of jitter either way. */
export class Backoff {
  #attempts = 0;

  constructor(
    private readonly random: () => number = Math.random,
    readonly firstMs = 1000,
    readonly longestMs = 30_000,
  ) {}

  /** How many pauses have been asked for since the last reset. */
  get attempts(): number {
    return this.#attempts;
  }

  /** The next pause in milliseconds. */
  nextMs(): number {
    const whole = Math.min(this.longestMs, this.firstMs * 2 ** this.#attempts++);
    return Math.round(whole * (0.8 + 0.4 * this.random()));
  }

  /** To be called when the source delivers. */
  reset(): void {
    this.#attempts = 0;
  }
}
