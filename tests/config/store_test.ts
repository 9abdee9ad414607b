import assert from "node:assert/strict";
import { ConfigStore } from "../../src/config/store.ts";
import { watchFile } from "../../src/config/watch_file.ts";
import type { CameraConfig } from "../../src/config/schema.ts";

const TEXT = `# The yard's service.
server:
  port: 9000 # behind the proxy

cameras:
  # At the gate.
  gate: rtsp://\${GATE_USER:admin}:\${GATE_PASSWORD:hunter2}@10.0.0.7/live
  yard:
    source: demo # for now
    mask: { style: blur }
`;

interface Opened {
  store: ConfigStore;
  file: string;
  /** The cameras that were told of, each time. */
  told: CameraConfig[][];
  text(): string;
}

async function withStore(use: (opened: Opened) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/bokashi.yaml`;
  try {
    await Deno.writeTextFile(file, TEXT, { mode: 0o600 });
    const store = new ConfigStore({ file, text: TEXT, memory: { door: "demo" } });
    const told: CameraConfig[][] = [];
    store.onCameras = (cameras) => void told.push(cameras);
    await use({ store, file, told, text: () => Deno.readTextFileSync(file) });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a change goes into the file and leaves its comments and secrets as they are", () =>
  withStore(async ({ store, file, told, text }) => {
    await store.change("gate", { lookAhead: 7, mask: { style: "solid" } });
    assert.equal(
      text(),
      TEXT.replace(
        / {2}gate: (.*)\n/,
        "  gate:\n    source: $1\n    lookAhead: 7\n    mask:\n      style: solid\n",
      ),
    );
    const gate = told[0].find(({ name }) => name === "gate")!;
    assert.equal(gate.source, "rtsp://admin:hunter2@10.0.0.7/live");
    assert.equal(gate.lookAhead, 7);
    assert.equal(gate.mask.style, "solid");
    assert.equal(gate.mask.margin, 0.1);
    assert.equal((await Deno.stat(file)).mode! & 0o777, 0o600);
    assert.equal((await Array.fromAsync(Deno.readDir(file.replace(/[^/]*$/, "")))).length, 1);
  }));

Deno.test("areas are written a line each, and what stands around them stays", () =>
  withStore(async ({ store, text }) => {
    const triangle = (x: number) => [[x, 0.1], [x + 0.25, 0.1], [x, 0.125]];
    const zones = { always: [triangle(0), triangle(0.5)], ignore: [], detect: [] };
    const lines = `    zones:
      always:
        - [ [ 0, 0.1 ], [ 0.25, 0.1 ], [ 0, 0.125 ] ]
        - [ [ 0.5, 0.1 ], [ 0.75, 0.1 ], [ 0.5, 0.125 ] ]
`;
    await store.change("yard", { zones });
    assert.ok(text().startsWith(TEXT + lines), text());
    // Once more: an area that was there is changed in its place.
    await store.change("yard", { zones: { ...zones, always: [triangle(0.5)] } });
    assert.ok(text().startsWith(TEXT + lines.replace(/ {8}.*\n/, "")), text());
    await store.add("side", { source: "demo", zones: { detect: [triangle(0)] } });
    assert.match(text(), /detect:\n {8}- \[ \[ 0, 0\.1 \], .* \]\n/);
    assert.match(text(), /^# The yard's service\./);
    assert.match(text(), /source: demo # for now/);
  }));

Deno.test("null gives a key back to the defaults", () =>
  withStore(async ({ store, text }) => {
    await store.change("yard", { mask: { style: null, margin: 0.2 } });
    assert.match(text(), /source: demo # for now\n {4}mask: \{ margin: 0.2 \}/);
    const yard = store.cameras().find(({ name }) => name === "yard")!;
    assert.equal(yard.mask.style, "mosaic");
    assert.equal(yard.mask.margin, 0.2);
  }));

Deno.test("cameras are added to the file and removed from it", () =>
  withStore(async ({ store, text }) => {
    await store.add("side", { source: "demo", zones: { always: [[[0, 0], [1, 0], [1, 1]]] } });
    assert.deepEqual(store.cameras().map(({ name }) => name), ["gate", "yard", "side", "door"]);
    await store.remove("side");
    await store.remove("yard");
    assert.ok(!/side|yard:/.test(text()), text());
    assert.match(text(), /# At the gate\./);
  }));

Deno.test("cameras of the command line change in memory only", () =>
  withStore(async ({ store, text }) => {
    assert.equal(store.isSaved("door"), false);
    await store.change("door", { enabled: false });
    assert.equal(store.cameras().find(({ name }) => name === "door")!.enabled, false);
    await store.remove("door");
    assert.deepEqual(store.cameras().map(({ name }) => name), ["gate", "yard"]);
    assert.equal(text(), TEXT);
  }));

Deno.test("without a file cameras are added in memory, to sections of null too", async () => {
  const store = new ConfigStore({});
  await store.add("gate", { source: "demo" });
  assert.equal(store.isSaved("gate"), false);
  assert.deepEqual(store.cameras().map(({ name }) => name), ["gate"]);
  await assert.rejects(store.add("yard", { source: "" }), { name: "ConfigError" });
  await assert.rejects(store.add("a/b", { source: "demo" }), /a camera's name must be/);
});

Deno.test("a change that is not valid is refused with its key and changes nothing", () =>
  withStore(async ({ store, told, text }) => {
    await assert.rejects(store.change("yard", { mask: { style: "pixels" } }), {
      name: "ConfigError",
      what: `'cameras.yard.mask.style': Invalid option: expected one of "mosaic"|"blur"|"solid"`,
    });
    await assert.rejects(store.change("yard", { source: null }), /'cameras\.yard/);
    assert.equal(text(), TEXT);
    assert.equal(told.length, 0);
  }));

Deno.test("a file that cannot be written refuses the change", () =>
  withStore(async ({ store, file, told }) => {
    await Deno.remove(file);
    await assert.rejects(store.change("yard", { lookAhead: 1 }), /no such file/);
    assert.equal(told.length, 0);
  }));

Deno.test("an invalid file is refused with line, key and expectation, and the old one stays", () =>
  withStore(async ({ store, file, told }) => {
    await Deno.writeTextFile(file, TEXT.replace("style: blur", "style: blurr"));
    await assert.rejects(
      store.reload(),
      /bokashi\.yaml:10: 'cameras\.yard\.mask\.style': .*"blur"/,
    );
    assert.match(store.problem ?? "", /bokashi\.yaml:10/);
    assert.equal(store.cameras()[1].mask.style, "blur");
    assert.equal(told.length, 0);
    // A change through the API would write over what somebody is about to finish.
    await assert.rejects(store.change("gate", { lookAhead: 1 }), /bokashi\.yaml/);
    await Deno.writeTextFile(file, TEXT.replace("style: blur", "style: solid"));
    await store.reload();
    assert.equal(store.problem, null);
    assert.equal(told[0][1].mask.style, "solid");
  }));

Deno.test("a reload says what takes effect at the next start only", () =>
  withStore(async ({ store, file }) => {
    await Deno.writeTextFile(file, TEXT.replace("9000", "9001"));
    assert.deepEqual(await store.reload(), ["server"]);
    assert.deepEqual(await store.reload(), []);
  }));

Deno.test("watchFile tells of a file that is written and of one that is replaced", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/bokashi.yaml`;
  await Deno.writeTextFile(file, "a");
  let changed = () => {};
  const end = watchFile(file, () => changed());
  try {
    const next = () => new Promise<void>((resolve) => changed = resolve);
    let told = next();
    await Deno.writeTextFile(file, "b");
    await told;
    told = next();
    await Deno.writeTextFile(`${file}~`, "c");
    await Deno.rename(`${file}~`, file);
    await told;
  } finally {
    end();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("what a camera shares with another by an alias becomes its own when it is changed", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/bokashi.yaml`;
  const text = `cameras:
  gate:
    source: demo
    mask: &mask { style: solid, margin: 0.3 }
  yard:
    source: demo
    mask: *mask
  side: &side { source: demo, lookAhead: 5 }
  door: *side
`;
  try {
    await Deno.writeTextFile(file, text);
    const store = new ConfigStore({ file, text });
    await store.change("yard", { mask: { style: "blur" } });
    await store.change("door", { lookAhead: 7 });
    const seen = store.cameras().map(({ name, lookAhead, mask: { style, margin } }) =>
      [name, lookAhead, style, margin].join(" ")
    );
    assert.deepEqual(seen, [
      "gate 3 solid 0.3",
      "yard 3 blur 0.3",
      "side 5 mosaic 0.1",
      "door 7 mosaic 0.1",
    ]);
    assert.deepEqual(
      new ConfigStore({ file, text: await Deno.readTextFile(file) }).cameras(),
      store.cameras(),
    );
    // The anchor cannot go as long as something refers to it.
    const again = `${text}  back: *side\n`;
    await Deno.writeTextFile(file, again);
    await assert.rejects(store.remove("side"), { name: "ConfigFileError", message: /alias/ });
    assert.equal(await Deno.readTextFile(file), again);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
