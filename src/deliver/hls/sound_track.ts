import { AUDIO_HZ, type AudioPacket, PACKET_SAMPLES } from "../../frame/audio_packet.ts";

/** Packets of sound that follow each other without a gap. */
export interface Sound {
  /** Samples from time 0 to the first one. */
  readonly time: number;
  /** One AAC frame each, of {@linkcode PACKET_SAMPLES} samples. */
  readonly packets: readonly Uint8Array[];
}

/** AAC-LC, stereo: nothing to be heard. */
const SILENCE = Uint8Array.of(0x21, 0x10, 0x04, 0x60, 0x8c, 0x1c);
/** A packet belongs where it falls within half of its length. */
const TOLERANCE = PACKET_SAMPLES / 2;
/** Sound that has not come by then, in samples, does not come: a fifth of a second. */
const PATIENCE = AUDIO_HZ / 5;

/**
 * Makes one track without gaps of a camera's sound, as players want it: where none comes there is
 * silence, and what comes too late or twice is left out. A camera that has no sound at all is silent.
 */
export class SoundTrack {
  readonly #waiting: AudioPacket[] = [];
  #at: number;

  /** @param startUs time of the first picture in microseconds */
  constructor(startUs: number) {
    this.#at = samplesOf(startUs);
  }

  /** A packet has come. */
  add(packet: AudioPacket): void {
    this.#waiting.push(packet);
  }

  /**
   * Gives what there is, up to a time.
   *
   * @param untilUs time of the next picture in microseconds
   */
  take(untilUs: number): Sound {
    const time = this.#at;
    const packets: Uint8Array[] = [];
    const give = (data: Uint8Array) => {
      packets.push(data);
      this.#at += PACKET_SAMPLES;
    };
    const until = samplesOf(untilUs);
    for (;;) {
      const next = this.#waiting[0];
      const distance = next ? samplesOf(next.timeUs) - this.#at : Infinity;
      if (next && distance < -TOLERANCE) {
        this.#waiting.shift();
      } else if (next && distance <= TOLERANCE) {
        this.#waiting.shift();
        give(next.data);
      } else if (this.#at + PACKET_SAMPLES <= (next ? until : until - PATIENCE)) {
        give(SILENCE);
      } else {
        return { time, packets };
      }
    }
  }
}

function samplesOf(timeUs: number): number {
  return Math.round(timeUs * AUDIO_HZ / 1e6);
}
