import type { Feed } from "./feed.ts";

/** Settings of {@linkcode snapshot}. */
export interface SnapshotOptions {
  /** A picture made at most this many milliseconds ago is given again. @default 500 */
  maxAgeMs?: number;
}

/** There is no picture to show yet. HTTP servers answer 503 with `Retry-After`. */
export class NoPictureError extends Error {
  override readonly name = "NoPictureError";
}

/** Makes a JPEG of the newest picture. */
export function snapshot(_feed: Feed, _options: SnapshotOptions = {}): Promise<Uint8Array> {
  return Promise.reject(new NoPictureError("No picture yet."));
}
