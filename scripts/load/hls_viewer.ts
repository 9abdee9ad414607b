/** A low-latency HLS viewer that loads everything and decodes nothing. */
export class HlsViewer {
  readonly #headers: HeadersInit;
  readonly #ending = new AbortController();
  #running: Promise<void> | undefined;
  #parts = 0;
  #bytes = 0;
  #failures = 0;

  /** @param number tells it apart from the others: the service counts viewers by their program */
  constructor(number: number) {
    this.#headers = { "user-agent": `bokashi-load/${number}` };
  }

  /** Parts loaded. */
  get parts(): number {
    return this.#parts;
  }

  /** Bytes loaded, without playlists. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Requests that were refused or failed. */
  get failures(): number {
    return this.#failures;
  }

  /** Begins to load a stream. */
  start(playlist: string): void {
    this.#running = this.#run(playlist);
  }

  /** Ends it. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#running;
  }

  async #run(playlist: string): Promise<void> {
    let query = "";
    while (!this.#ending.signal.aborted) {
      const text = await this.#load(playlist + query);
      // The part announced as next: the server holds both requests back until it is there.
      const [, file, segment, part] =
        /PRELOAD-HINT:TYPE=PART,URI="(part-(\d+)\.(\d+)\.m4s)"/.exec(text ?? "") ?? [];
      if (file === undefined) {
        query = "";
        await new Promise((resolve) => setTimeout(resolve, 200));
        continue;
      }
      query = `?_HLS_msn=${segment}&_HLS_part=${part}`;
      const body = await this.#load(new URL(file, playlist).href);
      if (body === null) continue;
      this.#parts++;
      this.#bytes += body.length;
    }
  }

  async #load(url: string): Promise<string | null> {
    try {
      const response = await fetch(url, { headers: this.#headers, signal: this.#ending.signal });
      const bytes = new Uint8Array(await response.arrayBuffer());
      if (response.ok) return new TextDecoder("latin1").decode(bytes);
    } catch {
      if (this.#ending.signal.aborted) return null;
    }
    this.#failures++;
    return null;
  }
}
