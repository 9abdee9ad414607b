import { ConfigFileError, fileTrouble } from "./errors.ts";

/** What says that the disk is at fault: a file that is written in place then would be left empty. */
const NO_ROOM = new Set(["ENOSPC", "EDQUOT", "EFBIG", "EIO"]);

/**
 * Puts a new text into a file, so that whoever reads it meanwhile sees the old one or the new one
 * whole. Where the file cannot be replaced, as one that is mounted into a container, it is written in
 * place.
 *
 * @throws {ConfigFileError} if neither is possible. The old text is there still, save for a disk that fails
 * while it is written in place.
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
    } catch (error) {
      await Deno.remove(beside).catch(() => {});
      if (NO_ROOM.has((error as { code?: string }).code ?? "")) throw error;
      await Deno.writeTextFile(real, text);
    }
  } catch (error) {
    throw new ConfigFileError(
      `Cannot write the configuration '${file}': ${fileTrouble(error)}; nothing has changed. ` +
        "Let the service write it, or change it there yourself",
      { cause: error },
    );
  }
}
