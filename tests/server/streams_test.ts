import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { Hono } from "hono";
import { createApp } from "../../src/server/app.ts";
import { encodeTestPicture, playLoop } from "../deliver/access_units.ts";
import { inTime, until } from "../wait.ts";
import { FakeCamera, FakeDirectory } from "./fakes.ts";

const units = await encodeTestPicture({ seconds: 5, fps: 10 });

async function withCamera(
  use: (app: Hono, camera: FakeCamera) => Promise<void>,
): Promise<void> {
  const camera = new FakeCamera("gate");
  const stop = new AbortController();
  const cameras = new FakeDirectory(camera);
  try {
    await use(createApp({ cameras, version: "1", signal: stop.signal }), camera);
  } finally {
    stop.abort();
    await camera.close();
  }
}

/** A snapshot, however often a busy machine's ffmpeg is too late with it. */
function snapshot(app: Hono, query = ""): Promise<Response> {
  const ask = async () => await app.request(`/cameras/gate/snapshot.jpg${query}`);
  return until("a snapshot", ask, ({ status }) => status === 200);
}

/** The lines of a playlist that name a file. */
function filesOf(playlist: string): string[] {
  return [...playlist.matchAll(/^(?:#EXT-X-MAP:URI="(.+)"|([^#\s].*))$/gm)].map((m) =>
    m[1] ?? m[2]!
  );
}

Deno.test("HLS: from the first playlist to the last segment, with types and cache headers", () =>
  withCamera(async (app, camera) => {
    for (const unit of units) camera.feed.publish(unit);
    const master = await app.request("/cameras/gate/hls/index.m3u8");
    strictEqual(master.status, 200);
    strictEqual(master.headers.get("content-type"), "application/vnd.apple.mpegurl");
    match(master.headers.get("cache-control") ?? "", /no-store/);
    deepStrictEqual(filesOf(await master.text()), ["live.m3u8"]);
    const media = await app.request("/cameras/gate/hls/live.m3u8");
    match(media.headers.get("cache-control") ?? "", /no-cache/);
    const files = filesOf(await media.text());
    ok(files.length >= 3, files.join());
    for (const file of files) {
      const response = await app.request(`/cameras/gate/hls/${file}`);
      strictEqual(response.status, 200, file);
      strictEqual(response.headers.get("content-type"), "video/mp4", file);
      match(response.headers.get("cache-control") ?? "", /immutable/, file);
      ok((await response.arrayBuffer()).byteLength > 100, file);
    }
  }));

Deno.test("HLS: each answer tells its length and carries the security headers", () =>
  withCamera(async (app, camera) => {
    for (const unit of units) camera.feed.publish(unit);
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, app.fetch);
    const load = (file: string) =>
      fetch(`http://127.0.0.1:${server.addr.port}/cameras/gate/hls/${file}`);
    try {
      const [init, segment] = filesOf(await (await load("live.m3u8")).text());
      for (const file of ["index.m3u8", "live.m3u8", init!, segment!]) {
        const response = await load(file);
        const { byteLength } = await response.arrayBuffer();
        strictEqual(response.headers.get("content-length"), String(byteLength), file);
        match(response.headers.get("content-security-policy") ?? "", /default-src 'none'/, file);
      }
    } finally {
      await server.shutdown();
    }
  }));

Deno.test("HLS: HEAD gives the headers without a body, and makes no viewer", () =>
  withCamera(async (app, camera) => {
    for (const unit of units) camera.feed.publish(unit);
    const response = await app.request("/cameras/gate/hls/index.m3u8", { method: "HEAD" });
    strictEqual(response.status, 200);
    strictEqual(response.headers.get("content-type"), "application/vnd.apple.mpegurl");
    strictEqual(await response.text(), "");
    strictEqual(camera.hls.viewers, 0);
  }));

Deno.test("HLS: a playlist is held back until it has the part that is asked for", () =>
  withCamera(async (app, camera) => {
    for (const unit of units.slice(0, 25)) camera.feed.publish(unit);
    const ask = (query: string) => app.request(`/cameras/gate/hls/live.m3u8?${query}`);
    const text = await (await ask("")).text();
    const [, msn, part] = /PRELOAD-HINT:TYPE=PART,URI="part-(\d+)\.(\d+)\.m4s"/.exec(text)!;
    const held = ask(`_HLS_msn=${msn}&_HLS_part=${part}`);
    const file = app.request(`/cameras/gate/hls/part-${msn}.${part}.m4s`);
    for (const unit of units.slice(25, 28)) camera.feed.publish(unit);
    match(await (await held).text(), new RegExp(`URI="part-${msn}\\.${part}\\.m4s"`));
    strictEqual((await file).status, 200);
    match((await file).headers.get("cache-control") ?? "", /immutable/);
    for (const query of [`_HLS_msn=${Number(msn) + 9}`, "_HLS_part=1", "_HLS_msn=x"]) {
      strictEqual((await ask(query)).status, 400, query);
    }
  }));

Deno.test("HLS: viewers are counted by address and program", () =>
  withCamera(async (app, camera) => {
    for (const unit of units) camera.feed.publish(unit);
    const ask = (hostname: string, agent: string) =>
      app.request("/cameras/gate/hls/live.m3u8", { headers: { "user-agent": agent } }, {
        remoteAddr: { transport: "tcp", hostname, port: 5000 },
      });
    await ask("10.0.0.1", "VLC");
    await ask("10.0.0.1", "VLC");
    strictEqual(camera.hls.viewers, 1);
    await ask("10.0.0.1", "hls.js");
    await ask("10.0.0.2", "VLC");
    strictEqual(camera.hls.viewers, 3);
  }));

Deno.test("HLS: a player that comes first waits for the first segment", () =>
  withCamera(async (app, camera) => {
    const early = app.request("/cameras/gate/hls/index.m3u8");
    for (const unit of units) camera.feed.publish(unit);
    strictEqual((await early).status, 200);
  }));

Deno.test("HLS: a stream that has ended says so, and unknown files are not found", () =>
  withCamera(async (app, camera) => {
    for (const name of ["seg-1.m4s", "init-9.mp4", "..%2fapp.ts", "x.m3u8", "seg-.m4s"]) {
      strictEqual((await app.request(`/cameras/gate/hls/${name}`)).status, 404, name);
    }
    camera.hls.close();
    const response = await app.request("/cameras/gate/hls/index.m3u8");
    strictEqual(response.status, 503);
    strictEqual(response.headers.get("retry-after"), "1");
  }));

Deno.test("snapshot: 503 before there is a picture, then a JPEG that nobody keeps", () =>
  withCamera(async (app, camera) => {
    const early = await app.request("/cameras/gate/snapshot.jpg");
    strictEqual(early.status, 503);
    strictEqual(early.headers.get("retry-after"), "1");
    for (const unit of units.slice(0, 5)) camera.feed.publish(unit);
    const response = await snapshot(app);
    strictEqual(response.headers.get("content-type"), "image/jpeg");
    strictEqual(response.headers.get("cache-control"), "no-store");
    const bytes = new Uint8Array(await response.arrayBuffer());
    deepStrictEqual([...bytes.slice(0, 2)], [0xff, 0xd8]);
  }));

Deno.test("snapshot: made smaller, and only by a sensible width", () =>
  withCamera(async (app, camera) => {
    for (const unit of units.slice(0, 5)) camera.feed.publish(unit);
    const size = async (query: string) =>
      (await (await snapshot(app, query)).arrayBuffer()).byteLength;
    ok(await size("?width=80") < await size("") / 2);
    for (const query of ["width=0", "width=x", "width=-5", "width=99999"]) {
      strictEqual((await app.request(`/cameras/gate/snapshot.jpg?${query}`)).status, 400, query);
    }
  }));

Deno.test("MJPEG: a stream of pictures by its type, whose rate can be bounded", () =>
  withCamera(async (app, camera) => {
    const stop = playLoop(camera.feed, units, 30);
    const response = await app.request("/cameras/gate/mjpeg?fps=5");
    strictEqual(response.status, 200);
    match(response.headers.get("content-type") ?? "", /^multipart\/x-mixed-replace; boundary=\S+$/);
    strictEqual(camera.outputs.viewers.mjpeg, 1);
    const reader = response.body!.getReader();
    let text = "";
    while (!text.includes("Content-Type: image/jpeg")) {
      const { value, done } = await inTime("a picture", reader.read());
      ok(!done, "the stream has ended");
      text += new TextDecoder("latin1").decode(value);
    }
    await reader.cancel();
    stop();
    strictEqual(camera.outputs.viewers.mjpeg, 0);
    strictEqual((await app.request("/cameras/gate/mjpeg?fps=0")).status, 400);
    await app.request("/cameras/gate/mjpeg", { method: "HEAD" });
    strictEqual(camera.outputs.viewers.mjpeg, 0);
  }));
