/** Samples of each channel per second of all sound that is kept. */
export const AUDIO_HZ = 48_000;
/** Samples of each channel in a packet. */
export const PACKET_SAMPLES = 1024;

/**
 * A piece of a camera's sound: one AAC-LC frame, stereo, {@linkcode AUDIO_HZ}, of
 * {@linkcode PACKET_SAMPLES} samples, without any header.
 */
export interface AudioPacket {
  readonly data: Uint8Array<ArrayBuffer>;
  /** Presentation time in microseconds, on the same clock as the pictures'. */
  readonly timeUs: number;
}
