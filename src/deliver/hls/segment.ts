import { concat } from "./boxes.ts";
import type { Sound } from "./sound_track.ts";
import { fragment, type Sample, TIMESCALE } from "./fmp4.ts";

/** A piece of a segment that can be served by itself: one fragment of one or more pictures. */
export interface Part {
  readonly body: Uint8Array<ArrayBuffer>;
  /** Length in ticks of the media timescale. */
  readonly duration: number;
  /** True if it begins with a keyframe. */
  readonly independent: boolean;
}

/** A finished segment. */
export interface Segment {
  /** Media sequence number; also part of its file name. */
  readonly number: number;
  /** Number of the initialization segment that it needs. */
  readonly init: number;
  readonly body: Uint8Array<ArrayBuffer>;
  /** What it was handed out in before it was complete; together they are its body. */
  readonly parts: readonly Part[];
  /** Length in seconds. */
  readonly durationS: number;
  /** Pictures in it. */
  readonly pictures: number;
  /** Wall clock at which its first picture was captured, in milliseconds. */
  readonly capturedAtMs: number;
  /** True if its times or its encoding do not continue those of the segment before. */
  readonly discontinuity: boolean;
}

/** What is known of a segment when it begins. */
export type SegmentStart = Pick<
  Segment,
  "number" | "init" | "capturedAtMs" | "discontinuity"
>;

/** A segment of which some parts are complete. */
export interface OpenSegment {
  readonly start: SegmentStart;
  readonly parts: readonly Part[];
}

/**
 * A segment in the making. Pictures are gathered into parts of about {@linkcode partS} seconds, so
 * that low-latency HLS can hand them out before the segment is complete.
 */
export class SegmentBuilder implements OpenSegment {
  readonly start: SegmentStart;
  readonly #partTicks: number;
  readonly #nextSequence: () => number;
  readonly #takeSound: (untilTime: number) => Sound | null;
  readonly #parts: Part[] = [];
  #samples: Sample[] = [];
  #samplesTicks = 0;
  #partTime: number;
  #pictures = 0;
  #ticks = 0;
  #bytes = 0;

  /**
   * @param time ticks at which the first picture is shown
   * @param partS target length of a part in seconds
   * @param nextSequence gives the next fragment number of the stream
   * @param takeSound gives what was heard up to a time in ticks; null if there is no track for it
   */
  constructor(
    start: SegmentStart,
    time: number,
    partS: number,
    nextSequence: () => number,
    takeSound: (untilTime: number) => Sound | null = () => null,
  ) {
    this.#takeSound = takeSound;
    this.start = start;
    this.#partTime = time;
    this.#partTicks = partS * TIMESCALE;
    this.#nextSequence = nextSequence;
  }

  /** Parts finished so far. */
  get parts(): readonly Part[] {
    return this.#parts;
  }

  /** Length of the pictures so far in seconds. */
  get durationS(): number {
    return this.#ticks / TIMESCALE;
  }

  /** Size of the pictures so far in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Appends the next picture. */
  add(sample: Sample): void {
    // No part may be longer than the target, save for the jitter of a camera's clock, and all but the
    // last must be nearly as long (rfc8216bis, section 4.4.4.9).
    if (this.#samplesTicks + sample.duration > this.#partTicks * 1.1) this.#endPart();
    this.#samples.push(sample);
    this.#samplesTicks += sample.duration;
    this.#pictures++;
    this.#ticks += sample.duration;
    this.#bytes += sample.data.length;
    if (this.#samplesTicks >= this.#partTicks * 0.9) this.#endPart();
  }

  /** Ends the segment, which must hold at least one picture. */
  finish(): Segment {
    this.#endPart();
    const body = concat(...this.#parts.map((part) => part.body));
    let at = 0;
    return {
      ...this.start,
      body,
      // Views into the body, so that nothing is kept twice.
      parts: this.#parts.map((part) => ({
        ...part,
        body: body.subarray(at, at += part.body.length),
      })),
      durationS: this.durationS,
      pictures: this.#pictures,
    };
  }

  #endPart(): void {
    if (this.#samples.length === 0) return;
    const sound = this.#takeSound(this.#partTime + this.#samplesTicks);
    this.#parts.push({
      body: fragment(this.#nextSequence(), this.#partTime, this.#samples, sound),
      duration: this.#samplesTicks,
      independent: this.#samples[0]!.key,
    });
    this.#partTime += this.#samplesTicks;
    this.#samples = [];
    this.#samplesTicks = 0;
  }
}
