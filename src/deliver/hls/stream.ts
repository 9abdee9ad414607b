import type { Feed } from "../feed.ts";
import type { Admit } from "../viewer_limits.ts";
import {
  initName,
  MASTER_PLAYLIST,
  masterPlaylist,
  MEDIA_PLAYLIST,
  mediaPlaylist,
  type MediaWindow,
  partName,
  segmentName,
  targetDurationS,
} from "./playlist.ts";
import type { OpenSegment, Segment } from "./segment.ts";
import { HlsViewers } from "./viewers.ts";
import { type Init, Segmenter } from "./segmenter.ts";
import { Waiting } from "./waiting.ts";

/** A file of an HLS stream, ready to be sent. */
export interface HlsFile {
  body: Uint8Array<ArrayBuffer>;
  /** Media type for `Content-Type`. */
  type: string;
  /**
   * Seconds for which the answer may be cached; 0 for playlists, which change. The content under
   * another name never does, not even when the process is restarted.
   */
  maxAgeS: number;
}

/** Settings of a {@linkcode HlsStream}. */
export interface HlsOptions {
  /** A keyframe begins a new segment once the current one is about this long. @default 1 */
  segmentS?: number;
  /** Target length in seconds of the parts that segments are built from. @default 0.2 */
  partS?: number;
  /** Segments named in the playlist. @default 7 */
  windowSegments?: number;
  /** Segments kept beyond those, for clients that are late. @default 5 */
  olderSegments?: number;
  /** Most bytes of segments kept; older ones go first, the newest stays. @default 67108864 */
  maxBytes?: number;
  /** Lets each viewer in, or throws. @default everyone */
  admit?: Admit;
  /** Clock in milliseconds. @default {Date.now} */
  now?: () => number;
}

/** A viewer that asked for no playlist for this long, and three segments, has left. */
const VIEWER_LEFT_MS = 10_000;
const FILE_MAX_AGE_S = 60;

/**
 * Serves one camera's feed as low-latency HLS with fMP4 segments (draft-pantos-hls-rfc8216bis), from
 * memory.
 *
 * Its files are `index.m3u8` (the multivariant playlist, to begin with), `live.m3u8` (the media
 * playlist), `init-G.mp4`, `seg-N.m4s` and `part-N.I.m4s`. Segment numbers begin at the time of the start in
 * seconds, so that after a restart players go on instead of waiting for numbers that they have had.
 *
 * @example
 * ```ts
 * const hls = new HlsStream(feed);
 * await hls.waitReady(5000);
 * const file = hls.file("index.m3u8");
 * ```
 */
export class HlsStream {
  readonly #windowSegments: number;
  readonly #keptSegments: number;
  readonly #maxBytes: number;
  readonly #segmentS: number;
  readonly #now: () => number;
  readonly #unsubscribe: () => void;
  readonly #inits = new Map<number, Init>();
  readonly #viewers: HlsViewers;
  readonly #waiting = new Waiting();
  #segments: Segment[] = [];
  #open: OpenSegment | null = null;
  /** The media playlist of now, made when it is first asked for: all viewers are given the same. */
  #media: HlsFile | null = null;
  /** See {@linkcode HlsStream.#patienceMs}; changes with the segments. */
  #patience: number | null = null;
  #bytes = 0;
  #discontinuitiesGone = 0;

  constructor(feed: Feed, options: HlsOptions = {}) {
    this.#windowSegments = options.windowSegments ?? 7;
    this.#keptSegments = this.#windowSegments + (options.olderSegments ?? 5);
    this.#maxBytes = options.maxBytes ?? 64 * 1024 * 1024;
    this.#segmentS = options.segmentS ?? 1;
    this.#now = options.now ?? Date.now;
    this.#viewers = new HlsViewers(options.admit ?? (() => () => {}), this.#now);
    const segmenter = new Segmenter({
      segmentS: this.#segmentS,
      partS: options.partS ?? 0.2,
      firstNumber: Math.floor(this.#now() / 1000),
    }, {
      onPart: (open, init) => {
        this.#open = open;
        this.#inits.set(init.number, init);
        this.#changed();
      },
      onSegment: (segment, init) => this.#keep(segment, init),
    });
    this.#unsubscribe = feed.follow(
      (au) => segmenter.push(au, feed.sound),
      (packet) => segmenter.pushAudio(packet),
    );
  }

  /** Number of viewers that asked for a playlist lately, see {@linkcode HlsStream.touch}. */
  get viewers(): number {
    return this.#viewers.count(this.#leftAfterMs());
  }

  /** The multivariant playlist; null before the first segment and after the end. */
  master(): string | null {
    const window = this.#window();
    const newest = window.at(-1);
    const init = newest && this.#inits.get(newest.init);
    return init ? masterPlaylist(init, window) : null;
  }

  /** The media playlist; null before the first segment and after the end. */
  media(): string | null {
    return this.#segments.length === 0 ? null : mediaPlaylist(this.#mediaWindow());
  }

  /**
   * A file of the stream, playlists included.
   *
   * @param name file name as in the playlists, such as `live.m3u8`
   * @returns null if there is no such file, or no longer
   */
  file(name: string): HlsFile | null {
    if (name === MASTER_PLAYLIST) return playlistFile(this.master());
    if (name === MEDIA_PLAYLIST) return this.#media ??= playlistFile(this.media());
    const body = this.#body(name);
    return body ? { body, type: "video/mp4", maxAgeS: FILE_MAX_AGE_S } : null;
  }

