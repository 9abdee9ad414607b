/** Settings of one encoder run. */
export interface EncoderOptions {
  /** Picture size in pixels, even. */
  width: number;
  height: number;
  /** Pixel aspect ratio; 0:0 when unknown. */
  sampleAspect: [number, number];
  threads: number;
  /** Nominal pictures per second, for rate control; times of their own may differ. */
  fps: number;
}

/** The encoder in use, by ffmpeg's name. */
export const ENCODER = "libx264";

/** A keyframe a second; the hundredth less absorbs the rounding of times. */
const KEYFRAMES = "expr:if(isnan(prev_forced_t),1,gte(t,prev_forced_t+0.99))";

/**
 * ffmpeg's arguments for one low-latency H.264 encode from NUT on stdin to NUT on stdout.
 *
 * Constrained baseline without B-frames is what every WebRTC browser decodes; a keyframe comes every
 * second of the stream's time, whatever its frame rate; the output clock is the input's.
 */
export function encoderArguments(options: Pick<EncoderOptions, "threads" | "fps">): string[] {
  return [
    ...["-hide_banner", "-loglevel", "warning"],
    // Raw pictures need no study: the header says everything.
    ...["-probesize", "32", "-analyzeduration", "0", "-f", "nut", "-i", "pipe:0"],
    ...["-c:v", ENCODER, "-preset", "superfast", "-tune", "zerolatency"],
    ...["-profile:v", "baseline", "-pix_fmt", "yuv420p", "-threads", String(options.threads)],
    // Rate follows the picture, within what a home uplink and a browser bear. x264 must be told the
    // rate of pictures: it would take the clock's 90,000 for it, and leave each picture a few bits.
    ...["-crf", "23", "-maxrate", "6M", "-bufsize", "3M", "-x264-params", `fps=${options.fps}`],
    ...["-bf", "0", "-g", "600", "-force_key_frames", KEYFRAMES],
    ...["-copyts", "-fps_mode", "passthrough", "-enc_time_base", "1/90000"],
    // NUT keeps the parameter sets in its header; viewers need them in front of each keyframe.
    ...["-bsf:v", "dump_extra=freq=keyframe"],
    ...["-f", "nut", "-write_index", "0", "-flush_packets", "1", "pipe:1"],
  ];
}
