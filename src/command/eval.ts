import { UsageError } from "../config/errors.ts";
import { evalData } from "./eval_data.ts";
import { evalVideo } from "./eval_video.ts";

/** Measures against a truth: what leaves, or what the detector finds. Gives the exit code. */
export async function evaluate(args: readonly string[]): Promise<number> {
  const given = (flag: string) => args.some((arg) => arg === flag || arg.startsWith(`${flag}=`));
  if (given("--video")) return await evalVideo(args);
  if (given("--data")) return await evalData(args);
  throw new UsageError(
    "Say what to measure: --video CLIP or --data DIR. See 'bokashi eval --help'",
  );
}
