import { parseArgs } from "node:util";
import { UsageError } from "./errors.ts";

/** What a command accepts, in the form of `node:util`'s parseArgs. */
export interface FlagSpec {
  [name: string]: { type: "string" | "boolean"; short?: string; multiple?: boolean };
}

/** Parsed flags by name, and the words that are not flags. */
export interface ParsedFlags {
  values: Record<string, string | boolean | (string | boolean)[] | undefined>;
  words: string[];
}

/**
 * Parses a command's flags. The one place that knows the flag library.
 *
 * @throws {UsageError} for an unknown flag or a missing value.
 */
export function parseFlags(args: readonly string[], spec: FlagSpec): ParsedFlags {
  try {
    const parsed = parseArgs({ args: [...args], options: spec, allowPositionals: true });
    return { values: parsed.values, words: parsed.positionals };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${message}. See 'bokashi --help'`, { cause: error });
  }
}

/**
 * A flag's value as a whole number.
 *
 * @throws {UsageError} if it is not a whole number from `min` to `max`.
 */
export function wholeNumber(flag: string, value: string, min: number, max: number): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < min || number > max) {
    throw new UsageError(`--${flag} must be a whole number from ${min} to ${max}: got '${value}'`);
  }
  return number;
}

/**
 * A flag's value as one of the words it may be; undefined if it was not given.
 *
 * @throws {UsageError} for another word.
 */
export function oneOf<T extends string>(
  flag: string,
  value: string | undefined,
  known: readonly T[],
): T | undefined {
  if (value === undefined) return undefined;
  if (!(known as readonly string[]).includes(value)) {
    throw new UsageError(`--${flag} must be one of ${known.join(", ")}: got '${value}'`);
  }
  return value as T;
}

/**
 * A flag's value as a number from 0 to 1; undefined if it was not given.
 *
 * @throws {UsageError} for anything else.
 */
export function share(flag: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!/^[\d.]+$/.test(value) || !(number >= 0 && number <= 1)) {
    throw new UsageError(`--${flag} must be a number from 0 to 1: got '${value}'`);
  }
  return number;
}
