import type { AccessUnit } from "../encode/access_unit.ts";
import { parameterSets, splitNalUnits } from "./h264.ts";
import type { AudioPacket } from "../frame/audio_packet.ts";
import { SoundTrack } from "./hls/sound_track.ts";
import { fragment, initSegment, lengthPrefixed, TIMESCALE } from "./hls/fmp4.ts";

/** Time of the last picture of a file, for which no next one tells it, in ticks: 30 fps. */
const LAST_DURATION = TIMESCALE / 30;

/**
 * Writes access units as one fragmented MP4 file, a fragment for each picture, that can be read while
 * it is written and as far as it came when writing ends in mid-air.
 *
 * A picture is given one late, when the next one tells how long it lasts.
 */
export class Fmp4Muxer {
  readonly #withSound: boolean;
  #sound: SoundTrack | null = null;
  #before: AccessUnit | null = null;
  #data: Uint8Array = new Uint8Array();
  #startUs = 0;
  #sequence = 0;

  /** @param sound whether there is a track of sound */
  constructor(sound = false) {
    this.#withSound = sound;
  }

  /**
   * Whether the picture can be part of the file: same encoder, same size, later.
   *
   * @param sound whether there is to be sound with it
   */
  continues(au: AccessUnit, sound = this.#withSound): boolean {
    const before = this.#before;
    return before === null || sound === this.#withSound &&
        before.generation === au.generation && before.timeUs < au.timeUs &&
        before.width === au.width && before.height === au.height;
  }

  /**
   * Takes the next picture, which must continue the file.
   *
   * @returns the bytes to write next; empty while a keyframe is awaited
   */
  push(au: AccessUnit): Uint8Array<ArrayBuffer>[] {
    const nals = splitNalUnits(au.data);
    const bytes: Uint8Array<ArrayBuffer>[] = [];
    if (this.#before === null) {
      const sets = au.key ? parameterSets(nals) : null;
      if (!sets) return bytes;
      this.#startUs = au.timeUs;
      const { width, height } = au;
      if (this.#withSound) this.#sound = new SoundTrack(0);
      bytes.push(initSegment({ ...sets, width, height, sound: this.#withSound }));
    } else {
      bytes.push(this.#fragment(this.#ticks(au.timeUs) - this.#ticks(this.#before.timeUs)));
    }
    this.#before = au;
    this.#data = lengthPrefixed(nals);
    return bytes;
  }

  /** Takes sound; it is given with the pictures. What is from before the first one is left out. */
  pushAudio({ data, timeUs }: AudioPacket): void {
    this.#sound?.add({ data, timeUs: timeUs - this.#startUs });
  }

  /** The bytes that end the file; empty if it was not begun. */
  end(): Uint8Array<ArrayBuffer>[] {
    return this.#before === null ? [] : [this.#fragment(LAST_DURATION)];
  }

  #fragment(duration: number): Uint8Array<ArrayBuffer> {
    const { key, timeUs } = this.#before!;
    const sound = this.#sound?.take(timeUs - this.#startUs + duration * 1e6 / TIMESCALE) ?? null;
    return fragment(++this.#sequence, this.#ticks(timeUs), [{
      data: this.#data,
      key,
      duration: Math.max(1, duration),
    }], sound);
  }

  /** Times begin at 0 in each file. */
  #ticks(timeUs: number): number {
    return Math.round((timeUs - this.#startUs) * TIMESCALE / 1e6);
  }
}
