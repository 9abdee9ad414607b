import type { Admit } from "../viewer_limits.ts";

interface Viewer {
  seenAtMs: number;
  leave: () => void;
}

/** The viewers of a stream that is fetched piece by piece: those who have asked for a playlist lately. */
export class HlsViewers {
  readonly #admit: Admit;
  readonly #now: () => number;
  readonly #viewers = new Map<string, Viewer>();

  constructor(admit: Admit, now: () => number) {
    this.#admit = admit;
    this.#now = now;
  }

  /**
   * Notes that a viewer asks for a playlist.
   *
   * @param address from where it comes; empty if that is not known
   * @param program tells viewers of one address apart, such as the user agent
   * @param leftAfterMs see {@linkcode HlsViewers.count}
   * @throws {BusyError} if it is a new one and there are too many
   */
  touch(address: string, program: string, leftAfterMs: number): void {
    const key = `${address} ${program}`;
    const viewer = this.#viewers.get(key);
    if (viewer) {
      viewer.seenAtMs = this.#now();
      return;
    }
    this.count(leftAfterMs);
    this.#viewers.set(key, { seenAtMs: this.#now(), leave: this.#admit(address) });
  }

  /**
   * How many there are.
   *
   * @param leftAfterMs those that asked for nothing for so long have left
   */
  count(leftAfterMs: number): number {
    const since = this.#now() - leftAfterMs;
    for (const [key, viewer] of this.#viewers) {
      if (viewer.seenAtMs >= since) continue;
      this.#viewers.delete(key);
      viewer.leave();
    }
    return this.#viewers.size;
  }

  /** Lets all of them out. */
  clear(): void {
    this.count(-1);
  }
}
