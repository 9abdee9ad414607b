/** The launcher's trial of providers, with a made-up Deno that works, refuses or crashes. */
import assert from "node:assert/strict";
import { proofs } from "../../src/detect/proofs.ts";

const SCRIPT = new URL("../../scripts/providers.sh", import.meta.url).pathname;

/** A machine with a GPU, whose Deno crashes at `cuda`, refuses `openvino` and runs `webgpu`. */
async function machine() {
  const root = await Deno.makeTempDir();
  for (const folder of ["models", ".tools"]) await Deno.mkdir(`${root}/${folder}`);
  await Deno.writeTextFile(`${root}/models/card.json`, "{}");
  await Deno.writeTextFile(`${root}/deno.lock`, "{}");
  await Deno.writeTextFile(
    `${root}/deno`,
    `#!/bin/sh
for last in "$@"; do :; done
echo "$last" >>${root}/calls
case $last in
  webgpu) echo ok ;;
  cuda) kill -SEGV $$ ;;
  *) echo 'not here'; exit 1 ;;
esac
`,
    { mode: 0o755 },
  );
  return {
    root,
    async run(command: string) {
      const script = `set -eu; ROOT=${root}; DENO=${root}/deno; say() { :; }; . ${SCRIPT}
        has_gpu() { true; }; uname() { echo Linux; }
        prove_providers ${command}; printf '%s' "$BOKASHI_PROVIDERS"`;
      const { code, stdout, stderr } = await new Deno.Command("sh", { args: ["-c", script] })
        .output();
      assert.equal(code, 0, new TextDecoder().decode(stderr));
      return proofs(new TextDecoder().decode(stdout));
    },
    calls: () => Deno.readTextFileSync(`${root}/calls`).trim().split("\n").length,
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

Deno.test("a provider that crashes takes only its own process along", async () => {
  await using here = await machine();
  const found = await here.run("serve");
  assert.equal(found.get("webgpu"), null);
  assert.equal(found.get("openvino"), "not here");
  assert.match(found.get("cuda")!, /^it crashed when it was tried \(exit code 139\)/);
});

Deno.test("what was found is remembered until the model or the packages change", async () => {
  await using here = await machine();
  const first = await here.run("serve");
  const calls = here.calls();
  assert.deepEqual(await here.run("serve"), first);
  assert.equal(here.calls(), calls, "tried again for nothing");
  await Deno.writeTextFile(`${here.root}/models/card.json`, `{"sha256": "another"}`);
  await here.run("serve");
  assert.equal(here.calls(), 2 * calls);
});

Deno.test("doctor tries every provider anew", async () => {
  await using here = await machine();
  await here.run("serve");
  const before = here.calls();
  assert.ok((await here.run("doctor")).has("tensorrt"));
  assert.equal(here.calls() - before, 6);
});
