import { LineCounter, parseDocument } from "yaml";
import { UsageError } from "./errors.ts";
import { type Config, configSchema } from "./schema.ts";

/**
 * Replaces `${NAME}` and `${NAME:default}` by environment variables.
 *
 * @throws {UsageError} for a variable that is not set and has no default.
 */
export function expandEnvironment(
  text: string,
  env: (name: string) => string | undefined = Deno.env.get,
): string {
  return text.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)(?::([^}]*))?\}/g, (_, name, fallback) => {
    const value = env(name) ?? fallback;
    if (value === undefined) {
      throw new UsageError(
        `Environment variable '${name}' is not set: set it, or give a default as \${${name}:value}`,
      );
    }
    return value;
  });
}

/**
 * Parses a configuration file's text.
 *
 * @param file Name shown in messages.
 * @throws {UsageError} naming the line, the key and what is expected there.
 */
export function parseConfig(
  text: string,
  file: string,
  env?: (name: string) => string | undefined,
): Config {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const broken = document.errors[0];
  if (broken) {
    const line = lines.linePos(broken.pos[0]).line;
    throw new UsageError(`${file}:${line}: not valid YAML: ${broken.message.split("\n")[0]}`);
  }
  // Expanded after parsing, so that a value cannot change the file's structure.
  const expanded = expandValues(document.toJS() ?? {}, env);
  const result = configSchema.safeParse(expanded);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = issue.path.map(String);
  const node = document.getIn(path, true) as { range?: [number, number, number] } | undefined;
  const where = node?.range ? `:${lines.linePos(node.range[0]).line}` : "";
  const key = path.length ? `'${path.join(".")}': ` : "";
  throw new UsageError(`${file}${where}: ${key}${issue.message}`);
}

function expandValues(value: unknown, env?: (name: string) => string | undefined): unknown {
  if (typeof value === "string") return expandEnvironment(value, env);
  if (Array.isArray(value)) return value.map((item) => expandValues(item, env));
  if (value && typeof value === "object") {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, expandValues(item, env)]),
    );
  }
  return value;
}

/**
 * Reads and parses a configuration file.
 *
 * @throws {UsageError} if it cannot be read or is not valid.
 */
export async function loadConfig(file: string): Promise<Config> {
  let text: string;
  try {
    text = await Deno.readTextFile(file);
  } catch (error) {
    const why = error instanceof Deno.errors.NotFound ? "no such file" : String(error);
    throw new UsageError(`Cannot read the configuration '${file}': ${why}`, { cause: error });
  }
  return parseConfig(text, file);
}
