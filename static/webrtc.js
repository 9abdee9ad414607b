// @ts-check

/** Receives a camera's picture by WHEP. One attempt: when it has failed, make another. */
export class WebrtcReceiver {
  /** Why it does not go on; null while it does. @type {string | null} */
  failure = null;
  /** What to show once there are frames. @type {MediaStream | null} */
  stream = null;
  #connection = new RTCPeerConnection();
  /** @type {string | null} */
  #session = null;
  #closed = false;

  /**
   * @param {string} url the camera's WHEP endpoint
   * @param {() => void} onStream called when `stream` is there
   */
  constructor(url, onStream) {
    this.#connection.addTransceiver("video", { direction: "recvonly" });
    this.#connection.addEventListener("track", ({ streams, track }) => {
      this.stream = streams[0] ?? new MediaStream([track]);
      onStream();
    });
    this.#connection.addEventListener("connectionstatechange", () => {
      const state = this.#connection.connectionState;
      if (state === "failed" || state === "closed") this.failure ??= `connection ${state}`;
    });
    this.#negotiate(url).catch((error) => {
      this.failure ??= error instanceof Error ? error.message : String(error);
    });
  }

  /** Numbers of frames so far: those that have come whole, and those of them that are decoded. */
  async frames() {
    if (!this.#closed) {
      for (const stats of (await this.#connection.getStats()).values()) {
        if (stats.type !== "inbound-rtp" || stats.kind !== "video") continue;
        return { received: stats.framesReceived ?? 0, decoded: stats.framesDecoded ?? 0 };
      }
    }
    return { received: 0, decoded: 0 };
  }

  /** Ends the session, here and at the server. */
  close() {
    if (this.#closed) return;
    this.#closed = true;
    this.#connection.close();
    if (this.#session !== null) endSession(this.#session);
  }

  /** @param {string} url */
  async #negotiate(url) {
    await this.#connection.setLocalDescription();
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/sdp" },
      body: this.#connection.localDescription?.sdp ?? "",
      signal: AbortSignal.timeout(5000),
    });
    const location = response.headers.get("location");
    if (location !== null) this.#session = new URL(location, response.url).href;
    const answer = await response.text();
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    if (!this.#closed) {
      await this.#connection.setRemoteDescription({ type: "answer", sdp: answer });
    } else if (this.#session !== null) {
      // Closed while the server was answering.
      endSession(this.#session);
    }
  }
}

/** @param {string} session */
function endSession(session) {
  // Goes on while the page is being left.
  fetch(session, { method: "DELETE", keepalive: true }).catch(() => {
    // The server forgets it by itself.
  });
}
