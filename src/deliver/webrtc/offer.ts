import { isIP } from "node:net";
import { SessionDescription } from "werift";
import { OfferError } from "./errors.ts";

/** The H.264 flavour of an offer that the answer will use. */
export interface ChosenCodec {
  /** RTP payload type that the offer gave to it, 0 to 127. */
  payloadType: number;
  /** The offer's `a=fmtp` parameters, such as `packetization-mode=1;profile-level-id=42e01f`. */
  parameters: string;
  /** Payload type for retransmissions (RFC 4588); null when the offer has none. */
  rtxPayloadType: number | null;
}

/** An offer that can be answered. */
export interface ParsedOffer {
  /** The offer to hand to the WebRTC stack; differs from the original only in ICE candidates. */
  sdp: string;
  codec: ChosenCodec;
}

/** Larger offers are refused unread. Chromium's, with audio and video, are below 10 kB. */
export const MAX_OFFER_BYTES = 64 * 1024;

/**
 * Checks a WHEP offer and picks the H.264 payload type to send with.
 *
 * Only packetization mode 1 will do, since mode 0 allows no NAL unit larger than a packet. Among
 * those, the profile of the stream itself is best, then constrained baseline, baseline, main, high:
 * decoders read the true profile from the stream, so that any of them plays.
 *
 * @param sdp the offer as sent by the browser
 * @param streamProfile `profile-level-id` of the stream as six hexadecimal digits, if known
 * @throws {OfferError} if the offer is not SDP or has nothing that we can send
 */
export function parseOffer(sdp: string, streamProfile: string | null): ParsedOffer {
  if (sdp.length > MAX_OFFER_BYTES) {
    throw new OfferError(
      `Cannot use the offer: it is ${sdp.length} bytes long, the limit is ${MAX_OFFER_BYTES}.`,
    );
  }
  if (!/^v=0\r?\n/.test(sdp)) {
    throw new OfferError(
      "Cannot use the offer: it is not SDP; send RTCPeerConnection.createOffer()'s `sdp` as the " +
        "request body, with content type application/sdp.",
    );
  }
  if (!/^a=ice-ufrag:.+/m.test(sdp) || !/^a=ice-pwd:.+/m.test(sdp)) {
    throw new OfferError(
      "Cannot use the offer: it has no ICE user name and password (a=ice-ufrag, a=ice-pwd); send " +
        "it unchanged as the browser made it.",
    );
  }
  const usable = withoutNamedCandidates(sdp);
  const video = firstReceivingVideo(parse(usable));
  return { sdp: usable, codec: chooseCodec(video, streamProfile) };
}

type Media = SessionDescription["media"][number];

function parse(sdp: string): SessionDescription {
  try {
    return SessionDescription.parse(sdp);
  } catch (cause) {
    throw new OfferError(
      "Cannot use the offer: its SDP is malformed; send it unchanged as the browser made it.",
      { cause },
    );
  }
}

/**
 * Drops candidates that are names instead of IP addresses. Browsers send mDNS names (`….local`) to
 * hide their addresses; to look them up takes multicast that containers lack, and is not needed: the
 * browser's own checks reach us at our candidates, and show us its address. Any other name would
 * make us ask a DNS server for it at a stranger's bidding.
 */
function withoutNamedCandidates(sdp: string): string {
  return sdp.replace(
    /^a=candidate:\S+ \S+ \S+ \S+ (\S+) .*\r?\n/gm,
    (line, address: string) => isIP(address) ? line : "",
  );
}

function firstReceivingVideo(offer: SessionDescription): Media {
  const videos = offer.media.filter((media) => media.kind === "video" && media.port !== 0);
  const video = videos.find((media) =>
    media.direction === "recvonly" || media.direction === "sendrecv" ||
    // RFC 8866, section 6.7: without a direction it is sendrecv.
    media.direction === undefined
  );
  if (!video) {
    throw new OfferError(
      videos.length === 0
        ? "Cannot use the offer: it has no video; call addTransceiver('video', " +
          "{ direction: 'recvonly' }) before createOffer()."
        : "Cannot use the offer: its video does not receive; set the transceiver's direction to " +
          "'recvonly'.",
    );
  }
  const fingerprints = [
    ...offer.dtlsFingerprints,
    ...offer.media.flatMap((media) => media.dtlsParams?.fingerprints ?? []),
  ];
  if (fingerprints.length === 0) {
    throw new OfferError(
      "Cannot use the offer: it has no DTLS fingerprint (a=fingerprint); unencrypted WebRTC is " +
        "not supported.",
    );
  }
  return video;
}

function chooseCodec(video: Media, streamProfile: string | null): ChosenCodec {
  const codecs = video.rtp.codecs;
  const candidates = codecs
    .filter((codec) => codec.mimeType.toLowerCase() === "video/h264")
    .map((codec) => ({ codec, parameters: parseParameters(codec.parameters) }))
    .filter(({ parameters }) => parameters.get("packetization-mode") === "1");
  candidates.sort((a, b) =>
    // sort() is stable: among equals the browser's own order decides.
    profileRank(a.parameters, streamProfile) - profileRank(b.parameters, streamProfile)
  );
  const best = candidates[0];
  if (!best) {
    const offered = [...new Set(codecs.map((codec) => codec.name))].join(", ") || "nothing";
    throw new OfferError(
      `Cannot use the offer: it has no H.264 with packetization-mode=1 (offered: ${offered}); ` +
        "use a browser with H.264, or watch the HLS stream.",
    );
  }
  const payloadType = best.codec.payloadType;
  const rtx = codecs.find((codec) =>
    codec.mimeType.toLowerCase() === "video/rtx" &&
    parseParameters(codec.parameters).get("apt") === String(payloadType)
  );
  return {
    payloadType,
    parameters: best.codec.parameters ?? "",
    rtxPayloadType: rtx?.payloadType ?? null,
  };
}

/** Parses `a=fmtp` parameters (RFC 8866, section 6.15): names and values in lower case. */
function parseParameters(text: string | undefined): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const part of (text ?? "").split(";")) {
    const [name, value] = part.split("=");
    parameters.set(name!.trim().toLowerCase(), (value ?? "").trim().toLowerCase());
  }
  return parameters;
}

/** 0 is best. Profiles are compared by their first two digits and constraint flags, not levels. */
function profileRank(parameters: Map<string, string>, streamProfile: string | null): number {
  // RFC 6184, section 8.1: without a profile-level-id, baseline level 1 is meant.
  const profile = parameters.get("profile-level-id") ?? "42000a";
  if (streamProfile !== null && profile.slice(0, 4) === streamProfile.slice(0, 4)) return 0;
  const order = ["42e0", "42c0", "4200", "42", "4d", "64"];
  const rank = order.findIndex((start) => profile.startsWith(start));
  return 1 + (rank < 0 ? order.length : rank);
}
