import assert from "node:assert/strict";
import { ConfigStore } from "../../src/config/store.ts";
import { cameraStatusSchema, settingsSchema } from "../../src/server/api_schemas.ts";
import { createApp } from "../../src/server/app.ts";
import { OPERATIONS } from "../../src/server/operations.ts";
import { settingsView } from "../../src/server/settings_view.ts";
import { FakeDirectory, fakeStatus } from "./fakes.ts";

const store = new ConfigStore({ memory: { gate: "rtsp://a:b@h/live" } });

function app() {
  const signal = AbortSignal.abort();
  return createApp({ cameras: new FakeDirectory(), store, version: "1.2.3", signal });
}

Deno.test("every route of the API is in the OpenAPI document, and everything in it has a route", () => {
  const routes = app().routes.filter(({ method }) => method !== "ALL")
    .map(({ method, path }) => `${method.toLowerCase()} ${path.replace(/:(\w+)/g, "{$1}")}`);
  const documented = OPERATIONS.map(({ method, path }) => `${method} ${path}`);
  assert.deepEqual(documented.filter((each) => !routes.includes(each)), []);
  const ours = routes.filter((each) => / \/(api\/|healthz|readyz|metrics)/.test(each));
  assert.ok(ours.length > 10);
  assert.deepEqual(ours.filter((each) => !documented.includes(each)), []);
});

Deno.test("the OpenAPI document is whole: names are unique, references lead somewhere", async () => {
  const response = await app().request("/api/openapi.json");
  const document = await response.json();
  assert.equal(document.openapi, "3.1.0");
  assert.equal(document.info.version, "1.2.3");
  const ids: string[] = [];
  for (const [path, operations] of Object.entries<Record<string, never>>(document.paths)) {
    for (const operation of Object.values<Record<string, never>>(operations)) {
      ids.push(operation.operationId);
      const names = (operation.parameters as { name: string }[] ?? []).map(({ name }) => name);
      assert.deepEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name), names, path);
      assert.ok(Object.keys(operation.responses).some((status) => status.startsWith("2")), path);
    }
  }
  assert.equal(new Set(ids).size, ids.length);
  for (const [, ref] of JSON.stringify(document).matchAll(/"\$ref":"#([^"]*)"/g)) {
    const found = ref.split("/").slice(1).reduce((node, key) => node?.[key], document);
    assert.ok(found, ref);
  }
});

Deno.test("what the API answers is as its schemas say", () => {
  cameraStatusSchema.parse(fakeStatus("gate"));
  settingsSchema.parse(settingsView(store.cameras()[0], false));
});

Deno.test("the document is a page as well, which needs nothing from elsewhere", async () => {
  const response = await app().request("/api/docs");
  const html = await response.text();
  for (const { method, path } of OPERATIONS) {
    assert.ok(html.includes(`>${method.toUpperCase()}</code> <code>${path}<`), path);
  }
  for (const [, url] of html.matchAll(/(?:src|href)="([^"]*)"/g)) {
    const { pathname, origin } = new URL(url, "http://localhost/api/docs");
    assert.equal(origin, "http://localhost");
    assert.equal((await app().request(pathname)).status, 200, url);
  }
});
