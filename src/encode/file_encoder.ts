import { FfmpegProcess } from "../frame/ffmpeg_process.ts";
import { matroskaFrameHeader, matroskaHeader } from "../frame/matroska_writer.ts";
import type { MaskedPicture } from "../mask/masked_picture.ts";
import { EncoderError } from "./encoder.ts";
import { fileArguments, type FileEncoderOptions } from "./file_arguments.ts";

/** What ffmpeg (5.1) says of a file whose end it could not write, while its exit code says that all is well. */
const NOT_WHOLE = /Error (writing trailer|closing file)/;

/** Encodes masked pictures into a video file. */
export class FileEncoder {
  readonly #process: FfmpegProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;

  constructor(options: FileEncoderOptions) {
    this.#process = new FfmpegProcess("ffmpeg", fileArguments(options), "piped");
    this.#writer = this.#process.stdin.getWriter();
    // A broken pipe shows as a failed write or in the exit code; once is enough.
    this.#writer.closed.catch(() => {});
    this.#writer.write(matroskaHeader(options)).catch(() => {});
  }

  /** The encoder's process id. */
  get pid(): number {
    return this.#process.pid;
  }

  /**
   * Gives the encoder one picture. Its memory may be used again once the promise has settled.
   *
   * @param timeUs Presentation time in microseconds; must grow from picture to picture.
   * @throws {EncoderError} if the encoder has failed.
   */
  async encode({ y, u, v }: MaskedPicture, timeUs: number): Promise<void> {
    try {
      await this.#writer.write(matroskaFrameHeader(timeUs, y.length + u.length + v.length));
      for (const plane of [y, u, v]) await this.#writer.write(plane);
    } catch (error) {
      throw new EncoderError(this.#lastWords(), { cause: error });
    }
  }

  /**
   * Waits until the file is whole.
   *
   * @throws {EncoderError} if the encoder has failed.
   */
  async finish(): Promise<void> {
    await this.#writer.close().catch(() => {});
    const { success } = await this.#process.ended();
    const notWhole = this.#process.lines.some((line) => NOT_WHOLE.test(line));
    if (!success || notWhole) throw new EncoderError(this.#lastWords());
  }

  /** Ends the encoder at once; the file is worth nothing. */
  async kill(): Promise<void> {
    this.#process.kill();
    await this.#writer.abort().catch(() => {});
    await this.#process.ended();
  }

  #lastWords(): string {
    return `The encoder ended: ${this.#process.lines.at(-1) ?? "it said nothing"}`;
  }
}
