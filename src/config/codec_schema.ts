import { z } from "zod";

/** Ways of decoding that can be asked for; `auto` takes the first that proves itself. */
export const DECODERS = [
  "software",
  "auto",
  "vaapi",
  "qsv",
  "nvdec",
  "videotoolbox",
  "v4l2m2m",
] as const;
/** Ways of encoding that can be asked for; `auto` takes the first that proves itself. */
export const ENCODERS = [
  "software",
  "auto",
  "vaapi",
  "qsv",
  "nvenc",
  "videotoolbox",
  "v4l2m2m",
] as const;

/** A way of decoding. */
export type DecoderName = Exclude<typeof DECODERS[number], "auto">;
/** A way of encoding. */
export type EncoderName = Exclude<typeof ENCODERS[number], "auto">;

/** Who decodes and encodes, for all cameras. */
export const videoSchema = z.strictObject({
  decoder: z.enum(DECODERS).default("software").describe(
    "Who decodes the cameras: software, or hardware that must work; auto takes hardware that proves itself.",
  ),
  encoder: z.enum(ENCODERS).default("software").describe(
    "Who encodes the masked streams: software, or hardware that must work; auto takes hardware that proves itself.",
  ),
});
