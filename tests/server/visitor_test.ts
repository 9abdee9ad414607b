import { doesNotMatch, match, strictEqual } from "node:assert/strict";
import { ConfigStore } from "../../src/config/store.ts";
import { createApp } from "../../src/server/app.ts";
import { FakeCamera, FakeDirectory } from "./fakes.ts";

const tokens = { admin: "correct-horse-battery-staple", view: "only-looks-at-the-pictures" };

function request(path: string, token: string, headers: Record<string, string> = {}) {
  const app = createApp({
    cameras: new FakeDirectory(new FakeCamera("gate")),
    store: new ConfigStore({ memory: { gate: "rtsp://a:b@10.0.0.7/gate" } }),
    version: "1",
    tokens,
    signal: AbortSignal.abort(),
  });
  return app.request(path, { headers: { authorization: `Bearer ${token}`, ...headers } });
}

const PAGES = ["/", "/cameras/gate", "/recordings", "/throughput"];
/** What leads to a change: links, forms, and what tells scripts that they may offer one. */
const CHANGES = /data-may-change|href="[^"]*(\/settings|\badd)"/;

Deno.test("whoever may only watch is offered no change on any page", async () => {
  for (const path of PAGES) {
    const response = await request(path, tokens.view);
    strictEqual(response.status, 200, path);
    const html = await response.text();
    match(html, /gate|Throughput/, path);
    doesNotMatch(html, CHANGES, path);
    match(html, /action="[^"]*sign-out"/, path);
  }
});

Deno.test("an administrator is offered changes", async () => {
  for (const path of PAGES) {
    match(await (await request(path, tokens.admin)).text(), CHANGES, path);
  }
});

Deno.test("pages that change something are refused to whoever may only watch", async () => {
  for (const path of ["/add", "/cameras/gate/settings"]) {
    strictEqual((await request(path, tokens.admin)).status, 200, path);
    const refusal = await request(path, tokens.view);
    strictEqual(refusal.status, 403, path);
    strictEqual((await refusal.json()).detail, "This needs the token of the role 'admin'.");
  }
});

Deno.test("pages are not kept by a browser: they differ by who asks", async () => {
  for (const path of [...PAGES, "/add", "/cameras/gate/settings"]) {
    const response = await request(path, tokens.admin);
    strictEqual(response.headers.get("cache-control"), "no-store", path);
    await response.body?.cancel();
  }
});

Deno.test("a browser is told in a page what it cannot have, a program in JSON", async () => {
  const accept = "text/html,application/xhtml+xml;q=0.9";
  const cases = [
    ["/cameras/nope", 404, "There is no camera &#39;nope&#39;.", "../"],
    ["/nothing/at/all", 404, "There is nothing at /nothing/at/all.", "../../"],
    ["/add", 403, "This needs the token of the role &#39;admin&#39;.", "./"],
  ] as const;
  for (const [path, status, detail, back] of cases) {
    const page = await request(path, tokens.view, { accept });
    strictEqual(page.status, status, path);
    match(page.headers.get("content-type") ?? "", /^text\/html/);
    const html = await page.text();
    match(html, new RegExp(`<p>${detail}</p>`));
    match(html, new RegExp(`<a href="${back}">To the cameras</a>`));
    const answer = await request(path, tokens.view);
    strictEqual(answer.headers.get("content-type"), "application/problem+json", path);
    await answer.body?.cancel();
  }
  const api = await request("/api/cameras/nope", tokens.view, { accept });
  strictEqual(api.headers.get("content-type"), "application/problem+json");
  await api.body?.cancel();
});

Deno.test("the address that nobody may see in an error page is not markup", async () => {
  const html = await (await request("/<b>x", tokens.view, { accept: "text/html" })).text();
  doesNotMatch(html, /<b>x/);
});
