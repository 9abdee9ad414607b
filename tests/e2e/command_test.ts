/** The command line, as its user types it. */
import assert from "node:assert/strict";
import { quickOnce } from "../wait.ts";
import { bokashi, isAlive, Service } from "./service.ts";

Deno.test("--version and --help answer, from any directory", async () => {
  const version = await bokashi(["--version"], { cwd: "/" });
  assert.match(version.stdout, /^bokashi \d+\.\d+\.\d+\n$/);
  assert.equal(version.code, 0);
  for (const command of [[], ["serve"], ["doctor"]]) {
    const help = await bokashi([...command, "--help"]);
    assert.equal(help.code, 0);
    assert.match(help.stdout, /Example:\n {2}bokashi /);
  }
});

for (
  const [what, args, message] of [
    ["an unknown command", ["paint"], /no command 'paint'.*bokashi --help/],
    ["an unknown flag", ["serve", "--colour"], /--colour/],
    ["a bad port", ["serve", "--port", "99999"], /--port must be.*0 to 65535: got '99999'/],
    ["an unknown provider", ["serve", "--provider", "gpu"], /--provider must be one of .*'gpu'/],
    [
      "a provider that is not here",
      ["serve", "--provider", "dml"],
      /Provider 'dml' cannot be used/,
    ],
    ["another host without a token", ["serve", "--host", "0.0.0.0"], /BOKASHI_TOKEN/],
    ["a missing file", ["serve", "no-such.mp4"], /Cannot play 'no-such.mp4': no such file/],
    [
      "a file that is no video",
      ["serve", import.meta.filename!],
      /Cannot play .*: it is (a text, )?not a video/,
    ],
    [
      "a source that is no camera's",
      ["serve", "gate=gopher://10.0.0.7/live"],
      /Camera 'gate': Cannot use a 'gopher' source: use rtsp/,
    ],
    ["a missing configuration", ["serve", "--config", "no.yaml"], /'no.yaml': no such file/],
  ] as [string, string[], RegExp][]
) {
  Deno.test(`serve refuses ${what} in one sentence, with exit code 2`, async () => {
    const { code, stderr } = await bokashi(args);
    assert.match(stderr, message);
    assert.equal(stderr.trim().split("\n").filter((line) => line.startsWith("bokashi:")).length, 1);
    assert.equal(code, 2);
  });
}

Deno.test("doctor ends with 0 on this machine and runs the network", async () => {
  const { code, stdout } = await bokashi(["doctor", "demo"]);
  assert.match(stdout, /ok.*provider +cpu: ran the \w+ network once/);
  assert.match(stdout, /source +demo: h264 1280x720, 30 fps/);
  assert.equal(code, 0);
});

Deno.test("doctor's own words stay whole, though one of them is the password", async () => {
  const { stdout } = await bokashi(["doctor", "rtsp://eve:refused@127.0.0.1:9/live"]);
  assert.match(
    stdout,
    /Cannot open 'rtsp:\/\/\*\*\*@127.0.0.1:9\/live': connection refused: check/,
  );
});

Deno.test("doctor says why a camera cannot be opened, without its password", async () => {
  const { code, stdout, stderr } = await bokashi([
    "doctor",
    "rtsp://eve:hunter22@127.0.0.1:9/live",
  ]);
  assert.match(stdout, /FAIL.*Cannot open 'rtsp:\/\/\*\*\*@127.0.0.1:9\/live': connection refused/);
  assert.doesNotMatch(stdout + stderr, /hunter22/);
  assert.equal(code, 1);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`serve ends with 0 at ${signal}, and leaves no ffmpeg behind`, async () => {
    // Docker kills what has not ended ten seconds after it was told to.
    await quickOnce(`ending at ${signal} with all its ffmpegs`, 10_000, async () => {
      const service = await new Service(["demo"]).listening();
      await service.until("demo", ({ state, fps }) => state === "live" && fps.encoded > 0);
      const ffmpegs = await service.ffmpegs();
      assert.ok(ffmpegs.length >= 2, `${ffmpegs.length} ffmpeg processes`);
      const { code, ms } = await service.stop(signal);
      assert.equal(code, 0, service.stderr);
      assert.doesNotMatch(service.stderr, /error|panic|Segmentation|abort/i);
      const left = await Promise.all(ffmpegs.map(isAlive));
      // Where the machine gives nobody a turn, one may end a moment later than the service.
      return left.includes(true) ? Infinity : ms;
    });
  });
}

Deno.test("serve says when the port is in use, and how to go on", async () => {
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  const { code, stderr } = await bokashi(["serve", "demo", "--port", String(port)]);
  taken.close();
  assert.match(
    stderr,
    new RegExp(`Cannot listen on 127.0.0.1:${port}: the port is in use; .*--port`),
  );
  assert.equal(code, 2);
});
