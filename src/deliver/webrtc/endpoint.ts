import type { Feed } from "../feed.ts";
import { parameterSets, profileLevelId, splitNalUnits } from "../h264.ts";
import { BusyError } from "./errors.ts";
import { parseOffer } from "./offer.ts";
import { PayloadCache } from "./payload_cache.ts";
import { answerOffer, type PeerOptions } from "./peer.ts";
import { Session, type SessionTimeouts } from "./session.ts";

/** Settings of a {@linkcode WhepEndpoint}. */
export interface WhepOptions extends PeerOptions, Partial<SessionTimeouts> {
  /** Most viewers at one time. @default 64 */
  maxViewers?: number;
}

/**
 * Serves one camera's feed to browsers by WebRTC: the part of a WHEP endpoint
 * (draft-ietf-wish-whep-02) below HTTP.
 *
 * A viewer sees a picture as soon as it is connected, since it is sent the group since the last
 * keyframe first. One that vanishes without saying so is forgotten within 15 seconds.
 *
 * @example
 * ```ts
 * const whep = new WhepEndpoint(feed);
 * const { id, sdp } = await whep.offer(await request.text());
 * return new Response(sdp, { status: 201, headers: { Location: `whep/${id}` } });
 * ```
 */
export class WhepEndpoint {
  readonly #feed: Feed;
  readonly #options: WhepOptions;
  readonly #sessions = new Map<string, Session>();
  readonly #ending = new Set<Promise<void>>();
  readonly #payloads = new PayloadCache();
  #answering = 0;
  #closed = false;

  constructor(feed: Feed, options: WhepOptions = {}) {
    this.#feed = feed;
    this.#options = options;
  }

  /** Number of current sessions, those that are still connecting included. */
  get viewers(): number {
    return this.#sessions.size;
  }

  /**
   * Answers a viewer's SDP offer and starts its session.
   *
   * @param sdp the offer, with or without ICE candidates
   * @returns an unguessable session id, and the SDP answer with all our ICE candidates
   * @throws {OfferError} if the offer cannot be used: the sender's fault, HTTP 400
   * @throws {BusyError} if there are too many viewers, or the endpoint is closed: HTTP 503
   */
  async offer(sdp: string): Promise<{ id: string; sdp: string }> {
    const maxViewers = this.#options.maxViewers ?? 64;
    if (this.#closed) throw new BusyError("Cannot add a viewer: the camera is being stopped.", 5);
    if (this.#sessions.size + this.#answering >= maxViewers) {
      throw new BusyError(
        `Cannot add a viewer: there are ${maxViewers} already, the most allowed.`,
        5,
      );
    }
    this.#answering++;
    try {
      const peer = await answerOffer(parseOffer(sdp, this.#streamProfile()), this.#options);
      if (this.#closed) {
        await peer.connection.close();
        throw new BusyError("Cannot add a viewer: the camera is being stopped.", 5);
      }
      const id = crypto.randomUUID();
      const timeouts = {
        connectTimeoutMs: this.#options.connectTimeoutMs ?? 15_000,
        silenceTimeoutMs: this.#options.silenceTimeoutMs ?? 15_000,
      };
      const session = new Session(peer, this.#feed, this.#payloads, timeouts, (closing) => {
        this.#sessions.delete(id);
        this.#ending.add(closing);
        closing.finally(() => this.#ending.delete(closing));
      });
      this.#sessions.set(id, session);
      session.begin();
      return { id, sdp: peer.answer };
    } finally {
      this.#answering--;
    }
  }

  /** Whether a session of this id goes on. */
  has(id: string): boolean {
    return this.#sessions.has(id);
  }

  /**
   * Ends a session.
   *
   * @returns false if there is none of this id
   */
  delete(id: string): boolean {
    const session = this.#sessions.get(id);
    if (!session) return false;
    session.close();
    return true;
  }

  /** Ends all sessions and refuses new ones. Resolves when all sockets are closed. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const session of [...this.#sessions.values()]) session.close();
    await Promise.all(this.#ending);
  }

  /** Profile and level of what is being sent, null before the first keyframe. */
  #streamProfile(): string | null {
    const key = this.#feed.group()[0];
    const sets = key ? parameterSets(splitNalUnits(key.data)) : null;
    return sets ? profileLevelId(sets.sps) : null;
  }
}
