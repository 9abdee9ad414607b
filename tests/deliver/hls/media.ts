/** A box of an ISO base media file. */
export interface Box {
  type: string;
  content: Uint8Array;
}

/** The boxes that follow each other in `bytes`. */
export function boxes(bytes: Uint8Array): Box[] {
  const found: Box[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length;) {
    const size = view.getUint32(at);
    if (size < 8 || at + size > bytes.length) throw new Error(`box of ${size} bytes at ${at}`);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    found.push({ type, content: bytes.subarray(at + 8, at + size) });
    at += size;
  }
  return found;
}

/** The content of the box at a path such as `moov/trak`. */
export function boxAt(bytes: Uint8Array, path: string): Uint8Array {
  for (const type of path.split("/")) {
    const box = boxes(bytes).find((box) => box.type === type);
    if (!box) throw new Error(`no ${type} of ${path}`);
    bytes = box.content;
  }
  return bytes;
}

/** What ffmpeg finds in a media file. */
export interface Decoded {
  frames: number;
  /** Presentation time of each frame in seconds. */
  times: number[];
  width: number;
  height: number;
  /** All that ffprobe complained about. */
  complaints: string;
}

/** Decodes a whole file with ffprobe. */
export async function decode(bytes: Uint8Array): Promise<Decoded> {
  const path = await Deno.makeTempFile({ suffix: ".mp4" });
  try {
    await Deno.writeFile(path, bytes);
    const args = ["-v", "warning", "-of", "json", "-show_frames", "-show_streams"];
    args.push("-show_entries", "stream=width,height:frame=pts_time", path);
    const { stdout, stderr } = await new Deno.Command("ffprobe", { args }).output();
    const { frames = [], streams = [] } = JSON.parse(new TextDecoder().decode(stdout));
    return {
      frames: frames.length,
      times: frames.map((frame: { pts_time: string }) => Number(frame.pts_time)),
      width: streams[0]?.width,
      height: streams[0]?.height,
      complaints: new TextDecoder().decode(stderr),
    };
  } finally {
    await Deno.remove(path);
  }
}
