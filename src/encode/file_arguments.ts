import { colorArguments, type ColorTags } from "../frame/color_tags.ts";
import type { EncoderOptions } from "./encoder_arguments.ts";

/** How a video file is written. */
export interface FileEncoderOptions extends EncoderOptions {
  /** Path of the file, which is overwritten. */
  to: string;
  container: Container;
  color: ColorTags;
  /** Null for none. */
  audio: AudioSource | null;
}

/** Where the sound comes from. */
export interface AudioSource {
  file: string;
  codec: string;
  /** Time at which the file begins, in seconds, which its pictures' times are counted from. */
  startSeconds: number;
}

/** Containers that carry H.264 and keep each picture's time, by ffmpeg's names. */
const CONTAINERS = {
  mp4: "mp4",
  m4v: "mp4",
  mov: "mov",
  mkv: "matroska",
  ts: "mpegts",
  mts: "mpegts",
  m2ts: "mpegts",
} as const;
/** A container's name in ffmpeg. */
export type Container = typeof CONTAINERS[keyof typeof CONTAINERS];

/** Sound that a container carries as it is; other sound is encoded anew. */
const CARRIES: Record<Container, RegExp> = {
  mp4: /^(aac|mp3|ac3|eac3|alac|opus|flac)$/,
  mov: /^(aac|mp3|ac3|eac3|alac|pcm_.*)$/,
  matroska: /./,
  mpegts: /^(aac|mp2|mp3|ac3|eac3)$/,
};

/** The container of a file name; null for one that cannot be written. */
export function containerOf(file: string): Container | null {
  const ending = file.toLowerCase().split(".").at(-1)!;
  return CONTAINERS[ending as keyof typeof CONTAINERS] ?? null;
}

/**
 * ffmpeg's arguments for one encode of masked pictures, Matroska on stdin, into a file: for quality, where
 * the live encoder is for latency. Nothing that the source says of its device, place or time is kept.
 */
export function fileArguments(options: FileEncoderOptions): string[] {
  const { container, color, audio } = options;
  // Where a container has no edit list, pictures out of order would shift all times.
  const editList = container === "mp4" || container === "mov";
  return [
    ...["-hide_banner", "-loglevel", "warning", "-y", "-copyts"],
    // Raw pictures need no study: the header says everything.
    ...["-probesize", "32", "-analyzeduration", "0", "-f", "matroska", "-i", "pipe:0"],
    ...(audio ? ["-itsoffset", String(-audio.startSeconds), "-protocol_whitelist", "file"] : []),
    ...(audio ? ["-i", `file:${audio.file}`, "-map", "0:v:0", "-map", "1:a"] : []),
    ...(audio ? ["-c:a", CARRIES[container].test(audio.codec) ? "copy" : "aac"] : []),
    ...["-c:v", "libx264", "-preset", "veryfast", "-crf", "19", "-pix_fmt", "yuv420p"],
    ...["-threads", String(options.threads), "-bf", editList ? "2" : "0"],
    // x264 would take the clock's 90,000 for the rate of pictures.
    ...["-x264-params", `fps=${options.fps}:force-cfr=0`],
    ...["-color_range", "tv", ...colorArguments(color)],
    ...["-fps_mode", "passthrough", "-enc_time_base", "1/90000"],
    // The last picture is shown for a while as well: otherwise MP4 ends before it.
    ...["-bsf:v", `setts=pts=PTS:dts=DTS:duration=${Math.round(90_000 / options.fps)}`],
    ...["-map_metadata", "-1", "-map_metadata:s:v", "-1", "-map_metadata:s:a", "-1"],
    ...["-map_chapters", "-1", ...(editList ? ["-movflags", "+faststart"] : [])],
    ...["-f", container, `file:${options.to}`],
  ];
}
