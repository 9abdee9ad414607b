import { parseAddress } from "./address.ts";
import { Capture } from "./capture.ts";
import { inputArguments } from "./input_arguments.ts";
import { probe } from "./probe.ts";
import { type Still, stillFilters, stillSize } from "./still.ts";

/** A video file, opened for a job that looks at every frame. */
export interface VideoFrames {
  /** Size of the upright picture in pixels. */
  width: number;
  height: number;
  /** Nominal frames per second; 0 when the file does not say. */
  fps: number;
  /** Its frames as the detector sees them, each in memory of its own. */
  frames: AsyncIterable<Still>;
}

/**
 * Opens a video and decodes it, as fast as it is read, into detector's pictures.
 *
 * @param longSide Longest side of the detector's picture in pixels, a multiple of 32; null for the
 * video's own.
 * @throws {SourceError} if it cannot be read, at once or while its frames are read.
 */
export async function videoFrames(
  file: string,
  longSide: number | null,
): Promise<VideoFrames> {
  const input = { transport: "tcp", pace: "job" } as const;
  const address = parseAddress(file);
  const { width, height, fps } = await probe(address, input);
  const size = stillSize(width, height, longSide ?? Math.max(width, height));
  const luma = size.smallWidth * size.smallHeight;
  const args = [
    ...["-hide_banner", "-nostdin", "-loglevel", "warning", "-threads", "1"],
    ...inputArguments(address, input),
    // A file that changes its size midway goes on in its first one.
    ...["-vf", `scale=${width}:${height},${stillFilters(longSide)}`, "-filter_threads", "1"],
    ...["-an", "-sn", "-dn", "-fps_mode", "passthrough", "-c:v", "rawvideo"],
    ...["-f", "nut", "-write_index", "0", "pipe:1"],
  ];
  async function* frames(): AsyncGenerator<Still> {
    const capture = new Capture(args, { bytes: luma * 1.5 });
    try {
      for (let next = await capture.next(); next; next = await capture.next()) {
        const bytes = await next.read(new Uint8Array(luma * 1.5));
        yield { width, height, ...size, y: bytes.subarray(0, luma), uv: bytes.subarray(luma) };
      }
    } finally {
      await capture.close();
    }
  }
  return { width, height, fps, frames: frames() };
}
