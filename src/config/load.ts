import type { z } from "zod";
import { LineCounter, parseDocument } from "yaml";
import { ConfigError, ConfigFileError, fileTrouble } from "./errors.ts";
import { expand, type Sources } from "./expand.ts";
import { insteadOf } from "./known_keys.ts";
import { type Config, configSchema } from "./schema.ts";

/**
 * Parses a configuration file's text.
 *
 * @param file Name shown in messages.
 * @throws {ConfigError} naming the line, the key and what is expected there.
 */
export function parseConfig(
  text: string,
  file: string,
  sources: Partial<Sources> = {},
): Config {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const broken = document.errors[0];
  if (broken) {
    const line = lines.linePos(broken.pos[0]).line;
    throw new ConfigError(
      `${file}:${line}`,
      `not valid YAML: ${broken.message.split("\n")[0]}`,
    );
  }
  const fail = (path: string[], message: string, cause?: unknown): never => {
    // What is missing stands nowhere: the place of what should hold it is the next best.
    let node: unknown;
    for (let depth = path.length; !hasRange(node) && depth >= 0; depth--) {
      node = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
    }
    const where = hasRange(node) ? `:${lines.linePos(node.range[0]).line}` : "";
    const key = path.length ? `'${path.join(".")}': ` : "";
    throw new ConfigError(`${file}${where}`, key + message, { cause });
  };
  let raw: unknown;
  try {
    raw = document.toJS() ?? {};
  } catch (error) {
    // An alias without its anchor.
    return fail([], `not valid YAML: ${error instanceof Error ? error.message : error}`, error);
  }
  // Expanded after parsing, so that a value cannot change the file's structure.
  return check(expandValues(raw, [], sources, fail), fail);
}

/**
 * Checks cameras' settings that stand in no file.
 *
 * @throws {ConfigError} naming the key and what is expected there.
 */
export function checkCameras(cameras: Config["cameras"]): Config["cameras"] {
  return check({ cameras }, (path, message) => {
    throw new ConfigError("", `'${path.join(".")}': ${message}`);
  }).cameras;
}

function check(raw: unknown, fail: (path: string[], message: string) => never): Config {
  const result = configSchema.safeParse(raw);
  if (result.success) return result.data;
  const { path, message, isUnknown } = innermost(telling(result.error.issues));
  const keys = path.map(String);
  const hint = isUnknown ? insteadOf(keys) : "";
  return fail(keys, hint ? `${message}; ${hint}` : message);
}

function hasRange(node: unknown): node is { range: [number, number, number] } {
  return Boolean((node as { range?: unknown } | null | undefined)?.range);
}

/** What is really wrong with a configuration, below what zod sums up as "invalid input". */
interface Fault {
  path: PropertyKey[];
  message: string;
  /** Whether there is no such key. */
  isUnknown?: boolean;
}

/** The issue to tell of: a key that is written wrong is why another seems to be missing. */
function telling(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue {
  return issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0]!;
}

const MISSING = /^Invalid input: (expected .*), received undefined$/;

function innermost(issue: z.core.$ZodIssue): Fault {
  const { path, message } = issue;
  switch (issue.code) {
    case "unrecognized_keys":
      return { path: [...path, issue.keys[0]], message, isUnknown: true };
    case "invalid_key":
      return { path, message: issue.issues[0].message };
    case "invalid_union": {
      const firsts = issue.errors.map((each) => innermost(telling(each)));
      const deeper = firsts.find((each) => each.path.length > 0);
      if (deeper) return { ...deeper, path: [...path, ...deeper.path] };
      return { path, message: firsts.map((each) => each.message).join(", or ") || message };
    }
    default:
      return { path, message: message.replace(MISSING, "it is missing: $1") };
  }
}

function expandValues(
  value: unknown,
  path: string[],
  sources: Partial<Sources>,
  fail: (path: string[], message: string, cause: unknown) => never,
): unknown {
  if (typeof value === "string") {
    try {
      return expand(value, sources);
    } catch (error) {
      return fail(path, (error as Error).message, error);
    }
  }
  if (Array.isArray(value)) {
    return value.map((item, i) => expandValues(item, [...path, String(i)], sources, fail));
  }
  if (value && typeof value === "object") {
    return Object.fromEntries(
      // A section whose keys are all commented out is as good as absent.
      Object.entries(value).filter(([, item]) => item !== null || path.length > 0)
        .map(([key, item]) => [key, expandValues(item, [...path, key], sources, fail)]),
    );
  }
  return value;
}

/**
 * Reads a configuration file's text.
 *
 * @throws {ConfigFileError} if it cannot be read.
 */
export async function readConfig(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    throw new ConfigFileError(`Cannot read the configuration '${file}': ${fileTrouble(error)}`, {
      cause: error,
    });
  }
}
