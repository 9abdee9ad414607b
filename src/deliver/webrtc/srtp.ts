import { Buffer } from "node:buffer";
import { createCipheriv, createHmac } from "node:crypto";

/** Keys of one direction of an SRTP session, derived from the master key (RFC 3711, section 4.3). */
export interface SrtpKeys {
  /** Protection profile (RFC 5764, RFC 7714): 1 is AES-128-CM with HMAC-SHA1-80, 7 AES-128-GCM. */
  readonly profile: number;
  /** 16 bytes. */
  readonly srtpSessionKey: Uint8Array;
  /** 14 bytes, of which GCM uses 12. */
  readonly srtpSessionSalt: Uint8Array;
  /** 20 bytes; unused by GCM. */
  readonly srtpSessionAuthTag: Uint8Array;
}

/** Bytes of an RTP header without extensions. */
export const RTP_HEADER_BYTES = 12;

const AES_CM_PROFILE = 1;
const BLOCK_BYTES = 16;
/** Bytes of the tag of either profile. */
const CM_TAG_BYTES = 10;
const GCM_TAG_BYTES = 16;

/**
 * Encrypts the RTP packets of one viewer. werift can do that as well; this takes about half of its time,
 * which is most of what a viewer costs: AES runs once over all the counters of a packet with a cipher
 * that lives as long as the session, and everything is done in the packet's own memory.
 *
 * Whoever calls {@linkcode SrtpSealer.seal} must never give two different packets of one SSRC the same
 * sequence number and rollover count.
 */
export class SrtpSealer {
  readonly #keys: SrtpKeys;
  readonly #gcm: boolean;
  readonly #ecb: ReturnType<typeof createCipheriv>;
  readonly #blocks = new Uint32Array(128 * BLOCK_BYTES / 4);
  readonly #start = Buffer.alloc(BLOCK_BYTES);

  constructor(keys: SrtpKeys) {
    this.#keys = keys;
    this.#gcm = keys.profile !== AES_CM_PROFILE;
    this.#ecb = createCipheriv("aes-128-ecb", keys.srtpSessionKey, null);
    this.#ecb.setAutoPadding(false);
  }

  /** Bytes by which a packet grows. */
  get tagBytes(): number {
    return this.#gcm ? GCM_TAG_BYTES : CM_TAG_BYTES;
  }

  /**
   * Memory for a packet, to be filled but for its tag.
   *
   * @param payloadBytes at most 2048
   */
  packet(payloadBytes: number): Buffer {
    // Of its own, so that it begins at a whole word, with room for one word more at its end.
    const bytes = RTP_HEADER_BYTES + payloadBytes + this.tagBytes;
    return Buffer.from(new ArrayBuffer(bytes + 3 & ~3), 0, bytes);
  }

  /**
   * Encrypts and authenticates a packet in place.
   *
   * @param packet memory of {@linkcode SrtpSealer.packet}, header and payload filled in
   * @param rollover how often its sequence number has wrapped
   */
  seal(packet: Buffer, rollover: number): void {
    if (this.#gcm) this.#sealGcm(packet, rollover);
    else this.#sealCounterMode(packet, rollover);
  }

  /** RFC 3711, sections 4.1.1 and 4.2.1. */
  #sealCounterMode(packet: Buffer, rollover: number): void {
    const end = packet.length - CM_TAG_BYTES;
    const words = (end - RTP_HEADER_BYTES + 3) >> 2;
    const stream = this.#keyStream(packet, rollover, words);
    const data = new Uint32Array(packet.buffer, RTP_HEADER_BYTES, words);
    // The last word may reach into the tag, which is written only now.
    for (let i = 0; i < words; i++) data[i]! ^= stream[i]!;
    packet.writeUInt32BE(rollover, end);
    const tag = createHmac("sha1", this.#keys.srtpSessionAuthTag)
      .update(packet.subarray(0, end + 4)).digest();
    packet.set(tag.subarray(0, CM_TAG_BYTES), end);
  }

  #keyStream(packet: Buffer, rollover: number, words: number): Uint32Array {
    const start = this.#start;
    start.set(this.#keys.srtpSessionSalt.subarray(0, 14));
    for (let i = 0; i < 4; i++) {
      start[4 + i]! ^= packet[8 + i]!; // SSRC
      start[8 + i]! ^= (rollover >>> (24 - 8 * i)) & 0xff;
    }
    start[12]! ^= packet[2]!; // sequence number
    start[13]! ^= packet[3]!;
    const count = (words * 4 + BLOCK_BYTES - 1) / BLOCK_BYTES | 0;
    const first = new Uint32Array(BLOCK_BYTES / 4);
    const firstBytes = new Uint8Array(first.buffer);
    firstBytes.set(start);
    const blocks = this.#blocks;
    const bytes = new Uint8Array(blocks.buffer);
    for (let block = 0; block < count; block++) {
      blocks[block * 4] = first[0]!;
      blocks[block * 4 + 1] = first[1]!;
      blocks[block * 4 + 2] = first[2]!;
      blocks[block * 4 + 3] = first[3]!;
      // Packets have fewer than 128 blocks.
      bytes[block * BLOCK_BYTES + 15] = block;
    }
    const stream = this.#ecb.update(bytes.subarray(0, count * BLOCK_BYTES));
    return stream.byteOffset % 4 === 0
      ? new Uint32Array(stream.buffer, stream.byteOffset, count * BLOCK_BYTES / 4)
      : new Uint32Array(stream.buffer.slice(stream.byteOffset, stream.byteOffset + stream.length));
  }

  /** RFC 7714, sections 8 and 9. */
  #sealGcm(packet: Buffer, rollover: number): void {
    const end = packet.length - GCM_TAG_BYTES;
    const iv = Buffer.alloc(12);
    packet.copy(iv, 2, 8, 12);
    iv.writeUInt32BE(rollover, 6);
    packet.copy(iv, 10, 2, 4);
    for (let i = 0; i < iv.length; i++) iv[i]! ^= this.#keys.srtpSessionSalt[i]!;
    const cipher = createCipheriv("aes-128-gcm", this.#keys.srtpSessionKey, iv);
    cipher.setAAD(packet.subarray(0, RTP_HEADER_BYTES));
    packet.set(cipher.update(packet.subarray(RTP_HEADER_BYTES, end)), RTP_HEADER_BYTES);
    cipher.final();
    packet.set(cipher.getAuthTag(), end);
  }
}
