import assert from "node:assert/strict";
import { ConfigStore } from "../../src/config/store.ts";
import { createApp } from "../../src/server/app.ts";
import { FakeCamera, FakeDirectory } from "./fakes.ts";

const SOURCE = "rtsp://admin:hunter2@10.0.0.7/live";
const SHOWN = "rtsp://***@10.0.0.7/live";

interface Service {
  store: ConfigStore;
  camera: FakeCamera;
  ask(method: string, path: string, body?: unknown, type?: string): Promise<Response>;
}

async function withService(use: (service: Service) => Promise<void>): Promise<void> {
  const store = new ConfigStore({ memory: { gate: SOURCE } });
  const camera = new FakeCamera("gate");
  const stop = new AbortController();
  const app = createApp({
    cameras: new FakeDirectory(camera),
    store,
    version: "1",
    signal: stop.signal,
  });
  try {
    await use({
      store,
      camera,
      ask: async (method, path, body, type = "application/json") =>
        await app.request(path, {
          method,
          ...(body === undefined
            ? {}
            : { body: typeof body === "string" ? body : JSON.stringify(body) }),
          headers: body === undefined ? {} : { "content-type": type },
        }),
    });
  } finally {
    stop.abort();
    await camera.close();
  }
}

async function refused(response: Response, status: number, detail: RegExp): Promise<void> {
  assert.equal(response.status, status);
  assert.equal(response.headers.get("content-type"), "application/problem+json");
  assert.match((await response.json()).detail, detail);
}

Deno.test("settings are shown with defaults filled in and secrets hidden", () =>
  withService(async ({ ask }) => {
    const settings = await (await ask("GET", "/api/cameras/gate/settings")).json();
    assert.equal(settings.source, SHOWN);
    assert.equal(settings.lookAhead, 3);
    assert.equal(settings.mask.style, "mosaic");
    assert.equal(settings.saved, false);
    const config = await (await ask("GET", "/api/config")).text();
    assert.deepEqual(JSON.parse(config), { file: null, problem: null, cameras: [settings] });
    assert.ok(!config.includes("hunter2"));
  }));

Deno.test("only addresses are hidden, whatever word somebody has for a password", async () => {
  const memory = {
    gate: { source: "rtsp://admin:gate@10.0.0.7/gate", push: ["rtsp://tcp:gate@h/x"] },
  };
  const store = new ConfigStore({ memory });
  const app = createApp({
    cameras: new FakeDirectory(),
    store,
    version: "1",
    signal: AbortSignal.abort(),
  });
  const shown = await (await app.request("/api/cameras/gate/settings")).json();
  assert.equal(shown.name, "gate");
  assert.equal(shown.source, "rtsp://***@10.0.0.7/***");
  assert.deepEqual(shown.push, ["rtsp://***@h/x"]);
});

Deno.test("settings sent back as they were shown keep the secret, and change nothing else", () =>
  withService(async ({ ask, store }) => {
    const shown = await (await ask("GET", "/api/cameras/gate/settings")).json();
    let told = 0;
    store.onCameras = () => void told++;
    assert.equal((await ask("PATCH", "/api/cameras/gate/settings", shown)).status, 200);
    assert.equal(told, 0);
    const patch = { ...shown, mask: { ...shown.mask, style: "blur" } };
    const answer = await ask("PATCH", "/api/cameras/gate/settings", patch);
    assert.equal((await answer.json()).mask.style, "blur");
    assert.equal(told, 1);
    assert.equal(store.cameras()[0].source, SOURCE);
  }));

Deno.test("a hidden address that is changed otherwise is refused", () =>
  withService(async ({ ask, store }) => {
    const source = "rtsp://***@evil.example/live";
    await refused(
      await ask("PATCH", "/api/cameras/gate/settings", { source }),
      422,
      /part is hidden/,
    );
    assert.equal(store.cameras()[0].source, SOURCE);
  }));

Deno.test("zones and mask change by merge patch; null gives them back to the defaults", () =>
  withService(async ({ ask, store }) => {
    const always = [[[0, 0], [0.5, 0], [0.5, 0.5]]];
    const type = "application/merge-patch+json";
    await ask("PATCH", "/api/cameras/gate/settings", { zones: { always }, lookAhead: 5 }, type);
    assert.deepEqual(store.cameras()[0].zones.always, always);
    assert.equal(store.cameras()[0].lookAhead, 5);
    await ask("PATCH", "/api/cameras/gate/settings", { zones: null, lookAhead: null }, type);
    assert.deepEqual(store.cameras()[0].zones.always, []);
    assert.equal(store.cameras()[0].lookAhead, 3);
  }));

Deno.test("cameras are added, switched off, restarted and removed", () =>
  withService(async ({ ask, store, camera }) => {
    const added = await ask("POST", "/api/cameras", { name: "yard", source: "demo" });
    assert.equal(added.status, 201);
    const location = new URL(added.headers.get("location")!, "http://h/api/cameras").pathname;
    assert.equal((await (await ask("GET", location)).json()).source, "demo");
    await ask("PATCH", "/api/cameras/yard/settings", { enabled: false });
    assert.deepEqual(store.cameras().map(({ enabled }) => enabled), [true, false]);
    assert.equal((await ask("POST", "/api/cameras/gate/restart")).status, 202);
    assert.equal(camera.restarts, 1);
    assert.equal((await ask("DELETE", "/api/cameras/yard")).status, 204);
    assert.deepEqual(store.cameras().map(({ name }) => name), ["gate"]);
    await refused(await ask("DELETE", "/api/cameras/yard"), 404, /no camera 'yard'/);
  }));

