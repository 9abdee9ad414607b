import type { AccessUnit } from "../encode/access_unit.ts";
import type { Feed } from "./feed.ts";
import { BusyError } from "./viewer_limits.ts";

/** Settings of {@linkcode snapshot}. */
export interface SnapshotOptions {
  /** Width of the JPEG in pixels; never more than the picture's own. @default the picture's own */
  widthPx?: number;
  /** A picture made at most this many milliseconds ago is given again. @default 500 */
  maxAgeMs?: number;
  /** Milliseconds after which ffmpeg is killed. @default 5000 */
  timeoutMs?: number;
}

/** There is no picture to show yet. HTTP servers answer 503 with `Retry-After`. */
export class NoPictureError extends Error {
  override readonly name = "NoPictureError";
}

/** A picture is there but no JPEG could be made of it. HTTP servers answer 500. */
export class SnapshotError extends Error {
  override readonly name = "SnapshotError";
}

interface Shot {
  readonly jpeg: Uint8Array<ArrayBuffer>;
  readonly madeAtMs: number;
  readonly of: AccessUnit;
}

/** What is kept of one size of one camera. */
interface Size {
  last: Shot | null;
  running: Promise<Shot> | null;
}

/** Sizes kept of one camera. Whoever asks for more at a time would start as many processes. */
const MAX_SIZES = 4;

const cameras = new WeakMap<Feed, Map<number, Size>>();

/**
 * Makes a JPEG of the newest picture.
 *
 * It is decoded from the encoded stream, which is masked: bare frames do not reach this room.
 * ffmpeg does it in a process of its own that lives for some 100 ms. Requests that come meanwhile
 * share its result, and for {@linkcode SnapshotOptions.maxAgeMs} afterwards the JPEG is kept.
 *
 * @throws {NoPictureError} before the first keyframe
 * @throws {BusyError} if too many sizes are asked for at one time
 * @throws {SnapshotError} if ffmpeg is missing, fails or takes too long
 */
export async function snapshot(
  feed: Feed,
  options: SnapshotOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { maxAgeMs = 500, timeoutMs = 5000 } = options;
  const own = feed.latest?.width ?? 0;
  // Chroma planes have half the width.
  const widthPx = Math.min(own, Math.max(2, 2 * Math.round((options.widthPx ?? own) / 2)));
  const size = sizeOf(feed, widthPx);
  const { last } = size;
  if (last && (performance.now() - last.madeAtMs <= maxAgeMs || last.of === feed.latest)) {
    return last.jpeg;
  }
  size.running ??= shoot(feed.group(), widthPx, timeoutMs)
    .then((shot) => size.last = shot)
    .finally(() => size.running = null);
  return (await size.running).jpeg;
}

function sizeOf(feed: Feed, widthPx: number): Size {
  let sizes = cameras.get(feed);
  if (!sizes) cameras.set(feed, sizes = new Map());
  let size = sizes.get(widthPx);
  if (!size) {
    if (sizes.size >= MAX_SIZES) {
      const idle = [...sizes].find(([, { running }]) => running === null);
      if (!idle) throw new BusyError(`${MAX_SIZES} snapshots are being made already.`, 1);
      sizes.delete(idle[0]);
    }
    sizes.set(widthPx, size = { last: null, running: null });
  }
  return size;
}

async function shoot(
  group: readonly AccessUnit[],
  widthPx: number,
  timeoutMs: number,
): Promise<Shot> {
  const of = group.at(-1);
  if (!of) throw new NoPictureError("Cannot make a snapshot: there is no picture yet.");
  const scale = widthPx < of.width ? `,scale=${widthPx}:-2` : "";
  const jpeg = await decodeLast(group, scale, timeoutMs);
  return { jpeg, madeAtMs: performance.now(), of };
}

async function decodeLast(
  group: readonly AccessUnit[],
  scale: string,
  timeoutMs: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const child = spawnDecoder(group.length - 1, scale);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    child.kill("SIGKILL");
  }, timeoutMs);
  try {
    // output() also drains stderr, without which a talkative ffmpeg would stop for ever.
    const [{ success, stdout, stderr }] = await Promise.all([
      child.output(),
      writeAll(child.stdin, group),
    ]);
    if (timedOut) {
      throw new SnapshotError(`Cannot make a snapshot: ffmpeg took more than ${timeoutMs} ms.`);
    }
    if (!success || stdout.length === 0) {
      const reason = new TextDecoder().decode(stderr).trim().split("\n").at(-1);
      throw new SnapshotError(`Cannot make a snapshot: ${reason || "ffmpeg gave no picture"}.`);
    }
    return stdout;
  } finally {
    clearTimeout(timer);
  }
}

/** Starts an ffmpeg that reads H.264 and writes the picture of this index, from 0, as JPEG. */
function spawnDecoder(index: number, scale: string): Deno.ChildProcess {
  const args = [
    "-v",
    "error",
    "-threads",
    "1",
    "-probesize",
    "65536",
    "-f",
    "h264",
    "-i",
    "pipe:0",
  ];
  args.push("-vf", `select=eq(n\\,${index})${scale}`, "-frames:v", "1");
  args.push("-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-q:v", "3", "-f", "mjpeg", "pipe:1");
  try {
    const command = new Deno.Command("ffmpeg", {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    });
    return command.spawn();
  } catch (cause) {
    throw new SnapshotError("Cannot make a snapshot: ffmpeg could not be started.", { cause });
  }
}

async function writeAll(
  stdin: WritableStream<Uint8Array>,
  group: readonly AccessUnit[],
): Promise<void> {
  const writer = stdin.getWriter();
  try {
    for (const au of group) await writer.write(au.data);
    await writer.close();
  } catch {
    // ffmpeg has closed its end; its exit code and stderr tell why.
  }
}
