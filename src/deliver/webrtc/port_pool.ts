import type { PortRange } from "../../config/streams_schema.ts";
import { BusyError } from "../viewer_limits.ts";

/**
 * UDP ports that are given to one viewer at a time.
 *
 * werift can look for a free port of a range by itself, but two of its sockets that look at the same
 * moment find the same one, and the second one's failure ends the process.
 */
export class PortPool {
  readonly #range: PortRange;
  readonly #taken = new Set<number>();
  #next: number;

  constructor(range: PortRange) {
    this.#range = range;
    this.#next = range[0];
  }

  /**
   * Takes a port. Ports are given in turn, so that one just given back rests for a while.
   *
   * @throws {BusyError} if none is left
   */
  take(): number {
    const [low, high] = this.#range;
    for (let tried = low; tried <= high; tried++) {
      const port = this.#next;
      this.#next = port === high ? low : port + 1;
      if (this.#taken.has(port)) continue;
      this.#taken.add(port);
      return port;
    }
    throw new BusyError(`All UDP ports from ${low} to ${high} are in use (webrtc.ports).`);
  }

  /** Gives a port back. */
  release(port: number): void {
    this.#taken.delete(port);
  }
}
