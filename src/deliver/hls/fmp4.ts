/**
 * Fragmented MP4 of one H.264 track, and one of sound if wanted: the initialization segment, and fragments
 * of one or more pictures. Sources: ISO/IEC 14496-12 (boxes), 14496-15 (`avc1`, `avcC`), and for what HLS asks of
 * them RFC 8216, section 3.3.
 *
 * Written here rather than by a muxer library because those we know cut fragments only at
 * keyframes, too coarse for low-latency parts.
 *
 * @module
 */

import { NalType, nalType, type ParameterSets, splitNalUnits } from "../h264.ts";
import { SOUND_TRACK, soundEntry, soundExtends, soundFragment } from "./sound_boxes.ts";
import type { Sound } from "./sound_track.ts";
import { ascii, box, concat, fullBox, type Pieces, u16, u32, u64, u8 } from "./boxes.ts";

/** Ticks per second of all times in the files. */
export const TIMESCALE = 90_000;

const TRACK_ID = 1;

/** What an initialization segment describes. */
export interface TrackDescription extends ParameterSets {
  /** Picture width in pixels, below 65536. */
  readonly width: number;
  /** Picture height in pixels, below 65536. */
  readonly height: number;
  /** Whether there is a track of sound as well. @default false */
  readonly sound?: boolean;
}

/** One picture of a fragment. */
export interface Sample {
  /** Length-prefixed NAL units, see {@linkcode lengthPrefixed}. */
  readonly data: Uint8Array;
  readonly key: boolean;
  /** Ticks until the next picture, at least 1. */
  readonly duration: number;
}

/** Unity matrix of `mvhd` and `tkhd`: 16.16 fixed point, the last column 2.30. */
const UNITY_MATRIX = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);

/** `language` of `mdhd`: "und", three letters of five bits each. */
const UNDETERMINED_LANGUAGE = 0x55c4;

/** The initialization segment (`ftyp` and `moov`) that players load before any fragment. */
export function initSegment(track: TrackDescription): Uint8Array<ArrayBuffer> {
  const ftyp = box("ftyp", ascii("iso6"), u32(0), ascii("iso6cmfcavc1mp41"));
  const mvhd = fullBox(
    "mvhd",
    0,
    0,
    u32(0, 0, TIMESCALE, 0, 0x10000),
    u16(0x0100, 0),
    u32(0, 0),
    UNITY_MATRIX,
    u32(0, 0, 0, 0, 0, 0, SOUND_TRACK.id + 1),
  );
  const trex = fullBox("trex", 0, 0, u32(TRACK_ID, 1, 0, 0, 0));
  const picture = trackBox({
    id: TRACK_ID,
    timescale: TIMESCALE,
    volume: 0,
    sides: u32(track.width * 0x10000, track.height * 0x10000),
    handler: "vide",
    header: fullBox("vmhd", 0, 1, u16(0, 0, 0, 0)),
    entry: sampleEntry(track),
  });
  if (!track.sound) return concat(ftyp, box("moov", mvhd, picture, box("mvex", trex)));
  const sound = trackBox({
    ...SOUND_TRACK,
    sides: u32(0, 0),
    handler: "soun",
    header: fullBox("smhd", 0, 0, u16(0, 0)),
    entry: soundEntry(),
  });
  return concat(ftyp, box("moov", mvhd, picture, sound, box("mvex", trex, soundExtends())));
}

interface Track {
  id: number;
  timescale: number;
  /** 8.8 fixed point. */
  volume: number;
  /** Width and height, 16.16 fixed point. */
  sides: Uint8Array;
  handler: "vide" | "soun";
  /** `vmhd` or `smhd`. */
  header: Uint8Array;
  /** Of `stsd`. */
  entry: Uint8Array;
}

function trackBox({ id, timescale, volume, sides, handler, header, entry }: Track): Uint8Array {
  const tkhd = fullBox(
    "tkhd",
    0,
    3, // enabled, in movie
    u32(0, 0, id, 0, 0, 0, 0),
    u16(0, 0, volume, 0),
    UNITY_MATRIX,
    sides,
  );
  const mdhd = fullBox("mdhd", 0, 0, u32(0, 0, timescale, 0), u16(UNDETERMINED_LANGUAGE, 0));
  const hdlr = fullBox("hdlr", 0, 0, u32(0), ascii(handler), u32(0, 0, 0), ascii("bokashi\0"));
  // One data reference that says: the samples are in this file.
  const dinf = box("dinf", fullBox("dref", 0, 0, u32(1), fullBox("url ", 0, 1)));
  // The sample tables are empty: fragments bring their own.
  const stbl = box(
    "stbl",
    fullBox("stsd", 0, 0, u32(1), entry),
    fullBox("stts", 0, 0, u32(0)),
    fullBox("stsc", 0, 0, u32(0)),
    fullBox("stsz", 0, 0, u32(0, 0)),
    fullBox("stco", 0, 0, u32(0)),
  );
  return box("trak", tkhd, box("mdia", mdhd, hdlr, box("minf", header, dinf, stbl)));
}

