/**
 * Constants and number codings of the NUT container, version 3.
 *
 * NUT is the one format on the pipes between us and ffmpeg, in both directions: unlike bare raw
 * video it carries each picture's time and size, and unlike fragmented MP4 its writer holds no
 * picture back until the next one arrives. Source: the NUT specification, "NUT Open Container
 * Format" (FFmpeg and MPlayer projects).
 */

/** The bytes a NUT file starts with. */
export const FILE_ID = new TextEncoder().encode("nut/multimedia container\0");

/** Start codes of the packets that are not frames. */
export const MAIN_STARTCODE = 0x4e4d7a561f5f04adn;
export const STREAM_STARTCODE = 0x4e5311405bf2f9dbn;
export const SYNCPOINT_STARTCODE = 0x4e4be4adeeca4569n;

/** Frame flags, as the specification numbers them. */
export const Flag = {
  KEY: 1,
  EOR: 2,
  CODED_PTS: 8,
  STREAM_ID: 16,
  SIZE_MSB: 32,
  CHECKSUM: 64,
  RESERVED: 128,
  SM_DATA: 256,
  HEADER_IDX: 1024,
  MATCH_TIME: 2048,
  CODED: 4096,
  INVALID: 8192,
} as const;

const CRC_TABLE = (() => {
  const table = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
    table[byte] = crc >>> 0;
  }
  return table;
})();

/** CRC-32 with polynomial 0x04C11DB7, most significant bit first, start 0, no final inversion. */
export function crc32(bytes: Uint8Array, crc = 0): number {
  for (const byte of bytes) crc = ((crc << 8) ^ CRC_TABLE[((crc >>> 24) ^ byte) & 0xff]) >>> 0;
  return crc;
}

/** Appends `value` (an integer >= 0) to `out` as NUT's `v`: 7 bits a byte, high part first. */
export function pushVarint(out: number[], value: number): void {
  const groups: number[] = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
    groups.push(0x80 | (rest % 128));
  }
  out.push(...groups.reverse());
}
