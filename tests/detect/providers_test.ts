import assert from "node:assert/strict";
import { type CudaMachine, missingCudaParts } from "../../src/detect/cuda_parts.ts";
import { differs, readGoldenFrame, runGolden } from "../../src/detect/golden_frame.ts";
import { openModel } from "../../src/detect/models.ts";
import { openNetwork } from "../../src/detect/network.ts";
import { proofs } from "../../src/detect/proofs.ts";
import { chooseProvider } from "../../src/detect/providers.ts";

const model = await openModel();

Deno.test("a provider whose numbers are the CPU's but for rounding passes", async () => {
  const network = await openNetwork({ file: model.file("fp32"), provider: "cpu", threads: 1 });
  const cpu = await runGolden(network, await readGoldenFrame()).finally(() => network.release());
  const changed = (by: (value: number, i: number) => number) => ({
    logits: cpu.logits.map(by),
    deltas: cpu.deltas.slice(),
  });
  assert.equal(differs(changed((value) => value * 1.001), cpu), null);
  // The one logit that says "plate".
  const best = cpu.logits.indexOf(Math.max(...cpu.logits));
  const lost = changed((value, i) => i === best ? value - 5 : value);
  assert.match(differs(lost, cpu)!, /not the CPU's: a score differs by 0\.\d+/);
  const nonsense = changed((value, i) => i === best ? NaN : value);
  assert.match(differs(nonsense, cpu)!, /a score differs by NaN/);
  const moved = { logits: cpu.logits, deltas: cpu.deltas.map((value) => value + 0.5) };
  assert.match(differs(moved, cpu)!, /a box code differs by 0\.500/);
  const short = { logits: cpu.logits.slice(2), deltas: cpu.deltas.slice(4) };
  assert.match(differs(short, cpu)!, /it gave \d+ scores where the CPU gives \d+/);
});

Deno.test("proofs reads what the launcher says, a crash included", () => {
  const said = proofs("webgpu ok\ncuda it crashed when it was tried (exit code 139)\nopenvino \n");
  assert.deepEqual([...said], [
    ["webgpu", null],
    ["cuda", "it crashed when it was tried (exit code 139)"],
    ["openvino", "it ended without a word"],
  ]);
  assert.equal(proofs("").size, 0);
});

Deno.test("a provider that crashed in its own process is not tried in this one", async () => {
  const crashed = proofs("webgpu it crashed when it was tried (exit code 139)");
  const { provider } = await chooseProvider("auto", model.card, model.file, crashed);
  assert.equal(provider, "cpu");
  await assert.rejects(chooseProvider("webgpu", model.card, model.file, crashed), {
    name: "UsageError",
    message: /'webgpu' cannot be used \(webgpu: it crashed when it was tried \(exit code 139\)\)/,
  });
});

Deno.test("missingCudaParts names each thing that CUDA lacks, with its cure", () => {
  const machine = (...there: RegExp[]): CudaMachine => ({
    exists: (path) => there.some((each) => each.test(path)),
    libraryPath: "/opt/libraries",
    arch: "x86_64",
  });
  const nothing = missingCudaParts("cuda", machine()).join("\n");
  for (const what of [/NVIDIA driver/, /CUDA 12/, /cuDNN 9/, /setup --cuda/]) {
    assert.match(nothing, what);
  }
  const driver = /^\/dev\/nvidia0$/, cuda = /cuda\/lib64\/lib(cudart|cublas)\.so\.12$/;
  const cudnn = /^\/opt\/libraries\/libcudnn\.so\.9$/,
    own = /onnxruntime-node.*_(shared|cuda)\.so$/;
  assert.deepEqual(missingCudaParts("cuda", machine(driver, cuda, cudnn, own)), []);
  const [left, ...more] = missingCudaParts("cuda", machine(driver, cuda, own));
  assert.match(left, /cuDNN 9/);
  assert.equal(more.length, 0);
  const tensorrt = missingCudaParts("tensorrt", machine(driver, cuda, cudnn, own));
  assert.match(tensorrt.join("\n"), /setup --cuda[\s\S]*TensorRT/);
  assert.match(missingCudaParts("cuda", { ...machine(), arch: "aarch64" })[0], /x86-64/);
});
