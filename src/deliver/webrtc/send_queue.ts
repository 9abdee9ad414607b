import type { Buffer } from "node:buffer";
import { SendTurns, type Turn } from "./send_turns.ts";

/** One access unit cut into RTP payloads, waiting to be sent. */
export interface QueuedPicture {
  readonly payloads: readonly Buffer[];
  /** RTP timestamp, 0 to 2^32 - 1. */
  readonly timestamp: number;
}

/**
 * Sends payloads of a picture.
 *
 * @param from the first of them
 * @param most how many there may be, 1 at least
 * @returns how many were taken; with none it is tried again some milliseconds later
 */
export type SendPayloads = (picture: QueuedPicture, from: number, most: number) => number;

/** Rates and bounds of a {@linkcode SendQueue}. */
export interface SendQueueOptions {
  /** Packets that may go out at once after a pause. @default 64 */
  burstPackets?: number;
  /** Packets per millisecond beyond that. @default 4 */
  packetsPerMs?: number;
  /** Most packets waiting; with more, everything not begun is dropped. @default 4096 */
  maxPackets?: number;
  /** Longest time in milliseconds that a picture waits, on top of what the rate makes it wait. @default 500 */
  maxWaitMs?: number;
  /** Who shares the thread's time. @default all queues that name nothing else */
  turns?: Pick<SendTurns, "ask" | "forget">;
  /** Clock in milliseconds. @default {performance.now} */
  now?: () => number;
}

/** Milliseconds between two rounds of sending while packets wait. */
const ROUND_MS = 5;

const allQueues = new SendTurns();

/** A picture, and until when it must be begun. */
interface Waiting extends QueuedPicture {
  readonly untilMs: number;
}

/**
 * Spreads the packets of large pictures, and of the group that a new viewer starts with, over some
 * milliseconds, and drops pictures for which there is no time.
 *
 * A second of video written in one go is several hundred datagrams, more than a receiver's socket
 * buffer holds; those that do not fit would be lost, and retransmitted in the same way. At the
 * default rate (about 37 Mbit/s) a live picture is hardly delayed and a group arrives within some
 * 100 ms.
 */
export class SendQueue {
  readonly #send: SendPayloads;
  readonly #burstPackets: number;
  readonly #packetsPerMs: number;
  readonly #maxPackets: number;
  readonly #maxWaitMs: number;
  readonly #turns: Pick<SendTurns, "ask" | "forget">;
  readonly #now: () => number;
  readonly #pictures: Waiting[] = [];
  readonly #turn: Turn = () => this.#round();
  #sentOfFirst = 0;
  #waiting = 0;
  #allowance: number;
  #allowanceAtMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(send: SendPayloads, options: SendQueueOptions = {}) {
    this.#send = send;
    this.#burstPackets = options.burstPackets ?? 64;
    this.#packetsPerMs = options.packetsPerMs ?? 4;
    this.#maxPackets = options.maxPackets ?? 4096;
    this.#maxWaitMs = options.maxWaitMs ?? 500;
    this.#turns = options.turns ?? allQueues;
    this.#now = options.now ?? (() => performance.now());
    this.#allowance = this.#burstPackets;
    this.#allowanceAtMs = this.#now();
  }

  /** Packets not yet sent. */
  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Appends a picture; it is sent as soon as it may be.
   *
   * @returns how many pictures are gone: 0, or this one and all that were not begun, since the queue was full or
   * the first of them waited too long. Then nothing should be appended before the next keyframe
   */
  push(picture: QueuedPicture): number {
    const packets = picture.payloads.length;
    if (packets === 0) return 0;
    const now = this.#now();
    const late = this.#sentOfFirst > 0 ? this.#pictures[1] : this.#pictures[0];
    if (this.#waiting + packets > this.#maxPackets || (late && now > late.untilMs)) {
      return 1 + this.#dropNotBegun();
    }
    const untilMs = now + this.#maxWaitMs + (this.#waiting + packets) / this.#packetsPerMs;
    this.#pictures.push({ ...picture, untilMs });
    this.#waiting += packets;
    if (this.#timer === undefined) this.#turns.ask(this.#turn);
    return 0;
  }

  /** Forgets everything that waits and stops the timer. */
  close(): void {
    this.#pictures.length = 0;
    this.#sentOfFirst = 0;
    this.#waiting = 0;
    this.#turns.forget(this.#turn);
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #dropNotBegun(): number {
    // A picture of which packets are out already is finished: a hole in it would be asked for again.
    const before = this.#pictures.length;
    this.#pictures.length = this.#sentOfFirst > 0 ? 1 : 0;
    const first = this.#pictures[0];
    this.#waiting = first ? first.payloads.length - this.#sentOfFirst : 0;
    return before - this.#pictures.length;
  }

  /** Sends what one turn allows; tells whether there is more to send right away. */
  #round(): boolean {
    const first = this.#pictures[0];
    if (!first) return false;
    const now = this.#now();
    this.#allowance = Math.min(
      this.#burstPackets,
      this.#allowance + (now - this.#allowanceAtMs) * this.#packetsPerMs,
    );
    this.#allowanceAtMs = now;
    const most = Math.min(first.payloads.length - this.#sentOfFirst, Math.floor(this.#allowance));
    const sent = most > 0 ? this.#send(first, this.#sentOfFirst, most) : 0;
    this.#sentOfFirst += sent;
    this.#waiting -= sent;
    this.#allowance -= sent;
    if (this.#sentOfFirst === first.payloads.length) {
      this.#pictures.shift();
      this.#sentOfFirst = 0;
    }
    if (this.#waiting === 0) return false;
    if (sent > 0 && this.#allowance >= 1) return true;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#turns.ask(this.#turn);
    }, ROUND_MS);
    return false;
  }
}
