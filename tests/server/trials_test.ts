import assert from "node:assert/strict";
import { ConfigStore } from "../../src/config/store.ts";
import { createApp } from "../../src/server/app.ts";
import { FakeDirectory } from "./fakes.ts";

/** Asks a service with one camera to try out others. */
async function withTrials(
  use: (store: ConfigStore, post: (entry: unknown) => Promise<Response>) => Promise<void>,
  options: { file?: string; text?: string } = {},
): Promise<void> {
  const store = new ConfigStore({ memory: { gate: "rtsp://h/live" }, ...options });
  const stop = new AbortController();
  const app = createApp({
    cameras: new FakeDirectory(),
    store,
    version: "1",
    signal: stop.signal,
  });
  try {
    await use(store, async (entry) =>
      await app.request("/api/trials", {
        method: "POST",
        body: JSON.stringify(entry),
        headers: { "content-type": "application/json" },
      }));
  } finally {
    stop.abort();
  }
}

Deno.test("a camera that is tried out runs beside the others and stands in no file", () =>
  withTrials(async (store, post) => {
    const response = await post({ source: "rtsp://user:pw@h/new", mask: { style: "solid" } });
    assert.equal(response.status, 201);
    const { name } = await response.json();
    assert.match(name, /^trial-[0-9a-f]{8}$/);
    const trial = store.cameras().find((camera) => camera.name === name);
    assert.equal(trial?.source, "rtsp://user:pw@h/new");
    assert.equal(trial?.mask.style, "solid");
    assert.equal(store.isSaved(name), false);
  }, { file: "/nowhere/bokashi.yaml", text: "cameras: {}" }));

Deno.test("what no camera can be opened by is refused at once", () =>
  withTrials(async (store, post) => {
    assert.equal((await post({ source: "gopher://h/" })).status, 422);
    assert.equal((await post({ source: "rtsp://h/${TOKEN}" })).status, 422);
    assert.equal((await post({ source: "rtsp://***@h/live" })).status, 422);
    assert.equal((await post({ source: "rtsp://h/", unknown: 1 })).status, 422);
    assert.equal(store.cameras().length, 1);
  }));

Deno.test("four cameras are tried out at a time; one that is removed makes room", () =>
  withTrials(async (store, post) => {
    const names: string[] = [];
    for (let i = 0; i < 4; i++) {
      names.push((await (await post({ source: `rtsp://h/${i}` })).json()).name);
    }
    const refused = await post({ source: "rtsp://h/5" });
    assert.equal(refused.status, 503);
    assert.equal(refused.headers.get("retry-after"), "5");
    await store.remove(names[0]);
    assert.equal((await post({ source: "rtsp://h/5" })).status, 201);
  }));
