import type { AccessUnit } from "../encode/access_unit.ts";
import type { AudioPacket } from "../frame/audio_packet.ts";
import type { FromCamera } from "./camera_protocol.ts";

/** Packets that wait; more come only while no picture leaves, and then the oldest are of no use. */
const MOST_WAITING = 512;

/**
 * Holds a camera's sound back until the picture of the same time has been masked and has left the
 * encoder. So it is as late as the picture, on the same clock, and there is none without its picture.
 */
export class AudioLine {
  /** On the source's clock. */
  #arrived: AudioPacket[] = [];
  /** On the output clock. */
  #timed: AudioPacket[] = [];
  #lastUs = -Infinity;
  #silenceTold = false;

  /** A packet has come from the source. */
  add(packet: AudioPacket): void {
    this.#arrived.push(packet);
    if (this.#arrived.length > MOST_WAITING) this.#arrived.shift();
  }

  /**
   * A picture goes into the encoder: what was heard up to it has the same way from the source's time to
   * the output's.
   */
  pictureMasked(sourceUs: number, outputUs: number): void {
    while (this.#arrived.length > 0 && this.#arrived[0]!.timeUs <= sourceUs) {
      const { data, timeUs } = this.#arrived.shift()!;
      const time = timeUs - sourceUs + outputUs;
      // The output clock was set anew: what would lie before what was heard already is left out.
      if (time <= this.#lastUs || time < 0) continue;
      this.#lastUs = time;
      this.#timed.push({ data, timeUs: time });
    }
    if (this.#timed.length > MOST_WAITING) this.#timed.splice(0, this.#timed.length - MOST_WAITING);
  }

  /** A picture has left the encoder: sends it, and behind it the sound up to its time. */
  sendWith(unit: AccessUnit, send: (message: FromCamera) => void): void {
    const { timeUs } = unit;
    send({ type: "unit", unit });
    const later = this.#timed.findIndex((packet) => packet.timeUs > timeUs);
    const packets = this.#timed.splice(0, later < 0 ? this.#timed.length : later);
    if (packets.length > 0) send({ type: "audio", packets });
  }

  /** Whether it has to be told that there is no sound: once. */
  tellsSilence(): boolean {
    const first = !this.#silenceTold;
    this.#silenceTold = true;
    return first;
  }

  /** The source is opened anew: what was heard before is over. */
  newSource(): void {
    this.#arrived = [];
  }
}
