const KEPT_LINES = 100;

/**
 * An ffmpeg or ffprobe subprocess. Its error output is always drained (an undrained pipe stops
 * ffmpeg) and its last 100 lines are kept for reports.
 */
export class FfmpegProcess {
  readonly #child: Deno.ChildProcess;
  readonly #lines: string[] = [];
  readonly #drained: Promise<void>;
  #killed = false;

  /**
   * @param command `ffmpeg` or `ffprobe`.
   * @param args Its arguments.
   * @param stdin Whether something will be written to it.
   * @throws {Deno.errors.NotFound} if the program is not installed.
   */
  constructor(command: "ffmpeg" | "ffprobe", args: string[], stdin: "piped" | "null" = "null") {
    this.#child = new Deno.Command(command, { args, stdin, stdout: "piped", stderr: "piped" })
      .spawn();
    this.#drained = this.#drain();
  }

  /** Process id. */
  get pid(): number {
    return this.#child.pid;
  }

  /** What it prints. */
  get stdout(): ReadableStream<Uint8Array> {
    return this.#child.stdout;
  }

  /** What it reads; only with `stdin` piped. */
  get stdin(): WritableStream<Uint8Array> {
    return this.#child.stdin;
  }

  /** Up to the last 100 lines of its error output, secrets included. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Settles when the process has ended and its error output is read to the end. */
  async ended(): Promise<Deno.CommandStatus> {
    const status = await this.#child.status;
    await this.#drained;
    return status;
  }

  /** Ends it at once. Nothing it holds is worth saving. */
  kill(): void {
    if (this.#killed) return;
    this.#killed = true;
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It had ended already.
    }
  }

  async #drain(): Promise<void> {
    let rest = "";
    const decoder = new TextDecoder();
    try {
      for await (const chunk of this.#child.stderr) {
        const parts = (rest + decoder.decode(chunk, { stream: true })).split(/[\r\n]+/);
        // A line without end must not fill the memory.
        rest = (parts.pop() ?? "").slice(-4096);
        for (const line of parts) this.#keep(line);
      }
    } catch {
      // The pipe broke with the process.
    }
    this.#keep(rest);
  }

  #keep(line: string): void {
    if (line === "") return;
    this.#lines.push(line);
    if (this.#lines.length > KEPT_LINES) this.#lines.shift();
  }
}

/** The first thing that went wrong, of what ffmpeg printed, without the name of its part. */
export function firstComplaint(lines: readonly string[]): string | undefined {
  return lines[0]?.replace(/^(\[[^\]]*\] )+/, "").replace(/\.$/, "");
}
