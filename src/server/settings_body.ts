import type { Context } from "hono";
import { ConfigError, ConfigFileError, UsageError } from "../config/errors.ts";
import { type Patch, refuseExpansion } from "../config/store.ts";
import { parseAddress } from "../source/address.ts";
import { problem } from "./errors.ts";
import { readText } from "./read_text.ts";

const MAX_BYTES = 256 * 1024;

/** Whether this is something a camera can be opened by. @throws {UsageError} if it is not. */
export function checkSource(changes: Patch): void {
  refuseExpansion(changes);
  if (typeof changes.source === "string") parseAddress(changes.source);
}

/**
 * Answers what cannot be accepted by 422, and by 409 what the configuration file as it is stands in the way
 * of; nothing has changed then.
 */
export async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ConfigError) throw problem(422, `${error.what}.`);
    if (error instanceof UsageError) {
      throw problem(error instanceof ConfigFileError ? 409 : 422, `${error.message}.`);
    }
    throw error;
  }
}

/** The object that a request's body is. @throws {HTTPException} if it is none. */
export async function readObject(c: Context): Promise<Patch> {
  const type = (c.req.header("content-type") ?? "").split(";")[0]!.trim().toLowerCase();
  // No form of another site can send these without asking first.
  if (type !== "application/json" && type !== "application/merge-patch+json") {
    throw problem(415, "The content type must be application/json.");
  }
  const text = await readText(c.req.raw, MAX_BYTES);
  if (text === null) throw problem(413, `Settings may have ${MAX_BYTES} bytes at most.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw problem(400, "The body is not JSON.");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw problem(422, "The body must be an object.");
  }
  return value as Patch;
}
