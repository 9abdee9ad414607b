import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import type { Hono } from "hono";
import { createApp } from "../../src/server/app.ts";
import { parseRange } from "../../src/server/recordings.ts";
import { ViewerLimits } from "../../src/deliver/viewer_limits.ts";
import { FakeCamera, FakeDirectory } from "./fakes.ts";

const NAME = "2026-03-01T09-00-00.000Z.mp4";
const CONTENT = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
const URL_OF = `/api/cameras/gate/recordings/${NAME}`;

async function withRecording(use: (app: Hono) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(`${folder}/gate`);
  await Deno.writeFile(`${folder}/gate/${NAME}`, CONTENT);
  await Deno.writeTextFile(`${folder}/secret.mp4`, "secret");
  const limits = new ViewerLimits({ perCamera: 0, perAddress: 0 });
  const camera = new FakeCamera("gate", {}, limits, folder);
  const stop = new AbortController();
  const cameras = new FakeDirectory(camera);
  try {
    await use(createApp({ cameras, version: "1", signal: stop.signal }));
  } finally {
    stop.abort();
    await camera.close();
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("recordings: listed by camera", () =>
  withRecording(async (app) => {
    const [recording] = await (await app.request("/api/cameras/gate/recordings")).json();
    strictEqual(recording.name, NAME);
    strictEqual(recording.bytes, 1000);
    strictEqual((await app.request("/api/cameras/none/recordings")).status, 404);
  }));

Deno.test("recordings: downloaded whole, in ranges, or as headers only", () =>
  withRecording(async (app) => {
    const whole = await app.request(URL_OF);
    strictEqual(whole.status, 200);
    strictEqual(whole.headers.get("content-type"), "video/mp4");
    strictEqual(whole.headers.get("accept-ranges"), "bytes");
    deepStrictEqual(new Uint8Array(await whole.arrayBuffer()), CONTENT);
    const part = await app.request(URL_OF, { headers: { range: "bytes=100-199" } });
    strictEqual(part.status, 206);
    strictEqual(part.headers.get("content-range"), "bytes 100-199/1000");
    deepStrictEqual(new Uint8Array(await part.arrayBuffer()), CONTENT.slice(100, 200));
    const outside = await app.request(URL_OF, { headers: { range: "bytes=1000-" } });
    strictEqual(outside.status, 416);
    strictEqual(outside.headers.get("content-range"), "bytes */1000");
    const head = await app.request(URL_OF, { method: "HEAD" });
    strictEqual(head.headers.get("content-length"), "1000");
    strictEqual(await head.text(), "");
  }));

Deno.test("recordings: what is no recording is not found, wherever it lies", () =>
  withRecording(async (app) => {
    for (
      const name of ["secret.mp4", "..%2fsecret.mp4", "%2e%2e%2fsecret.mp4", "..%5csecret.mp4", "x"]
    ) {
      const response = await app.request(`/api/cameras/gate/recordings/${name}`);
      strictEqual(response.status, 404, name);
      match((await response.json()).detail, /no/i);
    }
  }));

Deno.test("parseRange() reads one range, and gives the whole file for all else", () => {
  deepStrictEqual(parseRange("bytes=0-", 10), { from: 0, to: 10 });
  deepStrictEqual(parseRange("bytes=2-3", 10), { from: 2, to: 4 });
  deepStrictEqual(parseRange("bytes=2-99", 10), { from: 2, to: 10 });
  deepStrictEqual(parseRange("bytes=-3", 10), { from: 7, to: 10 });
  deepStrictEqual(parseRange("bytes=-99", 10), { from: 0, to: 10 });
  for (
    const text of [undefined, "", "bytes=", "bytes=-", "bytes=0-1,3-4", "pages=1-2", "bytes=a-b"]
  ) {
    strictEqual(parseRange(text, 10), null, text);
  }
  for (const text of ["bytes=10-", "bytes=5-4", "bytes=-0"]) {
    strictEqual(parseRange(text, 10), "outside", text);
  }
});
