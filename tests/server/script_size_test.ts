import { ok } from "node:assert/strict";
import { createApp } from "../../src/server/app.ts";
import { FakeDirectory } from "./fakes.ts";

const MOST_BYTES = 300 * 1024;
const VENDOR = ["vendor/hls.mjs", "vendor/uplot.js"];

Deno.test("all scripts of all pages, the player included, are under 300 KB as they are sent", async () => {
  const app = createApp({
    cameras: new FakeDirectory(),
    version: "1",
    signal: AbortSignal.abort(),
  });
  const own = [...Deno.readDirSync(new URL("../../static/", import.meta.url))]
    .map(({ name }) => name).filter((name) => name.endsWith(".js"));
  ok(own.length > 10);
  let bytes = 0;
  for (const name of [...own, ...VENDOR]) {
    const response = await app.request(`/static/${name}`, {
      headers: { "accept-encoding": "gzip" },
    });
    ok(response.headers.get("content-encoding") === "gzip", name);
    bytes += (await response.arrayBuffer()).byteLength;
  }
  ok(bytes < MOST_BYTES, `they have ${bytes} bytes`);
  ok(bytes > 20_000, `only ${bytes} bytes: something is missing`);
});
