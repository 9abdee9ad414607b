import type { DecoderName } from "../config/codec_schema.ts";
import { FfmpegProcess, firstComplaint } from "../frame/ffmpeg_process.ts";
import { parseAddress } from "./address.ts";
import { decoderArguments } from "./decoder_arguments.ts";
import { inputArguments } from "./input_arguments.ts";

const LIMIT_MS = 10_000;

/** ffmpeg's arguments that decode ten frames of the demo clip, on the device or not at all. */
export function proofArguments(decoder: DecoderName): string[] {
  const [flag, method] = decoderArguments(decoder, "h264");
  // Frames that stay on the device cannot have been decoded anywhere else.
  const kept = flag === "-hwaccel"
    ? { input: ["-hwaccel_output_format", FORMATS[method]], filter: "hwdownload,format=nv12" }
    : { input: [], filter: "null" };
  const clip = inputArguments(parseAddress("demo"), { transport: "tcp", pace: "job" });
  return [
    ...["-hide_banner", "-nostdin", "-loglevel", "error", "-xerror"],
    ...[...decoderArguments(decoder, "h264"), ...kept.input, ...clip],
    ...["-vf", kept.filter, "-frames:v", "10", "-f", "null", "-"],
  ];
}

/** What each acceleration calls the pictures it keeps. */
const FORMATS: Record<string, string> = {
  vaapi: "vaapi",
  qsv: "qsv",
  cuda: "cuda",
  videotoolbox: "videotoolbox_vld",
};

/**
 * Decodes ten frames of H.264.
 *
 * @returns null if it works, otherwise why not.
 */
export async function proveDecoder(decoder: DecoderName): Promise<string | null> {
  const process = new FfmpegProcess("ffmpeg", proofArguments(decoder));
  const timer = setTimeout(() => process.kill(), LIMIT_MS);
  try {
    await process.stdout.cancel();
    const { success } = await process.ended();
    return success
      ? null
      : firstComplaint(process.lines) ?? `no answer within ${LIMIT_MS / 1000} s`;
  } finally {
    clearTimeout(timer);
  }
}
