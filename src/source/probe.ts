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
/** A little less than what ffmpeg itself is told to wait for a host. */
const NETWORK_LIMIT_MS = 4900;
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
  const input = inputArguments(address, { ...options, pace: "job" });
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
  }, PROBE_LIMIT_MS);
  const abort = () => process.kill();
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted) abort();
  try {
    const text = await new Response(process.stdout).text();
    const status = await process.ended();
    if (tooLate) throw new SourceError(`no answer within ${PROBE_LIMIT_MS / 1000} s`);
    if (!status.success) {
      // ffmpeg calls what a silent host has sent, nothing, invalid.
      const silent = NETWORKED.includes(address.kind) &&
        performance.now() - began > NETWORK_LIMIT_MS;
      throw new SourceError(
        silent ? "no answer: connection timed out" : explainFailure(process.lines),
      );
    }
    return readProbe(text);
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

/**
 * Reads ffprobe's JSON.
 *
 * @throws {SourceError} if there is no video in it.
 */
export function readProbe(json: string): SourceInfo {
  const stream = (JSON.parse(json || "{}") as { streams?: ProbeStream[] }).streams?.[0];
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
