import type { AccessUnit } from "../../encode/access_unit.ts";
import type { Feed } from "../feed.ts";
import { Fmp4Muxer } from "../fmp4_muxer.ts";
import { FileWriter, type WritableFile } from "./file_writer.ts";
import { RecordingStore } from "./store.ts";

/** Settings of a {@linkcode Recorder}. */
export interface RecorderOptions {
  /** A keyframe begins a new file once the current one is about this long. */
  segmentMinutes: number;
  /** Told when recording fails and when it goes on. */
  log: (level: "info" | "warn", message: string) => void;
  /** Makes a file. @default {Deno.open} */
  open?: (path: string) => Promise<WritableFile>;
  /** Pause after a failure in milliseconds. @default 10000 */
  pauseMs?: number;
}

interface OpenRecording {
  readonly name: string;
  readonly startUs: number;
  readonly muxer: Fmp4Muxer;
  readonly writer: FileWriter;
}

/**
 * Records one camera's encoded pictures in fragmented MP4 files. What was written can be played, whatever
 * happens to the process. A disk that is full or fails costs pictures of the recording and nothing else:
 * the oldest files make room, and it is tried again.
 */
export class Recorder {
  readonly #feed: Feed;
  readonly #store: RecordingStore;
  readonly #options: RecorderOptions;
  readonly #unsubscribe: () => void;
  readonly #ending = new Set<Promise<unknown>>();
  #recording: OpenRecording | null = null;
  #pausedUntilMs = -Infinity;
  #lastError: string | null = null;

  constructor(feed: Feed, store: RecordingStore, options: RecorderOptions) {
    this.#feed = feed;
    this.#store = store;
    this.#options = options;
    this.#unsubscribe = feed.follow(
      (au) => this.#take(au),
      (packet) => this.#recording?.muxer.pushAudio(packet),
    );
  }

  /** Name of the file that is being written; null if there is none. */
  get writing(): string | null {
    return this.#recording?.name ?? null;
  }

  /** Why the last file failed; null if none did or a later one was written. */
  get lastError(): string | null {
    return this.#lastError;
  }

  /** Ends recording. Resolves when the files are complete. */
  async close(): Promise<void> {
    this.#unsubscribe();
    this.#end();
    await Promise.all(this.#ending);
  }

  #take(au: AccessUnit): void {
    const current = this.#recording;
    if (
      current && (this.#isLongEnough(current, au) || !current.muxer.continues(au, this.#feed.sound))
    ) {
      this.#end();
    }
    if (!this.#recording) {
      if (!au.key || performance.now() < this.#pausedUntilMs) return;
      this.#recording = this.#begin(au);
    }
    const { muxer, writer } = this.#recording;
    for (const bytes of muxer.push(au)) writer.write(bytes);
  }

  #isLongEnough({ startUs }: OpenRecording, au: AccessUnit): boolean {
    // A little tolerance, so that a clock that jitters does not skip a keyframe.
    return au.key && au.timeUs - startUs >= this.#options.segmentMinutes * 60e6 - 0.1e6;
  }

  #begin(au: AccessUnit): OpenRecording {
    const name = RecordingStore.nameAt(au.capturedAtMs);
    const writer = new FileWriter(async () => {
      await Deno.mkdir(this.#store.folder, { recursive: true });
      return await (this.#options.open ?? openNew)(`${this.#store.folder}/${name}`);
    }, (error) => this.#failed(name, error));
    return { name, startUs: au.timeUs, muxer: new Fmp4Muxer(this.#feed.sound), writer };
  }

  #end(): void {
    const recording = this.#recording;
    if (!recording) return;
    this.#recording = null;
    for (const bytes of recording.muxer.end()) recording.writer.write(bytes);
    const ending = recording.writer.end().then((whole) => {
      if (whole) this.#lastError = null;
      this.#ending.delete(ending);
    });
    this.#ending.add(ending);
  }

  #failed(name: string, error: Error): void {
    this.#pausedUntilMs = performance.now() + (this.#options.pauseMs ?? 10_000);
    if (this.#lastError === null) {
      this.#options.log(
        "warn",
        `Cannot record to '${this.#store.folder}/${name}': ${error.message}`,
      );
    }
    this.#lastError = error.message;
    if (this.#recording?.name === name) this.#end();
    // Full is the one failure for which something can be done.
    if (/os error (28|122)\b|ENOSPC|EDQUOT/.test(error.message)) {
      this.#store.removeOldest(null).catch(() => {});
    }
  }
}

function openNew(path: string): Promise<Deno.FsFile> {
  return Deno.open(path, { write: true, createNew: true });
}
