/** Shape of the clock in the picture: cells of one bit each, and below them the same inverted. */
export const CLOCK = { bits: 24, cell: 48, left: 64, top: 96 } as const;

const WIDTH = 1280, HEIGHT = 720, FPS = 30;
const BLACK = 16, GREY = 126, WHITE = 235;

/**
 * A camera whose pictures show the time at which they were made, as bits: 1280x720 at 30 fps, H.264
 * over HTTP in FLV, which like RTP tells where a picture ends (in MPEG-TS that is known only when the
 * next one begins). For one reader at a time.
 */
export class ClockCamera {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor() {
    const silent = { hostname: "127.0.0.1", port: 0, onListen() {} };
    this.#server = Deno.serve(silent, () => {
      return new Response(stream(), { headers: { "content-type": "video/x-flv" } });
    });
  }

  /** The address to point a service at. */
  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/clock.flv`;
  }

  /** Ends it with its readers. */
  async close(): Promise<void> {
    await this.#server.shutdown();
  }
}

function stream(): ReadableStream<Uint8Array> {
  const ffmpeg = new Deno.Command("ffmpeg", {
    args: [
      ...["-hide_banner", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "yuv420p"],
      ...["-video_size", `${WIDTH}x${HEIGHT}`, "-framerate", String(FPS), "-i", "pipe:0"],
      ...["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", String(FPS)],
      ...["-f", "flv", "-flvflags", "no_duration_filesize", "-flush_packets", "1", "pipe:1"],
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const pictures = ffmpeg.stdin.getWriter();
  const picture = new Uint8Array(WIDTH * HEIGHT * 3 / 2).fill(GREY);
  let busy = false;
  const timer = setInterval(() => {
    // A camera does not wait: what cannot be sent now is not sent.
    if (busy) return;
    busy = true;
    drawTime(picture, Date.now());
    pictures.write(picture).then(() => busy = false, stop);
  }, 1000 / FPS);
  function stop(): void {
    clearInterval(timer);
    try {
      ffmpeg.kill("SIGKILL");
    } catch {
      // It had ended already.
    }
  }
  const reader = ffmpeg.stdout.getReader();
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: stop,
  });
}

function drawTime(picture: Uint8Array, ms: number): void {
  const { bits, cell, left, top } = CLOCK;
  for (let bit = 0; bit < bits; bit++) {
    const on = Math.floor(ms / 2 ** bit) % 2 === 1;
    for (const [row, white] of [on, !on].entries()) {
      for (let line = 0; line < cell; line++) {
        const start = (top + row * cell + line) * WIDTH + left + bit * cell;
        picture.fill(white ? WHITE : BLACK, start, start + cell);
      }
    }
  }
}
