import { redactorFor } from "../config/redact.ts";
import { Backoff } from "../source/backoff.ts";
import { explainFailure } from "../source/source_error.ts";
import type { Feed } from "./feed.ts";
import { FfmpegOutlet } from "./ffmpeg_outlet.ts";
import { WhipClient } from "./webrtc/whip_client.ts";
import type { IceServerConfig } from "../config/streams_schema.ts";

/** What a push is doing. */
export interface PushStatus {
  /** The server's address without its secrets. */
  target: string;
  state: "connecting" | "live" | "retrying";
  /** ISO 8601 time at which `state` was entered. */
  since: string;
  /** Why the last attempt ended, without secrets; null if none did or it has recovered. */
  lastError: string | null;
}

/** Settings of a {@linkcode Push}. */
export interface PushOptions {
  log: (level: "info" | "warn", message: string) => void;
  /** @default {new Backoff()} */
  backoff?: Backoff;
  /** STUN and TURN servers for WHIP. @default [] */
  iceServers?: readonly IceServerConfig[];
  /** An attempt that sends nothing for so long is given up, in milliseconds. @default 15000 */
  stallMs?: number;
}

/** Output arguments of ffmpeg by the address's scheme. */
const FORMATS: Record<string, readonly string[]> = {
  rtsp: ["-f", "rtsp", "-rtsp_transport", "tcp"],
  rtsps: ["-f", "rtsp", "-rtsp_transport", "tcp"],
  rtmp: ["-f", "flv", "-flvflags", "no_duration_filesize"],
  rtmps: ["-f", "flv", "-flvflags", "no_duration_filesize"],
  srt: ["-f", "mpegts"],
};

/**
 * Sends one camera's encoded pictures to another server (RTSP, RTMP, SRT or WHIP), and tries again for
 * ever when that fails. ffmpeg does it, without decoding: `-c copy`; WHIP is done here.
 */
export class Push {
  readonly #feed: Feed;
  readonly #url: string;
  readonly #redact: (text: string) => string;
  readonly #options: PushOptions;
  readonly #backoff: Backoff;
  #outlet: FfmpegOutlet | null = null;
  #whip: WhipClient | null = null;
  #running: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #unsubscribe: (() => void) | undefined;
  #status: PushStatus;
  #closed = false;

  constructor(feed: Feed, url: string, options: PushOptions) {
    this.#feed = feed;
    this.#url = url;
    this.#redact = redactorFor(url);
    this.#options = options;
    this.#backoff = options.backoff ?? new Backoff();
    this.#status = {
      target: this.#redact(url),
      state: "connecting",
      since: new Date().toISOString(),
      lastError: null,
    };
    this.#whenThereIsAPicture();
  }

  /** What it is doing. */
  get status(): PushStatus {
    return this.#status;
  }

  /** Ends it. Resolves when its process or connection has ended. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#unsubscribe?.();
    this.#outlet?.kill();
    this.#whip?.kill();
    await this.#running;
  }

  #whenThereIsAPicture(): void {
    // The last picture of a camera that is away is no news.
    if (this.#feed.live && this.#feed.group().length > 0) {
      this.#running = this.#attempt();
      return;
    }
    this.#unsubscribe = this.#feed.subscribe(() => {
      if (this.#feed.group().length === 0) return;
      this.#unsubscribe?.();
      this.#running = this.#attempt();
    });
  }

  async #attempt(): Promise<void> {
    let reason: string;
    let again = false;
    try {
      const scheme = this.#url.split(":")[0]!.toLowerCase();
      ({ reason, again } = /^whips?$/.test(scheme)
        ? { reason: await this.#byWhip(), again: false }
        : await this.#byFfmpeg(FORMATS[scheme]!));
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
    this.#whip = null;
    this.#outlet = null;
    if (this.#closed) return;
    if (again) {
      this.#whenThereIsAPicture();
      return;
    }
    this.#enter("retrying", this.#redact(reason));
    const pauseMs = this.#backoff.nextMs();
    this.#options.log(
      "warn",
      `Cannot push to ${this.#status.target}: ${this.#status.lastError} ` +
        `(attempt ${this.#backoff.attempts}, next in ${Math.round(pauseMs / 1000)} s)`,
    );
    this.#timer = setTimeout(() => this.#whenThereIsAPicture(), pauseMs);
  }

  #byWhip(): Promise<string> {
    const { iceServers = [] } = this.#options;
    this.#whip = new WhipClient(this.#feed, this.#url, { iceServers });
    return this.#whip.run(() => this.#succeeded());
  }

  async #byFfmpeg(format: readonly string[]): Promise<{ reason: string; again: boolean }> {
    const outlet = this.#outlet = new FfmpegOutlet(this.#feed, [
      ...["-c", "copy", ...format, "-progress", "pipe:1", "-stats_period", "1", this.#url],
    ], true);
    const stalled = await this.#watch(outlet);
    const lines = await outlet.ended();
    return {
      again: outlet.outlived && this.#status.state === "live",
      // The words are those for sources.
      reason: stalled
        ? "the server takes nothing"
        : explainFailure(lines).replace(/^the camera\b/, "the server"),
    };
  }

  /** Follows ffmpeg's progress until it ends. Gives true if it stood still and was ended therefore. */
  async #watch(outlet: FfmpegOutlet): Promise<boolean> {
    let stalled = false;
    let watchdog: ReturnType<typeof setTimeout> | undefined;
    const expectProgress = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => {
        stalled = true;
        outlet.kill();
      }, this.#options.stallMs ?? 15_000);
    };
    expectProgress();
    let sent = 0;
    let text = "";
    try {
      for await (const chunk of outlet.stdout.pipeThrough(new TextDecoderStream())) {
        const lines = (text + chunk).split("\n");
        text = lines.pop()!;
        for (const line of lines) {
          const pictures = Number(/^frame=\s*(\d+)/.exec(line)?.[1] ?? 0);
          if (pictures <= sent) continue;
          sent = pictures;
          expectProgress();
          this.#succeeded();
        }
      }
    } finally {
      clearTimeout(watchdog);
    }
    return stalled;
  }

  #succeeded(): void {
    if (this.#status.state === "live" || this.#closed) return;
    this.#backoff.reset();
    this.#enter("live", null);
    this.#options.log("info", `Pushes to ${this.#status.target}`);
  }

  #enter(state: PushStatus["state"], lastError: string | null): void {
    this.#status = { ...this.#status, state, since: new Date().toISOString(), lastError };
  }
}
