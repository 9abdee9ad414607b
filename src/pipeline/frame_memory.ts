/** How often it is looked whether what is waited for has come, in milliseconds. */
const WAIT_MS = 50;

/** Memory for packed pictures, used again and again. */
export class FrameMemory {
  readonly #free: Uint8Array<ArrayBuffer>[] = [];
  #unmade: number;
  readonly #wakers = new Set<() => void>();

  /**
   * @param bytes Of one picture.
   * @param most Pictures for which there may be memory at once.
   * @param atOnce Whether all of it is made now, or when it is needed.
   */
  constructor(private readonly bytes: number, most: number, atOnce: boolean) {
    this.#unmade = most;
    while (atOnce && this.#unmade > 0) this.#free.push(this.#make());
  }

  /**
   * Memory for one picture; null if there is none.
   *
   * @param mayMake Whether more may be made.
   */
  take(mayMake: boolean): Uint8Array<ArrayBuffer> | null {
    return this.#free.pop() ?? (mayMake && this.#unmade > 0 ? this.#make() : null);
  }

  /** Gives back memory that was taken. */
  giveBack(packed: Uint8Array<ArrayBuffer>): void {
    this.#free.push(packed);
    this.wake();
  }

  /** Something has changed for those who wait. */
  wake(): void {
    for (const wake of this.#wakers) wake();
  }

  /** Waits for a change, or a moment: neither a deadline nor a detector that has come back tells of itself. */
  async wait(): Promise<void> {
    const { promise, resolve: wake } = Promise.withResolvers<void>();
    const timer = setTimeout(wake, WAIT_MS);
    this.#wakers.add(wake);
    await promise;
    clearTimeout(timer);
    this.#wakers.delete(wake);
  }

  #make(): Uint8Array<ArrayBuffer> {
    this.#unmade--;
    return new Uint8Array(this.bytes);
  }
}
