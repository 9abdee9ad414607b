/**
 * Something the user gave (a flag, a key, an address) cannot be used. The message names the thing,
 * the value and the cure; the program ends with exit code 2.
 */
export class UsageError extends Error {
  override readonly name: string = "UsageError";
}

/** A configuration is not valid. */
export class ConfigError extends UsageError {
  override readonly name = "ConfigError";
  /** What is wrong, with the key, without file and line. */
  readonly what: string;

  /** @param where the file and the line, such as `bokashi.yaml:12`; empty if it stands in no file */
  constructor(where: string, what: string, options?: ErrorOptions) {
    super(where ? `${where}: ${what}` : what, options);
    this.what = what;
  }
}

/**
 * The configuration file itself stands in the way: it cannot be read or written, or is not valid as it
 * stands. Nothing that was asked for is wrong.
 */
export class ConfigFileError extends UsageError {
  override readonly name = "ConfigFileError";
}

/** Why a file could not be read or written, in words for a message, from what Deno threw. */
export function fileTrouble(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "no such file";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/ \(os error \d+\).*$/s, "").replace(/^./, (sign) => sign.toLowerCase());
}
