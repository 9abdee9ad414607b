/**
 * The command line. `scripts/bokashi` makes sure that everything is installed and calls this.
 */
import { HELP } from "./src/command/help.ts";
import { VERSION } from "./src/command/version.ts";
import { UsageError } from "./src/config/errors.ts";
import { ModelError } from "./src/detect/model_card.ts";

const COMMANDS: Record<string, () => Promise<(args: string[]) => Promise<number>>> = {
  // Loaded on demand: `--help` need not wait for onnxruntime.
  serve: async () => (await import("./src/command/serve.ts")).serve,
  blur: async () => (await import("./src/command/blur.ts")).blur,
  eval: async () => (await import("./src/command/eval.ts")).evaluate,
  extract: async () => (await import("./src/command/extract.ts")).extract,
  detect: async () => (await import("./src/command/detect.ts")).detect,
  doctor: async () => (await import("./src/command/doctor.ts")).doctor,
  prove: async () => (await import("./src/command/prove.ts")).prove,
};

/** Runs one command. Exit codes: 0 done, 1 failed, 2 asked for something that cannot be. */
async function main(args: string[]): Promise<number> {
  const [name = "", ...rest] = args;
  if (name === "--version" || name === "-V") {
    console.log(`bokashi ${VERSION}`);
    return 0;
  }
  if (name === "" || name === "--help" || name === "-h" || name === "help") {
    console.log(HELP[rest[0] ?? ""] ?? HELP[""]);
    return name === "" ? 2 : 0;
  }
  // `setup` is the launcher's own, but for its help.
  if (HELP[name] && (rest.includes("--help") || rest.includes("-h"))) {
    console.log(HELP[name]);
    return 0;
  }
  const load = COMMANDS[name];
  if (!load) throw new UsageError(`There is no command '${name}'. See 'bokashi --help'`);
  return await (await load())(rest);
}

if (import.meta.main) {
  let code = 1;
  try {
    code = await main(Deno.args);
  } catch (error) {
    if (error instanceof UsageError || error instanceof ModelError) {
      console.error(`bokashi: ${error.message}`);
      code = error instanceof UsageError ? 2 : 1;
    } else {
      console.error("bokashi: an error that should not happen; please report it:", error);
    }
  }
  Deno.exit(code);
}
