/**
 * The texts of HLS playlists (RFC 8216, section 4).
 *
 * @module
 */

import type { Segment } from "./segment.ts";

/** File name of the media playlist. */
export const MEDIA_PLAYLIST = "live.m3u8";

/** File name of the multivariant playlist. */
export const MASTER_PLAYLIST = "index.m3u8";

/** File name of an initialization segment. */
export function initName(number: number): string {
  return `init-${number}.mp4`;
}

/** File name of a media segment. */
export function segmentName(number: number): string {
  return `seg-${number}.m4s`;
}

/** What the multivariant playlist says of the one stream there is. */
export interface Variant {
  /** Codec name such as `avc1.42c01f`. */
  codec: string;
  /** Picture width in pixels. */
  width: number;
  /** Picture height in pixels. */
  height: number;
}

/**
 * The multivariant playlist; rates are measured over the segments given.
 *
 * @param segments at least one
 */
export function masterPlaylist(variant: Variant, segments: readonly Segment[]): string {
  let bytes = 0;
  let durationS = 0;
  let pictures = 0;
  let peak = 0;
  for (const segment of segments) {
    bytes += segment.body.length;
    durationS += segment.durationS;
    pictures += segment.pictures;
    peak = Math.max(peak, segment.body.length * 8 / segment.durationS);
  }
  const attributes = [
    `BANDWIDTH=${Math.ceil(peak)}`,
    `AVERAGE-BANDWIDTH=${Math.ceil(bytes * 8 / durationS)}`,
    `CODECS="${variant.codec}"`,
    `RESOLUTION=${variant.width}x${variant.height}`,
    `FRAME-RATE=${(pictures / durationS).toFixed(3)}`,
  ];
  return [
    "#EXTM3U",
    "#EXT-X-VERSION:7",
    "#EXT-X-INDEPENDENT-SEGMENTS",
    `#EXT-X-STREAM-INF:${attributes.join(",")}`,
    MEDIA_PLAYLIST,
    "",
  ].join("\n");
}

/**
 * The media playlist of a live stream.
 *
 * The target duration is that of the longest segment listed. RFC 8216 wants it never to change; it
 * does only when a camera's frame rate does, since keyframes come after a number of pictures. To
 * announce the worst case at all times would make every player wait longer than needed.
 *
 * @param segments the live window, oldest first, at least one
 * @param discontinuitySequence discontinuities among the segments that left the window
 * @param targetS least target duration in seconds
 */
export function mediaPlaylist(
  segments: readonly Segment[],
  discontinuitySequence: number,
  targetS: number,
): string {
  const longestS = segments.reduce((most, segment) => Math.max(most, segment.durationS), targetS);
  const lines = [
    "#EXTM3U",
    "#EXT-X-VERSION:7",
    `#EXT-X-TARGETDURATION:${Math.max(1, Math.round(longestS))}`,
    `#EXT-X-MEDIA-SEQUENCE:${segments[0]!.number}`,
    `#EXT-X-DISCONTINUITY-SEQUENCE:${discontinuitySequence}`,
    "#EXT-X-INDEPENDENT-SEGMENTS",
  ];
  let init: number | null = null;
  for (const segment of segments) {
    if (segment.discontinuity) lines.push("#EXT-X-DISCONTINUITY");
    if (segment.init !== init) {
      init = segment.init;
      lines.push(`#EXT-X-MAP:URI="${initName(init)}"`);
    }
    lines.push(
      `#EXT-X-PROGRAM-DATE-TIME:${new Date(segment.capturedAtMs).toISOString()}`,
      `#EXTINF:${segment.durationS.toFixed(5)},`,
      segmentName(segment.number),
    );
  }
  lines.push("");
  return lines.join("\n");
}
