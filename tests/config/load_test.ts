import assert from "node:assert/strict";
import { UsageError } from "../../src/config/errors.ts";
import { parseFlags, wholeNumber } from "../../src/config/flags.ts";
import { expand } from "../../src/config/expand.ts";
import { parseConfig, readConfig } from "../../src/config/load.ts";
import { cameraConfigs } from "../../src/config/schema.ts";

const ENV: Record<string, string> = {
  PASSWORD: "s3cret",
  TRICKY: 'x\nport: 1 # "quote" ${PASSWORD}',
  EMPTY: "",
};
const env = (name: string) => ENV[name];

Deno.test("expand puts in variables and defaults", () => {
  assert.equal(expand("a${PASSWORD}b", { env }), "as3cretb");
  assert.equal(expand("${NONE:fallback}-${PASSWORD:x}", { env }), "fallback-s3cret");
  assert.equal(expand("${NONE:}|${EMPTY:x}", { env }), "|");
  assert.equal(expand("${NONE:http://x:1/}", { env }), "http://x:1/");
});

Deno.test("expand leaves other dollars alone and expands once only", () => {
  assert.equal(expand("$PASSWORD $5 ${1X} ${}", { env }), "$PASSWORD $5 ${1X} ${}");
  assert.equal(expand("${TRICKY}", { env }), ENV.TRICKY);
});

Deno.test("expand names a variable that is missing", () => {
  assert.throws(() => expand("${NONE}", { env }), {
    name: "UsageError",
    message: /'NONE' is not set.*\$\{NONE:value\}/,
  });
});

Deno.test("expand takes a secret from a file, whose path may hold a variable", () => {
  const files: Record<string, string> = { "/run/secrets/gate": "s3cret ${PASSWORD}\r\n" };
  const readFile = (path: string) => {
    if (!(path in files)) throw new Deno.errors.NotFound();
    return files[path];
  };
  const sources = { env: (name: string) => name === "DIR" ? "/run/secrets" : undefined, readFile };
  assert.equal(expand("a:${file:/run/secrets/gate}@b", sources), "a:s3cret ${PASSWORD}@b");
  assert.equal(expand("${file:${DIR}/gate}", sources), "s3cret ${PASSWORD}");
  assert.throws(() => expand("${file:${DIR}/none}", sources), {
    name: "UsageError",
    message: "Cannot read the file '/run/secrets/none' of ${file:...}: no such file",
  });
});

const MASK = {
  style: "mosaic",
  margin: 0.1,
  feather: 0,
  color: "#2d3338",
  classes: ["plate"],
};
const OWN = {
  mask: MASK,
  zones: { always: [], ignore: [], detect: [] },
  audio: "drop",
  record: false,
  push: [],
};

Deno.test("parseConfig fills in the defaults of an empty file", () => {
  for (const text of ["", "# nothing\n", "{}"]) {
    assert.deepEqual(parseConfig(text, "b.yml", { env }), {
      server: { host: "127.0.0.1", port: 8080 },
      log: { level: "info", format: "pretty" },
      detector: { provider: "auto" },
      webrtc: { publicHosts: [], iceServers: [] },
      viewers: { perCamera: 200, perAddress: 64 },
      video: { decoder: "software", encoder: "software" },
      recordings: {
        folder: "recordings",
        segmentMinutes: 10,
        maxAgeHours: 168,
        maxGigabytes: 50,
      },
      defaults: { lookAhead: 3, transport: "tcp", audio: "drop", mask: MASK },
      cameras: {},
    });
  }
});

const GOOD = `
server: { host: 0.0.0.0, port: 9000, token: 0123456789abcdef }
detector:
  provider: cpu
  profile: "512"
  workers: 2
defaults:
  lookAhead: 5
  transport: udp
cameras:
  gate: rtsp://admin:\${PASSWORD}@10.0.0.7/live
  yard-2:
    source: \${TRICKY}
    lookAhead: 0
    transport: tcp
`;

Deno.test("parseConfig reads a whole file and cameraConfigs fills in each camera's defaults", () => {
  const config = parseConfig(GOOD, "b.yml", { env });
  assert.deepEqual(config.server, { host: "0.0.0.0", port: 9000, token: "0123456789abcdef" });
  assert.deepEqual(config.detector, { provider: "cpu", profile: "512", workers: 2 });
  assert.deepEqual(cameraConfigs(config), [
    {
      name: "gate",
      source: "rtsp://admin:s3cret@10.0.0.7/live",
      enabled: true,
      lookAhead: 5,
      transport: "udp",
      ...OWN,
    },
    {
      name: "yard-2",
      source: ENV.TRICKY,
      enabled: true,
      lookAhead: 0,
      transport: "tcp",
      ...OWN,
    },
  ]);
});

Deno.test("parseConfig does not let a variable's value change the file's structure", () => {
  const config = parseConfig("cameras:\n  gate: ${TRICKY}\n", "b.yml", { env });
  assert.deepEqual(config.cameras, { gate: ENV.TRICKY });
  assert.equal(config.server.port, 8080);
});

