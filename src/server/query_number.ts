import type { Context } from "hono";
import { problem } from "./errors.ts";

/**
 * A number of the query.
 *
 * @returns null if it is not given
 * @throws {HTTPException} 400 if it is no number from `min` to `max`
 */
export function queryNumber(c: Context, name: string, min: number, max: number): number | null {
  const text = c.req.query(name);
  if (text === undefined) return null;
  const number = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || number < min || number > max) {
    throw problem(400, `'${name}' must be a number from ${min} to ${max}: got '${text}'.`);
  }
  return number;
}
