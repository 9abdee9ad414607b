/** Thrown when a pipe ends in the middle of something. */
export class PipeEndedError extends Error {
  override readonly name = "PipeEndedError";
}

/**
 * Reads bytes, numbers and whole blocks from a byte stream, copying each byte once.
 *
 * @example
 * ```ts
 * const reader = new PipeReader(child.stdout);
 * const first = await reader.byte();
 * await reader.into(block);
 * ```
 */
export class PipeReader {
  #reader: ReadableStreamDefaultReader<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);
  #at = 0;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  /** Bytes that can be read without waiting. */
  get buffered(): number {
    return this.#chunk.length - this.#at;
  }

  /** Waits until at least one byte is there; false at the end of the stream. */
  async more(): Promise<boolean> {
    while (this.#at >= this.#chunk.length) {
      const { done, value } = await this.#reader.read();
      if (done) return false;
      this.#chunk = value;
      this.#at = 0;
    }
    return true;
  }

  /**
   * The next byte, 0-255.
   *
   * @throws {PipeEndedError} at the end of the stream.
   */
  async byte(): Promise<number> {
    if (this.#at >= this.#chunk.length && !(await this.more())) {
      throw new PipeEndedError("The pipe ended inside a packet");
    }
    return this.#chunk[this.#at++];
  }

  /**
   * Fills `target` with the next bytes.
   *
   * @throws {PipeEndedError} if the stream ends before `target` is full.
   */
  async into(target: Uint8Array): Promise<void> {
    let filled = 0;
    while (filled < target.length) {
      if (this.#at >= this.#chunk.length && !(await this.more())) {
        throw new PipeEndedError(`The pipe ended ${target.length - filled} bytes early`);
      }
      const take = Math.min(target.length - filled, this.#chunk.length - this.#at);
      target.set(this.#chunk.subarray(this.#at, this.#at + take), filled);
      this.#at += take;
      filled += take;
    }
  }

  /** Reads `count` bytes and forgets them. */
  async skip(count: number): Promise<void> {
    while (count > 0) {
      if (this.#at >= this.#chunk.length && !(await this.more())) {
        throw new PipeEndedError(`The pipe ended ${count} bytes early`);
      }
      const take = Math.min(count, this.#chunk.length - this.#at);
      this.#at += take;
      count -= take;
    }
  }

  /** Stops reading; what has not been read is thrown away. */
  async cancel(): Promise<void> {
    await this.#reader.cancel().catch(() => {});
  }
}
