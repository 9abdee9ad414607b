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
  match(etag, /^W\/"[0-9a-f]{24}"$/);
  for (const known of [etag, `"other", ${etag}`]) {
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

Deno.test("files come compressed to those that can read it", async () => {
  const plain = await (await routes.request("/static/vendor/hls.mjs")).text();
  const headers = { "accept-encoding": "br, gzip" };
  const response = await routes.request("/static/vendor/hls.mjs", { headers });
  strictEqual(response.headers.get("content-encoding"), "gzip");
  strictEqual(response.headers.get("vary"), "Accept-Encoding");
  const text = response.body!.pipeThrough(new DecompressionStream("gzip"));
  strictEqual(await new Response(text).text(), plain);
  for (const refused of ["", "identity", "gzip;q=0", "gzip; q=0.0, br"]) {
    const headers = { "accept-encoding": refused };
    const response = await routes.request("/static/dashboard.js", { headers });
    strictEqual(response.headers.get("content-encoding"), null, refused);
  }
});
