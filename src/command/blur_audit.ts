import { fileTrouble, UsageError } from "../config/errors.ts";
import { type AuditFormat, auditHead, auditLines } from "../mask/audit.ts";
import type { FrameMask } from "../mask/frame_mask.ts";
import { partOf } from "./blur_outputs.ts";

/** The file that tells of every mask; there only when it is whole. */
export class BlurAudit {
  readonly #format: AuditFormat;
  readonly #lines: string[] = [];
  #file: Deno.FsFile | undefined;
  /** Bytes written, in all and of files that are done. */
  #written = 0;
  #kept = 0;

  /**
   * @param path Ends in `.jsonl` or `.csv`.
   * @param several Whether it is of several files, so that each line must name its own.
   * @throws {UsageError} for another ending.
   */
  constructor(private readonly path: string, private readonly several: boolean) {
    const ending = /\.(jsonl|csv)$/i.exec(path)?.[1].toLowerCase();
    if (!ending) throw new UsageError(`--boxes must end in .jsonl or .csv: got '${path}'`);
    this.#format = ending as AuditFormat;
  }

  /** @throws {UsageError} if it cannot be written. */
  async open(): Promise<void> {
    this.#file = await Deno.create(partOf(this.path)).catch((error) => {
      throw new UsageError(`Cannot write '${this.path}': ${fileTrouble(error)}`, { cause: error });
    });
    this.#write(auditHead(this.#format, this.several));
    this.#kept = this.#written;
  }

  /** Keeps the masks of one frame until the file they are of is done. */
  add(file: string, frame: number, timeUs: number, masks: readonly FrameMask[]): void {
    this.#lines.push(auditLines(this.#format, this.several ? file : null, frame, timeUs, masks));
    // A long video's masks need not wait in memory.
    if (this.#lines.length >= 1000) this.#write(this.#lines.splice(0).join(""));
  }

  /** The file is done: what was told of it stays. */
  keep(): void {
    this.#write(this.#lines.splice(0).join(""));
    this.#kept = this.#written;
  }

  /**
   * The file was skipped: nothing is told of it. Half of its masks, given back with `--boxes-in`, would leave
   * the other half of it bare.
   */
  forget(): void {
    this.#lines.length = 0;
    this.#file!.truncateSync(this.#kept);
    this.#file!.seekSync(this.#kept, Deno.SeekMode.Start);
    this.#written = this.#kept;
  }

  /** Gives it its name; nothing is left of one that is not wanted. */
  async close(wanted: boolean): Promise<void> {
    if (!this.#file) return;
    this.#file.close();
    if (wanted) await Deno.rename(partOf(this.path), this.path);
    else await Deno.remove(partOf(this.path));
  }

  #write(text: string): void {
    const bytes = new TextEncoder().encode(text);
    try {
      for (let at = 0; at < bytes.length;) at += this.#file!.writeSync(bytes.subarray(at));
    } catch (error) {
      throw new UsageError(`Cannot write '${this.path}': ${fileTrouble(error)}`, { cause: error });
    }
    this.#written += bytes.length;
  }
}
