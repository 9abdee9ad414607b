import type { Feed } from "./feed.ts";
import { FfmpegOutlet } from "./ffmpeg_outlet.ts";
import type { Admit } from "./viewer_limits.ts";

/** Pictures per second that are made at most, for all viewers together. */
export const MJPEG_MAX_FPS = 10;

/** Separates the pictures of a stream; part of its media type. */
const BOUNDARY = "bokashi-picture";

/** Media type of {@linkcode MjpegStream.connect}'s bodies. */
export const MJPEG_TYPE = `multipart/x-mixed-replace; boundary=${BOUNDARY}`;

/** A picture larger than this is none. */
const MAX_PICTURE_BYTES = 16 * 1024 * 1024;
/** A viewer that has taken nothing for so long has left without saying so. */
const GONE_MS = 15_000;
/** Pause before a decoder that ended is started again. */
const RESTART_MS = 1000;

interface Viewer {
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  readonly intervalMs: number;
  readonly leave: () => void;
  nextAtMs: number;
  takenAtMs: number;
}

/**
 * Serves one camera's feed as Motion JPEG. While somebody watches, one ffmpeg decodes the encoded stream
 * and makes JPEGs of it, for all viewers together. A viewer that is slow misses pictures; it gets no old
 * ones and holds up nobody.
 */
export class MjpegStream {
  readonly #feed: Feed;
  readonly #admit: Admit;
  readonly #viewers = new Set<Viewer>();
  #outlet: FfmpegOutlet | null = null;
  #restart: ReturnType<typeof setTimeout> | undefined;
  #latest: Uint8Array | null = null;
  #closed = false;

  constructor(feed: Feed, admit: Admit = () => () => {}) {
    this.#feed = feed;
    this.#admit = admit;
  }

  /** Number of viewers. */
  get viewers(): number {
    return this.#viewers.size;
  }

  /** Whether pictures are being made. */
  get running(): boolean {
    return this.#outlet !== null;
  }

  /**
   * Lets a viewer in.
   *
   * @param fps pictures per second that it wants at most, above 0
   * @param address from where it comes; empty if that is not known
   * @returns the body of its answer, of type {@linkcode MJPEG_TYPE}
   * @throws {BusyError} if there are too many viewers
   */
  connect(fps: number = MJPEG_MAX_FPS, address = ""): ReadableStream<Uint8Array> {
    const leave = this.#admit(address);
    let viewer: Viewer;
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        const now = performance.now();
        const intervalMs = 1000 / Math.min(fps, MJPEG_MAX_FPS);
        viewer = { controller, intervalMs, leave, nextAtMs: now, takenAtMs: now };
        this.#viewers.add(viewer);
        controller.enqueue(new TextEncoder().encode(`--${BOUNDARY}\r\n`));
        if (this.#latest) this.#give(viewer, pictureOf(this.#latest), now);
        if (this.#closed) this.#drop(viewer);
        else this.#start();
      },
      cancel: () => this.#forget(viewer),
      // One picture may wait; more would only be old ones.
    }, { highWaterMark: 2 });
  }

  /** Ends the stream and all its viewers' answers. */
  close(): void {
    this.#closed = true;
    for (const viewer of [...this.#viewers]) this.#drop(viewer);
    this.#stop();
  }

  #start(): void {
    if (this.#outlet || this.#closed || this.#viewers.size === 0) return;
    clearTimeout(this.#restart);
    const passed = `isnan(prev_selected_t)+gte(t-prev_selected_t\\,${0.98 / MJPEG_MAX_FPS})`;
    if (!this.#feed.live) {
      // A camera that is away is looked at again; its last picture is no news.
      this.#restart = setTimeout(() => this.#start(), RESTART_MS);
      return;
    }
    const outlet = this.#outlet = new FfmpegOutlet(this.#feed, [
      ...["-vf", `select=${passed}`, "-fps_mode", "passthrough", "-c:v", "mjpeg"],
      ...["-pix_fmt", "yuvj420p", "-q:v", "4", "-f", "mjpeg", "-flush_packets", "1", "pipe:1"],
    ]);
    this.#read(outlet).catch(() => {}).then(async () => {
      await outlet.ended();
      if (this.#outlet !== outlet) return;
      this.#outlet = null;
      // The encoder was restarted, or the stream cannot be decoded.
      this.#restart = setTimeout(() => this.#start(), RESTART_MS);
    });
  }

  #stop(): void {
    clearTimeout(this.#restart);
    this.#outlet?.kill();
    this.#outlet = null;
    this.#latest = null;
  }

  async #read(outlet: FfmpegOutlet): Promise<void> {
    for await (const jpeg of jpegs(outlet.stdout)) {
      if (this.#outlet !== outlet) return;
      this.#latest = jpeg;
      const now = performance.now();
      const picture = pictureOf(jpeg);
      for (const viewer of [...this.#viewers]) this.#give(viewer, picture, now);
    }
  }

  #give(viewer: Viewer, picture: Uint8Array, now: number): void {
    // Half a picture's tolerance, so that a clock that jitters does not halve the rate.
    if (now < viewer.nextAtMs - 500 / MJPEG_MAX_FPS) return;
    if ((viewer.controller.desiredSize ?? 0) <= 0) {
      if (now - viewer.takenAtMs > GONE_MS) this.#drop(viewer);
      return;
    }
    viewer.takenAtMs = now;
    viewer.nextAtMs = Math.max(viewer.nextAtMs + viewer.intervalMs, now);
    viewer.controller.enqueue(picture);
  }

  #drop(viewer: Viewer): void {
    viewer.controller.close();
    this.#forget(viewer);
  }

  #forget(viewer: Viewer): void {
    if (!this.#viewers.delete(viewer)) return;
    viewer.leave();
    if (this.#viewers.size === 0) this.#stop();
  }
}

/** A picture with its header in front and the boundary behind it, which shows it at once. */
function pictureOf(jpeg: Uint8Array): Uint8Array {
  const text = new TextEncoder();
  const header = text.encode(`Content-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`);
  const footer = text.encode(`\r\n--${BOUNDARY}\r\n`);
  const picture = new Uint8Array(header.length + jpeg.length + footer.length);
  picture.set(header);
  picture.set(jpeg, header.length);
  picture.set(footer, header.length + jpeg.length);
  return picture;
}

/** Cuts what ffmpeg writes at the end of each JPEG: the marker FF D9, which occurs nowhere else. */
export async function* jpegs(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let picture: Uint8Array[] = [];
  let size = 0;
  let last = 0;
  for await (const chunk of bytes) {
    let from = 0;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]!;
      if (byte === 0xd9 && last === 0xff) {
        picture.push(chunk.subarray(from, i + 1));
        yield join(picture, size + i + 1 - from);
        picture = [];
        size = 0;
        from = i + 1;
      }
      last = byte;
    }
    if (from < chunk.length) {
      picture.push(chunk.slice(from));
      size += chunk.length - from;
    }
    if (size > MAX_PICTURE_BYTES) throw new Error("ffmpeg gives no JPEGs");
  }
}

function join(pieces: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
