import { type ColorFields, type ColorTags, readColorTags } from "../frame/color_tags.ts";
import { FfmpegProcess } from "../frame/ffmpeg_process.ts";

/** What a file says of itself besides its pictures' size. */
export interface FileDetails {
  /** Time at which it begins, in seconds. */
  startSeconds: number;
  /** Pictures it holds, as far as it says; 0 if it does not. */
  frames: number;
  /** Codec of its first sound; null without any. */
  audioCodec: string | null;
  color: ColorTags;
}

interface Stream extends ColorFields {
  codec_type?: string;
  codec_name?: string;
  nb_frames?: string;
  avg_frame_rate?: string;
}

/** Reads a video file's details; what cannot be read is as if the file did not say it. */
export async function fileDetails(file: string): Promise<FileDetails> {
  const process = new FfmpegProcess("ffprobe", [
    ...["-v", "error", "-of", "json", "-show_entries", "format=start_time,duration"],
    ...["-show_streams", "-protocol_whitelist", "file", "-i", `file:${file}`],
  ]);
  const text = await new Response(process.stdout).text();
  await process.ended();
  return readDetails(text);
}

/** Reads ffprobe's JSON. */
export function readDetails(json: string): FileDetails {
  const { streams = [], format = {} } = JSON.parse(json || "{}") as {
    streams?: Stream[];
    format?: { start_time?: string; duration?: string };
  };
  const video = streams.find(({ codec_type }) => codec_type === "video");
  const audio = streams.find(({ codec_type }) => codec_type === "audio");
  const [num, den] = (video?.avg_frame_rate ?? "0/1").split("/").map(Number);
  const estimate = Math.round(Number(format.duration) * num / den);
  return {
    startSeconds: Number(format.start_time) || 0,
    frames: Number(video?.nb_frames) || (Number.isFinite(estimate) ? estimate : 0),
    audioCodec: audio?.codec_name ?? null,
    color: readColorTags(video),
  };
}
