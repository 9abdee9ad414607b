/** onnxruntime's own libraries, fetched by `scripts/bokashi setup --cuda`. */
const OWN = new URL(
  "../../node_modules/onnxruntime-node/bin/napi-v6/linux/x64/",
  import.meta.url,
);
/** Where Debian, Ubuntu, Fedora, NVIDIA's own packages and containers put libraries. */
const FOLDERS = [
  "/usr/lib/x86_64-linux-gnu",
  "/usr/lib64",
  "/usr/lib",
  "/usr/local/lib",
  "/usr/local/cuda/lib64",
  "/usr/local/cuda-12/lib64",
  "/usr/local/nvidia/lib64",
];

/** What can be looked at; tests put a made-up machine here. */
export interface CudaMachine {
  exists(path: string): boolean;
  /** `LD_LIBRARY_PATH`. */
  libraryPath: string;
  arch: string;
}

/**
 * What CUDA needs and this Linux machine lacks, each with its cure; empty if all is there.
 *
 * @param provider `tensorrt` needs NVIDIA's TensorRT libraries as well.
 */
export function missingCudaParts(
  provider: "cuda" | "tensorrt",
  machine: CudaMachine = realMachine(),
): string[] {
  const { exists, libraryPath, arch } = machine;
  if (arch !== "x86_64") return [`onnxruntime has no CUDA for ${arch}: use an x86-64 machine`];
  const folders = [...libraryPath.split(":").filter(Boolean), ...FOLDERS];
  const library = (name: string) => folders.some((folder) => exists(`${folder}/${name}`));
  const own = (name: string) => exists(decodeURIComponent(new URL(name, OWN).pathname));
  const parts: [boolean, string][] = [
    [exists("/proc/driver/nvidia/version") || exists("/dev/nvidia0"), "the NVIDIA driver"],
    [
      library("libcudart.so.12") && library("libcublas.so.12"),
      "CUDA 12 (libcudart.so.12, libcublas.so.12): install NVIDIA's CUDA toolkit 12",
    ],
    [library("libcudnn.so.9"), "cuDNN 9 (libcudnn.so.9): install NVIDIA's cuDNN 9 for CUDA 12"],
    [
      own("libonnxruntime_providers_shared.so") && own(`libonnxruntime_providers_${provider}.so`),
      `onnxruntime's library for it: run 'scripts/bokashi setup --cuda'`,
    ],
  ];
  if (provider === "tensorrt") {
    parts.push([library("libnvinfer.so.10"), "TensorRT 10 (libnvinfer.so.10): install it"]);
  }
  return parts.filter(([there]) => !there).map(([, what]) => what);
}

function realMachine(): CudaMachine {
  return {
    exists(path) {
      try {
        return Boolean(Deno.statSync(path));
      } catch {
        return false;
      }
    },
    libraryPath: Deno.env.get("LD_LIBRARY_PATH") ?? "",
    arch: Deno.build.arch,
  };
}
