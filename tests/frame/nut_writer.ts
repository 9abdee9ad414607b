import {
  crc32,
  FILE_ID,
  Flag,
  MAIN_STARTCODE,
  pushVarint,
  STREAM_STARTCODE,
  SYNCPOINT_STARTCODE,
} from "../../src/frame/nut_format.ts";

const TIME_BASE_DEN = 1_000_000;
/** Times are coded whole, as the value plus this shift's range. */
const PTS_SHIFT = 7;

/** What a NUT stream of raw I420 pictures says of itself. */
export interface RawVideoHeader {
  /** Picture size in pixels. */
  width: number;
  height: number;
  /** Pixel aspect ratio; 0:0 when unknown. */
  sampleAspect: [number, number];
}

/** What the NUT reader is tested with: the bytes with which a NUT stream of raw I420 pictures begins. Times are in microseconds. */
export function nutHeader(header: RawVideoHeader): Uint8Array {
  const main: number[] = [];
  // version, streams, max_distance, one time base: 1/1,000,000 s.
  for (const value of [3, 1, 65536, 1, 1, TIME_BASE_DEN]) pushVarint(main, value);
  // One frame code for all: each frame carries its flags. 255 codes, as 'N' is left out.
  for (const value of [Flag.CODED, 6, 0, 1, 0, 0, 0, 255]) pushVarint(main, value);
  pushVarint(main, 0);

  const stream: number[] = [];
  for (const value of [0, 0, 4]) pushVarint(stream, value);
  stream.push(...new TextEncoder().encode("I420"));
  // time base 0, pts shift, max_pts_distance, decode delay, flags, no codec data.
  for (const value of [0, PTS_SHIFT, TIME_BASE_DEN, 0, 0, 0]) pushVarint(stream, value);
  for (const value of [header.width, header.height, ...header.sampleAspect, 0]) {
    pushVarint(stream, value);
  }
  return concat([FILE_ID, packet(MAIN_STARTCODE, main), packet(STREAM_STARTCODE, stream)]);
}

/**
 * The bytes that go in front of one picture of `size` bytes shown at `timeUs` microseconds.
 *
 * A sync point precedes every picture: its cost is nothing beside a picture, and a reader that has
 * lost its place finds it again at the next one.
 */
export function nutFrameHeader(timeUs: number, size: number): Uint8Array {
  const sync: number[] = [];
  pushVarint(sync, timeUs);
  pushVarint(sync, 0);
  const frame: number[] = [0];
  pushVarint(frame, Flag.KEY | Flag.CODED_PTS | Flag.SIZE_MSB | Flag.CHECKSUM);
  pushVarint(frame, timeUs + 2 ** PTS_SHIFT);
  pushVarint(frame, size);
  const head = Uint8Array.from(frame);
  return concat([packet(SYNCPOINT_STARTCODE, sync), head, uint32(crc32(head))]);
}

function packet(startcode: bigint, payload: number[]): Uint8Array {
  const head = new Uint8Array(8);
  new DataView(head.buffer).setBigUint64(0, startcode);
  const size: number[] = [];
  pushVarint(size, payload.length + 4);
  const body = Uint8Array.from(payload);
  return concat([head, Uint8Array.from(size), body, uint32(crc32(body))]);
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

function concat(parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
