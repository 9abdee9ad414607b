import type { EncoderName } from "../config/codec_schema.ts";

/** What differs from one H.264 encoder to another in ffmpeg's arguments. */
export interface EncoderPreset {
  /** ffmpeg's name of the encoder. */
  codec: string;
  /** In front of the input: the device. */
  device: string[];
  /** What brings a yuv420p picture to where the encoder takes it; empty for as it is. */
  filter: string;
  /** Profile without B-frames, no delay, rate. Rate and keyframes are as far as may be alike. */
  coding(options: { threads: number; fps: number }): string[];
}

const RATE = ["-b:v", "4M", "-maxrate", "6M", "-bufsize", "3M"];

/** The encoders that can be asked for. Only `software` has been run by the authors. */
export const ENCODER_PRESETS: Record<EncoderName, EncoderPreset> = {
  software: {
    codec: "libx264",
    device: [],
    filter: "",
    // Rate follows the picture, within what a home uplink and a browser bear. x264 must be told the
    // rate of pictures: it would take the clock's 90,000 for it, and leave each picture a few bits.
    coding: ({ threads, fps }) => [
      ...["-preset", "superfast", "-tune", "zerolatency"],
      ...["-profile:v", "baseline", "-pix_fmt", "yuv420p", "-threads", String(threads)],
      ...["-crf", "23", "-maxrate", "6M", "-bufsize", "3M", "-x264-params", `fps=${fps}`],
    ],
  },
  vaapi: {
    codec: "h264_vaapi",
    device: ["-vaapi_device", "/dev/dri/renderD128"],
    filter: "format=nv12,hwupload",
    coding: () => ["-profile:v", "constrained_baseline", "-async_depth", "1", ...RATE],
  },
  qsv: {
    codec: "h264_qsv",
    device: ["-init_hw_device", "qsv=hw"],
    filter: "format=nv12",
    coding: () => [
      ...["-preset", "veryfast", "-profile:v", "baseline", "-async_depth", "1"],
      ...["-forced_idr", "1", ...RATE],
    ],
  },
  nvenc: {
    codec: "h264_nvenc",
    device: [],
    filter: "",
    coding: () => [
      ...["-preset", "p2", "-tune", "ull", "-zerolatency", "1", "-delay", "0"],
      ...["-profile:v", "baseline", "-forced-idr", "1", "-rc", "vbr", ...RATE],
    ],
  },
  videotoolbox: {
    codec: "h264_videotoolbox",
    device: [],
    filter: "",
    coding: () => ["-profile:v", "baseline", "-realtime", "1", "-allow_sw", "0", ...RATE],
  },
  v4l2m2m: {
    codec: "h264_v4l2m2m",
    device: [],
    filter: "",
    coding: () => ["-pix_fmt", "yuv420p", "-b:v", "4M"],
  },
};
