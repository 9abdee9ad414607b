/**
 * Reading H.264 byte streams: splitting into NAL units and the few header fields that WebRTC and
 * HLS have to announce. Source of all formats: ITU-T H.264, clause 7.3 and annex B.
 *
 * @module
 */

/** `nal_unit_type` values that matter here (H.264 table 7-1). */
export const NalType = {
  slice: 1,
  idrSlice: 5,
  sei: 6,
  sps: 7,
  pps: 8,
  accessUnitDelimiter: 9,
  filler: 12,
} as const;

/**
 * The `nal_unit_type` of a NAL unit, 0 to 31.
 *
 * @param nal a NAL unit without start code, at least one byte long
 */
export function nalType(nal: Uint8Array): number {
  return nal[0]! & 0x1f;
}

/**
 * Splits Annex B bytes at their start codes (`00 00 01`, any number of zeros in front).
 *
 * @returns views into `annexB`, without start codes and without the zero bytes that may trail a NAL
 * unit (a NAL unit itself never ends in zero); empty NAL units are left out
 */
export function splitNalUnits(annexB: Uint8Array): Uint8Array[] {
  const nals: Uint8Array[] = [];
  const length = annexB.length;
  let start = -1;
  let i = 0;
  while (i + 2 < length) {
    // The third byte decides how far we may jump: most bytes of a picture are above 1, so that
    // only every third byte is looked at.
    const third = annexB[i + 2]!;
    if (third > 1) {
      i += 3;
    } else if (third === 1 && annexB[i] === 0 && annexB[i + 1] === 0) {
      if (start >= 0) pushTrimmed(nals, annexB, start, i);
      start = i + 3;
      i = start;
    } else {
      i += 1;
    }
  }
  if (start >= 0) pushTrimmed(nals, annexB, start, length);
  return nals;
}

function pushTrimmed(nals: Uint8Array[], bytes: Uint8Array, start: number, end: number): void {
  while (end > start && bytes[end - 1] === 0) end--;
  if (end > start) nals.push(bytes.subarray(start, end));
}

/** The sequence and picture parameter set that a keyframe carries. */
export interface ParameterSets {
  readonly sps: Uint8Array;
  readonly pps: Uint8Array;
}

/**
 * Finds the first SPS and PPS among the NAL units of a keyframe.
 *
 * @returns null when one of the two is missing or too short to hold a profile and level
 */
export function parameterSets(nals: readonly Uint8Array[]): ParameterSets | null {
  const sps = nals.find((nal) => nalType(nal) === NalType.sps && nal.length >= 4);
  const pps = nals.find((nal) => nalType(nal) === NalType.pps);
  return sps && pps ? { sps, pps } : null;
}

/**
 * Profile, constraint flags and level of an SPS as six hexadecimal digits in lower case, such as
 * `42c01f` (constrained baseline, level 3.1): the `profile-level-id` of RFC 6184, section 8.1.
 *
 * @param sps an SPS NAL unit of at least four bytes
 */
export function profileLevelId(sps: Uint8Array): string {
  let id = "";
  for (let i = 1; i < 4; i++) id += sps[i]!.toString(16).padStart(2, "0");
  return id;
}

/**
 * The codec name that HLS playlists and `MediaSource` use, such as `avc1.42c01f` (RFC 6381,
 * section 3.3).
 *
 * @param sps an SPS NAL unit of at least four bytes
 */
export function codecString(sps: Uint8Array): string {
  return `avc1.${profileLevelId(sps)}`;
}
