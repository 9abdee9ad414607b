import type { AccessUnit } from "../../encode/access_unit.ts";
import type { Feed } from "../feed.ts";
import { MediaSender } from "./media_sender.ts";
import type { PayloadCache } from "./payload_cache.ts";
import type { Peer } from "./peer.ts";
import { RtpClock } from "./rtp_clock.ts";
import { SendQueue } from "./send_queue.ts";

/** Times after which a viewer is given up, in milliseconds. */
export interface SessionTimeouts {
  /** From the answer to the first picture sent. */
  connectTimeoutMs: number;
  /** Without any RTCP from the viewer. Browsers report about once a second. */
  silenceTimeoutMs: number;
}

/** Shortest time between two groups sent because the viewer asked for a picture, in milliseconds. */
const REPAIR_INTERVAL_MS = 500;

/** One receiver, a WHEP viewer or a WHIP server: sends it the group since the last keyframe, then every picture as it comes. */
export class Session {
  readonly #peer: Peer;
  readonly #feed: Feed;
  readonly #payloads: PayloadCache;
  readonly #timeouts: SessionTimeouts;
  readonly #onSkipped: (pictures: number) => void;
  readonly #onEnd: (closing: Promise<void>) => void;
  readonly #clock = new RtpClock();
  readonly #queue: SendQueue;
  #unsubscribe: (() => void) | undefined;
  #watchdog: ReturnType<typeof setTimeout> | undefined;
  #closing: Promise<void> | undefined;
  #sender: MediaSender | undefined;
  /** Generation being sent; null while a keyframe is awaited. */
  #generation: number | null = null;
  /** Whether a keyframe is awaited since there was no time for pictures. */
  #skipping = false;
  #repairedAtMs = -Infinity;

  /**
   * @param onSkipped called with how many pictures the viewer does not get since there was no time for them
   * @param onEnd called once when the session is over, for whatever reason, with what resolves when
   * its sockets are closed
   */
  constructor(
    peer: Peer,
    feed: Feed,
    payloads: PayloadCache,
    timeouts: SessionTimeouts,
    onSkipped: (pictures: number) => void,
    onEnd: (closing: Promise<void>) => void,
  ) {
    this.#peer = peer;
    this.#feed = feed;
    this.#payloads = payloads;
    this.#timeouts = timeouts;
    this.#onSkipped = onSkipped;
    this.#onEnd = onEnd;
    this.#queue = new SendQueue((picture, from, most) => {
      try {
        return this.#sender!.send(picture, from, most);
      } catch {
        // One that cannot be sent to ends alone.
        this.close();
        return 0;
      }
    });
  }

  /** Starts to wait for the viewer's connection. */
  begin(): void {
    const { connection, sender } = this.#peer;
    connection.connectionStateChange.subscribe((state) => this.#onState(state));
    // Of the whole transport: a report that says nothing of our stream is a sign of life as well.
    sender.transport?.onRtcp.subscribe(() => this.#heard());
    sender.onGenericNack.subscribe(({ lost }) => this.#sender?.sendAgain(lost));
    sender.onPictureLossIndication.subscribe(() => this.#repair());
    this.#expectSign(this.#timeouts.connectTimeoutMs);
    // It may have connected before we were there to see it.
    this.#onState(connection.connectionState);
  }

  /** Ends the session; safe to call again. Resolves when its sockets are closed. */
  close(): Promise<void> {
    if (!this.#closing) {
      this.#closing = this.#close();
      this.#onEnd(this.#closing);
    }
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearTimeout(this.#watchdog);
    this.#unsubscribe?.();
    this.#queue.close();
    this.#sender?.close();
    await this.#peer.close();
  }

  #onState(state: string): void {
    if (this.#closing) return;
    if (state === "connected") this.#start();
    else if (state === "failed" || state === "closed") this.close();
  }

  #start(): void {
    // "connected" comes again after a "disconnected" that healed.
    if (this.#unsubscribe) return;
    this.#heard();
    const { sender, numbers } = this.#peer;
    this.#sender = new MediaSender(sender.transport!, numbers);
    this.#sendGroup(this.#feed.group());
    this.#unsubscribe = this.#feed.subscribe((au) => this.#sendLive(au));
  }

  #sendLive(au: AccessUnit): void {
    if (au.key) this.#generation = au.generation;
    else if (this.#generation !== au.generation) {
      if (this.#skipping) this.#onSkipped(1);
      return;
    }
    this.#skipping = false;
    this.#push(au, this.#clock.live(au.timeUs));
  }

  #sendGroup(group: readonly AccessUnit[]): void {
    const times = group.map((au) => au.timeUs);
    const timestamps = this.#clock.catchUp(times, this.#feed.silentMs * 1000);
    for (const [i, au] of group.entries()) {
      this.#generation = au.generation;
      if (!this.#push(au, timestamps[i]!)) return;
    }
  }

  /** Gives false if there is no time for it. */
  #push(au: AccessUnit, timestamp: number): boolean {
    const gone = this.#queue.push({ payloads: this.#payloads.get(au), timestamp });
    if (gone === 0) return true;
    // Without the dropped pictures the following ones would decode to garbage.
    this.#generation = null;
    this.#skipping = true;
    this.#onSkipped(gone);
    return false;
  }

  /** The viewer lost its picture: gives it the group again instead of waiting for a keyframe. */
  #repair(): void {
    const now = performance.now();
    if (!this.#unsubscribe || this.#closing) return;
    if (now - this.#repairedAtMs < REPAIR_INTERVAL_MS || this.#queue.waiting > 0) return;
    // More of what there was no time for helps nobody.
    if (this.#skipping) return;
    this.#repairedAtMs = now;
    this.#sendGroup(this.#feed.group());
  }

  #heard(): void {
    if (!this.#closing) this.#expectSign(this.#timeouts.silenceTimeoutMs);
  }

  #expectSign(withinMs: number): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.close(), withinMs);
  }
}
