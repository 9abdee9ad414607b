import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { SrtpSession } from "werift";
import { OpensslSealer } from "../../../src/deliver/webrtc/openssl_sealer.ts";
import { PacketRoom, SLOTS, STRIDE_BYTES } from "../../../src/deliver/webrtc/packet_room.ts";
import {
  AES_CM_PROFILE,
  DenoSealer,
  type Sealer,
  type SrtpKeys,
  TAG_BYTES,
} from "../../../src/deliver/webrtc/srtp.ts";

/** Keys as werift derives them, and a session of werift's that reads what is sealed with them. */
function keys(): { own: SrtpKeys; receiver: SrtpSession } {
  const localMasterKey = Buffer.from("000102030405060708090a0b0c0d0e0f", "hex");
  const localMasterSalt = Buffer.from("101112131415161718191a1b1c1d", "hex");
  const config = {
    keys: {
      localMasterKey,
      localMasterSalt,
      remoteMasterKey: localMasterKey,
      remoteMasterSalt: localMasterSalt,
    },
    profile: AES_CM_PROFILE as 1,
  };
  return { own: new SrtpSession(config).localContext, receiver: new SrtpSession(config) };
}

const room = new PacketRoom();

/** Fills the room with packets of these lengths, headers included. */
function fill(lengths: readonly number[], firstSequence: number, rollover: number): Buffer[] {
  room.count = lengths.length;
  return lengths.map((length, i) => {
    const at = i * STRIDE_BYTES;
    room.lengths[i] = length;
    room.rollovers[i] = rollover;
    room.bytes.fill(length + i, at, at + length);
    room.view.setUint16(at, 0x8061);
    room.view.setUint16(at + 2, firstSequence + i);
    room.view.setUint32(at + 4, 12345);
    room.view.setUint32(at + 8, 0xfedcba98);
    return Buffer.from(room.packet(i));
  });
}

const SEALERS: Record<string, (keys: SrtpKeys) => Sealer | null> = {
  DenoSealer: (keys) => new DenoSealer(keys),
  OpensslSealer: (keys) => OpensslSealer.open(keys, room),
};

for (const [name, open] of Object.entries(SEALERS)) {
  const { own, receiver } = keys();
  const sealer = open(own);
  Deno.test({
    name: `${name} seals packets of every length so that werift reads them`,
    ignore: sealer === null,
    fn() {
      let sequence = 0;
      for (let length = 13; length <= 1174; length += 7) {
        const lengths = [length, 1174, 13, length, 300].slice(0, 1 + length % 5);
        const plain = fill(lengths, sequence, 0);
        sealer!.seal(room);
        sequence += lengths.length;
        for (const [i, packet] of plain.entries()) {
          strictEqual(room.lengths[i], lengths[i]! + TAG_BYTES);
          const sealed = Buffer.from(room.packet(i));
          ok(!sealed.subarray(12, 13 + length % 9).equals(packet.subarray(12, 13 + length % 9)));
          deepStrictEqual(receiver.decrypt(sealed), packet);
        }
      }
    },
  });
}

Deno.test({
  name: "DenoSealer and OpensslSealer write the same, whatever the rollover",
  ignore: OpensslSealer.open(keys().own, room) === null,
  fn() {
    const { own } = keys();
    const sealed = ["DenoSealer", "OpensslSealer"].map((name) => {
      const sealer = SEALERS[name]!(own)!;
      return [0, 1, 77, 2 ** 32 - 1].flatMap((rollover) => {
        fill(Array.from({ length: SLOTS }, (_, i) => 1174 - 30 * i), 65_520, rollover);
        sealer.seal(room);
        return Array.from({ length: SLOTS }, (_, i) => Buffer.from(room.packet(i)));
      });
    });
    deepStrictEqual(sealed[0], sealed[1]);
  },
});

Deno.test({
  name: "OpensslSealer seals nothing once it is closed, and in no other room",
  ignore: OpensslSealer.open(keys().own, room) === null,
  fn() {
    const sealer = OpensslSealer.open(keys().own, room)!;
    throws(() => sealer.seal(new PacketRoom()));
    sealer.close();
    throws(() => sealer.seal(room));
  },
});
