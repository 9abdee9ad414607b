import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { H264RtpPayload } from "werift";
import { Buffer } from "node:buffer";
import { NalType, nalType, splitNalUnits } from "../../../src/deliver/h264.ts";
import { MAX_PAYLOAD_BYTES, packetize } from "../../../src/deliver/webrtc/packetize.ts";
import { encodeTestPicture } from "../access_units.ts";

const hex = (payloads: Buffer[]) => payloads.map((payload) => payload.toString("hex"));
const bytes = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(" ", ""), "hex"));

Deno.test("packetize() puts SPS and PPS in one STAP-A and drops delimiter and filler", () => {
  const au = bytes("00000001 09f0 00000001 6742c01e 000001 68ce3c80 00000001 0cff 000001 65aabb");
  deepStrictEqual(hex(packetize(au)), ["78" + "0004" + "6742c01e" + "0004" + "68ce3c80", "65aabb"]);
});

Deno.test("packetize() cuts a large NAL unit into FU-A fragments of even size", () => {
  const nal = "65" + "0102030405060708090a";
  deepStrictEqual(hex(packetize(bytes("00000001" + nal), 6)), [
    "7c85" + "01020304",
    "7c05" + "05060708",
    "7c45" + "090a",
  ]);
});

Deno.test("packetize() keeps a NAL unit of just the limit whole", () => {
  deepStrictEqual(hex(packetize(bytes("00000001 4101020304"), 5)), ["4101020304"]);
  strictEqual(packetize(bytes("00000001 410102030405"), 5).length, 2);
});

Deno.test("packetize() sends parameter sets that do not fit together alone", () => {
  deepStrictEqual(hex(packetize(bytes("000001 6742c0 000001 68ce3c 000001 65aa"), 8)), [
    "6742c0",
    "68ce3c",
    "65aa",
  ]);
  deepStrictEqual(hex(packetize(bytes("000001 6742c0 000001 65aa"))), ["6742c0", "65aa"]);
});

Deno.test("packetize() gives nothing for an access unit without content", () => {
  deepStrictEqual(packetize(new Uint8Array()), []);
  deepStrictEqual(packetize(bytes("00000001 09f0")), []);
});

Deno.test("packetize() makes packets from which werift's depacketizer restores every NAL unit", async () => {
  for (const au of await encodeTestPicture({ width: 640, height: 360, seconds: 1 })) {
    const restored: Buffer[] = [];
    let fragment: Buffer | undefined;
    for (const payload of packetize(au.data)) {
      ok(payload.length <= MAX_PAYLOAD_BYTES);
      const packet = H264RtpPayload.deSerialize(payload, fragment);
      fragment = packet.fragment;
      if (packet.payload) restored.push(packet.payload);
    }
    strictEqual(fragment, undefined);
    const sent = splitNalUnits(au.data)
      .filter((nal) => nalType(nal) !== NalType.accessUnitDelimiter);
    deepStrictEqual(
      splitNalUnits(Buffer.concat(restored)).map((nal) => Buffer.from(nal)),
      sent.map((nal) => Buffer.from(nal)),
    );
  }
});