Deno.test("what is not valid is refused with its key, and changes nothing", () =>
  withService(async ({ ask, store }) => {
    const before = JSON.stringify(store.cameras());
    const path = "/api/cameras/gate/settings";
    await refused(await ask("PATCH", path, { lookAhead: 99 }), 422, /'cameras\.gate\.lookAhead'/);
    await refused(await ask("PATCH", path, { colour: 1 }), 422, /'cameras\.gate\.colour'/);
    await refused(await ask("PATCH", path, { source: "gopher://h" }), 422, /'gopher'/);
    await refused(await ask("PATCH", path, []), 422, /object/);
    await refused(await ask("PATCH", path, "{"), 400, /not JSON/);
    await refused(await ask("PATCH", path, {}, "text/plain"), 415, /application\/json/);
    const hidden = { name: "yard", source: SHOWN };
    await refused(await ask("POST", "/api/cameras", hidden), 422, /part is hidden/);
    await refused(await ask("PUT", path, {}), 405, /GET, HEAD, PATCH/);
    for (const name of [undefined, 5, "", "__proto__", "a/b"]) {
      await refused(await ask("POST", "/api/cameras", { name, source: "demo" }), 422, /^'name': /);
    }
    const add = async (source?: string) => await ask("POST", "/api/cameras", { name: "a", source });
    await refused(await add(), 422, /'cameras\.a\.source': it is missing: expected string/);
    await refused(await add(""), 422, /'cameras\.a\.source': must not be empty/);
    await refused(await add("file://[x"), 422, /no file:\/\/ address/);
    await refused(await add("file:///%zz"), 422, /no file:\/\/ address/);
    await refused(await ask("POST", "/api/cameras", { name: "gate", source: "demo" }), 409, /gate/);
    const huge = { source: "x".repeat(300_000) };
    await refused(await ask("PATCH", path, huge), 413, /bytes/);
    assert.equal(JSON.stringify(store.cameras()), before);
  }));

Deno.test("the API expands neither variables nor files of the machine", () =>
  withService(async ({ ask, store }) => {
    const source = "http://evil.example/${file:/etc/hostname}";
    await refused(
      await ask("PATCH", "/api/cameras/gate/settings", { source }),
      422,
      /configuration file only/,
    );
    assert.equal(store.cameras().length, 1);
    assert.equal(store.cameras()[0].source, SOURCE);
  }));

Deno.test("a configuration file that stands in the way is told of by 409, and everything stays", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/bokashi.yaml`;
  const text = "cameras:\n  gate: demo\n";
  await Deno.writeTextFile(file, text);
  const store = new ConfigStore({ file, text });
  const stop = new AbortController();
  const app = createApp({ cameras: new FakeDirectory(), store, version: "1", signal: stop.signal });
  const ask = async (method: string, path: string, body?: unknown) =>
    await app.request(path, {
      method,
      headers: { "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const settings = "/api/cameras/gate/settings";
  try {
    // A disk without room: what is written beside the file, before it takes its place, goes to one.
    await Deno.symlink("/dev/full", `${file}.new`);
    await refused(await ask("PATCH", settings, { lookAhead: 9 }), 409, /No space left.*yourself/i);
    assert.equal(await Deno.readTextFile(file), text);
    assert.equal(store.cameras()[0].lookAhead, 3);

    await Deno.writeTextFile(file, "cameras:\n  gate:\n    sauce: demo\n");
    const broken = /not valid as it stands.*bokashi\.yaml:3: 'cameras\.gate\.sauce'/;
    await refused(await ask("PATCH", settings, { lookAhead: 9 }), 409, broken);
    await refused(await ask("POST", "/api/cameras", { name: "yard", source: "demo" }), 409, broken);
    await refused(await ask("POST", "/api/config/reload"), 422, /bokashi\.yaml:3: /);

    await Deno.remove(file);
    await refused(await ask("DELETE", "/api/cameras/gate"), 409, /Cannot read .*no such file/);
    await refused(await ask("POST", "/api/config/reload"), 409, /no such file/);
    assert.deepEqual(store.cameras().map(({ name }) => name), ["gate"]);

    // As a container mounts it: neither the file nor its folder can be written.
    await Deno.writeTextFile(file, text);
    await Deno.chmod(file, 0o400);
    await Deno.chmod(folder, 0o500);
    if (Deno.uid() === 0) return console.log("skipped: a read-only file: root may write it");
    await refused(await ask("PATCH", settings, { lookAhead: 9 }), 409, /permission denied/);
  } finally {
    stop.abort();
    await Deno.chmod(folder, 0o700);
    await Deno.remove(folder, { recursive: true });
  }
});
