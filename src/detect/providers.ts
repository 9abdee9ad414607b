import { UsageError } from "../config/errors.ts";
import { type ModelCard, ModelError } from "./model_card.ts";
import type { ProviderName } from "../config/schema.ts";
import { missingCudaParts } from "./cuda_parts.ts";
import { autoBatch } from "./batch_limit.ts";
import { differs, readGoldenFrame, runGolden, runTogether, upsideDown } from "./golden_frame.ts";
import { type Network, openNetwork } from "./network.ts";
import { proofs } from "./proofs.ts";

/** One execution provider. */
export type Provider = Exclude<ProviderName, "auto">;

/** A provider and the model file it runs. */
export interface Choice {
  provider: Provider;
  /** `fp32`, `fp16` or `int8`. */
  precision: string;
}

/** The precision each provider runs best, among those a card offers. */
export function precisionFor(provider: string, card: Pick<ModelCard, "files">): string {
  // Half precision is optional in WebGPU, and the runtime fails late on devices without it.
  const wanted = { cpu: ["int8", "fp32"], webgpu: ["fp32"] }[provider] ?? ["fp16", "fp32"];
  const found = wanted.find((precision) => card.files[precision]);
  if (!found) throw new ModelError(`The model has no file for provider '${provider}'`);
  return found;
}

/** Providers that `auto` tries on this kind of machine, best first. */
export function autoOrder(
  os: typeof Deno.build.os = Deno.build.os,
  hasGpu: boolean = gpuNode(),
): Provider[] {
  if (os === "darwin") return ["coreml", "webgpu", "cpu"];
  if (os === "windows") return ["dml", "webgpu", "cpu"];
  // Without a GPU device node a GPU provider could only be a software one, slower than the CPU's.
  // TensorRT builds its engine for minutes at each start: it is for those who ask for it.
  return hasGpu ? ["cuda", "openvino", "webgpu", "cpu"] : ["cpu"];
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
 * Settles which provider to use by really running the network with it on the golden frame.
 *
 * `auto` takes a GPU's provider only if the launcher has seen it work in a process of its own
 * ({@linkcode proofs}): a driver that crashes takes its process along.
 *
 * @param wanted A provider, which must work, or `auto`: the best that works.
 * @param proven What the launcher found.
 * @throws {UsageError} if the one asked for does not work, with the reason and the cure.
 */
export async function chooseProvider(
  wanted: ProviderName,
  card: ModelCard,
  fileFor: (precision: string) => string,
  proven: ReadonlyMap<string, string | null> = proofs(),
): Promise<Choice> {
  const order = wanted === "auto"
    ? autoOrder().filter((each) => each === "cpu" || proven.get(each) === null)
    : [wanted];
  const reasons: string[] = [];
  for (const provider of order) {
    const reason = proven.get(provider) ?? await tryProvider(provider, card, fileFor);
    if (reason === null) return { provider, precision: precisionFor(provider, card) };
    reasons.push(`${provider}: ${reason}`);
  }
  throw new UsageError(
    `Provider '${wanted}' cannot be used (${reasons.join("; ")}): use --provider cpu or auto`,
  );
}

/**
 * Runs the golden frame with one provider and, unless it is the CPU's, compares with what the CPU
 * says of it. A driver's crash ends the process.
 *
 * @returns null if it worked and agrees, otherwise why not.
 */
export async function tryProvider(
  provider: Provider,
  card: ModelCard,
  fileFor: (precision: string) => string,
): Promise<string | null> {
  const missing = missingParts(provider);
  if (missing) return missing;
  const frame = await readGoldenFrame();
  try {
    const frames = [frame, upsideDown(frame)];
    const outputs = await withNetwork(
      provider,
      fileFor(precisionFor(provider, card)),
      async (network) => {
        const alone = await runGolden(network, frame);
        // Who is given several pictures in one run must be right about each of them.
        return [alone, ...autoBatch(provider) > 1 ? await runTogether(network, frames) : []];
      },
    );
    if (!outputs.every(({ logits }) => logits.length > 0 && logits.every(Number.isFinite))) {
      return "it gave no numbers";
    }
    if (provider === "cpu") return null;
    // The network as it was trained: INT8 is a CPU's own compromise.
    const cpu = await withNetwork("cpu", fileFor("fp32"), async (network) => {
      return [await runGolden(network, frames[0]), await runGolden(network, frames[1])];
    });
    const [alone, ...together] = outputs;
    const reason = differs(alone, cpu[0]);
    if (reason !== null) return reason;
    const wrong = together.map((output, i) => differs(output, cpu[i])).find((each) => each);
    return wrong ? `with two pictures in a run ${wrong}` : null;
  } catch (error) {
    // The message repeats what is being tried: only its reason is wanted here.
    return (error instanceof Error ? error.message : String(error)).replace(
      /^.*provider '\w+': /,
      "",
    );
  }
}

async function withNetwork<Result>(
  provider: Provider,
  file: string,
  use: (network: Network) => Promise<Result>,
): Promise<Result> {
  const network = await openNetwork({ file, provider, threads: 1 });
  try {
    return await use(network);
  } finally {
    await network.release();
  }
}

/** What is known to be missing without loading anything; null if nothing is. */
function missingParts(provider: Provider): string | null {
  if (Deno.build.os !== "linux") return null;
  if (provider === "webgpu" && !hasVulkanDriver()) return "no Vulkan driver is installed";
  if (provider === "cuda" || provider === "tensorrt") {
    const missing = missingCudaParts(provider);
    return missing.length > 0 ? `missing: ${missing.join("; ")}` : null;
  }
  return null;
}