const BAD: [string, string, RegExp[]][] = [
  ["a value of the wrong type", "server:\n  port: eighty\n", [
    /^b\.yml:2: /,
    /'server\.port'/,
    /number/,
  ]],
  ["a number out of range", "server:\n  host: x\n  port: 70000\n", [
    /^b\.yml:3: /,
    /'server\.port'/,
    /65535/,
  ]],
  ["a fraction", "defaults:\n  lookAhead: 1.5\n", [/^b\.yml:2: /, /'defaults\.lookAhead'/, /int/]],
  ["an unknown provider", "detector:\n  provider: gpu\n", [
    /^b\.yml:2: /,
    /'detector\.provider'/,
    /"webgpu"/,
  ]],
  ["an unknown section", "server: {}\nkameras: {}\n", [/^b\.yml:2: /, /kameras/]],
  ["an unknown key", "server:\n  host: x\n  prot: 1\n", [
    /^b\.yml:3: /,
    /server/,
    /; is it 'port'\?$/,
  ]],
  ["a short token", "server:\n  token: abc\n", [/^b\.yml:2: /, /'server\.token'/, /16 characters/]],
  ["a missing source", "cameras:\n  gate:\n    lookAhead: 2\n", [
    /^b\.yml:3: /,
    /'cameras\.gate\.source'/,
    /string/,
  ]],
  [
    "a bad value of one camera",
    "cameras:\n  a: demo\n  gate:\n    source: demo\n    lookAhead: 99\n",
    [/^b\.yml:5: /, /'cameras\.gate\.lookAhead'/, /30/],
  ],
  ["an unknown key of one camera", "cameras:\n  gate:\n    source: demo\n    look: 9\n", [
    /^b\.yml:4: /,
    /'cameras\.gate\.look'/,
    /; known are source, enabled, lookAhead, /,
  ]],
  ["a camera that is a number", "cameras:\n  gate: 5\n", [
    /^b\.yml:2: /,
    /'cameras\.gate'/,
    /string/,
  ]],
  ["a key that is written wrong", "cameras:\n  gate:\n    sorce: demo\n", [
    /^b\.yml:3: 'cameras\.gate\.sorce': .*; is it 'source'\?$/,
  ]],
  ["a key in other letters", "defaults:\n  mask: { Style: blur }\n", [/is it 'style'\?$/]],
  ["a bad camera name", "cameras:\n  a: demo\n  my gate: demo\n", [
    /^b\.yml:3: /,
    /'cameras\.my gate'/,
    /letters, digits/,
  ]],
  ["a list of cameras", "cameras:\n  - demo\n", [/^b\.yml:2: /, /'cameras'/, /record|object|map/]],
  ["an unset variable", "cameras:\n  a: demo\n  gate: rtsp://${NONE}@x\n", [
    /^b\.yml:3: /,
    /'cameras\.gate'/,
    /'NONE'/,
  ]],
  ["broken YAML", "server:\n  port: [1\ncameras:\n", [/^b\.yml:[23]: not valid YAML: ./]],
  ["a key given twice", "server: {}\ndetector: {}\nserver: {}\n", [/^b\.yml:3: not valid YAML: ./]],
  ["an unknown alias", "server: {}\ncameras:\n  gate: *nobody\n", [/^b\.yml.*nobody/]],
  ["a file that is only text", "hello\n", [/^b\.yml:1: /, /object/]],
];

for (const [what, text, patterns] of BAD) {
  Deno.test(`parseConfig says where ${what} stands and what is expected`, () => {
    assert.throws(() => parseConfig(text, "b.yml", { env }), (error) => {
      assert.ok(error instanceof UsageError, String(error));
      for (const pattern of patterns) assert.match(error.message, pattern);
      assert.ok(!error.message.includes("\n"), error.message);
      return true;
    });
  });
}

Deno.test("parseConfig does not show a secret in its messages", () => {
  const text = "server:\n  token: ${PASSWORD}\ncameras:\n  gate: rtsp://a:s3cret@x\n";
  assert.throws(() => parseConfig(text, "b.yml", { env }), (error) => {
    assert.ok(error instanceof UsageError && !error.message.includes("s3cret"));
    return true;
  });
});

Deno.test("readConfig reads a file and names one that is missing", async () => {
  const file = await Deno.makeTempFile({ suffix: ".yml" });
  try {
    await Deno.writeTextFile(file, "cameras:\n  gate: demo\n");
    assert.deepEqual(await readConfig(file), "cameras:\n  gate: demo\n");
  } finally {
    await Deno.remove(file);
  }
  await assert.rejects(readConfig(file), {
    name: "ConfigFileError",
    message: `Cannot read the configuration '${file}': no such file`,
  });
});

