import { fileTrouble, UsageError } from "../config/errors.ts";

/** A text file that a command writes, opened before the work that fills it begins. */
export interface OutputFile {
  write(text: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Makes the files and gives up the right to make any more: what follows handles strangers' bytes.
 *
 * @param paths Files to be written over; undefined for one that is not wanted.
 * @throws {UsageError} if one cannot be written.
 */
export async function openOutputs(
  ...paths: readonly (string | undefined)[]
): Promise<(OutputFile | null)[]> {
  const files = await Promise.all(paths.map((path) => path === undefined ? null : create(path)));
  await Deno.permissions.revoke({ name: "write" });
  return files;
}

async function create(path: string): Promise<OutputFile> {
  const file = await Deno.create(path).catch((error) => {
    const why = error instanceof Deno.errors.NotFound ? "no such folder" : fileTrouble(error);
    throw new UsageError(`Cannot write '${path}': ${why}`, { cause: error });
  });
  const writer = file.writable.getWriter();
  return {
    write: (text) => writer.write(new TextEncoder().encode(text)),
    // Closing the file itself would lose what is still on its way.
    close: () => writer.close(),
  };
}

/**
 * Makes a folder and those above it, where they are not there.
 *
 * @throws {UsageError} if it cannot be made.
 */
export async function makeFolder(path: string): Promise<void> {
  await Deno.mkdir(path, { recursive: true }).catch((error) => {
    throw new UsageError(`Cannot make the folder '${path}': ${fileTrouble(error)}`, {
      cause: error,
    });
  });
}
