import { isIP, isIPv4 } from "node:net";
import { addressOf, AF_INET, AF_INET6, findSocket, lastError, type Libc, libc } from "./libc.ts";
import { type PacketRoom, SLOTS, STRIDE_BYTES } from "./packet_room.ts";

const SOL_UDP = 17, UDP_SEGMENT = 103, MSG_DONTWAIT = 0x40;
/** Errors of a socket whose buffer is full: EAGAIN, ENOBUFS. */
const FULL = new Set([11, 105]);
/** Of `struct mmsghdr`, `iovec`, and of one `cmsghdr` with a number of 16 bits. */
const MESSAGE_BYTES = 64, IOVEC_BYTES = 16, CONTROL_BYTES = 24;
/** Offsets in a message. */
const NAME_LENGTH = 8, IOVEC = 16, IOVEC_COUNT = 24, CONTROL = 32, CONTROL_LENGTH = 40;

/**
 * Sends many packets of one socket in one call of the system, and lets the kernel cut those of equal length out of one
 * piece (`UDP_SEGMENT`): both together take a fraction of what a call for each takes.
 *
 * The socket is one of Deno's, which receives as before. It is found by its port and held by a descriptor of our own, so
 * that no other can come in its place.
 */
export class UdpBatch {
  readonly #libc: Libc;
  readonly #descriptor: number;
  readonly #room: PacketRoom;
  readonly #structs: Structs;
  #segments = true;
  #open = true;

  private constructor(libc: Libc, descriptor: number, room: PacketRoom) {
    this.#libc = libc;
    this.#descriptor = descriptor;
    this.#room = room;
    this.#structs = structsOf(libc, room);
  }

  /**
   * Takes a socket of this process.
   *
   * @param port to which it is bound
   * @param room whose packets are to be sent
   * @returns null if that cannot be done on this system or without a permission: then send in another way
   */
  static open(port: number, family: 4 | 6, room: PacketRoom): UdpBatch | null {
    const symbols = libc();
    const found = symbols && findSocket(symbols, port, family);
    if (found === null) return null;
    const descriptor = symbols!.dup(found);
    return descriptor < 0 ? null : new UdpBatch(symbols!, descriptor, room);
  }

