import type { InferenceSession } from "onnxruntime-node";
import { ModelError } from "./model_card.ts";

/** The network's raw output for one picture, or for N of them in one run. */
export interface NetworkOutput {
  /** `[N, P, C]` scores before the sigmoid. */
  logits: Float32Array;
  /** `[N, P, 4]` box codes. */
  deltas: Float32Array;
}

/** A loaded network. The seam at which tests put one that throws, hangs or lies. */
export interface Network {
  /**
   * Runs pictures of one size.
   *
   * @param y `height * width` luma bytes of each.
   * @param uv `height / 2 * width / 2` bytes of U, then of V, of each.
   * @param count How many; one where it is not given.
   */
  run(
    y: Uint8Array,
    uv: Uint8Array,
    width: number,
    height: number,
    count?: number,
  ): Promise<NetworkOutput>;
  /** Frees it. Must be called before the program ends: onnxruntime may crash otherwise. */
  release(): Promise<void>;
}

/** How a network is to be run. */
export interface NetworkOptions {
  /** Path of the ONNX file. */
  file: string;
  /** onnxruntime's name of one execution provider. */
  provider: string;
  /** Threads within one run. */
  threads: number;
}

/**
 * Loads a network into onnxruntime with exactly the provider asked for.
 *
 * @throws {ModelError} if the file or the provider cannot be used.
 */
export async function openNetwork(options: NetworkOptions): Promise<Network> {
  const ort = await import("onnxruntime-node");
  // Failures come as errors that we put into words; the library's own report would only be noise.
  ort.env.logLevel = "fatal";
  let session: InferenceSession;
  try {
    session = await ort.InferenceSession.create(options.file, {
      // One provider, no fallback: asking for one and silently getting another is not allowed.
      executionProviders: [options.provider],
      intraOpNumThreads: options.threads,
      interOpNumThreads: 1,
      executionMode: "sequential",
      // A plan of the run's memory for each size of picture would be held beside the memory itself: 9 MB a
      // network, and no time was seen to be saved.
      enableMemPattern: false,
      logSeverityLevel: 4,
    });
  } catch (error) {
    throw new ModelError(
      `Cannot load the network with provider '${options.provider}': ${explain(error)}`,
      { cause: error },
    );
  }
  return {
    async run(y, uv, width, height, count = 1) {
      const outputs = await session.run({
        y: new ort.Tensor("uint8", y, [count, 1, height, width]),
        uv: new ort.Tensor("uint8", uv, [count, 2, height / 2, width / 2]),
      });
      return {
        logits: outputs.logits.data as Float32Array,
        deltas: outputs.deltas.data as Float32Array,
      };
    },
    release: () => session.release(),
  };
}

const REASONS: [RegExp, string][] = [
  [/WebGPU adapter|adapter_result/, "no GPU adapter was found: is a Vulkan driver installed?"],
  [
    /Failed to load shared library/,
    "its libraries are not installed (they are an opt-in download)",
  ],
  [/backend not found/, "onnxruntime does not have it on this kind of machine"],
  [/Protobuf parsing failed|INVALID_PROTOBUF/, "the file is not an ONNX model"],
  [/file doesn't exist|NO_SUCHFILE/i, "the file is missing"],
];

function explain(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const known = REASONS.find(([pattern]) => pattern.test(message));
  return known ? known[1] : message.split("\n")[0];
}
