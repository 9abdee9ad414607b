import type { AccessUnit } from "../../src/encode/access_unit.ts";
import type { Feed } from "../../src/deliver/feed.ts";
import { NalType, nalType, splitNalUnits } from "../../src/deliver/h264.ts";

/** What {@linkcode encodeTestPicture} makes. */
export interface TestStream {
  width?: number;
  height?: number;
  fps?: number;
  seconds?: number;
  /** Frames from keyframe to keyframe. */
  gop?: number;
  generation?: number;
  /** Kilobits per second. */
  rate?: number;
}

/** Access units of ffmpeg's test picture, as the encoder of a camera makes them. */
export async function encodeTestPicture(stream: TestStream = {}): Promise<AccessUnit[]> {
  const { width = 320, height = 240, fps = 30, seconds = 2, gop = fps, generation = 0, rate } =
    stream;
  const args = ["-v", "error", "-f", "lavfi", "-i", `testsrc2=s=${width}x${height}:r=${fps}`];
  args.push("-t", String(seconds), "-pix_fmt", "yuv420p", "-c:v", "libx264");
  args.push("-preset", "superfast", "-tune", "zerolatency", "-profile:v", "baseline", "-bf", "0");
  args.push("-g", String(gop), "-x264-params", "aud=1:scenecut=0");
  if (rate) {
    args.push("-b:v", `${rate}k`, "-maxrate", `${rate}k`, "-minrate", `${rate}k`);
    args.push("-bufsize", `${rate}k`, "-nal-hrd", "cbr");
  }
  args.push("-f", "h264", "-");
  const { stdout, stderr, success } = await new Deno.Command("ffmpeg", { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return splitAtDelimiters(stdout).map((data, i) => ({
    data,
    key: splitNalUnits(data).some((nal) => nalType(nal) === NalType.idrSlice),
    timeUs: Math.round(i * 1e6 / fps),
    generation,
    capturedAtMs: 0,
    width,
    height,
  }));
}

/** Cuts Annex B bytes in front of every access unit delimiter with a four-byte start code. */
export function splitAtDelimiters(bytes: Uint8Array): Uint8Array[] {
  const starts: number[] = [];
  for (let i = 0; i + 4 < bytes.length; i++) {
    if (
      bytes[i] === 0 && bytes[i + 1] === 0 && bytes[i + 2] === 0 && bytes[i + 3] === 1 &&
      (bytes[i + 4]! & 0x1f) === NalType.accessUnitDelimiter
    ) starts.push(i);
  }
  return starts.map((start, i) => bytes.slice(start, starts[i + 1] ?? bytes.length));
}

/** Publishes access units over and over at their own pace, like a live camera. */
export function playLoop(
  feed: Feed,
  units: readonly AccessUnit[],
  fps: number,
  onPublish?: (au: AccessUnit) => void,
): () => void {
  let n = 0;
  const startedAt = performance.now();
  const timer = setInterval(() => {
    while (n * 1000 / fps <= performance.now() - startedAt) {
      const unit = units[n % units.length]!;
      const au = { ...unit, timeUs: Math.round(n * 1e6 / fps), capturedAtMs: Date.now() };
      n++;
      feed.publish(au);
      onPublish?.(au);
    }
  }, 5);
  return () => clearInterval(timer);
}
