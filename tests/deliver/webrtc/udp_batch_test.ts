import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { createSocket } from "node:dgram";
import { PacketRoom, SLOTS, STRIDE_BYTES } from "../../../src/deliver/webrtc/packet_room.ts";
import { isPlainAddress, UdpBatch } from "../../../src/deliver/webrtc/udp_batch.ts";

const linux = Deno.build.os === "linux";

/** Fills a room with packets of these lengths, each with bytes of its own. */
function fill(room: PacketRoom, lengths: readonly number[]): Uint8Array[] {
  room.count = lengths.length;
  return lengths.map((length, i) => {
    room.lengths[i] = length;
    room.bytes.fill(i + 1, i * STRIDE_BYTES, i * STRIDE_BYTES + length);
    return new Uint8Array(length).fill(i + 1);
  });
}

/** Two sockets; gives what the second one is sent. */
async function pair(family: 4 | 6) {
  const [from, to] = [createSocket(`udp${family}`), createSocket(`udp${family}`)];
  const received: Uint8Array[] = [];
  const ports = new Set<number>();
  let changed = () => {};
  to.on("message", (data, { port }) => {
    received.push(new Uint8Array(data));
    ports.add(port);
    changed();
  });
  const host = family === 4 ? "127.0.0.1" : "::1";
  await new Promise<void>((resolve) => from.bind(0, resolve));
  await new Promise<void>((resolve) => to.bind(0, host, resolve));
  return {
    port: from.address().port,
    to: [host, to.address().port] as const,
    ports,
    async received(count: number) {
      while (received.length < count) await new Promise<void>((resolve) => changed = resolve);
      return received.splice(0);
    },
    async close() {
      await Promise.all([from, to].map((each) => new Promise<void>((done) => each.close(done))));
    },
  };
}

for (const family of [4, 6] as const) {
  Deno.test({
    name: `UdpBatch sends packets of all lengths from the socket's own port, IPv${family}`,
    ignore: !linux,
    async fn() {
      const { port, to, ports, received, close } = await pair(family);
      const room = new PacketRoom();
      const batch = UdpBatch.open(port, family, room)!;
      ok(batch !== null);
      for (
        const lengths of [
          [40],
          [1172, 1172, 1172, 900],
          [30, 1172, 1172, 1172, 1172, 5, 6, 7, 7, 7, 1],
          [9, 8, 7, 6, 5],
          Array(SLOTS).fill(1182),
        ]
      ) {
        const sent = fill(room, lengths);
        strictEqual(batch.send(...to), lengths.length);
        deepStrictEqual(await received(lengths.length), sent);
      }
      deepStrictEqual([...ports], [port]);
      batch.close();
      strictEqual(batch.send(...to), 0);
      await close();
    },
  });
}

Deno.test({
  name: "UdpBatch holds its socket: none that is opened later comes in its place",
  ignore: !linux,
  async fn() {
    const { port, to, ports, received, close } = await pair(4);
    const room = new PacketRoom();
    const own = createSocket("udp4");
    await new Promise<void>((resolve) => own.bind(0, resolve));
    const batch = UdpBatch.open(own.address().port, 4, room)!;
    const before = own.address().port;
    await new Promise<void>((resolve) => own.close(resolve));
    const others = await Promise.all(Array.from({ length: 8 }, async () => {
      const socket = createSocket("udp4");
      await new Promise<void>((resolve) => socket.bind(0, resolve));
      return socket;
    }));
    fill(room, [100]);
    strictEqual(batch.send(...to), 1);
    await received(1);
    deepStrictEqual([...ports], [before]);
    ok(before !== port);
    batch.close();
    await Promise.all(others.map((each) => new Promise<void>((done) => each.close(done))));
    await close();
  },
});

Deno.test({
  name: "UdpBatch takes packets that the system sends nowhere for lost, and goes on elsewhere",
  ignore: !linux,
  async fn() {
    const { port, to, received, close } = await pair(4);
    const room = new PacketRoom();
    const batch = UdpBatch.open(port, 4, room)!;
    const sent = fill(room, [100, 100, 50]);
    // To all of a network, which a socket may not without being told so.
    strictEqual(batch.send("255.255.255.255", 9), 3);
    strictEqual(batch.send(...to), 3);
    deepStrictEqual(await received(3), sent);
    batch.close();
    await close();
  },
});

Deno.test("UdpBatch finds no socket where there is none", () => {
  strictEqual(UdpBatch.open(1, 4, new PacketRoom()), null);
});

Deno.test("isPlainAddress knows which addresses can be written down", () => {
  const addresses = ["10.0.0.7", "::1", "2001:db8::7", "fe80::1", "::ffff:10.0.0.7", "x.local", ""];
  deepStrictEqual(addresses.map(isPlainAddress), [true, true, true, false, false, false, false]);
});
