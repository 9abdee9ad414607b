/** `bokashi setup --cuda`, with a made-up Deno in place of the download. */
import assert from "node:assert/strict";
import { bokashi } from "../e2e/service.ts";

const SCRIPTS = new URL("../../scripts/", import.meta.url).pathname;

async function setUp(fetching: string): Promise<{ code: number; stderr: string }> {
  const root = await Deno.makeTempDir();
  const libraries = `${root}/node_modules/onnxruntime-node/bin/napi-v6/linux/x64`;
  try {
    await Deno.mkdir(libraries, { recursive: true });
    await Deno.writeTextFile(
      `${root}/node_modules/onnxruntime-node/package.json`,
      `{ "version": "9.8.7" }`,
    );
    const deno = `#!/bin/sh\ncd ${libraries}\n${fetching}\n`;
    await Deno.writeTextFile(`${root}/deno`, deno, { mode: 0o755 });
    const script =
      `set -eu; ROOT=${root}; DENO=${root}/deno; . ${SCRIPTS}lib.sh; . ${SCRIPTS}setup.sh
      DENO=${root}/deno; ensure_ffmpeg() { :; }; ensure_packages() { :; }
      uname() { case $1 in -s) echo Linux ;; *) echo x86_64 ;; esac; }
      setup --cuda`;
    const { code, stderr } = await new Deno.Command("sh", { args: ["-c", script] }).output();
    return { code, stderr: new TextDecoder().decode(stderr) };
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("setup --cuda says what it fetches, and ends well once all libraries are there", async () => {
  const { code, stderr } = await setUp(
    "for one in shared cuda tensorrt; do echo x >libonnxruntime_providers_$one.so; done",
  );
  assert.equal(code, 0, stderr);
  assert.match(stderr, /Microsoft.ML.OnnxRuntime.Gpu.Linux 9\.8\.7/);
  assert.match(stderr, /CUDA 12, cuDNN 9 and the driver .* are not fetched/);
});

Deno.test("setup --cuda without a network fails in one sentence with the reason", async () => {
  const { code, stderr } = await setUp("echo 'Error: getaddrinfo ENOTFOUND api.nuget.org'; exit 1");
  assert.equal(code, 1);
  assert.match(
    stderr,
    /cannot fetch them \(Error: getaddrinfo ENOTFOUND api.nuget.org\): check .*run this again/,
  );
});

Deno.test("setup --cuda does not believe a script that fetched half", async () => {
  const { code, stderr } = await setUp("echo x >libonnxruntime_providers_shared.so");
  assert.equal(code, 1);
  assert.match(stderr, /libonnxruntime_providers_cuda.so did not come/);
});

Deno.test("setup takes no other words, and has help", async () => {
  const { code, stderr } = await bokashi(["setup", "--colour"]);
  assert.match(stderr, /setup takes --cuda or nothing: got '--colour'/);
  assert.equal(code, 2);
  assert.match((await bokashi(["setup", "--help"])).stdout, /bokashi setup --cuda/);
});
