import { ffmpeg } from "../frame/streams.ts";

/** Makes a folder of clips for one test, and removes it afterwards. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Writes a clip of ffmpeg's test picture. */
export async function clip(
  path: string,
  source = "testsrc2=size=320x240:rate=25:duration=1",
  args: string[] = [],
): Promise<string> {
  const x264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"];
  await ffmpeg(["-f", "lavfi", "-i", source, ...x264, ...args, "-y", path]);
  return path;
}
