/**
 * The texts of HLS playlists (draft-pantos-hls-rfc8216bis, section 4).
 *
 * @module
 */

import { TIMESCALE } from "./fmp4.ts";
import type { OpenSegment, Part, Segment, SegmentStart } from "./segment.ts";

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

/** File name of a part of a segment; parts are counted from 0. */
export function partName(segment: number, part: number): string {
  return `part-${segment}.${part}.m4s`;
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
    "#EXT-X-VERSION:9",
    "#EXT-X-INDEPENDENT-SEGMENTS",
    `#EXT-X-STREAM-INF:${attributes.join(",")}`,
    MEDIA_PLAYLIST,
    "",
  ].join("\n");
}

/** What the media playlist is made of. */
export interface MediaWindow {
  /** Complete segments, oldest first, at least one. */
  segments: readonly Segment[];
  /** The segment in the making; null if no part of it is complete. */
  open: OpenSegment | null;
  /** Discontinuities among the segments that left the window. */
  discontinuitySequence: number;
  /** Least target duration in seconds. */
  targetS: number;
}

/** Parts are listed for so many of the newest complete segments: at least three target durations. */
const SEGMENTS_WITH_PARTS = 3;

/**
 * The media playlist of a live stream.
 *
 * The target durations are those of the longest segment and part listed. The standard wants them never
 * to change; they do only when a camera's frame rate does. To announce the worst case at all times would
 * make every player wait longer than needed.
 */
export function mediaPlaylist(window: MediaWindow): string {
  const { segments, open } = window;
  const partS = targetPartS(window);
  const lines = [
    "#EXTM3U",
    "#EXT-X-VERSION:9",
    `#EXT-X-TARGETDURATION:${targetDurationS(window)}`,
    `#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=${(partS * 3).toFixed(3)}`,
    `#EXT-X-PART-INF:PART-TARGET=${partS.toFixed(3)}`,
    `#EXT-X-MEDIA-SEQUENCE:${segments[0]!.number}`,
    `#EXT-X-DISCONTINUITY-SEQUENCE:${window.discontinuitySequence}`,
    "#EXT-X-INDEPENDENT-SEGMENTS",
  ];
  let init: number | null = null;
  const begin = (start: SegmentStart) => {
    if (start.discontinuity) lines.push("#EXT-X-DISCONTINUITY");
    if (start.init !== init) {
      init = start.init;
      lines.push(`#EXT-X-MAP:URI="${initName(init)}"`);
    }
    lines.push(`#EXT-X-PROGRAM-DATE-TIME:${new Date(start.capturedAtMs).toISOString()}`);
  };
  for (const [i, segment] of segments.entries()) {
    begin(segment);
    if (i >= segments.length - SEGMENTS_WITH_PARTS) {
      lines.push(...segment.parts.map((part, index) => partLine(segment.number, index, part)));
    }
    lines.push(`#EXTINF:${segment.durationS.toFixed(5)},`, segmentName(segment.number));
  }
  let next = partName(segments.at(-1)!.number + 1, 0);
  if (open) {
    begin(open.start);
    const { number } = open.start;
    lines.push(...open.parts.map((part, index) => partLine(number, index, part)));
    next = partName(number, open.parts.length);
  }
  lines.push(`#EXT-X-PRELOAD-HINT:TYPE=PART,URI="${next}"`, "");
  return lines.join("\n");
}

/** The window's target duration in whole seconds. */
export function targetDurationS({ segments, targetS }: MediaWindow): number {
  const longestS = segments.reduce((most, segment) => Math.max(most, segment.durationS), targetS);
  return Math.max(1, Math.round(longestS));
}

/** The longest part of the window in seconds, rounded up to milliseconds. */
function targetPartS({ segments, open }: MediaWindow): number {
  const parts = segments.flatMap((segment) => segment.parts).concat(open?.parts ?? []);
  const longest = parts.reduce((most, part) => Math.max(most, part.duration), 0);
  return Math.ceil(longest * 1000 / TIMESCALE) / 1000;
}

function partLine(segment: number, index: number, part: Part): string {
  const independent = part.independent ? ",INDEPENDENT=YES" : "";
  const duration = (part.duration / TIMESCALE).toFixed(5);
  return `#EXT-X-PART:DURATION=${duration},URI="${partName(segment, index)}"${independent}`;
}
