import type { Feed } from "../feed.ts";

/** Settings of a {@linkcode WhepEndpoint}. */
export interface WhepOptions {
  /** Most viewers at one time. @default 64 */
  maxViewers?: number;
}

/** Serves one camera's feed to browsers by WebRTC (WHEP, draft-ietf-wish-whep-02). */
export class WhepEndpoint {
  readonly #feed: Feed;

  constructor(feed: Feed, _options: WhepOptions = {}) {
    this.#feed = feed;
  }

  get viewers(): number {
    return 0;
  }

  offer(_sdp: string): Promise<{ id: string; sdp: string }> {
    return Promise.reject(new Error(`not yet: ${this.#feed.listenerCount}`));
  }

  has(_id: string): boolean {
    return false;
  }

  delete(_id: string): boolean {
    return false;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
