import { fileTrouble, UsageError } from "./errors.ts";

/** Where the values come from that stand in for `${...}`. */
export interface Sources {
  env: (name: string) => string | undefined;
  readFile: (path: string) => string;
}

const HERE: Sources = {
  env: (name) => Deno.env.get(name),
  readFile: (path) => Deno.readTextFileSync(path),
};

const FORM = /\$\{(?:file:((?:\$\{[^}]*\}|[^${}])+)|([A-Za-z_][A-Za-z0-9_]*)(?::([^}]*))?)\}/g;

/**
 * Replaces `${NAME}` and `${NAME:default}` by environment variables, and `${file:PATH}` by what stands
 * in a file, without the line's end; the path may hold variables itself.
 *
 * @throws {UsageError} for a variable that is not set and has no default, and for a file that cannot
 * be read.
 */
export function expand(text: string, sources: Partial<Sources> = {}): string {
  const { env, readFile } = { ...HERE, ...sources };
  return text.replace(FORM, (_, file, name, fallback) => {
    if (file !== undefined) return secretIn(expand(file, { env, readFile }), readFile);
    const value = env(name) ?? fallback;
    if (value === undefined) {
      throw new UsageError(
        `Environment variable '${name}' is not set: set it, or give a default as \${${name}:value}`,
      );
    }
    return value;
  });
}

function secretIn(path: string, readFile: Sources["readFile"]): string {
  try {
    return readFile(path).replace(/\r?\n$/, "");
  } catch (error) {
    const why = fileTrouble(error);
    throw new UsageError(`Cannot read the file '${path}' of \${file:...}: ${why}`, {
      cause: error,
    });
  }
}
