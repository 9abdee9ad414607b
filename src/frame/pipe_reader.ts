/** Thrown when a pipe ends in the middle of something. */
export class PipeEndedError extends Error {
  override readonly name = "PipeEndedError";
}

/** What is read to learn what comes: more would only be copied. */
const AHEAD_BYTES = 4096;

/** What is passed over is read in such pieces. */
const SKIP_BYTES = 256 * 1024;

/**
 * Reads bytes, numbers and whole blocks from a stream of bytes. The kernel writes a block where it
 * is wanted, but for its first bytes, which may have come with what was read before.
 *
 * @example
 * ```ts
 * const reader = new PipeReader(child.stdout);
 * const first = await reader.byte();
 * block = await reader.into(block);
 * ```
 */
export class PipeReader {
  readonly #reader: ReadableStreamBYOBReader;
  /** Memory of `#ahead`. */
  #memory: Uint8Array<ArrayBuffer> = new Uint8Array(AHEAD_BYTES);
  /** Bytes that were read and not yet asked for, from `#at` on. */
  #ahead: Uint8Array = new Uint8Array(0);
  #at = 0;
  /** Memory for what is passed over. */
  #skipped = new Uint8Array(0);

  /** @param stream A byte stream, such as a subprocess has. */
  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader({ mode: "byob" });
  }

  /** Bytes that can be read without waiting. */
  get buffered(): number {
    return this.#ahead.length - this.#at;
  }

  /** Waits until at least one byte is there; false at the end of the stream. */
  async more(): Promise<boolean> {
    if (this.#at < this.#ahead.length) return true;
    const { done, value } = await this.#reader.read(this.#memory);
    // A stream that was cancelled keeps the memory.
    this.#memory = new Uint8Array(value?.buffer ?? new ArrayBuffer(AHEAD_BYTES));
    if (done) return false;
    this.#ahead = value;
    this.#at = 0;
    return true;
  }

  /**
   * The next byte, 0-255.
   *
   * @throws {PipeEndedError} at the end of the stream.
   */
  async byte(): Promise<number> {
    if (this.#at >= this.#ahead.length && !(await this.more())) {
      throw new PipeEndedError("The pipe ended inside a packet");
    }
    return this.#ahead[this.#at++];
  }

  /**
   * Fills `target` with the next bytes.
   *
   * @returns The filled bytes. The memory is the same, but `target` and every other view of it are
   * empty from now on: memory is handed to the stream, and comes back as a new buffer.
   * @throws {PipeEndedError} if the stream ends before it is full.
   */
  async into(target: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    const { byteOffset: start, length } = target;
    const filled = Math.min(length, this.buffered);
    target.set(this.#ahead.subarray(this.#at, this.#at + filled));
    this.#at += filled;
    if (filled === length) return target;
    const missing = length - filled;
    const { done, value } = await this.#reader.read(target.subarray(filled), { min: missing });
    if (done) {
      const early = missing - (value?.length ?? 0);
      throw new PipeEndedError(`The pipe ended ${early} bytes early`);
    }
    return new Uint8Array(value.buffer, start, length);
  }

  /** Reads `count` bytes and forgets them. */
  async skip(count: number): Promise<void> {
    const here = Math.min(count, this.buffered);
    this.#at += here;
    for (let left = count - here; left > 0;) {
      const take = Math.min(left, SKIP_BYTES);
      const { buffer } = this.#skipped;
      const memory = buffer.byteLength < take ? new ArrayBuffer(SKIP_BYTES) : buffer;
      this.#skipped = await this.into(new Uint8Array(memory, 0, take));
      left -= take;
    }
  }

  /** Stops reading; what has not been read is thrown away. */
  async cancel(): Promise<void> {
    await this.#reader.cancel().catch(() => {});
  }
}
