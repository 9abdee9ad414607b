import type { IceServerConfig } from "../../config/streams_schema.ts";
import type { Feed } from "../feed.ts";
import { parameterSets, profileLevelId, splitNalUnits } from "../h264.ts";
import { PayloadCache } from "./payload_cache.ts";
import { type OfferedPeer, offerPeer } from "./peer.ts";
import { Session } from "./session.ts";

/** Settings of a {@linkcode WhipClient}. */
export interface WhipOptions {
  /** STUN and TURN servers to ask for more candidates. @default [] */
  iceServers?: readonly IceServerConfig[];
  /** Longest time until the server answers, and again until it is connected, in milliseconds. @default 15000 */
  timeoutMs?: number;
}

/** Longer answers are none. */
const MAX_ANSWER_BYTES = 256 * 1024;
const GOODBYE_MS = 2000;

/**
 * Sends one camera's encoded pictures to a WHIP server (RFC 9725), once: POST of an offer, and DELETE of
 * the session at the end. Whoever made it makes another when it has ended.
 */
export class WhipClient {
  readonly #feed: Feed;
  readonly #endpoint: URL;
  readonly #headers: Record<string, string> = {};
  readonly #options: WhipOptions;
  readonly #ending = new AbortController();
  #session: Session | undefined;
  #location: URL | undefined;

  /**
   * @param address `whip://` (HTTP) or `whips://` (HTTPS). A user name alone is sent as bearer token, one with a
   * password as basic authentication
   */
  constructor(feed: Feed, address: string, options: WhipOptions = {}) {
    this.#feed = feed;
    this.#options = options;
    const url = this.#endpoint = new URL(address.replace(/^whip/i, "http"));
    const [user, password] = [url.username, url.password].map(decodeURIComponent) as [
      string,
      string,
    ];
    url.username = url.password = "";
    if (password) this.#headers.authorization = `Basic ${base64(`${user}:${password}`)}`;
    else if (user) this.#headers.authorization = `Bearer ${user}`;
  }

  /**
   * Connects and sends until the connection ends.
   *
   * @param onConnected called once when pictures go out
   * @returns why it ended, in words
   */
  async run(onConnected: () => void): Promise<string> {
    try {
      const peer = await offerPeer(this.#profile(), this.#options);
      try {
        await this.#offer(peer);
        return await this.#send(peer, onConnected);
      } finally {
        await peer.close();
      }
    } catch (error) {
      return explain(error);
    } finally {
      await this.#goodbye();
    }
  }

  /** Ends it; {@linkcode WhipClient.run} resolves soon. */
  kill(): void {
    this.#ending.abort(new Error("it was ended"));
    this.#session?.close();
  }

  async #offer(peer: OfferedPeer): Promise<void> {
    const timeoutMs = this.#options.timeoutMs ?? 15_000;
    const response = await fetch(this.#endpoint, {
      method: "POST",
      headers: { ...this.#headers, "content-type": "application/sdp" },
      body: peer.offer,
      signal: AbortSignal.any([this.#ending.signal, AbortSignal.timeout(timeoutMs)]),
    });
    const text = await response.text();
    if (response.status !== 201) {
      const said = text.replace(/\s+/g, " ").trim().slice(0, 120);
      throw new Error(`the server answered ${response.status}${said ? `: ${said}` : ""}`);
    }
    const location = response.headers.get("location");
    if (location) this.#location = new URL(location, response.url);
    if (text.length > MAX_ANSWER_BYTES || !/^v=0\r?\n/.test(text)) {
      throw new Error("the server's answer is no SDP");
    }
    await peer.accept(text);
  }

  #send(peer: OfferedPeer, onConnected: () => void): Promise<string> {
    const timeoutMs = this.#options.timeoutMs ?? 15_000;
    let connected = false;
    const { connection } = peer;
    const look = (state: string) => {
      if (state !== "connected" || connected) return;
      connected = true;
      onConnected();
    };
    connection.connectionStateChange.subscribe(look);
    return new Promise((resolve) => {
      const timeouts = { connectTimeoutMs: timeoutMs, silenceTimeoutMs: 30_000 };
      const session = this.#session = new Session(
        peer,
        this.#feed,
        new PayloadCache(),
        timeouts,
        () => {},
        (closing) =>
          closing.then(() =>
            resolve(connected ? "the connection ended" : "no WebRTC connection came about")
          ),
      );
      session.begin();
      look(connection.connectionState);
      if (this.#ending.signal.aborted) session.close();
    });
  }

  /** Tells the server that it is over, if it still listens. */
  async #goodbye(): Promise<void> {
    if (!this.#location) return;
    const signal = AbortSignal.timeout(GOODBYE_MS);
    // The token is for the server that it was given for.
    const headers = this.#location.origin === this.#endpoint.origin ? this.#headers : {};
    const response = await fetch(this.#location, { method: "DELETE", headers, signal })
      .catch(() => null);
    await response?.body?.cancel().catch(() => {});
  }

  #profile(): string {
    const key = this.#feed.group()[0];
    const sets = key ? parameterSets(splitNalUnits(key.data)) : null;
    if (!sets) throw new Error("there is no picture to send");
    return profileLevelId(sets.sps);
  }
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

function explain(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  // "fetch failed" says it in its cause, or its cause's.
  if (error instanceof TypeError && error.cause) return explain(error.cause);
  if (/connection refused/i.test(text)) return "connection refused by the server";
  if (/dns error|failed to lookup/i.test(text)) return "the server's name is not known";
  if (/timed out|timeout/i.test(text)) return "the server does not answer";
  return text;
}
