/** How much a line matters. */
export type LogLevel = "info" | "warn" | "error";

/** Writes one line to standard error: time, level, message. */
export function log(level: LogLevel, message: string): void {
  const now = new Date();
  const time = now.toTimeString().slice(0, 8);
  console.error(`${time} ${level.padEnd(5)} ${message}`);
}
