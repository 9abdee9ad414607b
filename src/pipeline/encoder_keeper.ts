import { type EncodedPicture, Encoder } from "../encode/encoder.ts";
import type { EncoderOptions } from "../encode/encoder_arguments.ts";
import type { AccessUnit } from "../encode/access_unit.ts";
import { withDeadline } from "../frame/deadline.ts";
import { RecentDurations } from "../frame/percentiles.ts";
import { RateMeter } from "../frame/rate_meter.ts";
import type { MaskedPicture } from "../mask/masked_picture.ts";
import { Backoff } from "../source/backoff.ts";

/** What a source's pictures have in common, besides their size. */
export type SourceTraits = ProbedTraits & Pick<EncoderOptions, "sampleAspect">;
/** What the probe tells of it. */
export type ProbedTraits = Pick<EncoderOptions, "fps" | "color">;

/** Cards come five times a second, but for the first. */
const CARD: SourceTraits = { sampleAspect: [0, 0], fps: 5 };

interface Sent {
  maskedMs: number;
  arrivedMs: number;
}

/** Pictures on their way through the encoder; more are given up as lost. */
const MOST_IN_FLIGHT = 256;
/** An encoder that takes no picture for this long is ended, in milliseconds. */
const PATIENCE_MS = 3000;

/**
 * Keeps one encoder running for a camera: starts it at the picture's size, starts another when the
 * size changes or it dies, and gives access units of growing generation.
 */
export class EncoderKeeper {
  readonly encoded = new RateMeter();
  readonly maskedToEncoded = new RecentDurations();
  readonly endToEnd = new RecentDurations();
  /** Pictures that came while no encoder could run. */
  lost = 0;
  /** Why the encoder ended last; null while it runs well. */
  problem: string | null = null;

  #encoder: Encoder | undefined;
  #options: EncoderOptions | undefined;
  #generation = 0;
  #notBeforeMs = 0;
  #ended = false;
  readonly #backoff = new Backoff(Math.random, 250, 10_000);
  readonly #sent = new Map<number, Sent>();

  constructor(
    private readonly how: Pick<EncoderOptions, "threads" | "preset">,
    private readonly onUnit: (unit: AccessUnit) => void,
  ) {}

  /** Size of the picture that is being encoded; null before the first. */
  get size(): { width: number; height: number } | null {
    return this.#options ?? null;
  }

  /** The running encoder's process id, for accounting. */
  get pid(): number | null {
    return this.#encoder?.pid ?? null;
  }

  /**
   * Encodes one picture. While the encoder cannot run, pictures are lost, not kept.
   *
   * @param timeUs Output time in microseconds; must grow.
   * @param arrivedMs `performance.now()` at which its pixels arrived.
   */
  async encode(
    picture: MaskedPicture,
    timeUs: number,
    arrivedMs: number,
    source: SourceTraits = CARD,
  ): Promise<void> {
    const { width, height } = picture;
    const options = { width, height, ...this.how, ...source };
    if (this.#encoder && !sameShape(this.#options, options)) {
      const old = this.#encoder;
      this.#encoder = undefined;
      // One that stands still would hold up its follower.
      await withDeadline(old.finish(), PATIENCE_MS, "The encoder does not end")
        .catch(() => old.kill());
    }
    if (!this.#encoder) {
      if (this.#ended || performance.now() < this.#notBeforeMs) {
        this.lost++;
        return;
      }
      try {
        this.#start(options);
      } catch (error) {
        // No process or memory is left for it: not each picture need try again.
        this.#failed(error as Error);
        this.lost++;
        return;
      }
    }
    this.#sent.set(timeUs, { maskedMs: performance.now(), arrivedMs });
    if (this.#sent.size > MOST_IN_FLIGHT) this.#sent.delete(this.#sent.keys().next().value!);
    const encoder = this.#encoder!;
    const written = encoder.encode(picture, timeUs);
    await withDeadline(written, PATIENCE_MS, "The encoder takes no pictures").catch(
      async (error) => {
        // A write may fail before the encoder's end is seen, which once it is ended here is not
        // reported any more. Only when it has ended is the picture's memory free again.
        if (this.#encoder === encoder) this.#failed(error);
        await encoder.kill();
      },
    );
  }

  /** Lets the encoder finish and ends it. */
  async finish(): Promise<void> {
    const encoder = this.#encoder;
    this.#encoder = undefined;
    await encoder?.finish();
  }

  /** Ends the encoder at once, for good: pictures that come later are lost. */
  async kill(): Promise<void> {
    this.#ended = true;
    const encoder = this.#encoder;
    this.#encoder = undefined;
    await encoder?.kill();
  }

  #start(options: EncoderOptions): void {
    const generation = ++this.#generation;
    this.#options = options;
    this.#sent.clear();
    const encoder = new Encoder(options, (picture) => {
      this.#publish(picture, generation, options);
    }, (error) => {
      if (this.#encoder === encoder) this.#failed(error);
    });
    this.#encoder = encoder;
  }

  #failed(error: Error): void {
    this.#encoder = undefined;
    this.problem = error.message;
    this.#notBeforeMs = performance.now() + this.#backoff.nextMs();
  }

  #publish(picture: EncodedPicture, generation: number, options: EncoderOptions): void {
    // ffmpeg counts in its own time base: the nearest sent picture is the one.
    const timeUs = this.#nearest(picture.timeUs);
    const sent = this.#sent.get(timeUs);
    this.#sent.delete(timeUs);
    const nowMs = performance.now();
    const arrivedMs = sent?.arrivedMs ?? nowMs;
    if (sent) {
      this.maskedToEncoded.add(nowMs - sent.maskedMs);
      this.endToEnd.add(nowMs - sent.arrivedMs);
    }
    this.encoded.tick();
    this.problem = null;
    this.#backoff.reset();
    this.onUnit({
      data: picture.data,
      key: picture.key,
      timeUs,
      generation,
      capturedAtMs: Date.now() - (nowMs - arrivedMs),
      width: options.width,
      height: options.height,
    });
  }

  #nearest(timeUs: number): number {
    let best = timeUs, distance = 500;
    for (const sent of this.#sent.keys()) {
      if (Math.abs(sent - timeUs) < distance) {
        distance = Math.abs(sent - timeUs);
        best = sent;
      }
    }
    return best;
  }
}

function sameShape(a: EncoderOptions | undefined, b: EncoderOptions & SourceTraits): boolean {
  if (a?.width !== b.width || a.height !== b.height) return false;
  // Cards have no traits of their own: they fit any encoder of their size.
  return b.fps === CARD.fps && b.sampleAspect[0] === 0 ||
    a.fps === b.fps && a.sampleAspect.join() === b.sampleAspect.join() &&
      JSON.stringify(a.color) === JSON.stringify(b.color);
}
