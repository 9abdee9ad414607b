import type { LogConfig } from "../config/log_schema.ts";
import { Logger, type LogLevel } from "./logger.ts";

const logger = new Logger();

/** Writes one line of the process's log to standard error. */
export function log(level: LogLevel, message: string, camera?: string): void {
  logger.log(level, message, camera);
}

/** Tells somebody else of each line that is written. */
export function onLogLine(take: Logger["onLine"]): void {
  logger.onLine = take;
}

/** Says what is logged from now on, and how. */
export function configureLog(config: LogConfig): void {
  logger.config = config;
}