Deno.test("parseFlags gives flags and words and refuses what it does not know", () => {
  const spec = { port: { type: "string" }, open: { type: "boolean" } } as const;
  assert.deepEqual(parseFlags(["a", "--port", "1", "--open", "b"], spec), {
    values: Object.assign(Object.create(null), { port: "1", open: true }),
    words: ["a", "b"],
  });
  for (const args of [["--prot", "1"], ["--port"], ["--open=yes"]]) {
    assert.throws(() => parseFlags(args, spec), { name: "UsageError", message: /--help/ });
  }
});

Deno.test("wholeNumber takes whole numbers in its range only", () => {
  assert.equal(wholeNumber("port", "0", 0, 10), 0);
  assert.equal(wholeNumber("port", "10", 0, 10), 10);
  for (const bad of ["11", "-1", "1.5", "", " 1", "0x1", "1e1", "ten"]) {
    assert.throws(() => wholeNumber("port", bad, 0, 10), {
      name: "UsageError",
      message: `--port must be a whole number from 0 to 10: got '${bad}'`,
    });
  }
});

Deno.test("parseConfig() takes a section whose keys are all commented out as absent", () => {
  const config = parseConfig("server:\n  # port: 9000\ncameras:\n  gate: demo\n", "bokashi.yaml");
  assert.equal(config.server.port, 8080);
});

Deno.test("a camera's mask says only what differs from the defaults", () => {
  const config = parseConfig(
    `
defaults: { mask: { style: blur, margin: 0.2 } }
cameras:
  gate: { source: demo, mask: { classes: [plate, car], feather: 6 } }
`,
    "b.yml",
    { env },
  );
  const own = { style: "blur", margin: 0.2, classes: ["plate", "car"], feather: 6 };
  assert.deepEqual(cameraConfigs(config)[0].mask, { ...MASK, ...own });
});

const BAD_MASKS: [string, RegExp][] = [
  ["mask: { style: pixels }", /'cameras\.gate\.mask\.style': .*"mosaic"\|"blur"\|"solid"/],
  ["mask: { color: red }", /'cameras\.gate\.mask\.color': must be a colour such as '#2d3338'/],
  ["mask: { classes: [] }", /'cameras\.gate\.mask\.classes'/],
  ["zones: { hide: [] }", /'cameras\.gate\.zones\.hide'/],
  ["zones: { always: [[[0, 0], [1, 1]]] }", /'cameras\.gate\.zones\.always\.0': .*3 points/],
  ["zones: { always: [[[0, 0], [1, 1], [0, 1.5]]] }", /zones\.always\.0\.2\.1': .*0 to 1: got 1.5/],
  ["zones: { detect: [[[0, 0], [1, 1], [0]]] }", /'cameras\.gate\.zones\.detect\.0\.2/],
];

for (const [text, message] of BAD_MASKS) {
  Deno.test(`parseConfig names what is wrong in ${text}`, () => {
    assert.throws(
      () => parseConfig(`cameras:\n  gate:\n    source: demo\n    ${text}\n`, "b.yml"),
      {
        name: "ConfigError",
        message,
      },
    );
  });
}

Deno.test("parseConfig reads how viewers reach us", () => {
  const config = parseConfig(
    `
server: { origins: ["https://home.example", "*"] }
webrtc:
  ports: 50000-50200
  publicHosts: [203.0.113.7, "2001:db8::1"]
  iceServers: [{ urls: "stun:stun.example:3478" }]
`,
    "b.yml",
    { env },
  );
  assert.deepEqual(config.server.origins, ["https://home.example", "*"]);
  assert.deepEqual(config.webrtc, {
    ports: [50000, 50200],
    publicHosts: ["203.0.113.7", "2001:db8::1"],
    iceServers: [{ urls: ["stun:stun.example:3478"] }],
  });
});

Deno.test("parseConfig says what is wrong with how viewers reach us", () => {
  const cases = [
    ["webrtc: { ports: 8189 }", /webrtc\.ports.*/],
    ["webrtc: { ports: 50200-50000 }", /two ports from 1024 to 65535.*'50200-50000'/],
    ["webrtc: { publicHosts: [home.example] }", /must be an IP address/],
    ["webrtc: { iceServers: [{ urls: https://turn.example }] }", /must begin with stun:/],
    ["cameras: { a: { source: demo, push: [https://x/whip] } }", /whip:\/\/ or whips:\/\/ address/],
    ["cameras: { a: { source: demo, push: ['whip://[x/whip'] } }", /such as whips:\/\/TOKEN@/],
    ["server: { origins: [home.example] }", /an origin such as/],
  ] as const;
  for (const [text, expected] of cases) {
    assert.throws(() => parseConfig(text, "b.yml", { env }), expected, text);
  }
});

Deno.test("a profile may be written as the number that it is", () => {
  const config = (profile: string) => parseConfig(`detector: { profile: ${profile} }`, "b.yaml");
  assert.equal(config("640").detector.profile, "640");
  assert.equal(config('"640"').detector.profile, "640");
  assert.throws(() => config("[640]"), /b\.yaml:1: 'detector\.profile': .*string.*number/);
});
