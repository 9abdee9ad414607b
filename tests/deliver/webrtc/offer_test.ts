import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { OfferError } from "../../../src/deliver/webrtc/errors.ts";
import { MAX_OFFER_BYTES, parseOffer } from "../../../src/deliver/webrtc/offer.ts";
import { CHROMIUM_OFFER } from "./chromium_offer.ts";

/** Without all payload types whose `a=fmtp` line does not match; other codecs stay. */
const withProfiles = (keep: RegExp) =>
  CHROMIUM_OFFER.split("\r\n").map((line) =>
    /^a=fmtp:.*profile-level-id/.test(line) && !keep.test(line)
      ? line.replace("packetization-mode=1", "packetization-mode=0")
      : line
  ).join("\r\n");

Deno.test("parseOffer() prefers constrained baseline in packetization mode 1, with its RTX", () => {
  deepStrictEqual(parseOffer(CHROMIUM_OFFER, null).codec, {
    payloadType: 108,
    parameters: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
    rtxPayloadType: 109,
  });
});

Deno.test("parseOffer() prefers the profile of the stream if it is offered", () => {
  strictEqual(parseOffer(CHROMIUM_OFFER, "4d0028").codec.payloadType, 116);
  strictEqual(parseOffer(CHROMIUM_OFFER, "64001f").codec.payloadType, 108);
});

Deno.test("parseOffer() accepts other profiles when there is no baseline", () => {
  strictEqual(parseOffer(withProfiles(/4d001f/), null).codec.payloadType, 116);
  strictEqual(parseOffer(withProfiles(/=42001f/), null).codec.payloadType, 102);
});

Deno.test("parseOffer() does without RTX", () => {
  const offer = CHROMIUM_OFFER.replaceAll("a=fmtp:109 apt=108\r\n", "");
  strictEqual(parseOffer(offer, null).codec.rtxPayloadType, null);
});

Deno.test("parseOffer() removes candidates that are names and nothing else", () => {
  const offer = CHROMIUM_OFFER.replace("127.0.0.1 9 typ", "example.org 9 typ") +
    "a=candidate:1 1 udp 2122260223 127.0.0.1 9 typ host\r\n" +
    "a=candidate:2 1 udp 2122260223 fd00::2 9 typ host\r\n";
  const { sdp } = parseOffer(offer, null);
  ok(!sdp.includes(".local"));
  ok(!sdp.includes("example.org"));
  ok(sdp.includes("fd00::2 9 typ host"));
  ok(sdp.includes("127.0.0.1 9 typ host"));
  strictEqual(sdp.split("\n").length, offer.split("\n").length - 2);
});

const rejected: [string, string, RegExp][] = [
  ["nothing", "", /not SDP/],
  ["JSON", '{"type":"offer"}', /not SDP/],
  ["no video", CHROMIUM_OFFER.slice(0, CHROMIUM_OFFER.indexOf("m=video")), /has no video/],
  ["rejected video", CHROMIUM_OFFER.replace("m=video 9", "m=video 0"), /has no video/],
  [
    "video that only sends",
    CHROMIUM_OFFER.replaceAll("a=recvonly", "a=sendonly"),
    /does not receive/,
  ],
  ["only packetization mode 0", withProfiles(/nothing/), /packetization-mode=1 \(offered: VP8/],
  [
    "no ICE credentials",
    CHROMIUM_OFFER.replaceAll(/a=ice-(ufrag|pwd).*\r\n/g, ""),
    /ICE user name/,
  ],
  ["no fingerprint", CHROMIUM_OFFER.replaceAll(/a=fingerprint.*\r\n/g, ""), /fingerprint/],
  ["too much", CHROMIUM_OFFER + "a=x\r\n".repeat(MAX_OFFER_BYTES / 5), /the limit is/],
];
for (const [what, sdp, message] of rejected) {
  Deno.test(`parseOffer() rejects an offer with ${what} by a named error`, () => {
    throws(() => parseOffer(sdp, null), (error: Error) => {
      ok(error instanceof OfferError);
      strictEqual(error.name, "OfferError");
      ok(message.test(error.message), error.message);
      return true;
    });
  });
}
