import { FfmpegProcess } from "../frame/ffmpeg_process.ts";
import type { SmallPicture } from "../frame/packed_layout.ts";
import { readLie } from "./orientation.ts";
import { explainFailure, SourceError } from "./source_error.ts";

/** How a picture lies in the detector's: scaled into its top left corner, black around. */
export interface StillSize {
  /** Size of the scaled picture in pixels. */
  scaledWidth: number;
  scaledHeight: number;
  /** Size of the detector's picture in pixels, multiples of 32. */
  smallWidth: number;
  smallHeight: number;
}

/** One decoded picture, as the detector sees it. */
export interface Still extends SmallPicture, StillSize {
  /** Size of the upright picture in pixels. */
  width: number;
  height: number;
}

const STEP = 32;
/** A damaged file must not hold a job up for ever. */
const LIMIT_MS = 60_000;

/** Scales a picture's longest side to `longSide`, up or down, and keeps its aspect ratio. */
export function stillSize(width: number, height: number, longSide: number): StillSize {
  const fit = (side: number) => Math.max(1, Math.round(side * longSide / Math.max(width, height)));
  const scaledWidth = fit(width), scaledHeight = fit(height);
  return {
    scaledWidth,
    scaledHeight,
    smallWidth: Math.ceil(scaledWidth / STEP) * STEP,
    smallHeight: Math.ceil(scaledHeight / STEP) * STEP,
  };
}

/**
 * ffmpeg's filters that do what {@linkcode stillSize} says, whatever comes in.
 *
 * @param longSide Null for the picture's own.
 */
export function stillFilters(longSide: number | null): string {
  const to = longSide ?? "max(iw,ih)";
  const fit = (side: string) => `max(1,round(${side}*${to}/max(iw,ih)))`;
  // Area averaging shrinks best; it cannot enlarge, where ffmpeg takes bilinear by itself.
  return `scale=w='${fit("iw")}':h='${fit("ih")}':flags=area:` +
    "out_color_matrix=bt601:out_range=tv,format=yuv420p," +
    `pad=w='ceil(iw/${STEP})*${STEP}':h='ceil(ih/${STEP})*${STEP}':color=black`;
}

/** How ffmpeg is to open a picture file. */
export interface StillInput {
  /** Arguments, the file included, that open it and nothing it may refer to. */
  args: string[];
  /** Filters that set its picture upright, with a comma behind; empty where nothing is to do. */
  upright: string;
}

/** Looks how a picture file is to be opened. */
export async function stillInput(file: string): Promise<StillInput> {
  const { isOurs, filter } = await readLie(file);
  // Its content says what it is, not its name; only a `%` needs to be kept from being a counter.
  const plain = file.includes("%") ? ["-f", "image2", "-pattern_type", "none"] : [];
  const args = ["-protocol_whitelist", "file", "-threads", "1", ...plain];
  // Newer ffmpegs may turn these as well.
  if (isOurs) args.push("-noautorotate");
  return { args: [...args, "-i", `file:${file}`], upright: filter === null ? "" : `${filter},` };
}

/**
 * Decodes a picture file, upright, into a detector's picture.
 *
 * @param longSide Longest side of the detector's picture in pixels, a multiple of 32; null for the
 * picture's own.
 * @throws {SourceError} if it cannot be read, in words.
 */
export async function readStill(file: string, longSide: number | null): Promise<Still> {
  const { args, upright } = await stillInput(file);
  const process = new FfmpegProcess("ffmpeg", [
    ...["-hide_banner", "-nostdin", "-nostats", "-loglevel", "info", ...args],
    // `showinfo` says the upright picture's size, which spares a run of ffprobe.
    ...["-vf", `${upright}showinfo=checksum=0,${stillFilters(longSide)}`, "-filter_threads", "1"],
    ...["-frames:v", "1", "-f", "rawvideo", "pipe:1"],
  ]);
  const timer = setTimeout(() => process.kill(), LIMIT_MS);
  try {
    const bytes = new Uint8Array(await new Response(process.stdout).arrayBuffer());
    const status = await process.ended();
    const shown = process.lines.map((line) => /showinfo.* s:(\d+)x(\d+) /.exec(line))
      .find((match) => match !== null);
    if (!status.success || !shown || bytes.length === 0) {
      throw new SourceError(explainFailure(process.lines).replace("a video", "a picture"));
    }
    const [width, height] = [Number(shown[1]), Number(shown[2])];
    const size = stillSize(width, height, longSide ?? Math.max(width, height));
    const luma = size.smallWidth * size.smallHeight;
    if (bytes.length !== luma * 1.5) {
      throw new SourceError(`ffmpeg gave ${bytes.length} bytes, ${luma * 1.5} expected`);
    }
    return { width, height, ...size, y: bytes.subarray(0, luma), uv: bytes.subarray(luma) };
  } finally {
    clearTimeout(timer);
  }
}
