/** A recorded file. */
export interface Recording {
  /** File name, such as `2026-03-01T09-00-00.000Z.mp4`: the time at which its first picture came. */
  name: string;
  /** ISO 8601 time of its first picture. */
  start: string;
  /** ISO 8601 time of the last write. */
  end: string;
  bytes: number;
}

/** How long and how many recordings of one camera are kept. */
export interface Retention {
  maxAgeHours: number;
  maxGigabytes: number;
}

const NAME = /^(\d{4}-\d{2}-\d{2}T\d{2})-(\d{2})-(\d{2}\.\d{3}Z)\.mp4$/;

/** The recordings of one camera: the files of one folder. */
export class RecordingStore {
  readonly folder: string;
  readonly #retention: Retention;

  /** @param folder the camera's own; it is made when it is needed */
  constructor(folder: string, retention: Retention) {
    this.folder = folder;
    this.#retention = retention;
  }

  /** The name of a file whose first picture came at this time. */
  static nameAt(timeMs: number): string {
    return `${new Date(timeMs).toISOString().replaceAll(":", "-")}.mp4`;
  }

  /** All recordings, newest first. None if there is no folder. */
  async list(): Promise<Recording[]> {
    const found: Recording[] = [];
    try {
      for await (const { name, isFile } of Deno.readDir(this.folder)) {
        const [, hour, minute, rest] = NAME.exec(name) ?? [];
        if (hour === undefined || !isFile) continue;
        const { size, mtime } = await Deno.stat(`${this.folder}/${name}`);
        const start = `${hour}:${minute}:${rest}`;
        found.push({ name, start, end: mtime?.toISOString() ?? start, bytes: size });
      }
    } catch (error) {
      // It may be removed while it is read.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    return found.sort((a, b) => a.name < b.name ? 1 : -1);
  }

  /**
   * Opens a recording for reading.
   *
   * @param name its file name; anything else, paths included, is not found
   * @returns null if there is none
   */
  async open(name: string): Promise<{ file: Deno.FsFile; bytes: number; end: Date } | null> {
    if (!NAME.test(name)) return null;
    let file: Deno.FsFile;
    try {
      file = await Deno.open(`${this.folder}/${name}`);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return null;
      throw error;
    }
    const { size, mtime, isFile } = await file.stat();
    if (isFile) return { file, bytes: size, end: mtime ?? new Date(0) };
    file.close();
    return null;
  }

  /**
   * Removes what is too old, and the oldest of what is too much.
   *
   * @param writing the file that is being written; it is left alone
   * @param nowMs wall clock in milliseconds
   */
  async prune(writing: string | null, nowMs: number): Promise<void> {
    const oldestMs = nowMs - this.#retention.maxAgeHours * 3600e3;
    let bytes = 0;
    for (const recording of await this.list()) {
      bytes += recording.bytes;
      const keep = Date.parse(recording.end) >= oldestMs &&
        bytes <= this.#retention.maxGigabytes * 1e9;
      if (!keep && recording.name !== writing) await this.#remove(recording.name);
    }
  }

  /** Removes the oldest recording to make room. Gives false if there is none besides `writing`. */
  async removeOldest(writing: string | null): Promise<boolean> {
    const oldest = (await this.list()).filter(({ name }) => name !== writing).at(-1);
    if (oldest) await this.#remove(oldest.name);
    return oldest !== undefined;
  }

  async #remove(name: string): Promise<void> {
    try {
      await Deno.remove(`${this.folder}/${name}`);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}
