import type { ConfigStore } from "../config/store.ts";
import { watchFile } from "../config/watch_file.ts";
import { log } from "./log.ts";

/**
 * Reads the configuration file again when it changes and when SIGHUP comes. What is not valid is told
 * in the log, and everything stays as it is.
 *
 * @returns a function that ends this
 */
export function reloadOnChange(store: ConfigStore): () => void {
  const { file } = store;
  if (file === undefined) return () => {};
  const reload = async () => {
    try {
      const later = await store.reload();
      for (const key of later) {
        log("warn", `${file}: '${key}' has changed, which takes effect at the next start`);
      }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      log("error", `${why}; everything stays as it was`);
    }
  };
  const end = watchFile(file, reload);
  // Windows knows no such signal.
  if (Deno.build.os === "windows") return end;
  Deno.addSignalListener("SIGHUP", reload);
  return () => {
    Deno.removeSignalListener("SIGHUP", reload);
    end();
  };
}
