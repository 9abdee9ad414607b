import { AUDIO_HZ, type AudioPacket } from "../frame/audio_packet.ts";
import { FfmpegProcess, firstComplaint } from "../frame/ffmpeg_process.ts";
import { NutError, NutReader, type NutVideo } from "../frame/nut_reader.ts";
import type { PackedLayout } from "../frame/packed_layout.ts";
import { PipeReader } from "../frame/pipe_reader.ts";
import type { DecoderName } from "../config/codec_schema.ts";
import type { SourceAddress } from "./address.ts";
import { decoderArguments } from "./decoder_arguments.ts";
import { explainFailure, SourceError } from "./source_error.ts";
import { inputArguments, type InputOptions } from "./input_arguments.ts";

/**
 * ffmpeg's arguments that decode a source into packed I420 pictures in NUT on stdout, and its sound, if it
 * is wanted and there, as AAC beside them.
 */
export function captureArguments(
  address: SourceAddress,
  layout: PackedLayout,
  options: InputOptions & {
    decoderThreads: number;
    /** Who decodes, and the codec it is to decode; software by default. */
    decoder?: { name: DecoderName; codec: string };
    /** One of so many pictures is handed over; the others cost their decoding only. @default 1 */
    every?: number;
    /** Whether sound is kept. @default false */
    audio?: boolean;
  },
): string[] {
  const { width, height, smallWidth, smallHeight } = layout;
  // The first scale pins the size: should the camera change its own in mid-stream, the picture is
  // fitted into the old one. It does nothing while the sizes agree.
  const fit = `scale=${width}:${height}:force_original_aspect_ratio=decrease:flags=bilinear,` +
    `pad=${width}:${height}:-1:-1,format=yuv420p`;
  const sparse = (options.every ?? 1) > 1 ? `framestep=${options.every},` : "";
  const small = `scale=${smallWidth}:${smallHeight}:flags=bilinear,pad=${width}:${smallHeight}`;
  return [
    ...["-hide_banner", "-nostdin", "-loglevel", "warning"],
    ...["-threads", String(options.decoderThreads)],
    ...(options.decoder ? decoderArguments(options.decoder.name, options.decoder.codec) : []),
    ...inputArguments(address, options),
    ...["-filter_complex_threads", "1"],
    ...[
      "-filter_complex",
      `[0:v:0]${sparse}${fit},split[full][copy];[copy]${small}[low];[full][low]vstack[packed]`,
    ],
    ...["-map", "[packed]"],
    ...(options.audio ? AUDIO : ["-an"]),
    // Without a time base of its own ffmpeg rounds times to the nominal rate's.
    ...["-sn", "-dn", "-fps_mode", "passthrough", "-enc_time_base:v", "1/1000000"],
    ...["-c:v", "rawvideo", "-f", "nut", "-write_index", "0", "-flush_packets", "1", "pipe:1"],
  ];
}

/** An AAC frame is shorter by its standard: 768 bytes a channel. */
const MOST_AUDIO_BYTES = 4096;
const AUDIO = [
  ...["-map", "0:a:0?", "-c:a", "aac", "-b:a", "96k", "-ac", "2", "-ar", String(AUDIO_HZ)],
  // Where samples were lost there is silence, so that what follows keeps its time.
  ...["-af", "aresample=async=1000"],
  // Pictures wait for sound that is late, so that both come in the order of their times, but not longer.
  ...["-max_interleave_delta", "200000"],
];

/** What ffmpeg says where pictures are lost to damage, while its exit code says that all is well. */
const DAMAGE =
  /^Error while decoding|Error submitting packet|partial file|corrupt (input packet|decoded frame)|Input\/output error/;

/** A running decoder of one source. */
export class Capture {
  readonly #process: FfmpegProcess;
  readonly #nut: NutReader;
  readonly #pipe: PipeReader;
  #video: NutVideo | undefined;

  /** @param onAudio Takes the packets of sound between the pictures, times as the pictures' are. */
  constructor(
    args: string[],
    private readonly layout: Pick<PackedLayout, "bytes">,
    private readonly onAudio: (packet: AudioPacket) => void = () => {},
  ) {
    this.#process = new FfmpegProcess("ffmpeg", args);
    this.#pipe = new PipeReader(this.#process.stdout);
    this.#nut = new NutReader(this.#pipe);
  }

  /**
   * Waits for the next picture. Give its memory with `read`, or `skip` it, before the next call.
   *
   * @returns Its presentation time in microseconds, or null at the end of the source.
   * @throws {SourceError} if ffmpeg failed.
   */
  async next(): Promise<Picture | null> {
    try {
      this.#video ??= await this.#nut.open();
      let packet = await this.#nut.next();
      for (; packet?.kind === "audio"; packet = await this.#nut.next()) {
        if (packet.size > MOST_AUDIO_BYTES) throw new NutError("Sound without end");
        const data = await this.#nut.data(packet, new Uint8Array(packet.size));
        this.onAudio({ data, timeUs: packet.timeUs });
      }
      if (packet) {
        if (packet.size !== this.layout.bytes) {
          throw new SourceError(`a picture of ${packet.size} bytes, ${this.layout.bytes} expected`);
        }
        const picture = packet;
        return {
          timeUs: picture.timeUs,
          read: (into) => this.#nut.data(picture, into),
          skip: () => this.#nut.skip(picture),
        };
      }
    } catch (error) {
      if (error instanceof SourceError) throw error;
      // One that writes something else may go on for ever.
      if (error instanceof NutError) this.#process.kill();
      await this.#process.ended();
      throw new SourceError(explainFailure(this.#process.lines), { cause: error });
    }
    const status = await this.#process.ended();
    if (!status.success) throw new SourceError(explainFailure(this.#process.lines));
    return null;
  }

  /** Pixel aspect ratio, once the first picture is there; 0:0 when unknown. */
  get sampleAspect(): [number, number] {
    return this.#video?.sampleAspect ?? [0, 0];
  }

  /** Whether sound comes as well; known once the first picture is there. */
  get hasAudio(): boolean {
    return this.#nut.hasAudio;
  }

  /** The decoder's process id. */
  get pid(): number {
    return this.#process.pid;
  }

  /**
   * What of the source could not be read, of what was printed last, in ffmpeg's words, secrets included;
   * null if nothing is known of it. Pictures that were lost to it did not come.
   */
  get damage(): string | null {
    const damaged = this.#process.lines.filter((line) => DAMAGE.test(line));
    return firstComplaint(damaged) ?? null;
  }

  /** The last lines ffmpeg printed, secrets included. */
  get lines(): readonly string[] {
    return this.#process.lines;
  }

  /** Ends the decoder. A `next` under way fails or gives null. */
  async close(): Promise<void> {
    this.#process.kill();
    await this.#pipe.cancel();
    await this.#process.ended();
  }
}

/** One decoded picture that waits in the pipe. */
export interface Picture {
  /** Presentation time in microseconds on the source's own clock. */
  timeUs: number;
  /**
   * Reads it into memory of the layout's size.
   *
   * @returns The picture, in the same memory; `into` is empty from now on.
   */
  read(into: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
  /** Passes over it. */
  skip(): Promise<void>;
}
