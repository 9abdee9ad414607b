import { UsageError } from "../config/errors.ts";
import { evalVideo } from "./eval_video.ts";

/** Measures against a truth: what leaves, of a clip. Gives the exit code. */
export async function evaluate(args: readonly string[]): Promise<number> {
  if (args.some((arg) => /^--video(=|$)/.test(arg))) return await evalVideo(args);
  throw new UsageError("Say what to measure: --video CLIP. See 'bokashi eval --help'");
}
