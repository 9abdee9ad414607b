import {
  type DecoderName,
  DECODERS,
  type EncoderName,
  ENCODERS,
  type videoSchema,
} from "../config/codec_schema.ts";
import { UsageError } from "../config/errors.ts";
import { proveEncoder } from "../encode/prove_encoder.ts";
import { proveDecoder } from "../source/prove_decoder.ts";
import type { z } from "zod";

/** Who really decodes and encodes. */
export interface Codecs {
  decoder: DecoderName;
  encoder: EncoderName;
}

/** Device files without which Linux has no such hardware; the others have to be tried. */
const DEVICES: Record<string, string> = {
  vaapi: "/dev/dri/renderD128",
  qsv: "/dev/dri/renderD128",
  nvenc: "/dev/nvidia0",
  nvdec: "/dev/nvidia0",
  v4l2m2m: "/dev/video11",
};

/** Hardware that this machine may have, best first: what `auto` tries. */
export function candidates<T extends string>(
  known: readonly T[],
  os: typeof Deno.build.os = Deno.build.os,
  exists: (path: string) => boolean = isThere,
): Exclude<T, "auto" | "software">[] {
  const here = (name: string) => {
    if (os === "darwin") return name === "videotoolbox";
    if (os === "windows") return ["nvenc", "nvdec", "qsv"].includes(name);
    return name in DEVICES && exists(DEVICES[name]);
  };
  const rank = ["nvenc", "nvdec", "qsv", "vaapi", "v4l2m2m", "videotoolbox"];
  return rank.filter((name) =>
    (known as readonly string[]).includes(name) && here(name)
  ) as Exclude<T, "auto" | "software">[];
}

/**
 * Settles who decodes and who encodes, by having ten frames decoded and encoded.
 *
 * @throws {UsageError} if one that was asked for does not work, with the reason and the cure.
 */
export async function chooseCodecs(wanted: z.infer<typeof videoSchema>): Promise<Codecs> {
  return {
    decoder: await choose("decoder", wanted.decoder, candidates(DECODERS), proveDecoder),
    encoder: await choose("encoder", wanted.encoder, candidates(ENCODERS), proveEncoder),
  };
}

/** One that is asked for must prove itself; `auto` takes the first that does, or software. */
export async function choose<T extends string>(
  what: "decoder" | "encoder",
  wanted: T | "auto" | "software",
  order: readonly T[],
  prove: (name: T) => Promise<string | null>,
): Promise<T | "software"> {
  if (wanted === "software") return wanted;
  if (wanted === "auto") {
    for (const name of order) if (await prove(name) === null) return name;
    return "software";
  }
  const reason = await prove(wanted as T);
  if (reason === null) return wanted as T;
  throw new UsageError(
    `The ${what} '${wanted}' cannot be used (${reason}): set video.${what} to software or auto`,
  );
}

function isThere(path: string): boolean {
  try {
    return Boolean(Deno.statSync(path));
  } catch {
    return false;
  }
}
