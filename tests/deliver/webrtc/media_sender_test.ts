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
import { MediaSender } from "../../../src/deliver/webrtc/media_sender.ts";

const AES_CM = 1, GCM = 7;

/** The sending half of a werift transport without a socket, and a session that reads what it sends. */
function pair(profile: typeof AES_CM | typeof GCM) {
  const masterKey = Buffer.from("000102030405060708090a0b0c0d0e0f", "hex");
  const masterSalt = Buffer.from("101112131415161718191a1b1c1d", "hex").subarray(
    0,
    profile === GCM ? 12 : 14,
  );
  const config = {
    keys: {
      localMasterKey: masterKey,
      localMasterSalt: masterSalt,
      remoteMasterKey: masterKey,
      remoteMasterSalt: masterSalt,
    },
    profile,
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

for (const profile of [AES_CM, GCM] as const) {
  Deno.test(`MediaSender's packets of profile ${profile} are read by werift, over the wrap of their numbers`, () => {
    const { transport, receive } = pair(profile);
    const sender = new MediaSender(transport, numbers);
    let last: number | undefined;
    let wraps = 0;
    for (let n = 0; n < 70_000; n++) {
      // Every length from one byte on, most packets tiny.
      const payload = Buffer.alloc(n % 1000 === 0 ? 1160 : 1 + n % 37, n);
      sender.send(payload, (2 ** 32 - 100 + n) % 2 ** 32, n % 3 === 0);
      const [{ header, payload: got }] = receive() as [RtpPacket];
      ok(payload.equals(got), `packet ${n}`);
      deepStrictEqual(
        [header.ssrc, header.payloadType, header.timestamp, header.marker],
        [numbers.ssrc, 97, (2 ** 32 - 100 + n) % 2 ** 32, n % 3 === 0],
      );
      if (last !== undefined) strictEqual(header.sequenceNumber, (last + 1) & 0xffff);
      if (header.sequenceNumber === 0) wraps++;
      last = header.sequenceNumber;
    }
    ok(wraps >= 1);
  });
}

Deno.test("MediaSender sends again what is asked for, in its own stream, and not twice in one breath", () => {
  const { transport, receive } = pair(AES_CM);
  let now = 0;
  const sender = new MediaSender(transport, numbers, () => now);
  for (let n = 0; n < 3000; n++) sender.send(Buffer.from(`payload ${n}`), n, false);
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
  const { transport, receive } = pair(GCM);
  const sender = new MediaSender(transport, { ...numbers, rtx: null });
  sender.send(Buffer.from("first"), 1, true);
  const [first] = receive();
  sender.sendAgain([first!.header.sequenceNumber]);
  const [again] = receive();
  deepStrictEqual(again, first);
});

Deno.test("MediaSender reports once a second what it has sent", () => {
  const { transport, reports } = pair(AES_CM);
  let now = 0;
  const sender = new MediaSender(transport, numbers, () => now);
  sender.send(Buffer.alloc(10), 1, true);
  sender.send(Buffer.alloc(10), 2, true);
  now = 1000;
  sender.send(Buffer.alloc(10), 3, true);
  ok(reports.every((report) => report instanceof RtcpSrPacket));
  const infos = (reports as RtcpSrPacket[]).map(({ ssrc, senderInfo: info }) => [
    ssrc,
    info.rtpTimestamp,
    info.packetCount,
    info.octetCount,
  ]);
  deepStrictEqual(infos, [[numbers.ssrc, 1, 1, 10], [numbers.ssrc, 3, 3, 30]]);
});
