import type { Buffer } from "node:buffer";

/** One access unit cut into RTP payloads, waiting to be sent. */
export interface QueuedPicture {
  readonly payloads: readonly Buffer[];
  /** RTP timestamp, 0 to 2^32 - 1. */
  readonly timestamp: number;
}

/** Sends one RTP payload; `marker` is true on the last one of a picture. */
export type SendPayload = (payload: Buffer, timestamp: number, marker: boolean) => void;

/** Rates and bounds of a {@linkcode SendQueue}. */
export interface SendQueueOptions {
  /** Packets that may go out at once after a pause. @default 64 */
  burstPackets?: number;
  /** Packets per millisecond beyond that. @default 4 */
  packetsPerMs?: number;
  /** Most packets waiting; with more, everything not begun is dropped. @default 4096 */
  maxPackets?: number;
  /** Clock in milliseconds. @default {performance.now} */
  now?: () => number;
}

/** Milliseconds between two rounds of sending while packets wait. */
const ROUND_MS = 5;

/**
 * Spreads the packets of large pictures, and of the group that a new viewer starts with, over some
 * milliseconds.
 *
 * A second of video written in one go is several hundred datagrams, more than a receiver's socket
 * buffer holds; those that do not fit would be lost, and retransmitted in the same way. At the
 * default rate (about 37 Mbit/s) a live picture is hardly delayed and a group arrives within some
 * 100 ms.
 */
export class SendQueue {
  readonly #send: SendPayload;
  readonly #burstPackets: number;
  readonly #packetsPerMs: number;
  readonly #maxPackets: number;
  readonly #now: () => number;
  readonly #pictures: QueuedPicture[] = [];
  #sentOfFirst = 0;
  #waiting = 0;
  #allowance: number;
  #allowanceAtMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(send: SendPayload, options: SendQueueOptions = {}) {
    this.#send = send;
    this.#burstPackets = options.burstPackets ?? 64;
    this.#packetsPerMs = options.packetsPerMs ?? 4;
    this.#maxPackets = options.maxPackets ?? 4096;
    this.#now = options.now ?? (() => performance.now());
    this.#allowance = this.#burstPackets;
    this.#allowanceAtMs = this.#now();
  }

  /** Packets not yet sent. */
  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Appends a picture and sends what may be sent now.
   *
   * @returns false if the queue was full: then this picture and all that were not begun are gone,
   * and nothing should be appended before the next keyframe
   */
  push(picture: QueuedPicture): boolean {
    if (picture.payloads.length === 0) return true;
    if (this.#waiting + picture.payloads.length > this.#maxPackets) {
      this.#dropNotBegun();
      return false;
    }
    this.#pictures.push(picture);
    this.#waiting += picture.payloads.length;
    this.#round();
    return true;
  }

  /** Forgets everything that waits and stops the timer. */
  close(): void {
    this.#pictures.length = 0;
    this.#sentOfFirst = 0;
    this.#waiting = 0;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #dropNotBegun(): void {
    // A picture of which packets are out already is finished: a hole in it would be asked for again.
    this.#pictures.length = this.#sentOfFirst > 0 ? 1 : 0;
    const first = this.#pictures[0];
    this.#waiting = first ? first.payloads.length - this.#sentOfFirst : 0;
  }

  #round(): void {
    if (this.#timer !== undefined) return;
    const now = this.#now();
    this.#allowance = Math.min(
      this.#burstPackets,
      this.#allowance + (now - this.#allowanceAtMs) * this.#packetsPerMs,
    );
    this.#allowanceAtMs = now;
    while (this.#allowance >= 1) {
      const first = this.#pictures[0];
      if (!first) return;
      const payload = first.payloads[this.#sentOfFirst]!;
      this.#sentOfFirst++;
      this.#waiting--;
      this.#allowance--;
      const last = this.#sentOfFirst === first.payloads.length;
      if (last) {
        this.#pictures.shift();
        this.#sentOfFirst = 0;
      }
      this.#send(payload, first.timestamp, last);
    }
    if (this.#waiting === 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#round();
    }, ROUND_MS);
  }
}
