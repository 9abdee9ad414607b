import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { createApp } from "../../src/server/app.ts";
import { EventBroadcast } from "../../src/server/events.ts";
import { FakeCamera, FakeDirectory, fakeStatus } from "./fakes.ts";

/** Server-sent events of a stream, one by one. */
class Events {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #text = "";

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  /** The next event that has a name. */
  async next(): Promise<{ event: string; data: unknown }> {
    for (;;) {
      const end = this.#text.indexOf("\n\n");
      if (end < 0) {
        const { value, done } = await this.#reader.read();
        if (done) throw new Error("the stream has ended");
        this.#text += new TextDecoder().decode(value);
        continue;
      }
      const block = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + 2);
      const parts = /^event: (.*)\ndata: (.*)$/.exec(block);
      if (parts) return { event: parts[1]!, data: JSON.parse(parts[2]!) };
    }
  }

  cancel(): Promise<void> {
    return this.#reader.cancel();
  }
}

/** A broadcast over one fake camera, ended after `use`. It ticks when the test says, not once a second. */
async function withBroadcast(
  use: (broadcast: EventBroadcast, camera: FakeCamera, stop: AbortController) => Promise<void>,
): Promise<void> {
  const camera = new FakeCamera("gate");
  const stop = new AbortController();
  const { setInterval } = globalThis;
  globalThis.setInterval = ((run: () => void) => setInterval(run, 1e9)) as typeof setInterval;
  try {
    await use(new EventBroadcast(new FakeDirectory(camera), stop.signal), camera, stop);
  } finally {
    globalThis.setInterval = setInterval;
    stop.abort();
    await camera.close();
  }
}

Deno.test("/api/events sends history and numbers at once, and ends with the service", async () => {
  const directory = new FakeDirectory(new FakeCamera("gate"));
  const stop = new AbortController();
  const app = createApp({ cameras: directory, version: "1", signal: stop.signal });
  const response = await app.request("/api/events");
  match(response.headers.get("content-type") ?? "", /^text\/event-stream/);
  strictEqual(response.headers.get("cache-control"), "no-store");
  const events = new Events(response.body!);
  strictEqual((await events.next()).event, "history");
  deepStrictEqual(await events.next(), { event: "cameras", data: [fakeStatus("gate")] });
  stop.abort();
  const ended = await events.next().catch((error) => error.message);
  strictEqual(ended, "the stream has ended");
  await directory.close();
});

Deno.test("each tick sends the numbers of then, collected once for all clients", () =>
  withBroadcast(async (broadcast, camera) => {
    const clients = Array.from({ length: 20 }, () => new Events(broadcast.connect()));
    for (const client of clients) {
      await client.next();
      await client.next();
    }
    camera.statusCalls = 0;
    camera.changes = { dropped: 7 };
    broadcast.tick();
    for (const client of clients) {
      deepStrictEqual((await client.next()).data, [fakeStatus("gate", { dropped: 7 })]);
    }
    strictEqual(camera.statusCalls, 1);
    for (const client of clients) await client.cancel();
  }));

Deno.test("a client that goes away is forgotten", () =>
  withBroadcast(async (broadcast) => {
    const client = new Events(broadcast.connect());
    strictEqual(broadcast.clients, 1);
    await client.cancel();
    strictEqual(broadcast.clients, 0);
    broadcast.tick();
  }));

Deno.test("a client that reads nothing costs bounded memory and is dropped in the end", () =>
  withBroadcast(async (broadcast, camera) => {
    // 100 KB per event.
    camera.changes = { lastError: "x".repeat(100_000) };
    const stream = broadcast.connect();
    let ticks = 0;
    for (; broadcast.clients > 0; ticks++) {
      ok(ticks < 100, "it is never dropped");
      broadcast.tick();
    }
    // Some that fitted, then 30 missed.
    ok(ticks > 30 && ticks < 40, `dropped after ${ticks} ticks`);
    await stream.cancel().catch(() => {});
  }));

Deno.test("a new client gets what was before it came", () =>
  withBroadcast(async (broadcast, camera) => {
    for (const plate of [1, 2, 3]) {
      camera.changes = { detections: { now: { car: 5, plate }, total: { car: 9, plate: 9 } } };
      broadcast.tick();
    }
    const client = new Events(broadcast.connect());
    const { data } = await client.next();
    const { cameras, nowS } = data as { cameras: Record<string, number[][]>; nowS: number };
    deepStrictEqual(cameras.gate!.map((sample) => sample.slice(1)), [
      [30, 29.9, 1, 5, 1],
      [30, 29.9, 2, 5, 1],
      [30, 29.9, 3, 5, 1],
    ]);
    ok(Math.abs(nowS - Date.now() / 1000) < 60);
    await client.cancel();
  }));
