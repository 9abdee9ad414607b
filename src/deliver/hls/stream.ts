import type { Feed } from "../feed.ts";

/** A file of an HLS stream, ready to be sent. */
export interface HlsFile {
  body: Uint8Array;
  /** Media type for `Content-Type`. */
  type: string;
  /** Seconds for which the answer may be kept in a cache; the content under a name never changes. */
  maxAgeS: number;
}

/** Settings of a {@linkcode HlsStream}. */
export interface HlsOptions {
  /** Segments named in the playlist. @default 7 */
  windowSegments?: number;
}

/** Serves one camera's feed as HLS with fMP4 segments, from memory. */
export class HlsStream {
  constructor(_feed: Feed, _options: HlsOptions = {}) {
  }

  get viewers(): number {
    return 0;
  }

  master(): string | null {
    return null;
  }

  media(): string | null {
    return null;
  }

  file(_name: string): HlsFile | null {
    return null;
  }

  touch(_viewerKey: string): void {
  }

  waitReady(_timeoutMs: number): Promise<boolean> {
    return Promise.resolve(false);
  }

  close(): void {
  }
}