function sampleEntry(track: TrackDescription): Uint8Array {
  return box(
    "avc1",
    u16(0, 0, 0, 1), // reserved, data reference 1
    u16(0, 0),
    u32(0, 0, 0),
    u16(track.width, track.height),
    u32(0x480000, 0x480000, 0), // 72 dpi
    u16(1), // one picture per sample
    new Uint8Array(32), // compressor name: none
    u16(24, 0xffff), // colour depth, no colour table
    avcConfiguration(track),
  );
}

/** `avcC`, the AVCDecoderConfigurationRecord of ISO/IEC 14496-15, clause 5.3.3. */
function avcConfiguration({ sps, pps }: ParameterSets): Uint8Array {
  const profile = sps[1]!;
  // The high profiles add chroma format and bit depths; what we encode is always 4:2:0 of 8 bits.
  const high = [100, 110, 122, 144].includes(profile) ? [u8(0xfc | 1, 0xf8, 0xf8, 0)] : [];
  return box(
    "avcC",
    u8(1, profile, sps[2]!, sps[3]!),
    u8(0xfc | 3), // NAL lengths of 4 bytes
    u8(0xe0 | 1),
    u16(sps.length),
    sps,
    u8(1),
    u16(pps.length),
    pps,
    high,
  );
}

/**
 * The picture's NAL units, each with its length in four bytes in front. Parameter sets are left out
 * since an `avc1` track has them in its initialization segment; so are delimiters and filler, which
 * carry nothing.
 *
 * @param nals NAL units of one access unit, see {@linkcode splitNalUnits}
 */
export function lengthPrefixed(nals: readonly Uint8Array[]): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (const nal of nals) {
    const type = nalType(nal);
    if (type === NalType.sps || type === NalType.pps) continue;
    if (type === NalType.accessUnitDelimiter || type === NalType.filler) continue;
    pieces.push(u32(nal.length), nal);
  }
  return concat(...pieces);
}

/** Sample flags (14496-12, clause 8.8.3.1): depends on no other picture; decoding can start here. */
const KEY_FLAGS = 0x02000000;
/** Depends on others; not a sync sample. */
const DELTA_FLAGS = 0x01010000;

/**
 * A fragment (`moof` and `mdat`) of pictures that follow each other.
 *
 * @param sequence counts the fragments of a stream
 * @param decodeTime ticks at which the first picture is decoded and shown
 * @param sound what is heard with them, if there is a track for it
 */
export function fragment(
  sequence: number,
  decodeTime: number,
  samples: readonly Sample[],
  sound: Sound | null = null,
): Uint8Array<ArrayBuffer> {
  const table = u32(...samples.flatMap((sample) => [
    sample.duration,
    sample.data.length,
    sample.key ? KEY_FLAGS : DELTA_FLAGS,
  ]));
  const pictureBytes = samples.reduce((sum, sample) => sum + sample.data.length, 0);
  const heard = sound !== null && sound.packets.length > 0 ? sound : null;
  const moof = (dataOffset: number) =>
    box(
      "moof",
      fullBox("mfhd", 0, 0, u32(sequence)),
      box(
        "traf",
        fullBox("tfhd", 0, 0x020000, u32(TRACK_ID)), // offsets count from the moof
        fullBox("tfdt", 1, 0, u64(decodeTime)),
        // data offset, and per sample: duration, size, flags
        fullBox("trun", 0, 0x000701, u32(samples.length, dataOffset), table),
      ),
      heard ? soundFragment(heard, dataOffset + pictureBytes) : [],
    );
  const mdatHeaderBytes = 8;
  const moofBytes = moof(0).length;
  const data: Pieces = samples.map((sample) => sample.data);
  return concat(moof(moofBytes + mdatHeaderBytes), box("mdat", data, heard?.packets ?? []));
}

/** The NAL units of an access unit as a sample's data; shorthand for the two steps. */
export function sampleData(annexB: Uint8Array): Uint8Array {
  return lengthPrefixed(splitNalUnits(annexB));
}
