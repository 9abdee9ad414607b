import type { DecoderName } from "../config/codec_schema.ts";

const RENDER_NODE = "/dev/dri/renderD128";
/** Codecs that ffmpeg has a memory-to-memory decoder for. */
const V4L2_CODECS = ["h264", "hevc", "mpeg2video", "mpeg4", "vp8", "vp9"];

/**
 * ffmpeg's arguments, in front of a source, that have it decoded by the hardware. The pictures come
 * back into ordinary memory, where the detector's small picture is scaled.
 *
 * A device that is not there is an error. A codec that the device does not know is decoded in
 * software, as ffmpeg does by itself.
 *
 * @param codec The source's codec, such as `h264`.
 */
export function decoderArguments(decoder: DecoderName, codec: string): string[] {
  switch (decoder) {
    case "software":
      return [];
    case "vaapi":
      return ["-hwaccel", "vaapi", "-hwaccel_device", RENDER_NODE];
    case "nvdec":
      return ["-hwaccel", "cuda"];
    case "v4l2m2m":
      // Not an acceleration of ffmpeg's own decoders, but decoders of their own, one a codec.
      return V4L2_CODECS.includes(codec) ? ["-c:v", `${codec}_v4l2m2m`] : [];
    default:
      return ["-hwaccel", decoder];
  }
}
