import type { Feed } from "../feed.ts";
import type { Admit } from "../viewer_limits.ts";
import {
  initName,
  MASTER_PLAYLIST,
  masterPlaylist,
  MEDIA_PLAYLIST,
  mediaPlaylist,
  segmentName,
} from "./playlist.ts";
import type { Segment } from "./segment.ts";
import { type Init, Segmenter } from "./segmenter.ts";

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

interface Viewer {
  seenAtMs: number;
  leave: () => void;
}

/** A viewer that asked for no playlist for this long, and three segments, has left. */
const VIEWER_LEFT_MS = 10_000;
const FILE_MAX_AGE_S = 60;

/**
 * Serves one camera's feed as HLS with fMP4 segments (RFC 8216), from memory.
 *
 * Its files are `index.m3u8` (the multivariant playlist, to begin with), `live.m3u8` (the media
 * playlist), `init-G.mp4` and `seg-N.m4s`. Segment numbers begin at the time of the start in
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
  readonly #admit: Admit;
  readonly #viewers = new Map<string, Viewer>();
  readonly #waiting = new Set<(ready: boolean) => void>();
  #segments: Segment[] = [];
  #bytes = 0;
  #discontinuitiesGone = 0;
  #closed = false;

  constructor(feed: Feed, options: HlsOptions = {}) {
    this.#windowSegments = options.windowSegments ?? 7;
    this.#keptSegments = this.#windowSegments + (options.olderSegments ?? 5);
    this.#maxBytes = options.maxBytes ?? 64 * 1024 * 1024;
    this.#segmentS = options.segmentS ?? 1;
    this.#now = options.now ?? Date.now;
    this.#admit = options.admit ?? (() => () => {});
    const segmenter = new Segmenter({
      segmentS: this.#segmentS,
      partS: options.partS ?? 0.2,
      firstNumber: Math.floor(this.#now() / 1000),
    }, (segment, init) => this.#keep(segment, init));
    for (const au of feed.group()) segmenter.push(au);
    this.#unsubscribe = feed.subscribe((au) => segmenter.push(au));
  }

  /** Number of viewers that asked for a playlist lately, see {@linkcode HlsStream.touch}. */
  get viewers(): number {
    const longestS = this.#window().reduce((most, { durationS }) => Math.max(most, durationS), 0);
    const since = this.#now() - Math.max(VIEWER_LEFT_MS, longestS * 3000);
    for (const [key, viewer] of this.#viewers) {
      if (viewer.seenAtMs >= since) continue;
      this.#viewers.delete(key);
      viewer.leave();
    }
    return this.#viewers.size;
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
    const window = this.#window();
    if (window.length === 0) return null;
    return mediaPlaylist(window, this.#discontinuitiesBefore(window[0]!), this.#segmentS);
  }

  /**
   * A file of the stream, playlists included.
   *
   * @param name file name as in the playlists, such as `live.m3u8`
   * @returns null if there is no such file, or no longer
   */
  file(name: string): HlsFile | null {
    if (name === MASTER_PLAYLIST) return playlistFile(this.master());
    if (name === MEDIA_PLAYLIST) return playlistFile(this.media());
    const number = Number(/^(?:init|seg)-(\d{1,15})\.(?:mp4|m4s)$/.exec(name)?.[1]);
    const body = name === initName(number)
      ? this.#inits.get(number)?.body
      : name === segmentName(number)
      ? this.#segments.find((segment) => segment.number === number)?.body
      : undefined;
    return body ? { body, type: "video/mp4", maxAgeS: FILE_MAX_AGE_S } : null;
  }

  /**
   * Notes that a viewer asks for a playlist.
   *
   * @param address from where it comes; empty if that is not known
   * @param program tells viewers of one address apart, such as the user agent
   * @throws {BusyError} if it is a new one and there are too many
   */
  touch(address: string, program: string): void {
    const key = `${address} ${program}`;
    const viewer = this.#viewers.get(key);
    if (viewer) viewer.seenAtMs = this.#now();
    // Asking for their number lets out those that have left.
    else if (this.viewers >= 0) {
      this.#viewers.set(key, { seenAtMs: this.#now(), leave: this.#admit(address) });
    }
  }

  /**
   * Waits for the first segment.
   *
   * @returns whether the playlists are there; false after `timeoutMs` milliseconds without, or when
   * the stream was closed
   */
  waitReady(timeoutMs: number): Promise<boolean> {
    if (this.#segments.length > 0 || this.#closed) {
      return Promise.resolve(this.#segments.length > 0);
    }
    return new Promise((resolve) => {
      const done = (ready: boolean) => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve(ready);
      };
      const timer = setTimeout(() => done(false), timeoutMs);
      this.#waiting.add(done);
    });
  }

  /** Ends the stream and forgets its files. */
  close(): void {
    this.#closed = true;
    this.#unsubscribe();
    this.#segments = [];
    this.#inits.clear();
    for (const { leave } of this.#viewers.values()) leave();
    this.#viewers.clear();
    for (const done of [...this.#waiting]) done(false);
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
    this.#segments.push(segment);
    this.#bytes += segment.body.length;
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
    for (const done of [...this.#waiting]) done(true);
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
