import { basename, dirname } from "node:path";

/** Editors write a file in several steps: what comes within this is one change. */
const SETTLE_MS = 200;

/**
 * Calls `changed` when a file's text may have changed, also where it is replaced by another, as editors
 * and container platforms do.
 *
 * @returns a function that ends the watch
 */
export function watchFile(file: string, changed: () => void): () => void {
  const watcher = Deno.watchFs(dirname(file), { recursive: false });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const name = basename(file);
  (async () => {
    for await (const { kind, paths } of watcher) {
      // A mounted directory changes by a link of another name, `..data`.
      if (kind === "access" || !paths.some((path) => [name, "..data"].includes(basename(path)))) {
        continue;
      }
      clearTimeout(timer);
      timer = setTimeout(changed, SETTLE_MS);
    }
  })().catch(() => {});
  return () => {
    clearTimeout(timer);
    watcher.close();
  };
}
