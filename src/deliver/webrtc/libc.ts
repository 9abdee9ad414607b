export const AF_INET = 2, AF_INET6 = 10;
const SOL_SOCKET = 1, SO_TYPE = 3, SOCK_DGRAM = 2;
/** Sockets are looked for until so many descriptors in a row are none. */
const GAP = 256;

/** What is called of the C library. Sizes and offsets of what they are given are those of 64-bit Linux. */
const SYMBOLS = {
  dup: { parameters: ["i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  __errno_location: { parameters: [], result: "usize" },
  copyFrom: { name: "memmove", parameters: ["buffer", "usize", "usize"], result: "usize" },
  memmove: { parameters: ["buffer", "buffer", "usize"], result: "u64" },
  getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
  sendmmsg: { parameters: ["i32", "buffer", "u32", "i32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

export type Libc = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

let library: Libc | null | undefined;

/** The C library's functions for sockets; null where they cannot be had: on another system, or without the permission. */
export function libc(): Libc | null {
  if (library === undefined) {
    library = Deno.build.os === "linux" ? openLibrary("libc.so.6", SYMBOLS) : null;
  }
  return library;
}

/** Where Linux keeps the system's libraries: Debian's way, by processor, and that of others. */
const FOLDERS = [`/lib/${Deno.build.arch}-linux-gnu`, "/lib64"];

/** A library of the system; null if it is not there or may not be called. */
export function openLibrary<Symbols extends Deno.ForeignLibraryInterface>(
  file: string,
  symbols: Symbols,
): Deno.DynamicLibrary<Symbols>["symbols"] | null {
  for (const folder of FOLDERS) {
    try {
      return Deno.dlopen(`${folder}/${file}`, symbols).symbols;
    } catch {
      // It is at the other place, or may not be called.
    }
  }
  return null;
}

/**
 * The address of memory, as C's structs hold it: what `memmove` gives back. Deno's own way would need the permission to call any
 * library.
 *
 * @param memory of an `ArrayBuffer` that was made before: V8 moves those of small arrays that were not. Whoever uses the address
 * keeps it alive
 */
export function addressOf(
  symbols: Pick<Libc, "memmove">,
  memory: Uint8Array<ArrayBuffer>,
): bigint {
  return BigInt(symbols.memmove(memory, memory, 0n));
}

const number = new Int32Array(new ArrayBuffer(4));

/** Why the last call has failed, as C numbers it (`errno`). */
export function lastError(symbols: Libc): number {
  symbols.copyFrom(number, symbols.__errno_location(), 4n);
  return number[0]!;
}

/** The descriptor of this process's UDP socket of that port; null if there is none. */
export function findSocket(
  symbols: Pick<Libc, "getsockname" | "getsockopt">,
  port: number,
  family: 4 | 6,
): number | null {
  const ofFamily = family === 6 ? AF_INET6 : AF_INET;
  const name = new Uint8Array(28);
  const view = new DataView(name.buffer);
  const length = new Uint8Array(4), type = new Uint8Array(4);
  for (let descriptor = 0, gap = 0; gap < GAP; descriptor++) {
    new DataView(length.buffer).setUint32(0, name.length, true);
    if (symbols.getsockname(descriptor, name, length) !== 0) {
      gap++;
      continue;
    }
    gap = 0;
    if (view.getUint16(0, true) !== ofFamily || view.getUint16(2) !== port) continue;
    new DataView(length.buffer).setUint32(0, type.length, true);
    symbols.getsockopt(descriptor, SOL_SOCKET, SO_TYPE, type, length);
    if (type[0] === SOCK_DGRAM) return descriptor;
  }
  return null;
}
