import { UsageError } from "../config/errors.ts";

/** How a source is reached. */
export type SourceKind = "rtsp" | "rtmp" | "srt" | "hls" | "http" | "webcam" | "file";

/** A camera address, understood. */
export interface SourceAddress {
  kind: SourceKind;
  /** What ffmpeg is given to open. */
  input: string;
}

const DEMO_CLIP = new URL("../../scripts/demo/demo.mp4", import.meta.url);
const SCHEMES: Record<string, SourceKind> = {
  "rtsp:": "rtsp",
  "rtsps:": "rtsp",
  "rtmp:": "rtmp",
  "rtmps:": "rtmp",
  "srt:": "srt",
  "http:": "http",
  "https:": "http",
};

/**
 * Understands a camera's address: a URL, a webcam, a file or `demo`.
 *
 * @throws {UsageError} for a scheme that is no camera's.
 */
export function parseAddress(
  source: string,
  os: typeof Deno.build.os = Deno.build.os,
): SourceAddress {
  if (source === "demo") return { kind: "file", input: decodeURIComponent(DEMO_CLIP.pathname) };
  if (isWebcam(source, os)) return { kind: "webcam", input: source };
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(source)?.[1].toLowerCase();
  if (scheme === "file") {
    return { kind: "file", input: pathOf(source) };
  }
  if (scheme !== undefined) {
    const kind = SCHEMES[`${scheme}:`];
    if (!kind) {
      throw new UsageError(
        `Cannot use a '${scheme}' source: use rtsp, rtsps, rtmp, rtmps, srt, http, https, a webcam ` +
          `such as /dev/video0, a file, or 'demo'`,
      );
    }
    const isPlaylist = kind === "http" && /\.m3u8$/i.test(source.split(/[?#]/)[0]);
    return { kind: isPlaylist ? "hls" : kind, input: source };
  }
  return { kind: "file", input: source };
}

function pathOf(url: string): string {
  try {
    return decodeURIComponent(new URL(url).pathname);
  } catch (error) {
    throw new UsageError(
      `Cannot use '${url}': it is no file:// address; give the file's path itself`,
      {
        cause: error,
      },
    );
  }
}

function isWebcam(source: string, os: typeof Deno.build.os): boolean {
  if (os === "darwin") return source.startsWith("avfoundation:");
  if (os === "windows") return source.startsWith("video=");
  return /^\/dev\/(video|v4l\/)/.test(source);
}
