import type { LogConfig } from "../config/log_schema.ts";
import { redact } from "../config/redact.ts";

/** One line of the service's log. */
export interface LogLine {
  /** Grows by one with each line of any camera. */
  id: number;
  /** ISO 8601 time. */
  at: string;
  level: LogConfig["level"];
  message: string;
}

const MOST_LINES = 300;
const MOST_CHARACTERS = 2000;
const MOST_CAMERAS = 256;

/** Keeps each camera's last lines of the log, in memory, without the secrets of addresses. */
export class LogTail {
  /** By camera; the one that was told of last stands last. */
  readonly #lines = new Map<string, LogLine[]>();
  #id = 0;

  /** Takes a line. One that is about no camera is not kept. */
  add(level: LogLine["level"], message: string, camera?: string, at = new Date()): void {
    if (camera === undefined) return;
    const lines = this.#lines.get(camera) ?? [];
    this.#lines.delete(camera);
    this.#lines.set(camera, lines);
    const text = redact(message);
    lines.push({
      id: ++this.#id,
      at: at.toISOString(),
      level,
      message: text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)} …` : text,
    });
    if (lines.length > MOST_LINES) lines.shift();
    if (this.#lines.size > MOST_CAMERAS) this.#lines.delete(this.#lines.keys().next().value!);
  }

  /** A camera's lines, 300 at most, the oldest first; only those that came after one if it is given. */
  of(camera: string, afterId = 0): readonly LogLine[] {
    return (this.#lines.get(camera) ?? []).filter(({ id }) => id > afterId);
  }
}
