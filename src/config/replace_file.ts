import { UsageError } from "./errors.ts";

/**
 * Puts a new text into a file, so that whoever reads it meanwhile sees the old one or the new one
 * whole. Where the file cannot be replaced, as one that is mounted into a container, it is written in
 * place.
 *
 * @throws {UsageError} if neither is possible.
 */
export async function replaceFile(file: string, text: string): Promise<void> {
  try {
    // A link stays one: what it leads to is replaced.
    const real = await Deno.realPath(file);
    const beside = `${real}.new`;
    const { mode } = await Deno.stat(real);
    try {
      await Deno.writeTextFile(beside, text, { mode: 0o600 });
      if (mode !== null) await Deno.chmod(beside, mode & 0o777);
      await Deno.rename(beside, real);
    } catch {
      await Deno.remove(beside).catch(() => {});
      await Deno.writeTextFile(real, text);
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`Cannot write the configuration '${file}': ${why}`, { cause: error });
  }
}
