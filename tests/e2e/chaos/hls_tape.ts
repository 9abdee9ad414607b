import { join } from "../../frame/streams.ts";

const PAUSE_MS = 400;

/** Records all segments of an HLS stream, as a viewer loads them who misses none. */
export class HlsTape {
  /** Segments in order, each run of them behind its initialization segment. */
  readonly #runs: { init: string; parts: Uint8Array[] }[] = [];
  readonly #seen = new Set<string>();
  readonly #running: Promise<void>;
  #ending = false;

  /** @param playlist address of the media playlist */
  constructor(private readonly playlist: string) {
    this.#running = this.#run();
  }

  /** Media segments so far. */
  get segments(): number {
    return this.#seen.size;
  }

  /** Ends the recording. Gives one fragmented MP4 for each initialization segment that came. */
  async stop(): Promise<Uint8Array[]> {
    this.#ending = true;
    await this.#running;
    return this.#runs.map(({ parts }) => join(parts));
  }

  async #run(): Promise<void> {
    while (!this.#ending) {
      // Before the first segment, and while the service stands still, there is nothing to be had.
      await this.#look().catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  async #look(): Promise<void> {
    const response = await fetch(this.playlist, { signal: AbortSignal.timeout(10_000) });
    const text = await response.text();
    if (!response.ok) return;
    let init = "";
    for (const line of text.split("\n")) {
      init = /^#EXT-X-MAP:URI="([^"]+)"/.exec(line)?.[1] ?? init;
      if (!line || line.startsWith("#") || this.#seen.has(line)) continue;
      if (this.#runs.at(-1)?.init !== init) {
        this.#runs.push({ init, parts: [await this.#load(init)] });
      }
      this.#runs.at(-1)!.parts.push(await this.#load(line));
      this.#seen.add(line);
    }
  }

  async #load(file: string): Promise<Uint8Array> {
    const response = await fetch(new URL(file, this.playlist));
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (!response.ok) throw new Error(`${file}: ${response.status}`);
    return bytes;
  }
}
