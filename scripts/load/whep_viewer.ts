import { Buffer } from "node:buffer";
import type { Socket } from "node:dgram";
import { RTCPeerConnection, RtcpReceiverInfo, RtcpRrPacket, useH264 } from "werift";
import { UdpReader } from "./udp_reader.ts";

/** Longest time for a connection. */
const CONNECT_MS = 8000;
/** Milliseconds between two looks at what has come. */
const READ_MS = 20;
const REPORT_MS = 1000;

/** What is used of werift's sockets. */
interface Transport {
  socket: Socket;
}

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
  readonly #timers: ReturnType<typeof setInterval>[] = [];
  #reader: UdpReader | undefined;
  #ssrc = 0;
  #first: number | null = null;
  #highest = 0;
  #received = 0;
  #bytes = 0;
  #pictures = 0;

  /** Packets that came. */
  get received(): number {
    return this.#received;
  }

  /** Packets that did not come. */
  get lost(): number {
    return this.#first === null ? 0 : this.#highest - this.#first + 1 - this.#received;
  }

  /** Pictures of which the last packet came. */
  get pictures(): number {
    return this.#pictures;
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
    this.#listen();
    this.#timers.push(setInterval(() => this.#report(), REPORT_MS));
  }

  #report(): void {
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

  /** Takes the packets from the socket itself: werift would copy and decrypt each. */
  #listen(): void {
    const { protocol, remoteAddr } = this.#connection.iceTransports[0]!.connection.nominated!;
    const { transport } = protocol as unknown as { transport: Transport };
    const [onMessage] = transport.socket.listeners("message") as ((...args: unknown[]) => void)[];
    const from = { address: remoteAddr[0], port: remoteAddr[1], family: "IPv4" };
    const reader = this.#reader = new UdpReader(transport.socket, remoteAddr);
    transport.socket = {
      send: (datagram: Uint8Array<ArrayBuffer>) => reader.send(datagram),
      address: () => ({}),
      once: (_: string, closed: () => void) => closed(),
      close() {},
    } as unknown as Socket;
    this.#timers.push(setInterval(() => {
      reader.read((datagram) => {
        // What is no media is werift's, which may keep it.
        if (!this.#take(datagram)) onMessage!(Buffer.from(datagram), from);
      });
    }, READ_MS));
  }

  /** Ends the session. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    if (this.#session) {
      const response = await fetch(this.#session, { method: "DELETE" }).catch(() => null);
      await response?.body?.cancel();
    }
    await this.#connection.close();
    this.#reader?.close();
  }

  /** Gives false for what is no media: STUN, DTLS and RTCP. */
  #take(packet: Uint8Array): boolean {
    // RTP (RFC 3550): version 2, and no RTCP, whose types lie from 192 to 223 (RFC 5761).
    if (packet.length < 12 || packet[0]! >> 6 !== 2) return false;
    if (packet[1]! >= 192 && packet[1]! <= 223) return false;
    const low = (packet[2]! << 8) | packet[3]!;
    this.#bytes += packet.length;
    this.#received++;
    if (packet[1]! >= 128) this.#pictures++;
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
