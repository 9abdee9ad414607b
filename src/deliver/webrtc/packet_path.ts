import { Buffer } from "node:buffer";
import type { RTCDtlsTransport } from "werift";
import type { PacketRoom } from "./packet_room.ts";
import { isPlainAddress, UdpBatch } from "./udp_batch.ts";

/** werift's side of ICE. */
type IceConnection = RTCDtlsTransport["iceTransport"]["connection"];

/** What is used of the pair of addresses that ICE has chosen. */
interface Pair {
  readonly protocol: {
    /** UDP; something else of pairs that go through a relay. */
    readonly transport?: {
      readonly type: string;
      readonly closed: boolean;
      readonly port: number;
      readonly addressFamily: 4 | 6;
    };
  };
  readonly remoteAddr: readonly [string, number];
}

/** What is used of werift beyond what it tells of itself. */
interface Consent {
  readonly nominated?: Pair;
  canSendApplicationData(): boolean;
}

/**
 * The way of packets to one viewer: in batches where that can be done, else one by one by werift. Both heed the viewer's
 * consent and take the path that ICE has chosen.
 */
export class PacketPath {
  readonly #connection: IceConnection;
  readonly #consent: Consent;
  readonly #room: PacketRoom;
  #pair: Pair | undefined;
  #batch: UdpBatch | null = null;

  /** @param room whose packets are to be sent */
  constructor(connection: IceConnection, room: PacketRoom) {
    this.#connection = connection;
    this.#consent = connection as unknown as Consent;
    this.#room = room;
  }

  /**
   * Sends the packets of the room.
   *
   * @returns how many were taken, the first ones; the others may be tried again
   */
  send(): number {
    const pair = this.#consent.nominated;
    if (pair !== this.#pair) this.#take(pair);
    if (this.#batch && !pair!.protocol.transport!.closed) {
      // As if on the way: who has not consented gets nothing.
      if (!this.#consent.canSendApplicationData()) return this.#room.count;
      return this.#batch.send(...pair!.remoteAddr);
    }
    for (let i = 0; i < this.#room.count; i++) {
      this.#connection.send(Buffer.from(this.#room.packet(i))).catch(() => {});
    }
    return this.#room.count;
  }

  /** Lets go of its socket. */
  close(): void {
    this.#batch?.close();
    this.#batch = null;
  }

  #take(pair: Pair | undefined): void {
    this.close();
    this.#pair = pair;
    const transport = pair?.protocol.transport;
    if (transport?.type !== "udp" || transport.closed) return;
    const [address, port] = pair!.remoteAddr;
    if (!isPlainAddress(address) || !port) return;
    this.#batch = UdpBatch.open(transport.port, transport.addressFamily, this.#room);
  }
}
