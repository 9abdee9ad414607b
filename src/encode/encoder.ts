import { FfmpegProcess } from "../frame/ffmpeg_process.ts";
import { matroskaFrameHeader, matroskaHeader } from "../frame/matroska_writer.ts";
import { NutReader } from "../frame/nut_reader.ts";
import { PipeReader } from "../frame/pipe_reader.ts";
import type { MaskedPicture } from "../mask/masked_picture.ts";
import { encoderArguments, type EncoderOptions } from "./encoder_arguments.ts";

/** The encoder failed or ended by itself. */
export class EncoderError extends Error {
  override readonly name = "EncoderError";
}

/** One encoded picture as the encoder gives it. */
export interface EncodedPicture {
  /** Annex B. */
  data: Uint8Array;
  key: boolean;
  /** Time of the picture it was made from, in microseconds. */
  timeUs: number;
}

/**
 * One run of the H.264 encoder: masked pictures in, encoded pictures out, in order, none held back.
 */
export class Encoder {
  readonly #process: FfmpegProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #done: Promise<void>;
  #failure: Error | undefined;
  #closing = false;

  /**
   * @param onPicture Called for each encoded picture.
   * @param onFailure Called once if the encoder ends by itself.
   */
  constructor(
    private readonly options: EncoderOptions,
    onPicture: (picture: EncodedPicture) => void,
    onFailure: (error: EncoderError) => void,
  ) {
    this.#process = new FfmpegProcess("ffmpeg", encoderArguments(options), "piped");
    this.#writer = this.#process.stdin.getWriter();
    // A broken pipe shows as a failed write or as the end of the output; once is enough.
    this.#writer.closed.catch(() => {});
    this.#writer.write(matroskaHeader(options)).catch(() => {});
    this.#done = this.#read(onPicture).then(
      () => this.#closing ? undefined : new EncoderError(this.#lastWords()),
      (error) => new EncoderError(this.#lastWords(), { cause: error }),
    ).then((error) => {
      if (!error || this.#closing) return;
      this.#failure = error;
      onFailure(error);
    });
  }

  /** The encoder's process id. */
  get pid(): number {
    return this.#process.pid;
  }

  /** What the encoder has printed. */
  get lines(): readonly string[] {
    return this.#process.lines;
  }

  /**
   * Gives the encoder one picture. Its memory may be used again once the promise has settled.
   *
   * @param timeUs Presentation time in microseconds; must grow from picture to picture.
   * @throws {EncoderError} if the encoder has failed.
   */
  async encode(picture: MaskedPicture, timeUs: number): Promise<void> {
    if (this.#failure) throw this.#failure;
    const { width, height } = this.options;
    if (picture.width !== width || picture.height !== height) {
      throw new EncoderError(
        `A ${picture.width}x${picture.height} picture for a ${width}x${height} encoder`,
      );
    }
    try {
      const size = picture.y.length + picture.u.length + picture.v.length;
      await this.#writer.write(matroskaFrameHeader(timeUs, size));
      await this.#writer.write(picture.y);
      await this.#writer.write(picture.u);
      await this.#writer.write(picture.v);
    } catch (error) {
      throw this.#failure ?? new EncoderError(this.#lastWords(), { cause: error });
    }
  }

  /** Lets the encoder finish what it was given, and waits for it. */
  async finish(): Promise<void> {
    this.#closing = true;
    await this.#writer.close().catch(() => {});
    await this.#done;
    await this.#process.ended();
  }

  /** Ends the encoder at once. */
  async kill(): Promise<void> {
    this.#closing = true;
    this.#process.kill();
    await this.#writer.abort().catch(() => {});
    await this.#done;
    await this.#process.ended();
  }

  async #read(onPicture: (picture: EncodedPicture) => void): Promise<void> {
    const nut = new NutReader(new PipeReader(this.#process.stdout));
    await nut.open();
    for (let packet = await nut.next(); packet; packet = await nut.next()) {
      const data = await nut.data(packet, new Uint8Array(packet.size));
      onPicture({ data, key: packet.key, timeUs: packet.timeUs });
    }
  }

  #lastWords(): string {
    return `The encoder ended: ${this.#process.lines.at(-1) ?? "it said nothing"}`;
  }
}
