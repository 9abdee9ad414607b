import { Hono } from "hono";
import { problem } from "./errors.ts";

const TYPES: Record<string, string> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  mjs: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

const ROOT = new URL("../../static/", import.meta.url);
const PACKAGES = new URL("../../node_modules/", import.meta.url);

/** Browser builds that are served as the packages bring them, so that nothing is copied or built. */
const VENDOR: Record<string, string> = {
  "hls.mjs": "hls.js/dist/hls.light.min.mjs",
  "uplot.js": "uplot/dist/uPlot.iife.min.js",
  "uplot.css": "uplot/dist/uPlot.min.css",
};

interface Asset {
  body: Uint8Array<ArrayBuffer>;
  /** The same, compressed once for all. */
  gzipped: Uint8Array<ArrayBuffer>;
  etag: string;
  changedAtMs: number;
}

/**
 * `GET /static/...`: what the browser loads. A name of a folder or with a dot in front is not even
 * looked for, so that no path leads out of the folder.
 */
export function staticRoutes(): Hono {
  const assets = new Map<string, Asset>();
  const routes = new Hono();
  routes.get("/static/:file{[a-z0-9_]+\\.[a-z]+}", async (c) => {
    return await answer(c.req.raw, new URL(c.req.param("file"), ROOT), assets);
  });
  routes.get("/static/vendor/:file", async (c) => {
    const name = c.req.param("file");
    const path = Object.hasOwn(VENDOR, name) ? VENDOR[name] : undefined;
    if (path === undefined) throw problem(404, `There is nothing at ${c.req.path}.`);
    return await answer(c.req.raw, new URL(path, PACKAGES), assets);
  });
  routes.get("/favicon.ico", (c) => c.redirect("static/favicon.svg", 301));
  return routes;
}

async function answer(request: Request, url: URL, assets: Map<string, Asset>): Promise<Response> {
  const type = TYPES[url.pathname.split(".").at(-1)!];
  const asset = type === undefined ? null : await load(url, assets);
  if (asset === null) throw problem(404, `There is nothing at ${new URL(request.url).pathname}.`);
  const headers: Record<string, string> = {
    "content-type": type!,
    "vary": "Accept-Encoding",
    // Weak, as it stands for the compressed bytes and the plain ones.
    "etag": asset.etag,
    // Asked for again each time, answered by 304: a page never mixes files of two versions.
    "cache-control": "no-cache",
  };
  const known = request.headers.get("if-none-match") ?? "";
  if (known.split(",").some((tag) => tag.trim() === asset.etag)) {
    return new Response(null, { status: 304, headers });
  }
  const gzip = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/.test(
    request.headers.get("accept-encoding") ?? "",
  );
  if (gzip) headers["content-encoding"] = "gzip";
  return new Response(gzip ? asset.gzipped : asset.body, { headers });
}

async function load(url: URL, assets: Map<string, Asset>): Promise<Asset | null> {
  let changedAtMs: number;
  try {
    const info = await Deno.stat(url);
    if (!info.isFile) return null;
    changedAtMs = info.mtime?.getTime() ?? 0;
    const kept = assets.get(url.href);
    if (kept && kept.changedAtMs === changedAtMs) return kept;
    const body = await Deno.readFile(url);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
    const gzipped = await compress(body);
    const asset = { body, gzipped, etag: `W/"${digest.toHex().slice(0, 24)}"`, changedAtMs };
    assets.set(url.href, asset);
    return asset;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

async function compress(body: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([body]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
