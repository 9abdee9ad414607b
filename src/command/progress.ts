const WIDTH = 30;
/** What is done before anybody looks needs no bar. */
const QUIET_MS = 1000, REDRAW_MS = 200;

/** A bar on standard error of how far a long job is; only where that is a terminal. */
export class Progress {
  readonly #began = performance.now();
  readonly #shown = Deno.stderr.isTerminal();
  #drawnAt = 0;
  #drawn = false;

  /** Draws `done` of `total`; `words` say more, such as a rate. */
  show(done: number, total: number, words: string): void {
    const now = performance.now();
    if (!this.#shown || now - this.#began < QUIET_MS || now - this.#drawnAt < REDRAW_MS) return;
    this.#drawnAt = now;
    this.#drawn = true;
    const full = Math.round(WIDTH * done / Math.max(total, 1));
    write(`\r[${"#".repeat(full)}${".".repeat(WIDTH - full)}] ${done}/${total} ${words}\x1b[K`);
  }

  /** Takes the bar away, so that something else can be printed. */
  clear(): void {
    if (this.#drawn) write("\r\x1b[K");
    this.#drawn = false;
  }
}

function write(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(text));
}
