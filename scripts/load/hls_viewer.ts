import { HttpConnection } from "./http_connection.ts";

/** Pause after a request that failed. */
const PAUSE_MS = 200;

/** A part as a playlist names it. */
interface Part {
  segment: number;
  part: number;
  /** Wall clock at which its last picture was over at the camera. */
  endsAtMs: number;
}

/**
 * A low-latency HLS viewer that loads what hls.js would, and decodes nothing: the media playlist, held
 * back until it has the next part, then each part that is new in it. It costs less than what serves it, as
 * it shares its machine.
 */
export class HlsViewer {
  readonly #connection: HttpConnection;
  readonly #folder: string;
  #running: Promise<void> | undefined;
  #ended = false;
  /** What it has loaded last. */
  #last: Pick<Part, "segment" | "part"> | null = null;
  #parts = 0;
  #skipped = 0;
  #bytes = 0;
  #failures = 0;
  #ages: number[] = [];

  /**
   * @param camera the camera's address
   * @param number tells it apart from the others: the service counts viewers by their program
   */
  constructor(camera: string, number: number) {
    this.#connection = new HttpConnection(camera, `bokashi-load/${number}`);
    this.#folder = `${new URL(camera).pathname}/hls/`;
  }

  /** Parts loaded. */
  get parts(): number {
    return this.#parts;
  }

  /** Parts that were gone before they could be loaded. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Bytes loaded, without playlists. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Requests that were refused or failed. */
  get failures(): number {
    return this.#failures;
  }

  /** Milliseconds from the end of each part at the camera to its arrival here, since the last call. */
  takeAges(): number[] {
    const ages = this.#ages;
    this.#ages = [];
    return ages;
  }

  /** Begins to load the stream. */
  start(): void {
    this.#running = this.#run();
  }

  /** Ends it. */
  async stop(): Promise<void> {
    this.#ended = true;
    this.#connection.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    let query = "";
    while (!this.#ended) {
      try {
        const { status, text } = await this.#connection.get(
          `${this.#folder}live.m3u8${query}`,
          true,
        );
        if (status !== 200) throw new Error(`The playlist was answered by ${status}`);
        query = await this.#loadNew(text);
      } catch {
        if (this.#ended) return;
        this.#failures++;
        query = "";
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    }
  }

  /** Loads the parts of a playlist that it has not loaded; gives the query for the next playlist. */
  async #loadNew(playlist: string): Promise<string> {
    for (const { segment, part, endsAtMs } of this.#newParts(partsOf(playlist))) {
      const { status, length } = await this.#connection.get(
        `${this.#folder}part-${segment}.${part}.m4s`,
        false,
      );
      if (status !== 200) throw new Error(`A part was answered by ${status}`);
      this.#parts++;
      this.#bytes += length;
      this.#ages.push(Date.now() - endsAtMs);
      this.#last = { segment, part };
    }
    const [, segment, part] = /PRELOAD-HINT:TYPE=PART,URI="part-(\d+)\.(\d+)/.exec(playlist) ?? [];
    return segment === undefined ? "" : `?_HLS_msn=${segment}&_HLS_part=${part}`;
  }

  /** Those behind the part that was loaded last; to begin with the newest alone. */
  #newParts(listed: readonly Part[]): readonly Part[] {
    const last = this.#last, first = listed[0];
    if (last === null) return listed.slice(-1);
    if (first && (first.segment - last.segment || first.part - last.part) > 0) {
      const inASegment = listed.filter(({ segment }) => segment === first.segment).length;
      this.#skipped += (first.segment - last.segment) * inASegment - last.part - 1;
    }
    return listed.filter(({ segment, part }) => (segment - last.segment || part - last.part) > 0);
  }
}

/** The parts of a playlist in order. */
function partsOf(playlist: string): Part[] {
  const parts: Part[] = [];
  let dateMs = NaN;
  for (const line of playlist.split("\n")) {
    if (line.startsWith("#EXT-X-PROGRAM-DATE-TIME:")) dateMs = Date.parse(line.slice(25));
    if (!line.startsWith("#EXT-X-PART:")) continue;
    const [, durationS, segment, part] = /DURATION=([\d.]+),URI="part-(\d+)\.(\d+)/.exec(line)!;
    dateMs += Number(durationS) * 1000;
    parts.push({ segment: Number(segment), part: Number(part), endsAtMs: dateMs });
  }
  return parts;
}