  /**
   * Sends the packets of the room.
   *
   * @param address IPv4 or IPv6, of the socket's family
   * @returns how many were taken, the first ones; the rest found no room in the socket's buffer. What is lost on its way, or has
   * none, counts as taken
   */
  send(address: string, port: number): number {
    if (!this.#open) return 0;
    this.#structs.to(address, port);
    let taken = 0;
    while (taken < this.#room.count) {
      const sent = this.#try(taken);
      if (sent > 0) taken += sent;
      else if (FULL.has(lastError(this.#libc))) return taken;
      else if (this.#segments) this.#segments = false; // Not on this path: one by one from now on.
      else return this.#room.count; // No way there: lost.
    }
    return taken;
  }

  /** Lets go of the socket. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#libc.close(this.#descriptor);
  }

  /** Gives how many packets from `from` on the kernel took. */
  #try(from: number): number {
    const { lengths, count } = this.#room;
    const structs = this.#structs;
    let messages = 0;
    for (let i = from; i < count; messages++) {
      const first = i++;
      // All as long as the first, but for a last one that is shorter.
      if (this.#segments) {
        while (i < count && lengths[i] === lengths[first]) i++;
        if (i < count && lengths[i]! < lengths[first]!) i++;
      }
      structs.message(messages, first, i - first);
    }
    const sent = this.#libc.sendmmsg(this.#descriptor, structs.messages, messages, MSG_DONTWAIT);
    return structs.packetsOf(sent);
  }
}

/** What the kernel reads: made once for a room, as it only ever describes that room's memory. */
class Structs {
  readonly messages = memory(SLOTS * MESSAGE_BYTES);
  readonly #messages = new DataView(this.messages.buffer);
  readonly #iovecs = memory(SLOTS * IOVEC_BYTES);
  readonly #lengths = new DataView(this.#iovecs.buffer);
  readonly #controls = memory(SLOTS * CONTROL_BYTES);
  readonly #control = new DataView(this.#controls.buffer);
  readonly #name = memory(28);
  readonly #iovecsAt: bigint;
  readonly #controlsAt: bigint;
  readonly #counts = new Uint8Array(SLOTS);
  readonly #room: PacketRoom;
  #nameLength = 0;
  #to = "";

  constructor(symbols: Libc, room: PacketRoom) {
    this.#room = room;
    this.#iovecsAt = addressOf(symbols, this.#iovecs);
    this.#controlsAt = addressOf(symbols, this.#controls);
    const roomAt = addressOf(symbols, room.bytes), nameAt = addressOf(symbols, this.#name);
    for (let i = 0; i < SLOTS; i++) {
      this.#lengths.setBigUint64(i * IOVEC_BYTES, roomAt + BigInt(i * STRIDE_BYTES), true);
      this.#messages.setBigUint64(i * MESSAGE_BYTES, nameAt, true);
      this.#control.setBigUint64(i * CONTROL_BYTES, 18n, true);
      this.#control.setInt32(i * CONTROL_BYTES + 8, SOL_UDP, true);
      this.#control.setInt32(i * CONTROL_BYTES + 12, UDP_SEGMENT, true);
    }
  }

  /** Sets where the messages go. */
  to(address: string, port: number): void {
    const to = `${address} ${port}`;
    if (to === this.#to) return;
    this.#to = to;
    this.#nameLength = socketAddress(this.#name, address, port);
  }

  /** Makes message `n` of so many packets. */
  message(n: number, first: number, packets: number): void {
    const { lengths } = this.#room;
    for (let i = first; i < first + packets; i++) {
      this.#lengths.setUint32(i * IOVEC_BYTES + 8, lengths[i]!, true);
    }
    const at = n * MESSAGE_BYTES;
    const messages = this.#messages;
    messages.setUint32(at + NAME_LENGTH, this.#nameLength, true);
    const iovec = this.#iovecsAt + BigInt(first * IOVEC_BYTES);
    messages.setBigUint64(at + IOVEC, iovec, true);
    messages.setUint32(at + IOVEC_COUNT, packets, true);
    const cut = packets > 1;
    if (cut) this.#control.setUint16(n * CONTROL_BYTES + 16, lengths[first]!, true);
    const control = cut ? this.#controlsAt + BigInt(n * CONTROL_BYTES) : 0n;
    messages.setBigUint64(at + CONTROL, control, true);
    messages.setUint32(at + CONTROL_LENGTH, cut ? CONTROL_BYTES : 0, true);
    this.#counts[n] = packets;
  }

  /** How many packets the first messages have. */
  packetsOf(messages: number): number {
    let packets = 0;
    for (let n = 0; n < messages; n++) packets += this.#counts[n]!;
    return packets;
  }
}

/** Memory that stays where it is. */
function memory(bytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new ArrayBuffer(bytes));
}

const made = new WeakMap<PacketRoom, Structs>();

function structsOf(symbols: Libc, room: PacketRoom): Structs {
  let structs = made.get(room);
  if (!structs) made.set(room, structs = new Structs(symbols, room));
  return structs;
}

/** Writes a `sockaddr_in` or `sockaddr_in6`; gives its length. */
function socketAddress(name: Uint8Array<ArrayBuffer>, address: string, port: number): number {
  name.fill(0);
  const view = new DataView(name.buffer);
  view.setUint16(2, port);
  if (isIPv4(address)) {
    view.setUint16(0, AF_INET, true);
    name.set(address.split(".").map(Number), 4);
    return 16;
  }
  view.setUint16(0, AF_INET6, true);
  parseIpv6(address).forEach((group, i) => view.setUint16(8 + 2 * i, group));
  return 28;
}

/** Whether an address can be written down as it is: one of a single link lacks the interface that it belongs to. */
export function isPlainAddress(address: string): boolean {
  return isIP(address) !== 0 && !/^fe[89ab]/i.test(address) && !/[%.].*:|:.*[%.]/.test(address);
}

/** The eight groups of an address without a dotted part. */
function parseIpv6(address: string): number[] {
  const [head, tail] = address.split("::") as [string, string | undefined];
  const groups = (text: string) =>
    text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
  const before = groups(head);
  if (tail === undefined) return before;
  const after = groups(tail);
  return [...before, ...Array(8 - before.length - after.length).fill(0), ...after];
}
