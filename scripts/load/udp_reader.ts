import { Buffer } from "node:buffer";
import type { Socket } from "node:dgram";
import { addressOf, findSocket } from "../../src/deliver/webrtc/libc.ts";

/** Datagrams read in one call, and the most bytes of one. */
const BATCH = 64, DATAGRAM_BYTES = 1500;
/** Of `struct mmsghdr` and `iovec` on 64-bit Linux, and where the former has a datagram's length. */
const MESSAGE_BYTES = 64, IOVEC_BYTES = 16, LENGTH = 56;
const SOL_SOCKET = 1, SO_RCVBUF = 8, MSG_DONTWAIT = 0x40;
/** Bytes of a socket's buffer. A keyframe comes in tens of packets at once, and the machine is busy. */
const BUFFER_BYTES = 1024 * 1024;

const { symbols: libc } = Deno.dlopen(`/lib/${Deno.build.arch}-linux-gnu/libc.so.6`, {
  dup: { parameters: ["i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  memmove: { parameters: ["buffer", "buffer", "usize"], result: "u64" },
  recvmmsg: { parameters: ["i32", "buffer", "u32", "i32", "pointer"], result: "i32" },
  sendto: { parameters: ["i32", "buffer", "usize", "i32", "buffer", "u32"], result: "isize" },
});

const bytes = new Uint8Array(BATCH * DATAGRAM_BYTES);
const iovecs = new BigUint64Array(BATCH * IOVEC_BYTES / 8);
const messages = new Uint8Array(BATCH * MESSAGE_BYTES);
const view = new DataView(messages.buffer);
const iovecsAt = addressOf(libc, new Uint8Array(iovecs.buffer));
for (let i = 0; i < BATCH; i++) {
  iovecs[2 * i] = addressOf(libc, bytes) + BigInt(i * DATAGRAM_BYTES);
  iovecs[2 * i + 1] = BigInt(DATAGRAM_BYTES);
  view.setBigUint64(i * MESSAGE_BYTES + 16, iovecsAt + BigInt(i * IOVEC_BYTES), true);
  view.setBigUint64(i * MESSAGE_BYTES + 24, 1n, true);
}

/**
 * Takes over an IPv4 socket that has one peer, and reads it many datagrams at a time and only when it is asked to: in Deno each would
 * take a turn of the event loop.
 */
export class UdpReader {
  /** What the kernel is pointed to must stay. */
  static readonly iovecs = iovecs;
  readonly #descriptor: number;
  readonly #to = new Uint8Array(16);

  /** @param socket is closed; the port stays open */
  constructor(socket: Socket, [address, port]: readonly [string, number]) {
    const found = findSocket(libc, socket.address().port, 4);
    if (found === null) throw new Error("The viewer's socket was not found.");
    this.#descriptor = libc.dup(found);
    const size = new Uint8Array(new Int32Array([BUFFER_BYTES]).buffer);
    libc.setsockopt(this.#descriptor, SOL_SOCKET, SO_RCVBUF, size, size.length);
    const to = new DataView(this.#to.buffer);
    to.setUint16(0, 2, true);
    to.setUint16(2, port);
    this.#to.set(address.split(".").map(Number), 4);
    socket.close();
  }

  /** Gives each datagram that has come; it is overwritten by the next call. */
  read(take: (datagram: Buffer) => void): void {
    for (let count = BATCH; count === BATCH;) {
      count = libc.recvmmsg(this.#descriptor, messages, BATCH, MSG_DONTWAIT, null);
      for (let i = 0; i < count; i++) {
        const length = view.getUint32(i * MESSAGE_BYTES + LENGTH, true);
        take(Buffer.from(bytes.buffer, i * DATAGRAM_BYTES, length));
      }
    }
  }

  /** Sends a datagram to the peer. */
  send(datagram: Uint8Array<ArrayBuffer>): void {
    libc.sendto(this.#descriptor, datagram, BigInt(datagram.length), 0, this.#to, this.#to.length);
  }

  close(): void {
    libc.close(this.#descriptor);
  }
}
