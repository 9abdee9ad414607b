import assert from "node:assert/strict";
import { parse } from "yaml";
import { parseConfig } from "../../src/config/load.ts";

const FOLDER = new URL("../../deploy/", import.meta.url);
const read = (name: string) => Deno.readTextFileSync(new URL(name, FOLDER));

/** A program's outcome; null, with the reason printed, if it is not installed. */
async function run(program: string, args: string[], env: Record<string, string> = {}) {
  try {
    const { code, stdout, stderr } = await new Deno.Command(program, { args, env }).output();
    const text = new TextDecoder();
    return { code, said: text.decode(stdout) + text.decode(stderr) };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log(`skipped: ${program} is not installed`);
    return null;
  }
}

Deno.test("the Dockerfile ends without root's rights, with a health check and an init", async () => {
  const text = read("Dockerfile");
  const version = /^DENO_VERSION=(.*)$/m.exec(read("../scripts/lib.sh"))![1];
  assert.match(text, new RegExp(`deno:bin-${version} /deno /app/.tools/deno-${version}/deno`));
  const stages = text.split(/^FROM /m).slice(1);
  const named = new Set(stages.map((stage) => / AS (\S+)/.exec(stage)?.[1]));
  for (const [, from] of text.matchAll(/--from=([a-z-]+) /g)) assert.ok(named.has(from), from);
  for (const name of ["cuda", "cpu"]) {
    const stage = stages.find((each) => each.includes(` AS ${name}\n`))!;
    assert.match(stage, /^USER (?!0|root)/m);
    assert.match(stage, /^HEALTHCHECK .*\\\n {2}CMD \["\/app\/deploy\/healthcheck"\]/m);
    assert.match(stage, /^ENTRYPOINT \["\/usr\/bin\/tini", "--", "\/app\/scripts\/bokashi"\]/m);
  }
  assert.ok(stages.at(-1)!.includes(" AS cpu\n"), "a build without --target makes the CPU's");
  const lint = await run("hadolint", [new URL("Dockerfile", FOLDER).pathname]);
  if (lint) assert.equal(lint.code, 0, lint.said);
});

Deno.test("the compose file and its configuration fit together", () => {
  const compose = parse(read("compose.yaml"));
  const { bokashi } = compose.services;
  for (const secret of bokashi.secrets) assert.ok(secret in compose.secrets);
  assert.match(read("Dockerfile"), new RegExp(` AS ${bokashi.build.target}\n`));
  const config = parseConfig(read("compose.bokashi.yaml"), "compose.bokashi.yaml", {
    env: (name) => name in bokashi.environment ? "192.168.1.10" : undefined,
    readFile: (path) => {
      assert.ok(bokashi.secrets.includes(path.replace("/run/secrets/", "")));
      return "0123456789abcdef\n";
    },
  });
  const [low, high] = config.webrtc.ports!;
  assert.ok(bokashi.ports.includes(`${low}-${high}:${low}-${high}/udp`));
  assert.ok(bokashi.ports.includes(`${config.server.port}:${config.server.port}/tcp`));
  const mounted = bokashi.volumes.map((volume: string) => volume.split(":")[1]);
  assert.ok(mounted.includes(config.recordings.folder));
  assert.match(read("Dockerfile"), new RegExp(`BOKASHI_RECORDINGS=${config.recordings.folder}`));
  assert.equal(new URL(config.cameras.gate as string).hostname in compose.services, true);
});

Deno.test("the systemd unit is valid and shuts the service in", async () => {
  const folder = await Deno.makeTempDir();
  try {
    // The program and the user are not here; everything else is checked as it is.
    const unit = `${folder}/bokashi.service`;
    const text = read("bokashi.service").replace("/opt/bokashi/scripts/bokashi", "/bin/true");
    await Deno.writeTextFile(unit, text);
    const verified = await run("systemd-analyze", ["verify", "--man=no", unit]);
    if (!verified) return;
    assert.equal(verified.code, 0, verified.said);
    assert.equal(verified.said.trim(), "");
    const security = await run("systemd-analyze", ["security", "--offline=true", unit]);
    const exposure = /Overall exposure level for \S+ ([0-9.]+)/.exec(security!.said);
    assert.ok(Number(exposure?.[1]) < 3, security!.said.slice(-300));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the health check tells a service that answers from one that does not", async () => {
  const script = new URL("healthcheck", FOLDER).pathname;
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => new Response(null, { status: request.url.endsWith("/healthz") ? 200 : 404 }),
  );
  const BOKASHI_URL = `http://127.0.0.1:${server.addr.port}`;
  assert.equal((await run(script, [], { BOKASHI_URL }))!.code, 0);
  await server.shutdown();
  assert.equal((await run(script, [], { BOKASHI_URL }))!.code, 1);
});
