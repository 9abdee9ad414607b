/**
 * Something the user gave (a flag, a key, an address) cannot be used. The message names the thing,
 * the value and the cure; the program ends with exit code 2.
 */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
