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
