import assert from "node:assert/strict";
import { UsageError } from "../../src/config/errors.ts";
import { DEFAULT_MASK, NO_ZONES } from "../../src/config/mask_schema.ts";
import { nameSources, serveOptions } from "../../src/command/serve_options.ts";

const TOKEN = "0123456789abcdef";
const HIDDEN = { mask: DEFAULT_MASK, zones: NO_ZONES, audio: "drop", record: false, push: [] };
const none = () => undefined;
const withToken = (name: string) => name === "BOKASHI_TOKEN" ? TOKEN : undefined;

async function withConfig<T>(text: string, use: (file: string) => Promise<T>): Promise<T> {
  const file = await Deno.makeTempFile({ suffix: ".yml" });
  try {
    await Deno.writeTextFile(file, text);
    return await use(file);
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("serve without anything shows the demo on this machine only", async () => {
  const options = await serveOptions([], none);
  assert.deepEqual(options.store.cameras(), [
    { name: "demo", source: "demo", enabled: true, lookAhead: 3, transport: "tcp", ...HIDDEN },
  ]);
  assert.deepEqual(options.store.config.server, { host: "127.0.0.1", port: 8080 });
  assert.equal(options.store.config.detector.provider, "auto");
  assert.equal(options.open, false);
  assert.equal(options.tokens, undefined);
});

Deno.test("serve takes sources and flags", async () => {
  const flags = "--port 0 --provider cpu --profile 512 --look-ahead 7 --transport udp --open";
  const options = await serveOptions([
    ..."gate=rtsp://h/a clip.mp4".split(" "),
    ...flags.split(" "),
  ], none);
  assert.deepEqual(options.store.cameras(), [
    {
      name: "gate",
      source: "rtsp://h/a",
      enabled: true,
      lookAhead: 7,
      transport: "udp",
      ...HIDDEN,
    },
    { name: "clip", source: "clip.mp4", enabled: true, lookAhead: 7, transport: "udp", ...HIDDEN },
  ]);
  assert.equal(options.store.config.server.port, 0);
  assert.deepEqual(options.store.config.detector, { provider: "cpu", profile: "512" });
  assert.equal(options.open, true);
});

Deno.test("serve's flags stand over the configuration, which stands over the defaults", async () => {
  const text = `
server: { host: localhost, port: 9000, token: ${TOKEN}-file }
detector: { provider: webgpu, profile: "640" }
defaults: { lookAhead: 9, transport: udp }
cameras: { gate: rtsp://h/a }
`;
  await withConfig(text, async (file) => {
    const plain = await serveOptions(["--config", file], withToken);
    assert.deepEqual(plain.store.cameras(), [
      {
        name: "gate",
        source: "rtsp://h/a",
        enabled: true,
        lookAhead: 9,
        transport: "udp",
        ...HIDDEN,
      },
    ]);
    assert.equal(plain.tokens?.admin, `${TOKEN}-file`);
    const flags =
      "--host 127.0.0.2 --port 1 --provider cpu --profile 960 --look-ahead 0 --transport tcp yard=demo";
    const over = await serveOptions(["--config", file, ...flags.split(" ")], none);
    assert.deepEqual(over.store.cameras(), [
      {
        name: "gate",
        source: "rtsp://h/a",
        enabled: true,
        lookAhead: 0,
        transport: "tcp",
        ...HIDDEN,
      },
      { name: "yard", source: "demo", enabled: true, lookAhead: 0, transport: "tcp", ...HIDDEN },
    ]);
    assert.deepEqual(over.store.config.server, {
      host: "127.0.0.2",
      port: 1,
      token: `${TOKEN}-file`,
    });
    assert.deepEqual(over.store.config.detector, { provider: "cpu", profile: "960" });
    await assert.rejects(serveOptions(["--config", file, "gate=demo"], none), {
      message: "Two cameras are named 'gate'",
    });
  });
});

Deno.test("serve refuses to listen beyond this machine without a token", async () => {
  for (
    const host of [
      "0.0.0.0",
      "::",
      "192.168.1.5",
      "cam.example",
      "127.example",
      "127.0.0.1.example",
    ]
  ) {
    await assert.rejects(serveOptions(["--host", host], none), (error: Error) => {
      assert.equal(error.name, "UsageError");
      assert.ok(error.message.startsWith(`Refusing to listen on ${host} without a token`));
      assert.match(error.message, /BOKASHI_TOKEN=/);
      return true;
    });
    assert.equal((await serveOptions(["--host", host], withToken)).tokens?.admin, TOKEN);
  }
  for (const host of ["127.0.0.1", "127.1.2.3", "localhost", "::1"]) {
    assert.equal((await serveOptions(["--host", host], none)).store.config.server.host, host);
  }
  await withConfig("server: { host: 0.0.0.0 }\n", async (file) => {
    await assert.rejects(serveOptions(["--config", file], none), /without a token/);
  });
});

Deno.test("serve refuses a token that is short or empty", async () => {
  for (const token of ["", "short"]) {
    await assert.rejects(serveOptions(["--host", "0.0.0.0"], () => token), {
      name: "UsageError",
      message: /too short: use at least 16/,
    });
  }
});

const BAD: [string[], RegExp][] = [
  [["--port", "70000"], /^--port must be a whole number from 0 to 65535: got '70000'$/],
  [["--look-ahead", "-1"], /look-ahead/],
  [["--look-ahead=31"], /^--look-ahead must be a whole number from 0 to 30: got '31'$/],
  [["--provider", "gpu"], /^--provider must be one of auto, cpu, .*: got 'gpu'$/],
  [["--transport", "http"], /^--transport must be one of tcp, udp: got 'http'$/],
  [["--colour"], /--colour.*--help/],
  [["--config", "no/such.yml"], /^Cannot read the configuration 'no\/such\.yml': no such file$/],
  [["a=demo", "a=demo"], /^Two cameras are named 'a'$/],
  [[""], /A source is empty/],
];

for (const [args, message] of BAD) {
  Deno.test(`serve ${args.join(" ") || "''"} is refused in words`, async () => {
    const error = await serveOptions(args, none).catch((error) => error);
    assert.ok(error instanceof UsageError, String(error));
    assert.match(error.message, message);
  });
}

Deno.test("nameSources names a source by its own name, its file's or a number", () => {
  assert.deepEqual(nameSources(["gate=rtsp://h/a?b=c", "dir/My clip.mp4", "demo"], []), {
    gate: "rtsp://h/a?b=c",
    "My-clip": "dir/My clip.mp4",
    demo: "demo",
  });
  assert.deepEqual(nameSources(["a/x.mp4", "b/x.mkv", "/dev/video0"], ["x"]), {
    "x-2": "a/x.mp4",
    "x-3": "b/x.mkv",
    video0: "/dev/video0",
  });
  assert.deepEqual(nameSources(["video=USB Camera", "...", "C:\\clips\\a.mp4"], []), {
    "video-USB-Camera": "video=USB Camera",
    camera: "...",
    a: "C:\\clips\\a.mp4",
  });
});

Deno.test("nameSources puts no part of an address into a name", () => {
  const urls = ["rtsp://admin:hunter2@h/live", "http://h/v?token=hunter2", "srt://h?passphrase=x"];
  assert.deepEqual(Object.keys(nameSources(urls, [])), ["camera", "camera-2", "camera-3"]);
});

Deno.test("a token to watch needs another that may do everything", async () => {
  const tokens = (admin?: string, view?: string) => (name: string) =>
    ({ BOKASHI_TOKEN: admin, BOKASHI_VIEW_TOKEN: view })[name];
  const view = "fedcba9876543210";
  assert.deepEqual((await serveOptions([], tokens(TOKEN, view))).tokens, { admin: TOKEN, view });
  await assert.rejects(serveOptions([], tokens(undefined, view)), /BOKASHI_TOKEN/);
  await assert.rejects(serveOptions([], tokens(TOKEN, TOKEN)), /the same/);
  await assert.rejects(serveOptions([], tokens(TOKEN, "short")), /too short/);
});
