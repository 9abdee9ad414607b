/** What a {@linkcode FileWriter} needs of a file. */
export type WritableFile = Pick<Deno.FsFile, "write" | "close">;

/** Bytes that may wait for a slow disk. */
const MAX_WAITING_BYTES = 32 * 1024 * 1024;

/** Writes one file in order without ever making the giver of its bytes wait. */
export class FileWriter {
  readonly #onFailure: (error: Error) => void;
  readonly #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #file: WritableFile | null = null;
  #failed = false;
  /** Work on the disk, one thing after another. */
  #work: Promise<void>;

  /**
   * @param open opens the file
   * @param onFailure called once if it cannot be opened or written; nothing is written after that
   */
  constructor(open: () => Promise<WritableFile>, onFailure: (error: Error) => void) {
    this.#onFailure = onFailure;
    this.#work = open().then((file) => {
      this.#file = file;
    }).catch((error) => this.#fail(error));
  }

  /** Appends bytes. */
  write(bytes: Uint8Array): void {
    if (this.#failed) return;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes > MAX_WAITING_BYTES) {
      this.#fail(new Error("the disk is too slow"));
      return;
    }
    this.#work = this.#work.then(() => this.#flush()).catch((error) => this.#fail(error));
  }

  /** Closes the file. Resolves with whether everything was written. */
  async end(): Promise<boolean> {
    await this.#work;
    this.#file?.close();
    this.#file = null;
    return !this.#failed;
  }

  async #flush(): Promise<void> {
    // What has gathered meanwhile goes in one write.
    const pieces = this.#waiting.splice(0);
    const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
    this.#waitingBytes -= whole.length;
    let at = 0;
    for (const piece of pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    for (at = 0; at < whole.length && !this.#failed;) {
      at += await this.#file!.write(whole.subarray(at));
    }
  }

  #fail(error: Error): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#waiting.length = this.#waitingBytes = 0;
    this.#onFailure(error);
  }
}
