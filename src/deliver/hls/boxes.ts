/**
 * Writing of ISO base media file format boxes (ISO/IEC 14496-12, clause 4.2).
 *
 * @module
 */

/** A box's content, in pieces that are written one after the other. */
export type Pieces = readonly (Uint8Array | Pieces)[];

/** Unsigned integer of one byte. */
export function u8(...values: number[]): Uint8Array {
  return Uint8Array.from(values);
}

/** Unsigned integers of two bytes each, most significant first. */
export function u16(...values: number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 2);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => view.setUint16(i * 2, value));
  return bytes;
}

/** Unsigned integers of four bytes each, most significant first. */
export function u32(...values: number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => view.setUint32(i * 4, value));
  return bytes;
}

/** Unsigned integer of eight bytes; exact up to 2^53. */
export function u64(value: number): Uint8Array {
  return u32(Math.floor(value / 2 ** 32), value % 2 ** 32);
}

/** ASCII text, without terminator. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** A box: size, four-letter type, content. */
export function box(type: string, ...content: Pieces): Uint8Array {
  const bytes = new Uint8Array(8 + sizeOf(content));
  bytes.set(u32(bytes.length));
  bytes.set(ascii(type), 4);
  write(bytes, 8, content);
  return bytes;
}

/** A box that begins with a version and 24 flag bits. */
export function fullBox(
  type: string,
  version: number,
  flags: number,
  ...content: Pieces
): Uint8Array {
  return box(type, u32(version * 2 ** 24 + flags), ...content);
}

/** All pieces in one array. */
export function concat(...pieces: Pieces): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(sizeOf(pieces));
  write(bytes, 0, pieces);
  return bytes;
}

function sizeOf(pieces: Pieces): number {
  let size = 0;
  for (const piece of pieces) size += piece instanceof Uint8Array ? piece.length : sizeOf(piece);
  return size;
}

function write(into: Uint8Array, at: number, pieces: Pieces): number {
  for (const piece of pieces) {
    if (piece instanceof Uint8Array) {
      into.set(piece, at);
      at += piece.length;
    } else {
      at = write(into, at, piece);
    }
  }
  return at;
}
