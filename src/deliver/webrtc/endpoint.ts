import type { Feed } from "../feed.ts";
import { parameterSets, profileLevelId, splitNalUnits } from "../h264.ts";
import { type Admit, BusyError } from "../viewer_limits.ts";
import { ConnectGate } from "./connect_gate.ts";
import { NotLiveError } from "./errors.ts";
import type { IceControl } from "./ice_control.ts";
import { parseOffer } from "./offer.ts";
import { PayloadCache } from "./payload_cache.ts";
import { answerOffer, type PeerOptions } from "./peer.ts";
import { Session, type SessionTimeouts } from "./session.ts";

/**
 * Reports stay away for a time on a machine that is too busy, and nothing is wrong with the viewer; one that
 * is gone is known by its consent (30 seconds). This is for one that answers checks and plays nothing.
 */
const SILENCE_MS = 45_000;

/** Settings of a {@linkcode WhepEndpoint}. */
export interface WhepOptions extends PeerOptions, Partial<SessionTimeouts> {
  /** Lets each viewer in, or throws. @default everyone */
  admit?: Admit;
  /** Lets new viewers connect a few at a time. @default one of its own */
  gate?: ConnectGate;
}

/**
 * Serves one camera's feed to browsers by WebRTC: the part of a WHEP endpoint
 * (draft-ietf-wish-whep-02) below HTTP.
 *
 * A viewer sees a picture as soon as it is connected, since it is sent the group since the last
 * keyframe first. One that vanishes without saying so is forgotten within 30
 * seconds, when its consent to be sent to (RFC 7675) runs out.
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
  readonly #gate: ConnectGate;
  readonly #sessions = new Map<string, { session: Session; ice: IceControl }>();
  readonly #ending = new Set<Promise<void>>();
  readonly #payloads = new PayloadCache();
  #closed = false;
  #skipped = 0;

  constructor(feed: Feed, options: WhepOptions = {}) {
    this.#feed = feed;
    this.#options = options;
    this.#gate = options.gate ?? new ConnectGate();
  }

  /** Number of current sessions, those that are still connecting included. */
  get viewers(): number {
    return this.#sessions.size;
  }

  /** Pictures that viewers did not get since there was no time for them, each counted for each viewer. */
  get skipped(): number {
    return this.#skipped;
  }

  /**
   * Answers a viewer's SDP offer and starts its session.
   *
   * @param sdp the offer, with or without ICE candidates
   * @param address from where the viewer comes; empty if that is not known
   * @returns an unguessable session id, the SDP answer with all our ICE candidates, and the entity tag
   * of the ICE session
   * @throws {OfferError} if the offer cannot be used: the sender's fault, HTTP 400
   * @throws {NotLiveError} if there is no picture to send: HTTP 409
   * @throws {BusyError} if there are too many viewers, or too many connecting, or the endpoint is closed: HTTP 503
   */
  async offer(sdp: string, address = ""): Promise<{ id: string; sdp: string; etag: string }> {
    if (this.#closed) throw stopping();
    const parsed = parseOffer(sdp, this.#streamProfile());
    if (!this.#feed.live) {
      throw new NotLiveError("The camera sends no picture now.");
    }
    const leave = this.#options.admit?.(address) ?? (() => {});
    let connected = () => {};
    try {
      connected = await this.#gate.enter();
      const peer = await answerOffer(parsed, this.#options);
      if (this.#closed) {
        await peer.close();
        throw stopping();
      }
      const id = crypto.randomUUID();
      const timeouts = {
        connectTimeoutMs: this.#options.connectTimeoutMs ?? 15_000,
        silenceTimeoutMs: this.#options.silenceTimeoutMs ?? SILENCE_MS,
      };
      const skipped = (pictures: number) => this.#skipped += pictures;
      const session = new Session(
        peer,
        this.#feed,
        this.#payloads,
        timeouts,
        skipped,
        (closing) => {
          connected();
          leave();
          this.#sessions.delete(id);
          this.#ending.add(closing);
          closing.finally(() => this.#ending.delete(closing));
        },
      );
      this.#sessions.set(id, { session, ice: peer.ice });
      peer.connection.connectionStateChange.subscribe((state) => {
        if (state === "connected") connected();
      });
      session.begin();
      return { id, sdp: peer.answer, etag: peer.ice.etag };
    } catch (error) {
      connected();
      leave();
      throw error;
    }
  }

  /** The ICE side of a session; null if there is none of this id. */
  ice(id: string): IceControl | null {
    return this.#sessions.get(id)?.ice ?? null;
  }

  /**
   * Ends a session.
   *
   * @returns false if there is none of this id
   */
  delete(id: string): boolean {
    const viewer = this.#sessions.get(id);
    if (!viewer) return false;
    viewer.session.close();
    return true;
  }

  /** Ends all sessions and refuses new ones. Resolves when all sockets are closed. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { session } of [...this.#sessions.values()]) session.close();
    await Promise.all(this.#ending);
  }

  /** Profile and level of what is being sent, null before the first keyframe. */
  #streamProfile(): string | null {
    const key = this.#feed.group()[0];
    const sets = key ? parameterSets(splitNalUnits(key.data)) : null;
    return sets ? profileLevelId(sets.sps) : null;
  }
}

function stopping(): BusyError {
  return new BusyError("Cannot add a viewer: the camera is being stopped.");
}
