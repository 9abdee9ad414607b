/** What a Matroska stream of raw I420 pictures says of itself. */
export interface RawVideoHeader {
  /** Picture size in pixels. */
  width: number;
  height: number;
  /** Pixel aspect ratio; 0:0 when unknown. */
  sampleAspect: [number, number];
}

/** Element ids (RFC 8794, RFC 9559). */
const Id = {
  EBML: "1A45DFA3",
  DOC_TYPE: "4282",
  DOC_TYPE_VERSION: "4287",
  DOC_TYPE_READ_VERSION: "4285",
  SEGMENT: "18538067",
  INFO: "1549A966",
  TIMESTAMP_SCALE: "2AD7B1",
  TRACKS: "1654AE6B",
  TRACK_ENTRY: "AE",
  TRACK_NUMBER: "D7",
  TRACK_UID: "73C5",
  TRACK_TYPE: "83",
  CODEC_ID: "86",
  VIDEO: "E0",
  PIXEL_WIDTH: "B0",
  PIXEL_HEIGHT: "BA",
  DISPLAY_WIDTH: "54B0",
  DISPLAY_HEIGHT: "54BA",
  DISPLAY_UNIT: "54B2",
  FOURCC: "2EB524",
  CLUSTER: "1F43B675",
  TIMESTAMP: "E7",
  SIMPLE_BLOCK: "A3",
} as const;

const VIDEO_TRACK = 1;
const ASPECT_RATIO = 3;
/** A size that is not known yet: the stream goes on for ever. */
const UNKNOWN_SIZE = bytesOf("01FFFFFFFFFFFFFF");
/** Nanoseconds per unit of time: times are in microseconds. */
const NANOSECONDS = 1000;

/**
 * The bytes with which a Matroska stream of raw I420 pictures begins. Times are in microseconds.
 *
 * ffmpeg's Matroska reader keeps nothing of a picture that has gone by; its NUT reader does.
 */
export function matroskaHeader(header: RawVideoHeader): Uint8Array {
  const { width, height, sampleAspect: [across, down] } = header;
  const shape = across > 0 && down > 0
    ? [
      uint(Id.DISPLAY_WIDTH, width * across),
      uint(Id.DISPLAY_HEIGHT, height * down),
      uint(Id.DISPLAY_UNIT, ASPECT_RATIO),
    ]
    : [];
  const video = [
    uint(Id.PIXEL_WIDTH, width),
    uint(Id.PIXEL_HEIGHT, height),
    ...shape,
    text(Id.FOURCC, "I420"),
  ];
  const track = [
    uint(Id.TRACK_NUMBER, 1),
    uint(Id.TRACK_UID, 1),
    uint(Id.TRACK_TYPE, VIDEO_TRACK),
    text(Id.CODEC_ID, "V_UNCOMPRESSED"),
    element(Id.VIDEO, ...video),
  ];
  return concat([
    element(
      Id.EBML,
      text(Id.DOC_TYPE, "matroska"),
      uint(Id.DOC_TYPE_VERSION, 4),
      uint(Id.DOC_TYPE_READ_VERSION, 2),
    ),
    bytesOf(Id.SEGMENT),
    UNKNOWN_SIZE,
    element(Id.INFO, uint(Id.TIMESTAMP_SCALE, NANOSECONDS)),
    element(Id.TRACKS, element(Id.TRACK_ENTRY, ...track)),
  ]);
}

/**
 * The bytes that go in front of one picture of `size` bytes shown at `timeUs` microseconds: a cluster
 * of its own, as a block's time can be only 32 ms from its cluster's.
 */
export function matroskaFrameHeader(timeUs: number, size: number): Uint8Array {
  const timestamp = uint(Id.TIMESTAMP, timeUs);
  // Track 1, at the cluster's own time, no flags. Not marked as a keyframe, of which an index is kept.
  const block = Uint8Array.of(0x81, 0, 0, 0);
  const blockSize = sizeOf(block.length + size);
  const blockId = bytesOf(Id.SIMPLE_BLOCK);
  const clusterSize = timestamp.length + blockId.length + blockSize.length + block.length + size;
  return concat([
    bytesOf(Id.CLUSTER),
    sizeOf(clusterSize),
    timestamp,
    blockId,
    blockSize,
    block,
  ]);
}

function element(id: string, ...parts: Uint8Array[]): Uint8Array {
  const body = concat(parts);
  return concat([bytesOf(id), sizeOf(body.length), body]);
}

function uint(id: string, value: number): Uint8Array {
  return element(id, bigEndian(value));
}

function text(id: string, value: string): Uint8Array {
  return element(id, new TextEncoder().encode(value));
}

/** A size in its eight-byte form. */
function sizeOf(value: number): Uint8Array {
  const bytes = bigEndian(value);
  bytes[0] = 0x01;
  return bytes;
}

function bigEndian(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g)!, (byte) => parseInt(byte, 16));
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
