import { match, ok, strictEqual } from "node:assert/strict";
import { createApp } from "../../src/server/app.ts";
import { ViewerLimits } from "../../src/deliver/viewer_limits.ts";
import { encodeTestPicture, playLoop } from "../deliver/access_units.ts";
import { PATIENCE_MS } from "../wait.ts";
import { FakeCamera, FakeDirectory } from "./fakes.ts";

/** Segments of about half a megabyte. */
const units = await encodeTestPicture({ width: 640, height: 360, seconds: 4, rate: 4000 });
const RECORDING = "2026-03-01T09-00-00.000Z.mp4";
const RECORDING_BYTES = 40e6;

interface Served {
  camera: FakeCamera;
  port: number;
  url: string;
}

/** A camera that plays, behind a real listener. */
async function withService(
  limits: { perCamera: number; perAddress: number },
  use: (served: Served) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(`${folder}/gate`);
  await Deno.writeFile(`${folder}/gate/${RECORDING}`, new Uint8Array(RECORDING_BYTES));
  const camera = new FakeCamera("gate", {}, new ViewerLimits(limits), folder);
  const stop = new AbortController();
  const app = createApp({
    cameras: new FakeDirectory(camera),
    version: "1",
    signal: stop.signal,
  });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, app.fetch);
  const end = playLoop(camera.feed, units, 30);
  const { port } = server.addr;
  try {
    ok(await camera.hls.waitReady(PATIENCE_MS));
    await use({ camera, port, url: `http://127.0.0.1:${port}` });
  } finally {
    end();
    stop.abort();
    await camera.close();
    await server.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
}

/** A client that asks for a file so many times, one request behind the other, and reads nothing. */
async function deafClient(port: number, path: string, times: number): Promise<Deno.TcpConn> {
  const socket = await Deno.connect({ hostname: "127.0.0.1", port });
  const requests = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`.repeat(times);
  await socket.write(new TextEncoder().encode(requests));
  return socket;
}

/**
 * Plays so many parts of low-latency HLS, one behind the other. It begins anew when it came too late for the next one,
 * as it does when the machine has stood still. Gives the names of the parts in order.
 */
async function playHls(url: string, count: number): Promise<string[]> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const played: string[] = [];
    const why = await playInto(played, url, count);
    if (why === null) return played;
    ok(performance.now() < end, `${why} after ${played.length} parts`);
    console.log(`HLS beside slow viewers begins anew: ${why}`);
  }
}

/** Gives null once the parts are played, or why there is no next one. */
async function playInto(played: string[], url: string, count: number): Promise<string | null> {
  const load = async (file: string) => {
    const response = await fetch(`${url}/cameras/gate/hls/${file}`);
    if (response.status === 200) return response;
    return `${file}: ${response.status} ${await response.text()}`;
  };
  let query = "";
  while (played.length < count) {
    const playlist = await load(`live.m3u8${query}`);
    if (typeof playlist === "string") return playlist;
    const text = await playlist.text();
    const names = [...text.matchAll(/^#EXT-X-PART:.*URI="(.+?)"/gm)].map(([, name]) => name!);
    const last = played.at(-1);
    const from = last === undefined ? names.length - 1 : names.indexOf(last) + 1;
    if (last !== undefined && from === 0) return `${last} had left the playlist`;
    for (const name of names.slice(from)) {
      const part = await load(name);
      if (typeof part === "string") return part;
      await part.arrayBuffer();
      played.push(name);
    }
    const [, segment, part] = /TYPE=PART,URI="part-(\d+)\.(\d+)/.exec(text)!;
    query = `?_HLS_msn=${segment}&_HLS_part=${part}`;
  }
  return null;
}

Deno.test("viewers that stop reading hold up nobody and are kept no answers for", () =>
  withService({ perCamera: 0, perAddress: 0 }, async ({ camera, port, url }) => {
    const playlist = await (await fetch(`${url}/cameras/gate/hls/live.m3u8`)).text();
    const segment = playlist.match(/^seg-.*$/m)![0];
    const before = Deno.memoryUsage().rss, beganMs = performance.now();
    using clients = new DisposableStack();
    const deaf = await Promise.all([
      // 400 MB of segments and 400 MB of recordings are asked for, and as many pictures as are made.
      ...Array.from(
        { length: 8 },
        () => deafClient(port, `/cameras/gate/hls/${segment}`, 100),
      ),
      ...Array.from(
        { length: 5 },
        () => deafClient(port, `/api/cameras/gate/recordings/${RECORDING}`, 2),
      ),
      ...Array.from({ length: 5 }, () => deafClient(port, "/cameras/gate/mjpeg", 1)),
    ]);
    for (const socket of deaf) clients.defer(() => socket.close());
    const pictures = await fetch(`${url}/cameras/gate/mjpeg`);
    const played = await playHls(url, 15);
    strictEqual(new Set(played).size, played.length);
    const reader = pictures.body!.getReader();
    for (let bytes = 0; bytes < 50_000;) bytes += (await reader.read()).value!.length;
    await reader.cancel();
    // Who has taken nothing for 15 s is taken for gone.
    const isSoon = performance.now() - beganMs < 15_000;
    ok(camera.outputs.viewers.mjpeg >= 5 || !isSoon, "those who read no pictures are still there");
    const megabytes = (Deno.memoryUsage().rss - before) / 1e6;
    ok(megabytes < 120, `${megabytes} MB more`);
  }));

Deno.test("viewers beyond the limits are told why, and when to come again", () =>
  withService({ perCamera: 2, perAddress: 0 }, async ({ camera, url }) => {
    const ask = (path: string, agent: string) =>
      fetch(`${url}/cameras/gate/${path}`, { headers: { "user-agent": agent } });
    for (const agent of ["a", "b", "a"]) {
      const response = await ask("hls/live.m3u8", agent);
      strictEqual(response.status, 200);
      await response.body?.cancel();
    }
    for (const path of ["hls/live.m3u8", "hls/index.m3u8", "mjpeg"]) {
      const response = await ask(path, "c");
      strictEqual(response.status, 503, path);
      match(response.headers.get("retry-after") ?? "", /^\d+$/);
      match((await response.json()).detail, /'gate' has 2 viewers already/);
    }
    strictEqual(camera.hls.viewers, 2);
  }));
