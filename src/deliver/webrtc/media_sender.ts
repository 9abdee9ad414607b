import type { Buffer } from "node:buffer";
import { ntpTime, type RTCDtlsTransport, RtcpSenderInfo, RtcpSrPacket } from "werift";
import { RTP_HEADER_BYTES, SrtpSealer } from "./srtp.ts";

/** Numbers of an RTP stream and of its retransmissions. */
export interface MediaNumbers {
  readonly ssrc: number;
  /** 0 to 127. */
  readonly payloadType: number;
  /** Stream for retransmissions (RFC 4588); null if lost packets are to be sent again as they were. */
  readonly rtx: { readonly ssrc: number; readonly payloadType: number } | null;
}

/** What is kept of a packet, so that it can be sent again. */
interface Sent {
  readonly sequence: number;
  readonly rollover: number;
  readonly payload: Buffer;
  readonly timestamp: number;
  readonly marker: boolean;
  againAtMs: number;
}

/** Packets that can be sent again; some seconds of live pictures, and the largest group of a late joiner. */
const HISTORY = 4096;
/** A packet asked for again within this time is on its way already. */
const AGAIN_MS = 20;
const REPORT_MS = 1000;

/**
 * Sends RTP over a connected werift transport, and again what the viewer asks for.
 *
 * werift's own sender would do; but it copies each packet several times on its way, remembers only 128,
 * fewer than a large keyframe has, and its cost is what limits the number of viewers. Connection, keys and RTCP stay its
 * business. Payloads are kept by reference: all viewers share them.
 */
export class MediaSender {
  readonly #transport: RTCDtlsTransport;
  readonly #numbers: MediaNumbers;
  readonly #sealer: SrtpSealer;
  readonly #now: () => number;
  readonly #history: Sent[] = [];
  /** Below 2^15, so that no receiver can take the first wrap for a packet before the first (RFC 3711, 3.3.1). */
  #index = crypto.getRandomValues(new Uint16Array(1))[0]! >> 1;
  #rtxIndex = crypto.getRandomValues(new Uint16Array(1))[0]! >> 1;
  #packets = 0;
  #bytes = 0;
  #reportedAtMs = -Infinity;

  /**
   * @param transport its DTLS handshake done
   * @param now a clock in milliseconds
   */
  constructor(
    transport: RTCDtlsTransport,
    numbers: MediaNumbers,
    now: () => number = () => performance.now(),
  ) {
    this.#transport = transport;
    this.#numbers = numbers;
    this.#sealer = new SrtpSealer(transport.srtp.localContext);
    this.#now = now;
  }

  /**
   * Sends a payload; a packet that cannot be sent is lost like any other datagram.
   *
   * @param timestamp RTP timestamp, 0 to 2^32 - 1
   * @param marker true on the last packet of a picture
   */
  send(payload: Buffer, timestamp: number, marker: boolean): void {
    const { ssrc, payloadType } = this.#numbers;
    const index = this.#index++;
    const sent = {
      sequence: index & 0xffff,
      rollover: Math.floor(index / 2 ** 16),
      payload,
      timestamp,
      marker,
      againAtMs: -Infinity,
    };
    this.#history[index % HISTORY] = sent;
    this.#packets++;
    this.#bytes += payload.length;
    const packet = this.#sealer.packet(payload.length);
    this.#header(packet, payloadType, marker, sent.sequence, timestamp, ssrc);
    packet.set(payload, RTP_HEADER_BYTES);
    this.#sealer.seal(packet, sent.rollover);
    this.#give(packet);
    const now = this.#now();
    if (now - this.#reportedAtMs >= REPORT_MS) {
      this.#reportedAtMs = now;
      this.#report(timestamp);
    }
  }

  /** Sends packets again that the viewer has not got, as far as they are still known. */
  sendAgain(sequences: readonly number[]): void {
    const now = this.#now();
    for (const sequence of sequences) {
      // 2^16 is a multiple of the length.
      const sent = this.#history[sequence % HISTORY];
      if (sent?.sequence !== sequence || now - sent.againAtMs < AGAIN_MS) continue;
      sent.againAtMs = now;
      this.#give(this.#again(sent));
    }
  }

  #again({ sequence, rollover, payload, timestamp, marker }: Sent): Buffer {
    const { ssrc, payloadType, rtx } = this.#numbers;
    if (rtx === null) {
      // The same packet under the same number: nothing that was not sent before.
      const packet = this.#sealer.packet(payload.length);
      this.#header(packet, payloadType, marker, sequence, timestamp, ssrc);
      packet.set(payload, RTP_HEADER_BYTES);
      this.#sealer.seal(packet, rollover);
      return packet;
    }
    const index = this.#rtxIndex++;
    const packet = this.#sealer.packet(2 + payload.length);
    this.#header(packet, rtx.payloadType, marker, index & 0xffff, timestamp, rtx.ssrc);
    packet.writeUInt16BE(sequence, RTP_HEADER_BYTES);
    packet.set(payload, RTP_HEADER_BYTES + 2);
    this.#sealer.seal(packet, Math.floor(index / 2 ** 16));
    return packet;
  }

  /** RFC 3550, section 5.1. */
  #header(
    packet: Buffer,
    payloadType: number,
    marker: boolean,
    sequence: number,
    timestamp: number,
    ssrc: number,
  ): void {
    packet[0] = 0x80;
    packet[1] = payloadType | (marker ? 0x80 : 0);
    packet.writeUInt16BE(sequence, 2);
    packet.writeUInt32BE(timestamp, 4);
    packet.writeUInt32BE(ssrc, 8);
  }

  #give(packet: Buffer): void {
    // It heeds the viewer's consent, and takes the path that ICE has chosen.
    this.#transport.iceTransport.connection.send(packet).catch(() => {});
  }

  /** Tells the viewer which time the pictures have (RFC 3550, section 6.4.1). */
  #report(timestamp: number): void {
    const senderInfo = new RtcpSenderInfo({
      ntpTimestamp: ntpTime(),
      rtpTimestamp: timestamp,
      packetCount: this.#packets,
      octetCount: this.#bytes >>> 0,
    });
    const report = new RtcpSrPacket({ ssrc: this.#numbers.ssrc, senderInfo });
    this.#transport.sendRtcp([report]).catch(() => {});
  }
}
