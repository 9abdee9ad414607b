import { Buffer } from "node:buffer";
import { NalType, nalType, splitNalUnits } from "../h264.ts";

/**
 * Largest RTP payload in bytes. With the RTP header and its extensions, the SRTP tag, UDP and IPv6
 * this stays below 1280 bytes, the smallest packet size that every IPv6 path must carry, so that
 * tunnels and mobile networks do not fragment it.
 */
export const MAX_PAYLOAD_BYTES = 1160;

const STAP_A = 24;
const FU_A = 28;
const FU_HEADERS_BYTES = 2;

/**
 * Cuts one access unit into RTP payloads, RFC 6184 packetization mode 1 (non-interleaved): SPS and
 * PPS together in one STAP-A, small NAL units alone, large ones as FU-A fragments of equal size.
 *
 * werift's own `H264Packetizer` is not used because it sends access unit delimiters as packets of
 * their own and does not aggregate an SPS and PPS that are part of the stream.
 *
 * @param annexB Annex B bytes of one access unit
 * @param maxPayloadBytes largest payload, at least 3
 * @returns payloads in sending order; the RTP marker bit belongs on the last one. Payloads of small
 * NAL units are views into `annexB`. Empty if there is nothing to send.
 */
export function packetize(annexB: Uint8Array, maxPayloadBytes = MAX_PAYLOAD_BYTES): Buffer[] {
  const payloads: Buffer[] = [];
  let sets: Uint8Array[] = [];
  const flushSets = () => {
    payloads.push(...packSets(sets, maxPayloadBytes));
    sets = [];
  };
  for (const nal of splitNalUnits(annexB)) {
    const type = nalType(nal);
    // Delimiters and filler carry no picture, and RTP marks the end of an access unit itself.
    if (type === NalType.accessUnitDelimiter || type === NalType.filler) continue;
    if (type === NalType.sps || type === NalType.pps) {
      sets.push(nal);
      continue;
    }
    flushSets();
    packNal(payloads, nal, maxPayloadBytes);
  }
  flushSets();
  return payloads;
}

/** One STAP-A (RFC 6184, section 5.7.1) if there are several sets and they fit, else as they are. */
function packSets(sets: readonly Uint8Array[], maxPayloadBytes: number): Buffer[] {
  const bytes = sets.reduce((sum, nal) => sum + 2 + nal.length, 1);
  if (sets.length < 2 || bytes > maxPayloadBytes) {
    const single: Buffer[] = [];
    for (const nal of sets) packNal(single, nal, maxPayloadBytes);
    return single;
  }
  const packet = Buffer.allocUnsafe(bytes);
  let importance = 0;
  let at = 1;
  for (const nal of sets) {
    importance = Math.max(importance, nal[0]! & 0x60);
    packet.writeUInt16BE(nal.length, at);
    packet.set(nal, at + 2);
    at += 2 + nal.length;
  }
  packet[0] = importance | STAP_A;
  return [packet];
}

/** A single NAL unit packet (section 5.6), or FU-A fragments (section 5.8) if it is too large. */
function packNal(payloads: Buffer[], nal: Uint8Array, maxPayloadBytes: number): void {
  if (nal.length <= maxPayloadBytes) {
    payloads.push(Buffer.from(nal.buffer, nal.byteOffset, nal.length));
    return;
  }
  const header = nal[0]!;
  // The NAL header is not repeated in the fragments: its fields are spread over the FU headers.
  const bodyBytes = nal.length - 1;
  // Even shares: a tiny last packet would cost as much as a full one. All but the last are equally long, so that
  // the kernel can cut them out of one piece.
  const share = Math.ceil(bodyBytes / Math.ceil(bodyBytes / (maxPayloadBytes - FU_HEADERS_BYTES)));
  const count = Math.ceil(bodyBytes / share);
  const all = Buffer.allocUnsafe(bodyBytes + count * FU_HEADERS_BYTES);
  let from = 1;
  let at = 0;
  for (let i = 0; i < count; i++) {
    const to = 1 + Math.min(bodyBytes, share * (i + 1));
    const end = at + FU_HEADERS_BYTES + (to - from);
    const startBit = i === 0 ? 0x80 : 0;
    const endBit = i === count - 1 ? 0x40 : 0;
    all[at] = (header & 0xe0) | FU_A;
    all[at + 1] = startBit | endBit | (header & 0x1f);
    all.set(nal.subarray(from, to), at + FU_HEADERS_BYTES);
    payloads.push(all.subarray(at, end));
    from = to;
    at = end;
  }
}