  /**
   * A file of the stream, waiting for it if it is the part that the media playlist announces as next.
   *
   * @returns null if there is no such file, or it does not come in three target durations
   */
  async load(name: string): Promise<HlsFile | null> {
    const { number, part } = this.#hint();
    if (name === partName(number, part)) {
      await this.#waiting.until(
        name,
        () => this.#body(name) !== undefined,
        this.#patienceMs(),
      );
    }
    return this.file(name);
  }

  /**
   * Waits until the media playlist holds a segment or part: a blocking reload (rfc8216bis, section
   * 6.2.5.2).
   *
   * @param segment media sequence number
   * @param part index of one of its parts; null if the whole segment is wanted
   * @returns `ready`; `late` if it does not come in three target durations; `never` if it lies so far
   * ahead that the request must be a mistake
   */
  async waitFor(segment: number, part: number | null): Promise<"ready" | "late" | "never"> {
    const newest = this.#segments.at(-1)?.number;
    if (newest === undefined || segment > newest + 2) return "never";
    const ready = await this.#waiting.until(
      `${segment} ${part}`,
      () => this.#holds(segment, part),
      this.#patienceMs(),
    );
    return ready ? "ready" : "late";
  }

  /**
   * Notes that a viewer asks for a playlist.
   *
   * @param address from where it comes; empty if that is not known
   * @param program tells viewers of one address apart, such as the user agent
   * @throws {BusyError} if it is a new one and there are too many
   */
  touch(address: string, program: string): void {
    this.#viewers.touch(address, program, this.#leftAfterMs());
  }

  /**
   * Waits for the first segment.
   *
   * @returns whether the playlists are there; false after `timeoutMs` milliseconds without, or when
   * the stream was closed
   */
  async waitReady(timeoutMs: number): Promise<boolean> {
    const there = () => this.#segments.length > 0;
    // Many ask and few wait.
    return there() || await this.#waiting.until(`first ${timeoutMs}`, there, timeoutMs);
  }

  /** Ends the stream and forgets its files. */
  close(): void {
    this.#unsubscribe();
    this.#segments = [];
    this.#open = null;
    this.#inits.clear();
    this.#viewers.clear();
    this.#changed();
    this.#waiting.close();
  }

  #changed(): void {
    this.#media = null;
    this.#waiting.check();
  }

  /** Three target durations: who asks for what is to come is answered by then, one way or the other. */
  #patienceMs(): number {
    return this.#patience ??= 3000 * targetDurationS(this.#mediaWindow());
  }

  #mediaWindow(): MediaWindow {
    const segments = this.#window();
    return {
      segments,
      open: this.#open,
      discontinuitySequence: segments[0] ? this.#discontinuitiesBefore(segments[0]) : 0,
      targetS: this.#segmentS,
    };
  }

  #body(name: string): Uint8Array<ArrayBuffer> | undefined {
    const [, kind, digits, index] = /^(init|seg|part)-(\d{1,15})(?:\.(\d{1,6}))?\./.exec(name) ??
      [];
    const number = Number(digits);
    const segment = () => this.#segments.find((segment) => segment.number === number);
    if (kind === "init" && name === initName(number)) return this.#inits.get(number)?.body;
    if (kind === "seg" && name === segmentName(number)) return segment()?.body;
    if (kind === "part" && name === partName(number, Number(index))) {
      const owner = this.#open?.start.number === number ? this.#open : segment();
      return owner?.parts[Number(index)]?.body;
    }
    return undefined;
  }

  /** The part that comes next. */
  #hint(): { number: number; part: number } {
    const newest = this.#segments.at(-1)?.number ?? -1;
    return this.#open
      ? { number: this.#open.start.number, part: this.#open.parts.length }
      : { number: newest + 1, part: 0 };
  }

  #holds(segment: number, part: number | null): boolean {
    const complete = this.#segments.find(({ number }) => number === segment);
    // A part past the end of a segment stands for the first one of the next.
    if (complete && part !== null && part >= complete.parts.length) {
      return this.#holds(segment + 1, 0);
    }
    if (complete || segment < (this.#segments[0]?.number ?? 0)) return true;
    return part !== null && this.#open?.start.number === segment && this.#open.parts.length > part;
  }

  #leftAfterMs(): number {
    return Math.max(VIEWER_LEFT_MS, this.#patienceMs());
  }

  #window(): readonly Segment[] {
    return this.#segments.slice(-this.#windowSegments);
  }

  #discontinuitiesBefore(first: Segment): number {
    let count = this.#discontinuitiesGone;
    for (const segment of this.#segments) {
      if (segment.number >= first.number) break;
      if (segment.discontinuity) count++;
    }
    return count;
  }

  #keep(segment: Segment, init: Init): void {
    this.#open = null;
    this.#segments.push(segment);
    this.#bytes += segment.body.length;
    this.#patience = null;
    this.#inits.set(init.number, init);
    while (
      this.#segments.length > this.#keptSegments ||
      (this.#bytes > this.#maxBytes && this.#segments.length > 1)
    ) {
      const gone = this.#segments.shift()!;
      this.#bytes -= gone.body.length;
      if (gone.discontinuity) this.#discontinuitiesGone++;
    }
    const oldestInit = this.#segments[0]!.init;
    for (const number of this.#inits.keys()) {
      if (number < oldestInit) this.#inits.delete(number);
    }
    this.#changed();
  }
}

function playlistFile(text: string | null): HlsFile | null {
  if (text === null) return null;
  return {
    body: new TextEncoder().encode(text),
    type: "application/vnd.apple.mpegurl",
    maxAgeS: 0,
  };
}
