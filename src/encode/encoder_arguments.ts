import type { EncoderName } from "../config/codec_schema.ts";
import { colorArguments, type ColorTags, NO_COLOR_TAGS } from "../frame/color_tags.ts";
import { ENCODER_PRESETS } from "./encoder_presets.ts";

/** Settings of one encoder run. */
export interface EncoderOptions {
  /** Picture size in pixels, even. */
  width: number;
  height: number;
  /** Pixel aspect ratio; 0:0 when unknown. */
  sampleAspect: [number, number];
  threads: number;
  /** Who encodes; in software by default. */
  preset?: EncoderName;
  /** What the pictures' numbers mean; nothing is said of it by default. */
  color?: ColorTags;
  /** Nominal pictures per second, for rate control; times of their own may differ. */
  fps: number;
}

/** A keyframe a second; the hundredth less absorbs the rounding of times. */
const KEYFRAMES = "expr:if(isnan(prev_forced_t),1,gte(t,prev_forced_t+0.99))";

/**
 * ffmpeg's arguments for one low-latency H.264 encode from Matroska on stdin to NUT on stdout.
 *
 * Constrained baseline without B-frames is what every WebRTC browser decodes; a keyframe comes every
 * second of the stream's time, whatever its frame rate; the output clock is the input's.
 */
export function encoderArguments(
  options: Pick<EncoderOptions, "threads" | "fps" | "preset" | "color">,
): string[] {
  const preset = ENCODER_PRESETS[options.preset ?? "software"];
  return [
    ...["-hide_banner", "-loglevel", "warning", ...preset.device],
    // Raw pictures need no study: the header says everything.
    ...["-probesize", "32", "-analyzeduration", "0", "-f", "matroska", "-i", "pipe:0"],
    ...(preset.filter ? ["-vf", preset.filter] : []),
    ...["-c:v", preset.codec, ...preset.coding(options)],
    // A browser must be told of pictures in HDR, which would be grey to it.
    ...colorArguments(options.color ?? NO_COLOR_TAGS),
    ...["-bf", "0", "-g", "600", "-force_key_frames", KEYFRAMES],
    ...["-copyts", "-fps_mode", "passthrough", "-enc_time_base", "1/90000"],
    // NUT keeps the parameter sets in its header; viewers need them in front of each keyframe.
    ...["-bsf:v", "dump_extra=freq=keyframe"],
    ...["-f", "nut", "-write_index", "0", "-flush_packets", "1", "pipe:1"],
  ];
}
