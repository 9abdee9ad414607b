import { createCipheriv, createHash, type Hash } from "node:crypto";
import { type PacketRoom, RTP_HEADER_BYTES, SLOTS, STRIDE_BYTES } from "./packet_room.ts";

/** Keys of one direction of an SRTP session, derived from the master key (RFC 3711, section 4.3). */
export interface SrtpKeys {
  /** 16 bytes. */
  readonly srtpSessionKey: Uint8Array;
  /** 14 bytes. */
  readonly srtpSessionSalt: Uint8Array;
  /** 20 bytes. */
  readonly srtpSessionAuthTag: Uint8Array;
}

/** Encrypts the RTP packets of one viewer with AES-128-CM and HMAC-SHA1-80. */
export interface Sealer {
  /**
   * Encrypts and authenticates the packets of a room in place; their lengths grow by the tag's.
   *
   * Two different packets of one SSRC that leave must never have the same sequence number and rollover count.
   *
   * @param room headers, payloads and rollover counts filled in
   */
  seal(room: PacketRoom): void;
  /** Lets go of what it holds; it must not be used again. */
  close(): void;
}

/** Protection profile AES-128-CM with HMAC-SHA1-80 (RFC 5764, section 4.1.2), which every WebRTC endpoint has. */
export const AES_CM_PROFILE = 1;

/** Bytes of the tag behind a packet. */
export const TAG_BYTES = 10;
const BLOCK_BYTES = 16;
const HASH_BLOCK_BYTES = 64;

/** Counters of a whole room, for all sealers: they are done with when a call ends. */
const counters = new Uint32Array(SLOTS * STRIDE_BYTES / 4);
const counterBytes = new Uint8Array(counters.buffer);

/**
 * Seals with Deno's own cryptography. werift can do that as well, and AES-GCM; but a
 * call into the cryptography costs more than the work it does there, so what counts is how few there are. Here AES
 * runs once over the counters of all packets of a room, with a cipher that lives as long as the session, and the two hashes
 * of an HMAC go on from where their keys have been taken in. Everything is done in the room's memory.
 */
export class DenoSealer implements Sealer {
  readonly #ecb: ReturnType<typeof createCipheriv>;
  readonly #inner: Hash;
  readonly #outer: Hash;
  readonly #salt: Uint8Array;
  readonly #start = new Uint32Array(BLOCK_BYTES / 4);
  readonly #startBytes = new Uint8Array(this.#start.buffer);

  constructor(keys: SrtpKeys) {
    this.#ecb = createCipheriv("aes-128-ecb", keys.srtpSessionKey, null);
    this.#ecb.setAutoPadding(false);
    this.#salt = keys.srtpSessionSalt.slice(0, 14);
    this.#inner = keyed(keys.srtpSessionAuthTag, 0x36);
    this.#outer = keyed(keys.srtpSessionAuthTag, 0x5c);
  }

  seal(room: PacketRoom): void {
    const stream = this.#keyStream(room);
    const words = new Uint32Array(room.bytes.buffer);
    let from = 0;
    for (let i = 0; i < room.count; i++) {
      const begin = (i * STRIDE_BYTES + RTP_HEADER_BYTES) / 4;
      const end = begin + ((room.lengths[i]! - RTP_HEADER_BYTES + 3) >> 2);
      // The last word may reach into the tag, which is written only now.
      for (let at = begin, k = from; at < end; at++, k++) words[at]! ^= stream[k]!;
      from += blocksOf(room, i) * BLOCK_BYTES / 4;
      this.#authenticate(room, i);
    }
  }

  close(): void {}

  /** RFC 3711, section 4.1.1. */
  #keyStream(room: PacketRoom): Uint32Array {
    const start = this.#start, bytes = this.#startBytes;
    let block = 0;
    for (let i = 0; i < room.count; i++) {
      startCounter(bytes, this.#salt, room, i);
      for (let k = blocksOf(room, i), n = 0; n < k; n++, block++) {
        counters[block * 4] = start[0]!;
        counters[block * 4 + 1] = start[1]!;
        counters[block * 4 + 2] = start[2]!;
        counters[block * 4 + 3] = start[3]!;
        // Packets have fewer than 256 blocks.
        counterBytes[block * BLOCK_BYTES + 15] = n;
      }
    }
    const stream = this.#ecb.update(counterBytes.subarray(0, block * BLOCK_BYTES));
    return stream.byteOffset % 4 === 0
      ? new Uint32Array(stream.buffer, stream.byteOffset, stream.length / 4)
      : new Uint32Array(stream.buffer.slice(stream.byteOffset, stream.byteOffset + stream.length));
  }

  /** RFC 3711, section 4.2.1; RFC 2104. */
  #authenticate(room: PacketRoom, i: number): void {
    const begin = i * STRIDE_BYTES, end = begin + room.lengths[i]!;
    // The rollover count is authenticated but not sent: the tag takes its place.
    room.view.setUint32(end, room.rollovers[i]!);
    const inner = this.#inner.copy().update(room.bytes.subarray(begin, end + 4)).digest();
    const tag = this.#outer.copy().update(inner).digest();
    room.bytes.set(tag.subarray(0, TAG_BYTES), end);
    room.lengths[i]! += TAG_BYTES;
  }
}

/** Writes the first counter block of a packet (RFC 3711, section 4.1.1): 16 bytes. */
export function startCounter(
  bytes: Uint8Array,
  salt: Uint8Array,
  room: PacketRoom,
  i: number,
): void {
  const packet = i * STRIDE_BYTES;
  bytes.fill(0);
  bytes.set(salt);
  for (let k = 0; k < 4; k++) {
    bytes[4 + k]! ^= room.bytes[packet + 8 + k]!; // SSRC
    bytes[8 + k]! ^= (room.rollovers[i]! >>> (24 - 8 * k)) & 0xff;
  }
  bytes[12]! ^= room.bytes[packet + 2]!; // sequence number
  bytes[13]! ^= room.bytes[packet + 3]!;
}

function blocksOf(room: PacketRoom, i: number): number {
  return (room.lengths[i]! - RTP_HEADER_BYTES + BLOCK_BYTES - 1) / BLOCK_BYTES | 0;
}

/** A hash that has taken in the key, as the inner or the outer one of an HMAC. */
function keyed(key: Uint8Array, pad: number): Hash {
  const block = new Uint8Array(HASH_BLOCK_BYTES).fill(pad);
  key.forEach((byte, i) => block[i]! ^= byte);
  return createHash("sha1").update(block);
}
