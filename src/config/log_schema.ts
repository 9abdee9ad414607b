import { z } from "zod";

/** How much a line matters, the least first. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
/** How lines are written. */
export const LOG_FORMATS = ["pretty", "json"] as const;

/** What is logged, and how. */
export const logSchema = z.strictObject({
  level: z.enum(LOG_LEVELS).default("info"),
  format: z.enum(LOG_FORMATS).default("pretty"),
});

/** What is logged, and how. */
export type LogConfig = z.infer<typeof logSchema>;
