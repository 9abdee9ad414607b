/** Wrong tokens that an address has free. */
const FREE = 5;
const LONGEST_BLOCK_MS = 30_000;
const FORGOTTEN_AFTER_MS = 10 * 60_000;
const MOST_ADDRESSES = 4096;

interface Failures {
  count: number;
  lastMs: number;
}

/** Counts wrong tokens, and slows down the addresses from which many of them come. */
export class LoginGuard {
  /** Wrong tokens since the start. */
  failed = 0;
  /** By address, the oldest failure first. */
  readonly #failures = new Map<string, Failures>();

  constructor(private readonly now: () => number = Date.now) {}

  /** Whole seconds for which no token from this address is looked at; 0 if one may come now. */
  waitS(address: string): number {
    const failures = this.#failures.get(address);
    if (!failures || failures.count < FREE) return 0;
    const blockMs = Math.min(LONGEST_BLOCK_MS, 1000 * 2 ** (failures.count - FREE));
    return Math.max(0, Math.ceil((failures.lastMs + blockMs - this.now()) / 1000));
  }

  /** A wrong token has come from this address. */
  fail(address: string): void {
    this.failed++;
    const nowMs = this.now();
    for (const [other, { lastMs }] of this.#failures) {
      const tooMany = this.#failures.size >= MOST_ADDRESSES;
      if (!tooMany && nowMs - lastMs < FORGOTTEN_AFTER_MS) break;
      this.#failures.delete(other);
    }
    const count = (this.#failures.get(address)?.count ?? 0) + 1;
    this.#failures.delete(address);
    this.#failures.set(address, { count, lastMs: nowMs });
  }

  /** A right one has. */
  succeed(address: string): void {
    this.#failures.delete(address);
  }
}
