import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import {
  type RTCDtlsTransport,
  type RtcpPacket,
  RtcpSrPacket,
  RtpPacket,
  SrtpSession,
  unwrapRtx,
} from "werift";
import { AES_CM_PROFILE } from "../../../src/deliver/webrtc/srtp.ts";
import { MediaSender } from "../../../src/deliver/webrtc/media_sender.ts";

/** The sending half of a werift transport without a socket, and a session that reads what it sends. */
function pair() {
  const masterKey = Buffer.from("000102030405060708090a0b0c0d0e0f", "hex");
  const masterSalt = Buffer.from("101112131415161718191a1b1c1d", "hex");
  const config = {
    keys: {
      localMasterKey: masterKey,
      localMasterSalt: masterSalt,
      remoteMasterKey: masterKey,
      remoteMasterSalt: masterSalt,
    },
    profile: AES_CM_PROFILE as 1,
  };
  const datagrams: Buffer[] = [];
  const reports: RtcpPacket[] = [];
  const transport = {
    srtp: new SrtpSession(config),
    iceTransport: {
      connection: { send: (data: Buffer) => Promise.resolve(void datagrams.push(data)) },
    },
    sendRtcp: (packets: RtcpPacket[]) => Promise.resolve(void reports.push(...packets)),
  } as unknown as RTCDtlsTransport;
  const receiver = new SrtpSession(config);
  const receive = () =>
    datagrams.splice(0).map((data) => RtpPacket.deSerialize(receiver.decrypt(data)));
  return { transport, receive, reports };
}

const rtx = { ssrc: 0xfffffff0, payloadType: 98 };
const numbers = { ssrc: 0xfedcba98, payloadType: 97, rtx };

/** Sends all payloads of a picture. */
function sendAll(sender: MediaSender, payloads: readonly Buffer[], timestamp: number): void {
  for (let from = 0; from < payloads.length;) {
    from += sender.send({ payloads, timestamp }, from, Infinity);
  }
}

Deno.test("MediaSender's packets are read by werift, over the wrap of their numbers", () => {
  const { transport, receive } = pair();
  const sender = new MediaSender(transport, numbers);
  let last: number | undefined;
  let wraps = 0;
  for (let n = 0; n < 3000; n++) {
    const timestamp = (2 ** 32 - 100 + n) % 2 ** 32;
    // Pictures of up to 49 packets: more than are sent in one go, of every length from one byte on.
    const payloads = Array.from(
      { length: 1 + n % 49 },
      (_, i) => Buffer.alloc(i % 17 === 0 ? 1160 : 1 + (n + i) % 300, n + i),
    );
    sendAll(sender, payloads, timestamp);
    const got = receive();
    strictEqual(got.length, payloads.length);
    for (const [i, { header, payload }] of got.entries()) {
      ok(payload.equals(payloads[i]!), `picture ${n}, packet ${i}`);
      deepStrictEqual(
        [header.ssrc, header.payloadType, header.timestamp, header.marker],
        [numbers.ssrc, 97, timestamp, i === payloads.length - 1],
      );
      if (last !== undefined) strictEqual(header.sequenceNumber, (last + 1) & 0xffff);
      if (header.sequenceNumber === 0) wraps++;
      last = header.sequenceNumber;
    }
  }
  ok(wraps >= 1);
});

Deno.test("MediaSender sends again what is asked for, in its own stream, and not twice in one breath", () => {
  const { transport, receive } = pair();
  let now = 0;
  const sender = new MediaSender(transport, numbers, () => now);
  for (let n = 0; n < 3000; n++) sendAll(sender, [Buffer.from(`payload ${n}`)], n);
  const sent = receive();
  const lost = sent[7]!.header.sequenceNumber;
  sender.sendAgain([lost, lost]);
  const [again, ...more] = receive();
  strictEqual(more.length, 0);
  strictEqual(again!.header.ssrc, rtx.ssrc);
  strictEqual(again!.header.payloadType, rtx.payloadType);
  const packet = unwrapRtx(again!, 97, numbers.ssrc);
  strictEqual(packet.header.sequenceNumber, lost);
  strictEqual(packet.payload.toString(), "payload 7");
  now = 1000;
  sender.sendAgain([lost, (sent.at(-1)!.header.sequenceNumber + 9) & 0xffff]);
  strictEqual(receive().length, 1);
});

Deno.test("MediaSender repeats a packet as it was to a viewer without RTX", () => {
  const { transport, receive } = pair();
  const sender = new MediaSender(transport, { ...numbers, rtx: null });
  sendAll(sender, [Buffer.from("first")], 1);
  const [first] = receive();
  sender.sendAgain([first!.header.sequenceNumber]);
  const [again] = receive();
  deepStrictEqual(again, first);
});

Deno.test("MediaSender reports once a second what it has sent", () => {
  const { transport, reports } = pair();
  let now = 0;
  const sender = new MediaSender(transport, numbers, () => now);
  sendAll(sender, [Buffer.alloc(10)], 1);
  sendAll(sender, [Buffer.alloc(10)], 2);
  now = 1000;
  sendAll(sender, [Buffer.alloc(10)], 3);
  ok(reports.every((report) => report instanceof RtcpSrPacket));
  const infos = (reports as RtcpSrPacket[]).map(({ ssrc, senderInfo: info }) => [
    ssrc,
    info.rtpTimestamp,
    info.packetCount,
    info.octetCount,
  ]);
  deepStrictEqual(infos, [[numbers.ssrc, 1, 1, 10], [numbers.ssrc, 3, 3, 30]]);
});

Deno.test("MediaSender sends a bounded number of packets again, whatever a viewer asks for", () => {
  const { transport, receive } = pair();
  let now = 0;
  const sender = new MediaSender(transport, numbers, () => now);
  sendAll(sender, Array.from({ length: 2000 }, (_, n) => Buffer.alloc(1, n)), 1);
  const all = receive().map(({ header }) => header.sequenceNumber);
  // Everything, over and over: a second of it, every 5 ms.
  let again = 0;
  for (; now < 1000; now += 5) {
    sender.sendAgain(all);
    again += receive().length;
  }
  ok(again >= 800 && again <= 900, `${again} packets`);
});
