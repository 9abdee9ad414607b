import type { CameraConfig } from "../config/schema.ts";
import type { SourceAddress } from "./address.ts";

const WEBCAM_FORMAT: Partial<Record<typeof Deno.build.os, string>> = {
  darwin: "avfoundation",
  windows: "dshow",
};

/** How a source is to be read. */
export interface InputOptions {
  transport: CameraConfig["transport"];
  /** `live`: at the source's own pace, files looped; `job`: as fast as possible, once. */
  pace: "live" | "job";
  /**
   * For how long a network stream is studied at most to tell what is in it, in seconds.
   *
   * @default 1
   */
  studySeconds?: number;
  os?: typeof Deno.build.os;
}

/** ffmpeg's arguments, `-i` included, that open a source. */
export function inputArguments(address: SourceAddress, options: InputOptions): string[] {
  const { kind, input } = address;
  const os = options.os ?? Deno.build.os;
  // A picture is wanted when it is there, not when ffmpeg has studied seconds of stream.
  const study = `${(options.studySeconds ?? 1) * 1e6}`;
  const eager = ["-fflags", "nobuffer", "-flags", "low_delay", "-analyzeduration", study];
  switch (kind) {
    case "rtsp":
      return [
        ...eager,
        "-rtsp_transport",
        options.transport,
        "-timeout",
        "5000000",
        ...allowed("rtsp,rtsps,rtp,srtp,udp,tcp,tls,crypto"),
        "-i",
        input,
      ];
    case "rtmp":
      return [...eager, "-rw_timeout", "5000000", "-i", input];
    case "srt":
      return [...eager, ...allowed("srt"), "-i", input];
    case "http":
      // Motion JPEG carries no times: the moment of arrival is the frame's time.
      return [
        ...eager,
        "-rw_timeout",
        "5000000",
        "-use_wallclock_as_timestamps",
        "1",
        ...allowed("http,https,tcp,tls,crypto"),
        "-i",
        input,
      ];
    case "hls":
      // It comes in segments of seconds: at its own pace, not all at once and then nothing.
      return [
        "-rw_timeout",
        "5000000",
        ...(options.pace === "live" ? ["-re"] : []),
        ...allowed("http,https,tcp,tls,crypto"),
        "-i",
        input,
      ];
    case "webcam": {
      const name = input.replace(/^avfoundation:/, "");
      return ["-f", WEBCAM_FORMAT[os] ?? "v4l2", "-i", name];
    }
    case "file":
      return [
        ...(options.pace === "live" ? ["-re", "-stream_loop", "-1"] : []),
        // `file:` keeps a name such as `-x` or `a:b` from being read as something else.
        ...allowed("file"),
        "-i",
        `file:${input}`,
      ];
  }
}

/** A camera must not make ffmpeg open anything but the way it came by. */
function allowed(protocols: string): string[] {
  return ["-protocol_whitelist", protocols];
}
