/**
 * The second track of a fragmented MP4 file: AAC-LC, 48 kHz, stereo. Sources: ISO/IEC 14496-12 (boxes),
 * 14496-14 (`mp4a`, `esds`), 14496-1 (descriptors), 14496-3 (AudioSpecificConfig).
 *
 * @module
 */

import { AUDIO_HZ, PACKET_SAMPLES } from "../../frame/audio_packet.ts";
import { box, concat, fullBox, u16, u32, u64, u8 } from "./boxes.ts";
import type { Sound } from "./sound_track.ts";

/** Codec name of the track (RFC 6381). */
export const SOUND_CODEC = "mp4a.40.2";

const TRACK_ID = 2;
/** AAC-LC, 48 kHz, two channels (14496-3, clause 1.6.2.1). */
const SPECIFIC_CONFIG = u8(0x11, 0x90);

/** The track's defaults: packets are all of one length, and decoding can start at any. */
export function soundExtends(): Uint8Array {
  return fullBox("trex", 0, 0, u32(TRACK_ID, 1, PACKET_SAMPLES, 0, 0x02000000));
}

/** Number of the track, and what `tkhd`, `mdhd` and so on of it say. */
export const SOUND_TRACK = { id: TRACK_ID, timescale: AUDIO_HZ, volume: 0x0100 } as const;

/** Its entry of `stsd`. */
export function soundEntry(): Uint8Array {
  const decoder = descriptor(
    4,
    u8(0x40, 0x15), // MPEG-4 audio, an audio stream
    u8(0, 0, 0),
    u32(0, 0), // bit rates: not told
    descriptor(5, SPECIFIC_CONFIG),
  );
  const esds = fullBox(
    "esds",
    0,
    0,
    descriptor(3, u16(TRACK_ID), u8(0), decoder, descriptor(6, u8(2))),
  );
  return box("mp4a", u16(0, 0, 0, 1), u32(0, 0), u16(2, 16, 0, 0), u32(AUDIO_HZ * 0x10000), esds);
}

/** Its part of a `moof`. */
export function soundFragment({ time, packets }: Sound, dataOffset: number): Uint8Array {
  return box(
    "traf",
    fullBox("tfhd", 0, 0x020000, u32(TRACK_ID)),
    fullBox("tfdt", 1, 0, u64(time)),
    // data offset, and per packet its size
    fullBox(
      "trun",
      0,
      0x000201,
      u32(packets.length, dataOffset),
      u32(...packets.map(({ length }) => length)),
    ),
  );
}

/** Tag, length below 128, content. */
function descriptor(tag: number, ...content: Uint8Array[]): Uint8Array {
  const bytes = concat(...content);
  return concat(u8(tag, bytes.length), bytes);
}
