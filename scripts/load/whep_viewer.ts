import type { Socket } from "node:dgram";
import { RTCPeerConnection, RtcpReceiverInfo, RtcpRrPacket, useH264 } from "werift";

/** Longest time for a connection. werift's handshake with itself stands still now and then. */
const CONNECT_MS = 8000;
const REPORT_MS = 1000;

/**
 * A WHEP viewer that costs little: it connects as any other, then only reads the numbers of the packets
 * that come, without decrypting them, and reports once a second that it is there. It asks for nothing
 * again, so that what is lost shows.
 */
export class WhepViewer {
  readonly #connection = new RTCPeerConnection({
    codecs: {
      video: [
        useH264({
          payloadType: 97,
          parameters: "packetization-mode=1;profile-level-id=42e01f;level-asymmetry-allowed=1",
        }),
      ],
      audio: [],
    },
    iceServers: [],
    iceUseIpv4: false,
    iceUseIpv6: false,
    iceAdditionalHostAddresses: ["127.0.0.1"],
  });
  #session = "";
  #timer: ReturnType<typeof setInterval> | undefined;
  #ssrc = 0;
  #reportedAtMs = -Infinity;
  #first: number | null = null;
  #highest = 0;
  #received = 0;
  #bytes = 0;

  /** Packets that came. */
  get received(): number {
    return this.#received;
  }

  /** Packets that did not come. */
  get lost(): number {
    return this.#first === null ? 0 : this.#highest - this.#first + 1 - this.#received;
  }

  /** Bytes that came. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Connects to a WHEP endpoint.
   *
   * @throws if that is refused or takes too long; then another must be made
   */
  async start(endpoint: string): Promise<void> {
    this.#connection.addTransceiver("video", { direction: "recvonly" });
    const offer = await this.#connection.createOffer();
    // Without STUN servers werift asks one that it has built in.
    for (const { connection } of this.#connection.iceTransports) delete connection.stunServer;
    await this.#connection.setLocalDescription(offer);
    const response = await fetch(endpoint, {
      method: "POST",
      headers: { "content-type": "application/sdp" },
      body: this.#connection.localDescription!.sdp,
    });
    const sdp = await response.text();
    if (response.status !== 201) throw new Error(`WHEP answered ${response.status}: ${sdp}`);
    this.#session = new URL(response.headers.get("location")!, endpoint).href;
    await this.#connection.setRemoteDescription({ type: "answer", sdp });
    // It may be connected already, and then there is no change to wait for.
    if (this.#connection.connectionState !== "connected") {
      await this.#connection.connectionStateChange.watch(
        (state) => state === "connected",
        CONNECT_MS,
      );
    }
    this.#listen(this.#connection.iceTransports[0]!.connection.nominated!.protocol);
    this.#timer = setInterval(() => this.#report(), REPORT_MS);
  }

  #report(): void {
    const now = performance.now();
    if (now - this.#reportedAtMs < REPORT_MS * 0.9) return;
    this.#reportedAtMs = now;
    const report = new RtcpReceiverInfo({
      ssrc: this.#ssrc,
      fractionLost: 0,
      packetsLost: 0,
      highestSequence: this.#highest,
      jitter: 0,
      lsr: 0,
      dlsr: 0,
    });
    this.#connection.dtlsTransports[0]!
      .sendRtcp([new RtcpRrPacket({ ssrc: 1, reports: [report] })]).catch(() => {});
  }

  /** Takes the media packets from the socket itself: werift would copy and decrypt each. */
  #listen(protocol: unknown): void {
    const { socket } = (protocol as { transport: { socket: Socket } }).transport;
    const [others] = socket.listeners("message") as ((...args: unknown[]) => void)[];
    socket.removeAllListeners("message");
    socket.on("message", (packet, from) => {
      if (!this.#take(packet)) others!(packet, from);
    });
  }

  /** Ends the session. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#session) {
      const response = await fetch(this.#session, { method: "DELETE" }).catch(() => null);
      await response?.body?.cancel();
    }
    await this.#connection.close();
  }

  /** Gives false for what is no media: STUN, DTLS and RTCP. */
  #take(packet: Uint8Array): boolean {
    // RTP (RFC 3550): version 2, and no RTCP, whose types lie from 192 to 223 (RFC 5761).
    if (packet.length < 12 || packet[0]! >> 6 !== 2) return false;
    if (packet[1]! >= 192 && packet[1]! <= 223) return false;
    const low = (packet[2]! << 8) | packet[3]!;
    this.#bytes += packet.length;
    // A timer may be late where packets keep the thread busy, and who is silent is thrown out.
    if (++this.#received % 64 === 0) this.#report();
    if (this.#first === null) {
      this.#ssrc = new DataView(packet.buffer, packet.byteOffset).getUint32(8);
      this.#first = this.#highest = low;
      return true;
    }
    // Counted on over the wrap of 16 bits.
    const ahead = (low - this.#highest) & 0xffff;
    if (ahead < 0x8000) this.#highest += ahead;
    return true;
  }
}
