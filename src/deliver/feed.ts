import type { AccessUnit } from "../encode/access_unit.ts";
import type { AudioPacket } from "../frame/audio_packet.ts";

/** Receives each access unit as it is published. Must return quickly; it runs inside `publish`. */
export type Sink = (au: AccessUnit) => void;

/** Receives each packet of sound as it is published, under the same terms. */
export type AudioSink = (packet: AudioPacket) => void;

/** Packets of sound kept with the group: more than a group is long. */
const MAX_AUDIO = 1500;

/** A camera that has sent no picture for so long is not live. */
const LIVE_MS = 30_000;

/** Bounds and reporting of a {@linkcode Feed}. */
export interface FeedOptions {
  /**
   * Most access units kept since the last keyframe.
   *
   * @default 900
   */
  maxGroupUnits?: number;
  /**
   * Most bytes kept since the last keyframe.
   *
   * @default 33554432
   */
  maxGroupBytes?: number;
  /**
   * Told about the first error that each sink throws; later ones of the same sink are not reported,
   * since they tend to come with every picture.
   *
   * @default {console.error}
   */
  onSinkError?: (error: unknown) => void;
}

/**
 * Hands one camera's access units to whoever serves them, and keeps the group since the last
 * keyframe so that a late joiner has something to decode at once.
 *
 * Everything runs synchronously on one thread, so reading {@linkcode Feed.group} and calling
 * {@linkcode Feed.subscribe} in the same turn of the event loop neither loses nor repeats a picture.
 *
 * @example
 * ```ts
 * const feed = new Feed();
 * for (const au of feed.group()) send(au);
 * const unsubscribe = feed.subscribe(send);
 * ```
 */
export class Feed {
  /** Whether its outputs have sound. It comes by {@linkcode Feed.publishAudio}; where none does it is silence. */
  sound = false;
  readonly #sinks = new Set<Sink>();
  readonly #failed = new WeakSet<Sink>();
  readonly #maxGroupUnits: number;
  readonly #maxGroupBytes: number;
  readonly #onSinkError: (error: unknown) => void;
  readonly #audioSinks = new Set<AudioSink>();
  #audio: AudioPacket[] = [];
  #group: AccessUnit[] = [];
  #groupBytes = 0;
  #latest: AccessUnit | null = null;
  #latestAtMs = -Infinity;

  constructor(options: FeedOptions = {}) {
    this.#maxGroupUnits = options.maxGroupUnits ?? 900;
    this.#maxGroupBytes = options.maxGroupBytes ?? 32 * 1024 * 1024;
    this.#onSinkError = options.onSinkError ??
      ((error) => console.error("A reader of the encoded stream failed:", error));
  }

  /** The newest access unit, decodable or not; null before the first. */
  get latest(): AccessUnit | null {
    return this.#latest;
  }

  /** Milliseconds since the newest access unit came; infinite before the first. */
  get silentMs(): number {
    return performance.now() - this.#latestAtMs;
  }

  /** Whether a picture has come in the last 30 seconds. */
  get live(): boolean {
    return this.silentMs <= LIVE_MS;
  }

  /** Number of current subscribers. */
  get listenerCount(): number {
    return this.#sinks.size;
  }

  /**
   * Everything since the last keyframe, keyframe first, all of one generation: what a decoder needs
   * to show the newest picture.
   *
   * Empty before the first keyframe, and when a group outgrew its bounds (then until the next
   * keyframe: a group with a hole in it would decode to garbage).
   *
   * @returns a copy that later publishing does not change
   */
  group(): readonly AccessUnit[] {
    return this.#group.slice();
  }

  /**
   * Keeps the access unit for late joiners and hands it to every subscriber, in the order in which
   * they subscribed. An error thrown by one of them reaches neither the others nor the caller.
   */
  publish(au: AccessUnit): void {
    this.#latest = au;
    this.#latestAtMs = performance.now();
    this.#keep(au);
    for (const sink of [...this.#sinks]) {
      // A sink may have been unsubscribed by one that ran before it.
      if (!this.#sinks.has(sink)) continue;
      try {
        sink(au);
      } catch (error) {
        this.#report(sink, error);
      }
    }
  }

  /**
   * Calls `sink` for every access unit published from now on.
   *
   * @returns a function that ends the subscription; calling it again does nothing
   */
  subscribe(sink: Sink): () => void {
    // Wrapped, so that subscribing one function twice gives two independent subscriptions.
    const own: Sink = (au) => sink(au);
    this.#sinks.add(own);
    return () => {
      this.#sinks.delete(own);
    };
  }

  /** The sound since the last keyframe, which belongs to {@linkcode Feed.group}. */
  audio(): readonly AudioPacket[] {
    return this.#audio.slice();
  }

  /** Keeps a packet of sound for late joiners and hands it to who subscribed to sound. */
  publishAudio(packet: AudioPacket): void {
    if (!this.sound) return;
    this.#audio.push(packet);
    if (this.#audio.length > MAX_AUDIO) this.#audio.shift();
    for (const sink of [...this.#audioSinks]) sink(packet);
  }

  /**
   * Calls `sink` for every packet of sound published from now on. Sound of a time comes after the picture
   * of that time, and before the second next.
   *
   * @returns a function that ends the subscription; calling it again does nothing
   */
  subscribeAudio(sink: AudioSink): () => void {
    const own: AudioSink = (packet) => sink(packet);
    this.#audioSinks.add(own);
    return () => {
      this.#audioSinks.delete(own);
    };
  }

  /** Gives everything since the last keyframe, and then all that is published, sound included. */
  follow(sink: Sink, audioSink: AudioSink): () => void {
    for (const au of this.group()) sink(au);
    for (const packet of this.audio()) audioSink(packet);
    const ends = [this.subscribe(sink), this.subscribeAudio(audioSink)];
    return () => ends.forEach((end) => end());
  }

  #keep(au: AccessUnit): void {
    if (au.key) {
      this.#audio = this.#audio.filter(({ timeUs }) => timeUs >= au.timeUs);
      this.#group = [];
      this.#groupBytes = 0;
    } else {
      const last = this.#group.at(-1);
      if (last === undefined) return;
      if (last.generation !== au.generation) {
        this.#group = [];
        return;
      }
    }
    this.#groupBytes += au.data.byteLength;
    if (this.#group.length >= this.#maxGroupUnits || this.#groupBytes > this.#maxGroupBytes) {
      this.#group = [];
      return;
    }
    this.#group.push(au);
  }

  #report(sink: Sink, error: unknown): void {
    if (this.#failed.has(sink)) return;
    this.#failed.add(sink);
    try {
      this.#onSinkError(error);
    } catch {
      // Reporting is a courtesy; it must not stop the stream either.
    }
  }
}
