import type { Buffer } from "node:buffer";
import { ntpTime, type RTCDtlsTransport, RtcpSenderInfo, RtcpSrPacket } from "werift";
import { PacketPath } from "./packet_path.ts";
import { PacketRoom, RTP_HEADER_BYTES, SLOTS, STRIDE_BYTES } from "./packet_room.ts";
import type { QueuedPicture } from "./send_queue.ts";
import { OpensslSealer } from "./openssl_sealer.ts";
import { DenoSealer, type Sealer } from "./srtp.ts";

/** Numbers of an RTP stream and of its retransmissions. */
export interface MediaNumbers {
  readonly ssrc: number;
  /** 0 to 127. */
  readonly payloadType: number;
  /** Stream for retransmissions (RFC 4588); null if lost packets are to be sent again as they were. */
  readonly rtx: { readonly ssrc: number; readonly payloadType: number } | null;
}

/** Packets that can be sent again; some seconds of live pictures, and the largest group of a late joiner. */
const HISTORY = 4096;
/** A packet asked for again within this time is on its way already. */
const AGAIN_MS = 20;
/** Packets that are sent again at once after a while without any, and per millisecond: a viewer that asks for more gets no more. */
const AGAIN_BURST = 400, AGAIN_PER_MS = 0.5;
const REPORT_MS = 1000;
/** Sequence numbers have 16 bits. */
const WRAP = 2 ** 16;

/** All viewers are sent to on one thread, one after the other, and nothing of a packet is left when a call ends. */
const room = new PacketRoom();

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
  readonly #sealer: Sealer;
  readonly #path: PacketPath;
  readonly #now: () => number;
  /** What was sent, by sequence number; its length divides 2^16. */
  readonly #payloads: Buffer[] = [];
  readonly #indexes = new Float64Array(HISTORY).fill(-1);
  readonly #timestamps = new Uint32Array(HISTORY);
  readonly #markers = new Uint8Array(HISTORY);
  readonly #againAtMs = new Float64Array(HISTORY);
  /** Below 2^15, so that no receiver can take the first wrap for a packet before the first (RFC 3711, 3.3.1). */
  #index = crypto.getRandomValues(new Uint16Array(1))[0]! >> 1;
  #rtxIndex = crypto.getRandomValues(new Uint16Array(1))[0]! >> 1;
  #packets = 0;
  #bytes = 0;
  #reportedAtMs = -Infinity;
  #againLeft = AGAIN_BURST;
  #againLeftAtMs = 0;
  #closed = false;

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
    const keys = transport.srtp.localContext;
    this.#sealer = OpensslSealer.open(keys, room) ?? new DenoSealer(keys);
    this.#path = new PacketPath(transport.iceTransport.connection, room);
    this.#now = now;
  }

  /**
   * Sends payloads of a picture; the last one of the picture carries the marker bit.
   *
   * @param from the first of them
   * @param most how many there may be
   * @returns how many were taken, 32 at most; the others may be tried again later. What is lost on its way counts as taken
   */
  send({ payloads, timestamp }: QueuedPicture, from: number, most: number): number {
    if (this.#closed) return 0;
    const { ssrc, payloadType } = this.#numbers;
    room.count = Math.min(SLOTS, most, payloads.length - from);
    for (let i = 0; i < room.count; i++) {
      const marker = from + i === payloads.length - 1;
      this.#header(i, payloadType, marker, this.#index + i, timestamp, ssrc);
      this.#payload(i, payloads[from + i]!, RTP_HEADER_BYTES);
    }
    this.#sealer.seal(room);
    const taken = this.#path.send();
    for (let i = 0; i < taken; i++, this.#index++) {
      const payload = payloads[from + i]!;
      const slot = this.#index % HISTORY;
      this.#payloads[slot] = payload;
      this.#indexes[slot] = this.#index;
      this.#timestamps[slot] = timestamp;
      this.#markers[slot] = from + i === payloads.length - 1 ? 1 : 0;
      this.#againAtMs[slot] = -Infinity;
      this.#packets++;
      this.#bytes += payload.length;
    }
    const now = this.#now();
    if (taken > 0 && now - this.#reportedAtMs >= REPORT_MS) {
      this.#reportedAtMs = now;
      this.#report(timestamp);
    }
    return taken;
  }

  /** Sends packets again that the viewer has not got, as far as they are still known and it does not ask for too many. */
  sendAgain(sequences: readonly number[]): void {
    if (this.#closed) return;
    const now = this.#now();
    const regained = (now - this.#againLeftAtMs) * AGAIN_PER_MS;
    this.#againLeft = Math.min(AGAIN_BURST, this.#againLeft + regained);
    this.#againLeftAtMs = now;
    room.count = 0;
    for (const sequence of sequences) {
      const slot = sequence % HISTORY;
      if (this.#indexes[slot]! % WRAP !== sequence) continue;
      if (now - this.#againAtMs[slot]! < AGAIN_MS || this.#againLeft < 1) continue;
      this.#againLeft--;
      this.#againAtMs[slot] = now;
      this.#again(room.count++, slot);
      if (room.count === SLOTS) this.#giveAgain();
    }
    this.#giveAgain();
  }

  /** Lets go of its socket and keys, and sends nothing any more. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#path.close();
    this.#sealer.close();
  }

  #giveAgain(): void {
    if (room.count === 0) return;
    this.#sealer.seal(room);
    this.#path.send();
    room.count = 0;
  }

  #again(i: number, slot: number): void {
    const { ssrc, payloadType, rtx } = this.#numbers;
    const payload = this.#payloads[slot]!, index = this.#indexes[slot]!;
    const timestamp = this.#timestamps[slot]!, marker = this.#markers[slot] === 1;
    if (rtx === null) {
      // The same packet under the same number: nothing that was not sent before.
      this.#header(i, payloadType, marker, index, timestamp, ssrc);
      this.#payload(i, payload, RTP_HEADER_BYTES);
      return;
    }
    this.#header(i, rtx.payloadType, marker, this.#rtxIndex++, timestamp, rtx.ssrc);
    room.view.setUint16(i * STRIDE_BYTES + RTP_HEADER_BYTES, index % WRAP);
    this.#payload(i, payload, RTP_HEADER_BYTES + 2);
  }

  /** RFC 3550, section 5.1. */
  #header(
    i: number,
    payloadType: number,
    marker: boolean,
    index: number,
    timestamp: number,
    ssrc: number,
  ): void {
    const at = i * STRIDE_BYTES, { view } = room;
    view.setUint8(at, 0x80);
    view.setUint8(at + 1, payloadType | (marker ? 0x80 : 0));
    view.setUint16(at + 2, index % WRAP);
    view.setUint32(at + 4, timestamp);
    view.setUint32(at + 8, ssrc);
    room.rollovers[i] = Math.floor(index / WRAP);
  }

  #payload(i: number, payload: Uint8Array, offset: number): void {
    room.bytes.set(payload, i * STRIDE_BYTES + offset);
    room.lengths[i] = offset + payload.length;
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
