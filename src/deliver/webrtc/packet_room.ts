import { MAX_PAYLOAD_BYTES } from "./packetize.ts";

/** Bytes of an RTP header without extensions. */
export const RTP_HEADER_BYTES = 12;

/** Packets that a {@linkcode PacketRoom} holds: fewer bytes than one call with segmentation may send, 64 KiB. */
export const SLOTS = 32;

/** Bytes from one packet to the next: a multiple of AES's block, with room for a number of two bytes and a SHA-1 hash. */
export const STRIDE_BYTES = (RTP_HEADER_BYTES + MAX_PAYLOAD_BYTES + 2 + 20 + 15) & ~15;

/**
 * Memory in which packets are made, encrypted and handed to the system, some at a time. It is used again for
 * the next ones: nothing is kept of a packet that was sent but its payload, which all viewers share.
 */
export class PacketRoom {
  /** Packet `i` begins at `i * STRIDE_BYTES`. */
  readonly bytes: Uint8Array<ArrayBuffer> = new Uint8Array(
    new ArrayBuffer(SLOTS * STRIDE_BYTES),
  );
  readonly view: DataView = new DataView(this.bytes.buffer);
  /** Lengths in bytes, tags included once they are sealed. */
  readonly lengths: Uint16Array = new Uint16Array(SLOTS);
  /** How often the sequence number of each had wrapped. */
  readonly rollovers: Uint32Array = new Uint32Array(SLOTS);
  /** Packets in it. */
  count = 0;

  /** A packet's own bytes. */
  packet(i: number): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(i * STRIDE_BYTES, i * STRIDE_BYTES + this.lengths[i]!);
  }
}
