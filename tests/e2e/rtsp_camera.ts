/** A real RTSP camera, GStreamer's, for tests. */
import assert from "node:assert/strict";
import { inTime } from "../wait.ts";

const SERVER = new URL("./rtsp_server.js", import.meta.url).pathname;
const CLIP = new URL("../../scripts/demo/demo.mp4", import.meta.url).pathname;

/** True if what runs the camera is there; else prints why the tests that need it are skipped. */
export function rtspIsInstalled(): boolean {
  const found = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64"].some(
    (lib) => {
      try {
        return Deno.statSync(`${lib}/girepository-1.0/GstRtspServer-1.0.typelib`).isFile &&
          Deno.statSync("/usr/bin/gjs").isFile;
      } catch {
        return false;
      }
    },
  );
  if (!found) {
    console.log(
      "skipped: tests of a real RTSP camera need gjs and gir1.2-gst-rtsp-server-1.0 (Debian packages)",
    );
  }
  return found;
}

/** A camera at a fixed address that can be switched off and on. */
export class RtspCamera {
  #child: Deno.ChildProcess | undefined;

  /**
   * @param clip H.264 in MP4. The camera ends with it.
   */
  constructor(
    readonly port: number,
    readonly user: string[] = [],
    readonly clip: string = CLIP,
  ) {}

  async on(): Promise<void> {
    const args = [SERVER, String(this.port), this.clip, ...this.user];
    this.#child = new Deno.Command("gjs", { args, stdout: "piped", stderr: "null" }).spawn();
    const reader = this.#child.stdout.getReader();
    const { value } = await inTime("the RTSP camera is ready", reader.read());
    assert.match(new TextDecoder().decode(value), /ready/, "the RTSP camera does not begin");
    await reader.cancel();
  }

  async off(): Promise<void> {
    this.#child?.kill("SIGKILL");
    await this.#child?.status;
  }
}

/** The demo clip, small and slow so that a busy machine bears it, over and over for ten minutes. */
export async function longClip(folder: string): Promise<string> {
  const once = `${folder}/once.mp4`, clip = `${folder}/long.mp4`;
  const small = ["-vf", "scale=640:360,fps=10", "-c:v", "libx264", "-g", "20", "-bf", "0"];
  for (
    const args of [
      ["-i", CLIP, ...small, "-preset", "veryfast", once],
      ["-stream_loop", "29", "-i", once, "-c", "copy", clip],
    ]
  ) {
    const ran = await new Deno.Command("ffmpeg", { args: ["-v", "error", "-y", ...args] }).output();
    assert.ok(ran.success, new TextDecoder().decode(ran.stderr));
  }
  return clip;
}
