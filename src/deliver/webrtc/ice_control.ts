import { Candidate, candidateToSdp, IceCandidate, type RTCIceTransport } from "werift";
import { announce } from "./candidates.ts";
import { formatFragment, parseFragment, type SdpFragment } from "./sdp_fragment.ts";

/** A PATCH that cannot be done; the session goes on without it. */
export class PatchError extends Error {
  override readonly name = "PatchError";
  /** HTTP status to answer. */
  readonly status: 400 | 412 | 422 | 428;

  constructor(status: PatchError["status"], message: string) {
    super(message);
    this.status = status;
  }
}

/** werift counts restarts up from 0. */
const STALE = -1;

/** What an ICE restart is answered with. */
export interface IceRestart {
  /** SDP fragment with our new user name, password and candidates. */
  readonly fragment: string;
  /** Tag of the new ICE session. */
  readonly etag: string;
}

/**
 * The ICE side of one viewer's session: candidates that come late, and restarts, as the PATCH requests
 * of WHEP bring them (draft-ietf-wish-whep-02, RFC 9725 section 4.3).
 */
export class IceControl {
  readonly #transport: RTCIceTransport;
  readonly #mid: string;
  readonly #addresses: readonly string[];
  #etag = newTag();

  /**
   * @param mid the answer's media id of the video
   * @param addresses addresses to announce, see {@linkcode announce}
   */
  constructor(transport: RTCIceTransport, mid: string, addresses: readonly string[]) {
    this.#transport = transport;
    this.#mid = mid;
    this.#addresses = addresses;
  }

  /** Strong entity tag of the current ICE session, with its quotes. */
  get etag(): string {
    return this.#etag;
  }

  /**
   * Does what a PATCH asks for.
   *
   * @param text the request's body, an SDP fragment
   * @param ifMatch its `If-Match`
   * @returns our side of an ICE restart; null if there was none
   * @throws {PatchError} if it cannot be done; nothing has changed then
   */
  async patch(text: string, ifMatch: string | undefined): Promise<IceRestart | null> {
    if (!ifMatch) {
      throw new PatchError(428, "Say with If-Match which ICE session is meant: its ETag, or *.");
    }
    const fragment = parseFragment(text);
    if (!fragment) throw new PatchError(400, "The body is no SDP fragment.");
    const restarts = fragment.ufrag !== null &&
      fragment.ufrag !== this.#transport.connection.remoteUsername;
    if (ifMatch === "*" && restarts) return await this.#restart(fragment);
    if (ifMatch !== "*" && !ifMatch.split(",").some((tag) => tag.trim() === this.#etag)) {
      throw new PatchError(412, "There is a newer ICE session than the one of this ETag.");
    }
    if (restarts) {
      throw new PatchError(422, "The candidates belong to another ICE session; restart with *.");
    }
    await this.#add(fragment);
    return null;
  }

  async #restart(fragment: SdpFragment): Promise<IceRestart> {
    const { ufrag, password } = fragment;
    // RFC 8445, section 5.3: 4 and 22 characters at least.
    if (ufrag === null || ufrag.length < 4 || password === null || password.length < 22) {
      throw new PatchError(422, "An ICE restart needs a=ice-ufrag and a=ice-pwd.");
    }
    const transport = this.#transport;
    forgetOldChecks(transport);
    // New parameters make werift begin anew; its sockets and the encryption stay.
    transport.setRemoteParams({ iceLite: false, usernameFragment: ufrag, password });
    await transport.gather();
    await this.#add(fragment);
    // If it comes to nothing the old path is gone as well: werift tells by the connection's state.
    transport.start().catch(() => {});
    this.#etag = newTag();
    const local = transport.localParameters;
    const candidates = transport.localCandidates.map(candidateToSdp);
    const answer = formatFragment(this.#mid, local.usernameFragment, local.password, candidates);
    return { fragment: announce(answer, this.#addresses), etag: this.#etag };
  }

  async #add(fragment: SdpFragment): Promise<void> {
    for (const text of fragment.candidates) {
      let candidate: IceCandidate | undefined;
      try {
        const parsed = Candidate.fromSdp(text);
        // werift takes only a pair of its own count of restarts, and viewers count as they like.
        parsed.generation = undefined;
        candidate = IceCandidate.fromJSON({ candidate: parsed.toSdp() });
      } catch {
        // One candidate that cannot be read leaves the others.
      }
      if (candidate) await this.#transport.addRemoteCandidate(candidate);
    }
    if (fragment.endOfCandidates) await this.#transport.addRemoteCandidate(undefined);
  }
}

/**
 * Keeps what belongs to the session before a restart out of the one after it. werift takes an answer that comes late to one of
 * its old checks for the end of the new ones, and gives the viewer up; and a check of the viewer's old
 * session makes it ask with its own old name.
 */
function forgetOldChecks({ connection }: RTCIceTransport): void {
  // A pair that is not of the current generation is never nominated.
  for (const { remoteCandidate } of connection.candidatePairs) remoteCandidate.generation = STALE;
  connection.options.filterStunResponse = (message) =>
    message.getAttributeValue("USERNAME")?.split(":")[0] === connection.localUsername;
}

function newTag(): string {
  return `"${crypto.randomUUID()}"`;
}
