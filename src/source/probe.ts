import { type ColorFields, type ColorTags, readColorTags } from "../frame/color_tags.ts";
import { FfmpegProcess } from "../frame/ffmpeg_process.ts";
import type { SourceAddress, SourceKind } from "./address.ts";
import { explainFailure, SourceError } from "./source_error.ts";
import { inputArguments, type InputOptions } from "./input_arguments.ts";

/** What a source says of its first video stream. */
export interface SourceInfo {
  /** Such as `h264`. */
  codec: string;
  /** Size of the upright picture in pixels, as it will be shown. */
  width: number;
  height: number;
  /** Nominal frames per second; 0 when the source does not say. */
  fps: number;
  /** Pixel format, such as `yuv420p`. */
  pixelFormat: string;
  /** What its numbers mean once they are I420. */
  color: ColorTags;
}

const TEXT_CODECS = ["ansi", "bintext", "xbin", "idf"];
const PROBE_LIMIT_MS = 15_000;
/**
 * For so many seconds a stream is studied that tells its size with its keyframes only, and has sent none yet: the next
 * attempt comes when one was not enough. ffprobe studies a transport stream for as long as it may.
 */
const STUDY_SECONDS = [6, 12, 24];
const STUDY_BYTES = 100_000_000;
/** A little less than what ffmpeg itself is told to wait for a host. */
const NETWORK_LIMIT_MS = 4900;
/** Reasons that a host or its network gave, however late that comes where the machine is busy. */
const ANSWERS = /\(40[134]\)|connection refused|no route|host name/;
const NETWORKED: readonly SourceKind[] = ["rtsp", "rtmp", "http", "hls"];

/**
 * Opens a source with ffprobe and reads what it is.
 *
 * @throws {SourceError} if it cannot be opened, in words.
 */
export async function probe(
  address: SourceAddress,
  options: InputOptions,
  signal?: AbortSignal,
): Promise<SourceInfo> {
  const asJob = { ...options, pace: "job" } as const;
  let seen = await ask(address, inputArguments(address, asJob), PROBE_LIMIT_MS, signal);
  for (const studySeconds of address.kind === "file" ? [] : STUDY_SECONDS) {
    if (!lacksSize(seen)) break;
    const input = inputArguments(address, { ...asJob, studySeconds });
    const limitMs = PROBE_LIMIT_MS + studySeconds * 1000;
    seen = await ask(address, ["-probesize", `${STUDY_BYTES}`, ...input], limitMs, signal);
  }
  return readProbe(seen);
}

/** Gives what ffprobe says, as JSON. */
async function ask(
  address: SourceAddress,
  input: readonly string[],
  limitMs: number,
  signal: AbortSignal | undefined,
): Promise<string> {
  const fields = "stream=codec_name,width,height,avg_frame_rate,r_frame_rate,pix_fmt," +
    "color_space,color_transfer,color_primaries";
  const process = new FfmpegProcess("ffprobe", [
    ...["-hide_banner", "-v", "error", "-select_streams", "v:0"],
    ...["-show_entries", `${fields}:stream_side_data=rotation:stream_tags=rotate`, "-of", "json"],
    ...input,
  ]);
  const began = performance.now();
  let tooLate = false;
  const timer = setTimeout(() => {
    tooLate = true;
    process.kill();
  }, limitMs);
  const abort = () => process.kill();
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted) abort();
  try {
    const text = await new Response(process.stdout).text();
    const status = await process.ended();
    if (tooLate) throw new SourceError(`no answer within ${limitMs / 1000} s`);
    if (!status.success) {
      const reason = explainFailure(process.lines);
      // ffmpeg calls what a silent host has sent, nothing, invalid.
      const silent = NETWORKED.includes(address.kind) && !ANSWERS.test(reason) &&
        performance.now() - began > NETWORK_LIMIT_MS;
      throw new SourceError(silent ? "no answer: connection timed out" : reason);
    }
    return text;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

interface ProbeStream extends ColorFields {
  codec_name?: string;
  width?: number;
  height?: number;
  avg_frame_rate?: string;
  r_frame_rate?: string;
  tags?: { rotate?: string };
  side_data_list?: { rotation?: number }[];
}

/** Whether there is a video of which no keyframe has come yet. */
function lacksSize(json: string): boolean {
  const stream = firstStream(json);
  return stream?.codec_name !== undefined && !stream.width;
}

function firstStream(json: string): ProbeStream | undefined {
  return (JSON.parse(json || "{}") as { streams?: ProbeStream[] }).streams?.[0];
}

/**
 * Reads ffprobe's JSON.
 *
 * @throws {SourceError} if there is no video in it.
 */
export function readProbe(json: string): SourceInfo {
  const stream = firstStream(json);
  if (!stream?.width || !stream.height) {
    throw new SourceError("it holds no video: give a source with a video stream");
  }
  // ffmpeg draws any text as a picture.
  if (TEXT_CODECS.includes(stream.codec_name ?? "")) {
    throw new SourceError("it is a text, not a video");
  }
  const turned = stream.side_data_list?.find((data) => data.rotation !== undefined)?.rotation ??
    Number(stream.tags?.rotate ?? 0);
  const sideways = Math.abs(turned) % 180 === 90;
  return {
    codec: stream.codec_name ?? "unknown",
    width: sideways ? stream.height : stream.width,
    height: sideways ? stream.width : stream.height,
    fps: rate(stream.avg_frame_rate) || rate(stream.r_frame_rate),
    pixelFormat: stream.pix_fmt ?? "unknown",
    color: readColorTags(stream),
  };
}

function rate(fraction: string | undefined): number {
  const [num, den] = (fraction ?? "0/1").split("/").map(Number);
  const fps = den ? num / den : 0;
  // ffprobe gives its time base, such as 90000/1, where it could not tell.
  return fps > 0 && fps <= 1000 ? Math.round(fps * 1000) / 1000 : 0;
}
