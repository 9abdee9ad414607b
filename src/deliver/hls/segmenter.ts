import type { AccessUnit } from "../../encode/access_unit.ts";
import type { AudioPacket } from "../../frame/audio_packet.ts";
import { codecString, type ParameterSets, parameterSets, splitNalUnits } from "../h264.ts";
import { initSegment, lengthPrefixed, TIMESCALE } from "./fmp4.ts";
import { SOUND_CODEC } from "./sound_boxes.ts";
import { SoundTrack } from "./sound_track.ts";
import type { Variant } from "./playlist.ts";
import { type OpenSegment, type Segment, SegmentBuilder } from "./segment.ts";

/** An initialization segment and what it describes. */
export interface Init extends Variant {
  /** Number of the first segment that needs it; also part of its file name. */
  readonly number: number;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Lengths and bounds of a {@linkcode Segmenter}. */
export interface SegmenterOptions {
  /** A keyframe begins a new segment once the current one is about this long, in seconds. */
  segmentS: number;
  /** Target length of a part in seconds. */
  partS: number;
  /** Number of the first segment. */
  firstNumber: number;
}

/** What a {@linkcode Segmenter} tells. */
export interface SegmenterListener {
  /** A part of the segment in the making is complete. */
  onPart(open: OpenSegment, init: Init): void;
  /** A segment is complete: it is the one of which parts were told. */
  onSegment(segment: Segment, init: Init): void;
}

/** Pictures further apart than this do not belong to one segment, in microseconds. */
const MAX_GAP_US = 10e6;
/**
 * Nor do pictures further apart than this, and than four times what those before them were: the camera
 * was silent. To let the last picture last so long would make a part as long, and players keep three
 * times the longest part away from the live edge.
 */
const HOLE_US = 1.5e6;
/** Bounds of a segment for which no keyframe comes; what follows is left out until one comes. */
const MAX_SEGMENT_BYTES = 32 * 1024 * 1024;
const MAX_SEGMENT_S = 120;

/** Time of a picture that follows no other, 30 fps, in ticks. */
const FALLBACK_DURATION = TIMESCALE / 30;

interface Pending {
  readonly au: AccessUnit;
  readonly data: Uint8Array;
  readonly time: number;
}

/**
 * Cuts a camera's access units into segments that each begin with a keyframe.
 *
 * How long a picture lasts is known when the next one comes, so that each is held back until then.
 */
export class Segmenter {
  readonly #options: SegmenterOptions;
  readonly #listener: SegmenterListener;
  #next: number;
  #sequence = 0;
  #init: Init | null = null;
  #sets: ParameterSets | null = null;
  #sound: SoundTrack | null = null;
  #builder: SegmentBuilder | null = null;
  #pending: Pending | null = null;
  #lastDuration = FALLBACK_DURATION;
  /** Between the two newest pictures, in microseconds. */
  #gapUs = 1e6 / 30;
  #emitted = false;
  /** True after something was left out or changed: the next segment does not continue the last. */
  #broken = false;

  constructor(options: SegmenterOptions, listener: SegmenterListener) {
    this.#options = options;
    this.#listener = listener;
    this.#next = options.firstNumber;
  }

  /** Takes sound; it is given with the pictures. */
  pushAudio(packet: AudioPacket): void {
    this.#sound?.add(packet);
  }

  /**
   * Takes the next access unit; tells the listener what it completes.
   *
   * @param sound whether there is to be sound with it; changes with the next keyframe
   */
  push(au: AccessUnit, sound = false): void {
    const pending = this.#pending;
    if (pending && !this.#continues(pending.au, au)) this.#break();
    const nals = splitNalUnits(au.data);
    if (au.key) this.#beginAt(au, nals, sound);
    else if (!this.#builder) return;
    else this.#complete(ticksOf(au.timeUs));
    this.#pending = { au, data: lengthPrefixed(nals), time: ticksOf(au.timeUs) };
    const builder = this.#builder;
    if (builder && (builder.bytes > MAX_SEGMENT_BYTES || builder.durationS > MAX_SEGMENT_S)) {
      this.#break();
    }
  }

  #continues(before: AccessUnit, after: AccessUnit): boolean {
    const gapUs = after.timeUs - before.timeUs;
    const mostUs = Math.min(MAX_GAP_US, Math.max(HOLE_US, 4 * this.#gapUs));
    // A camera that has become slow makes one hole, and is slow from then on.
    if (gapUs > 0) this.#gapUs = gapUs;
    return before.generation === after.generation && gapUs > 0 && gapUs <= mostUs &&
      before.width === after.width && before.height === after.height;
  }

  /** A keyframe: ends the segment if it is long enough, and begins one if there is none. */
  #beginAt(au: AccessUnit, nals: readonly Uint8Array[], sound: boolean): void {
    const sets = parameterSets(nals);
    const changed = sets !== null &&
      (!sameSets(sets, this.#sets) || sound !== (this.#sound !== null));
    if (changed && this.#builder) this.#break();
    const time = ticksOf(au.timeUs);
    if (this.#builder) {
      this.#complete(time);
      // A little tolerance, so that a clock that jitters does not double the length.
      if (this.#builder.durationS < this.#options.segmentS * 0.9) return;
      this.#finish();
    }
    const number = this.#next;
    if (sets && (changed || this.#broken)) {
      this.#sets = { sps: sets.sps.slice(), pps: sets.pps.slice() };
      const { width, height } = au;
      this.#sound = sound ? new SoundTrack(au.timeUs) : null;
      this.#init = {
        number,
        body: initSegment({ ...this.#sets, width, height, sound }),
        codec: codecString(sets.sps) + (sound ? `,${SOUND_CODEC}` : ""),
        width,
        height,
      };
    }
    // Without parameter sets nobody can decode what begins here.
    if (!this.#init || (!sets && this.#broken)) return;
    const start = {
      number,
      init: this.#init.number,
      capturedAtMs: au.capturedAtMs,
      discontinuity: this.#emitted && this.#broken,
    };
    this.#broken = false;
    const track = this.#sound;
    this.#builder = new SegmentBuilder(
      start,
      time,
      this.#options.partS,
      () => ++this.#sequence,
      (until) => track?.take(until * 1e6 / TIMESCALE) ?? null,
    );
  }

  /** Gives the pending picture its duration and adds it to the segment. */
  #complete(nextTime: number | null): void {
    const pending = this.#pending;
    if (!pending || !this.#builder) return;
    const duration = nextTime === null ? this.#lastDuration : nextTime - pending.time;
    this.#lastDuration = Math.max(1, duration);
    const builder = this.#builder;
    const parts = builder.parts.length;
    builder.add({ data: pending.data, key: pending.au.key, duration: this.#lastDuration });
    this.#pending = null;
    if (builder.parts.length > parts) this.#listener.onPart(builder, this.#init!);
  }

  #finish(): void {
    const segment = this.#builder!.finish();
    this.#builder = null;
    this.#next++;
    this.#emitted = true;
    this.#listener.onSegment(segment, this.#init!);
  }

  /** Ends the segment here, since what comes next does not continue it. */
  #break(): void {
    this.#complete(null);
    if (this.#builder) this.#finish();
    this.#pending = null;
    this.#broken = true;
  }
}

function sameSets(a: ParameterSets, b: ParameterSets | null): boolean {
  return b !== null && sameBytes(a.sps, b.sps) && sameBytes(a.pps, b.pps);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function ticksOf(timeUs: number): number {
  return Math.round(timeUs * TIMESCALE / 1e6);
}
