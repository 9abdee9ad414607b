import { z } from "zod";

/** How much a line matters, the least first. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
/** How lines are written. */
export const LOG_FORMATS = ["pretty", "json"] as const;

/** What is logged, and how. */
export const logSchema = z.strictObject({
  level: z.enum(LOG_LEVELS).default("info").describe(
    "The least that is written: debug (every request), info, warn or error.",
  ),
  format: z.enum(LOG_FORMATS).default("pretty").describe(
    "pretty for people; json writes an object a line.",
  ),
});

/** What is logged, and how. */
export type LogConfig = z.infer<typeof logSchema>;
