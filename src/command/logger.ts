import type { LogConfig } from "../config/log_schema.ts";
import { LOG_LEVELS } from "../config/log_schema.ts";

/** How much a line matters. */
export type LogLevel = LogConfig["level"];

/** What repeats within this time is told once. */
const REPEAT_MS = 30_000;
const MOST_KINDS = 256;

interface Kind {
  sinceMs: number;
  /** Lines that were left out since then. */
  more: number;
}

/**
 * Writes the service's log, a line each: for people, or as JSON with the keys `time`, `level`,
 * `message` and, where a line is about one, `camera`. Warnings and errors that differ from one before
 * only in their numbers are counted for half a minute instead of being written again.
 */
export class Logger {
  readonly #kinds = new Map<string, Kind>();
  /** Told of each line that is written. */
  onLine: (level: LogLevel, message: string, camera?: string) => void = () => {};

  /**
   * @param write takes each line, without its end
   */
  constructor(
    public config: LogConfig = { level: "info", format: "pretty" },
    private readonly write: (line: string) => void = (line) => console.error(line),
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * Writes one line.
   *
   * @param camera the name of the camera that it is about
   */
  log(level: LogLevel, message: string, camera?: string): void {
    if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(this.config.level)) return;
    const more = level === "warn" || level === "error" ? this.#repeats(message, camera) : 0;
    if (more === null) return;
    const text = more > 0 ? `${message} (and ${more} more like this)` : message;
    this.onLine(level, text, camera);
    const time = new Date(this.now());
    this.write(
      this.config.format === "json"
        ? JSON.stringify({
          time: time.toISOString(),
          level,
          ...(camera === undefined ? {} : { camera }),
          message: text,
        })
        : `${time.toTimeString().slice(0, 8)} ${level.padEnd(5)} ${text}`,
    );
  }

  /** How many of a line's kind were left out before it; null if it is to be left out itself. */
  #repeats(message: string, camera = ""): number | null {
    const key = `${camera} ${message.replace(/\d+/g, "#")}`;
    const nowMs = this.now();
    const kind = this.#kinds.get(key);
    if (kind && nowMs - kind.sinceMs < REPEAT_MS) {
      kind.more++;
      return null;
    }
    this.#kinds.delete(key);
    this.#kinds.set(key, { sinceMs: nowMs, more: 0 });
    if (this.#kinds.size > MOST_KINDS) this.#kinds.delete(this.#kinds.keys().next().value!);
    return kind?.more ?? 0;
  }
}
