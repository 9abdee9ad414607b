import { addressOf, libc, openLibrary } from "./libc.ts";
import { type PacketRoom, RTP_HEADER_BYTES, STRIDE_BYTES } from "./packet_room.ts";
import { type Sealer, type SrtpKeys, startCounter, TAG_BYTES } from "./srtp.ts";

const SYMBOLS = {
  EVP_aes_128_ctr: { parameters: [], result: "pointer" },
  EVP_CIPHER_CTX_new: { parameters: [], result: "pointer" },
  EVP_CIPHER_CTX_free: { parameters: ["pointer"], result: "void" },
  EVP_EncryptInit_ex: {
    parameters: ["pointer", "pointer", "pointer", "buffer", "buffer"],
    result: "i32",
  },
  EVP_EncryptUpdate: { parameters: ["pointer", "usize", "buffer", "usize", "i32"], result: "i32" },
  EVP_sha1: { parameters: [], result: "pointer" },
  HMAC_CTX_new: { parameters: [], result: "pointer" },
  HMAC_CTX_free: { parameters: ["pointer"], result: "void" },
  HMAC_Init_ex: { parameters: ["pointer", "buffer", "i32", "pointer", "pointer"], result: "i32" },
  HMAC_Update: { parameters: ["pointer", "usize", "usize"], result: "i32" },
  HMAC_Final: { parameters: ["pointer", "usize", "buffer"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

type Crypto = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

let library: Crypto | null | undefined;

/**
 * Seals with the system's OpenSSL 3, which makes nothing for the garbage collector: a quarter of the time that
 * Deno's own cryptography takes for a packet.
 */
export class OpensslSealer implements Sealer {
  readonly #crypto: Crypto;
  readonly #salt: Uint8Array;
  readonly #counter = new Uint8Array(new ArrayBuffer(16));
  readonly #length = new Uint8Array(new ArrayBuffer(4));
  readonly #room: PacketRoom;
  readonly #roomAt: number;
  #cipher: Deno.PointerValue;
  #mac: Deno.PointerValue;

  private constructor(crypto: Crypto, keys: SrtpKeys, room: PacketRoom, roomAt: number) {
    this.#crypto = crypto;
    this.#salt = keys.srtpSessionSalt.slice(0, 14);
    this.#room = room;
    this.#roomAt = roomAt;
    const { srtpSessionKey: key, srtpSessionAuthTag: authKey } = keys;
    this.#cipher = crypto.EVP_CIPHER_CTX_new();
    this.#mac = crypto.HMAC_CTX_new();
    const aes = crypto.EVP_aes_128_ctr(), sha1 = crypto.EVP_sha1();
    expect(crypto.EVP_EncryptInit_ex(this.#cipher, aes, null, key.slice(), null));
    expect(crypto.HMAC_Init_ex(this.#mac, authKey.slice(), authKey.length, sha1, null));
  }

  /**
   * @param room the only one whose packets it seals
   * @returns null where OpenSSL 3 is not there or may not be called
   */
  static open(keys: SrtpKeys, room: PacketRoom): OpensslSealer | null {
    const symbols = libc();
    if (library === undefined) library = symbols && openLibrary("libcrypto.so.3", SYMBOLS);
    if (!symbols || !library) return null;
    return new OpensslSealer(library, keys, room, Number(addressOf(symbols, room.bytes)));
  }

  seal(room: PacketRoom): void {
    if (room !== this.#room || !this.#cipher) throw new Error("This sealer is not for these.");
    for (let i = 0; i < room.count; i++) {
      this.#encrypt(i);
      this.#authenticate(i);
    }
  }

  close(): void {
    this.#crypto.EVP_CIPHER_CTX_free(this.#cipher);
    this.#crypto.HMAC_CTX_free(this.#mac);
    this.#cipher = this.#mac = null;
  }

  /** RFC 3711, section 4.1.1. */
  #encrypt(i: number): void {
    const crypto = this.#crypto;
    startCounter(this.#counter, this.#salt, this.#room, i);
    expect(crypto.EVP_EncryptInit_ex(this.#cipher, null, null, null, this.#counter));
    const at = size(this.#roomAt + i * STRIDE_BYTES + RTP_HEADER_BYTES);
    const bytes = this.#room.lengths[i]! - RTP_HEADER_BYTES;
    expect(crypto.EVP_EncryptUpdate(this.#cipher, at, this.#length, at, bytes));
  }

  /** RFC 3711, section 4.2.1. */
  #authenticate(i: number): void {
    const crypto = this.#crypto, room = this.#room;
    const begin = i * STRIDE_BYTES, bytes = room.lengths[i]!;
    // The rollover count is authenticated but not sent: the tag takes its place. A room has space for the whole hash.
    room.view.setUint32(begin + bytes, room.rollovers[i]!);
    expect(crypto.HMAC_Init_ex(this.#mac, null, 0, null, null));
    expect(crypto.HMAC_Update(this.#mac, size(this.#roomAt + begin), size(bytes + 4)));
    expect(crypto.HMAC_Final(this.#mac, size(this.#roomAt + begin + bytes), this.#length));
    room.lengths[i]! += TAG_BYTES;
  }
}

/** Deno takes numbers for sizes as well, which are no work for the garbage collector. */
function size(value: number): bigint {
  return value as unknown as bigint;
}

/** A packet that could not be sealed must not leave. */
function expect(result: number): void {
  if (result !== 1) throw new Error("OpenSSL cannot encrypt a packet.");
}
