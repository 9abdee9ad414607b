import process from "node:process";
import { detectorSize } from "../../src/detect/profile.ts";
import { FfmpegProcess } from "../../src/frame/ffmpeg_process.ts";
import { PackedLayout } from "../../src/frame/packed_layout.ts";
import { PipeReader } from "../../src/frame/pipe_reader.ts";

/** CPU of decoding a frame of a clip, and nothing else, in milliseconds. */
export async function decodeCost(clip: string): Promise<number> {
  const { success, stderr } = await new Deno.Command("ffmpeg", {
    args: ["-hide_banner", "-benchmark", "-threads", "1", "-i", clip, "-an", "-f", "null", "-"],
  }).output();
  const said = new TextDecoder().decode(stderr);
  const [, user, system] = /utime=([\d.]+)s stime=([\d.]+)s/.exec(said) ?? [];
  const frames = said.match(/frame=\s*\d+/g)?.at(-1)?.slice("frame=".length);
  if (!success || !user || !frames) throw new Error(`Cannot decode '${clip}': ${said}`);
  return (Number(user) + Number(system)) * 1000 / Number(frames);
}

/** Bytes of a picture as its decoder hands it over. */
export function packedBytes(width: number, height: number, longSide: number): number {
  const small = detectorSize(width, height, longSide);
  return new PackedLayout(width, height, small.width, small.height).bytes;
}

/** CPU that it costs our process to pass over so many bytes in a pipe, in milliseconds. */
export async function passOverCost(bytes: number): Promise<number> {
  const frames = 200;
  const rawVideo = ["-f", "lavfi", "-i", "color=black:size=1920x1080:rate=1000", "-f", "rawvideo"];
  const source = new FfmpegProcess("ffmpeg", ["-v", "error", ...rawVideo, "pipe:1"]);
  try {
    const pipe = new PipeReader(source.stdout);
    await pipe.skip(bytes);
    const before = process.cpuUsage();
    for (let i = 0; i < frames; i++) await pipe.skip(bytes);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000 / frames;
  } finally {
    source.kill();
  }
}
