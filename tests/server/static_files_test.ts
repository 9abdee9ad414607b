import { match, ok, strictEqual } from "node:assert/strict";
import { staticRoutes } from "../../src/server/static_files.ts";

const routes = staticRoutes();

Deno.test("static files come with their types and are asked for again each time", async () => {
  const types: Record<string, string> = {
    "dashboard.css": "text/css; charset=utf-8",
    "dashboard.js": "text/javascript; charset=utf-8",
    "favicon.svg": "image/svg+xml",
    "vendor/hls.mjs": "text/javascript; charset=utf-8",
    "vendor/uplot.js": "text/javascript; charset=utf-8",
    "vendor/uplot.css": "text/css; charset=utf-8",
  };
  for (const [file, type] of Object.entries(types)) {
    const response = await routes.request(`/static/${file}`);
    strictEqual(response.status, 200, file);
    strictEqual(response.headers.get("content-type"), type, file);
    strictEqual(response.headers.get("cache-control"), "no-cache", file);
    ok((await response.text()).length > 100, file);
  }
});

Deno.test("a file that the browser has is not sent again", async () => {
  const etag = (await routes.request("/static/dashboard.js")).headers.get("etag")!;
  match(etag, /^"[0-9a-f]{24}"$/);
  for (const known of [etag, `W/${etag}`, `"other", ${etag}`]) {
    const headers = { "if-none-match": known };
    const response = await routes.request("/static/dashboard.js", { headers });
    strictEqual(response.status, 304, known);
    strictEqual(await response.text(), "");
  }
  const headers = { "if-none-match": '"other"' };
  strictEqual((await routes.request("/static/dashboard.js", { headers })).status, 200);
});

Deno.test("no path leads out of the folder", async () => {
  const paths = [
    "..%2fdeno.json",
    "..%2F..%2Fetc%2Fpasswd",
    "%2e%2e/deno.json",
    "%2e%2e%2fdeno.json",
    "....//deno.json",
    "/etc/passwd",
    "vendor/..%2f..%2fdeno.json",
    "vendor/package.json",
    "vendor/hls.js%2fpackage.json",
    "vendor/__proto__",
    "vendor/constructor",
    "vendor/",
    "vendor",
    ".",
    "",
    "dashboard.js%00.svg",
    "dashboard.js/",
    "DASHBOARD.JS",
    "none.js",
    "..\\deno.json",
    "deno.json",
  ];
  for (const path of paths) {
    const response = await routes.request(`http://localhost/static/${path}`);
    strictEqual(response.status, 404, path);
  }
});
