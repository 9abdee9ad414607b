import { FfmpegProcess } from "../frame/ffmpeg_process.ts";
import type { AccessUnit } from "../encode/access_unit.ts";
import type { Feed } from "./feed.ts";
import { Fmp4Muxer } from "./fmp4_muxer.ts";

/** Bytes that may wait for ffmpeg. With more, pictures are left out until the next keyframe. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

/**
 * An ffmpeg process that is fed a camera's encoded pictures as they come, beginning with the group since
 * the last keyframe. It ends by itself when the encoder restarts; whoever made it makes another then.
 */
export class FfmpegOutlet {
  readonly #process: FfmpegProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #feed: Feed;
  readonly #sound: boolean;
  readonly #muxer: Fmp4Muxer;
  readonly #unsubscribe: () => void;
  #waitingBytes = 0;
  #skipping = false;
  #dropped = 0;
  #outlived = false;
  #closed = false;

  /**
   * @param args what ffmpeg is to do with its input, the output included
   * @param sound whether it gets the camera's sound as well, where that is kept
   * @throws {Deno.errors.NotFound} if ffmpeg is not installed
   */
  constructor(feed: Feed, args: readonly string[], sound = false) {
    this.#feed = feed;
    this.#sound = sound;
    this.#muxer = new Fmp4Muxer(sound && feed.sound);
    this.#process = new FfmpegProcess("ffmpeg", [
      ...["-hide_banner", "-loglevel", "warning", "-fflags", "nobuffer"],
      // All that there is to know stands in the first bytes.
      ...["-probesize", "4096", "-analyzeduration", "0", "-threads", "1", "-f", "mp4"],
      ...["-i", "pipe:0", ...args],
    ], "piped");
    this.#writer = this.#process.stdin.getWriter();
    // A broken pipe shows in the process's end.
    this.#writer.closed.catch(() => {});
    this.#unsubscribe = feed.follow(
      (au) => this.#take(au),
      (packet) => this.#muxer.pushAudio(packet),
    );
  }

  /** What ffmpeg writes. */
  get stdout(): ReadableStream<Uint8Array> {
    return this.#process.stdout;
  }

  /** Pictures left out because ffmpeg did not take them in time. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Whether it ended because the encoder was restarted: then another should follow at once. */
  get outlived(): boolean {
    return this.#outlived;
  }

  /** Settles when ffmpeg has ended. Gives the last lines that it said, secrets included. */
  async ended(): Promise<readonly string[]> {
    await this.#process.ended();
    this.#finish();
    return this.#process.lines;
  }

  /** Ends it at once. */
  kill(): void {
    this.#finish();
    this.#process.kill();
  }

  #finish(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#unsubscribe();
    this.#writer.close().catch(() => {});
  }

  #take(au: AccessUnit): void {
    if (this.#closed) return;
    if (!this.#muxer.continues(au, this.#sound && this.#feed.sound)) {
      this.#outlived = true;
      this.#finish();
      return;
    }
    if (this.#waitingBytes > MAX_WAITING_BYTES) this.#skipping = true;
    else if (au.key) this.#skipping = false;
    if (this.#skipping) {
      this.#dropped++;
      return;
    }
    for (const bytes of this.#muxer.push(au)) {
      this.#waitingBytes += bytes.length;
      this.#writer.write(bytes).catch(() => {}).finally(() => this.#waitingBytes -= bytes.length);
    }
  }
}
