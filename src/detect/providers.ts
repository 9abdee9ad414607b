import { UsageError } from "../config/errors.ts";
import { type ModelCard, ModelError } from "./model_card.ts";
import type { ProviderName } from "../config/schema.ts";
import { openNetwork } from "./network.ts";

/** A provider and the model file it runs. */
export interface Choice {
  provider: Exclude<ProviderName, "auto">;
  /** `fp32`, `fp16` or `int8`. */
  precision: string;
}

/** The precision each provider runs best, among those a card offers. */
export function precisionFor(provider: string, card: Pick<ModelCard, "files">): string {
  const wanted = provider === "cpu" ? ["int8", "fp32"] : ["fp16", "fp32"];
  const found = wanted.find((precision) => card.files[precision]);
  if (!found) throw new ModelError(`The model has no file for provider '${provider}'`);
  return found;
}

/** Providers that `auto` tries on this kind of machine, best first. */
export function autoOrder(
  os: typeof Deno.build.os = Deno.build.os,
  hasGpu: boolean = gpuNode(),
): Exclude<ProviderName, "auto">[] {
  if (os === "darwin") return ["coreml", "cpu"];
  if (os === "windows") return ["dml", "cpu"];
  // Without a GPU device node a GPU provider could only be a software one, slower than the CPU's.
  return hasGpu ? ["cuda", "webgpu", "cpu"] : ["cpu"];
}

function gpuNode(): boolean {
  return ["/dev/nvidia0", "/dev/dri/renderD128", "/dev/kfd"].some(exists);
}

/** Whether the Vulkan loader would find a driver; asked first, as it complains aloud without one. */
function hasVulkanDriver(): boolean {
  if (Deno.env.get("VK_ICD_FILENAMES") ?? Deno.env.get("VK_DRIVER_FILES")) return true;
  return ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d", "/usr/local/share/vulkan/icd.d"]
    .some((folder) => exists(folder) && [...Deno.readDirSync(folder)].length > 0);
}

function exists(path: string): boolean {
  try {
    return Boolean(Deno.statSync(path));
  } catch {
    return false;
  }
}

/**
 * Settles which provider to use by really loading the network and running it on one grey picture.
 *
 * @param wanted A provider, which must work, or `auto`: the best that works.
 * @throws {UsageError} if the one asked for does not work, with the reason and the cure.
 */
export async function chooseProvider(
  wanted: ProviderName,
  card: ModelCard,
  fileFor: (precision: string) => string,
): Promise<Choice> {
  const order = wanted === "auto" ? autoOrder() : [wanted];
  const reasons: string[] = [];
  for (const provider of order) {
    const precision = precisionFor(provider, card);
    const reason = await tryProvider(provider, fileFor(precision));
    if (reason === null) return { provider, precision };
    reasons.push(`${provider}: ${reason}`);
  }
  throw new UsageError(
    `Provider '${wanted}' cannot be used (${reasons.join("; ")}): use --provider cpu or auto`,
  );
}

/** Runs the network once with one provider; null if it worked, otherwise why not. */
export async function tryProvider(provider: string, file: string): Promise<string | null> {
  if (provider === "webgpu" && Deno.build.os === "linux" && !hasVulkanDriver()) {
    return "no Vulkan driver is installed";
  }
  const width = 64, height = 64;
  try {
    const network = await openNetwork({ file, provider, threads: 1 });
    try {
      const grey = new Uint8Array(width * height).fill(128);
      const { logits } = await network.run(grey, grey.subarray(0, grey.length / 2), width, height);
      return logits.length > 0 && logits.every(Number.isFinite) ? null : "it gave no numbers";
    } finally {
      await network.release();
    }
  } catch (error) {
    // The message repeats what is being tried: only its reason is wanted here.
    return (error instanceof Error ? error.message : String(error)).replace(
      /^.*provider '\w+': /,
      "",
    );
  }
}
