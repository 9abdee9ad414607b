import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { createApp } from "../../src/server/app.ts";
import { LogTail } from "../../src/server/log_tail.ts";
import { FakeCamera, FakeDirectory } from "./fakes.ts";

const tokens = { admin: "correct-horse-battery-staple", view: "only-looks-at-the-pictures" };
const messages = (tail: LogTail, camera: string, after?: number) =>
  tail.of(camera, after).map(({ message }) => message);

Deno.test("LogTail keeps each camera's lines apart, in order", () => {
  const tail = new LogTail();
  tail.add("info", "Camera 'gate' is live", "gate", new Date("2026-03-01T09:00:00Z"));
  tail.add("warn", "Lost camera 'yard'", "yard");
  tail.add("info", "stopping");
  tail.add("error", "Cannot open camera 'gate'", "gate");
  deepStrictEqual(messages(tail, "gate"), ["Camera 'gate' is live", "Cannot open camera 'gate'"]);
  deepStrictEqual(tail.of("gate")[0], {
    id: 1,
    at: "2026-03-01T09:00:00.000Z",
    level: "info",
    message: "Camera 'gate' is live",
  });
  deepStrictEqual(messages(tail, "yard"), ["Lost camera 'yard'"]);
  deepStrictEqual(messages(tail, "gate", 1), ["Cannot open camera 'gate'"]);
  deepStrictEqual(tail.of("nobody"), []);
});

Deno.test("LogTail is bounded: by lines, by their length, and by cameras", () => {
  const tail = new LogTail();
  for (let i = 1; i <= 1000; i++) tail.add("info", `line ${i}`, "gate");
  strictEqual(tail.of("gate").length, 300);
  strictEqual(tail.of("gate")[0]!.message, "line 701");
  tail.add("info", "x".repeat(1e6), "gate");
  ok(tail.of("gate").at(-1)!.message.length < 2100);
  for (let i = 1; i < 300; i++) tail.add("info", "hello", `trial-${i}`);
  strictEqual(tail.of("gate").length, 0);
  strictEqual(tail.of("trial-299").length, 1);
});

Deno.test("LogTail keeps no secret of an address", () => {
  const tail = new LogTail();
  tail.add("warn", "Lost rtsp://bob:hunter2@10.0.0.7/live?token=abc", "gate");
  deepStrictEqual(messages(tail, "gate"), ["Lost rtsp://***@10.0.0.7/live?token=***"]);
});

/** What `/api/events` sends until it ends. */
async function eventsOf(query: string, token: string, logTail: LogTail) {
  const stop = new AbortController();
  const app = createApp({
    cameras: new FakeDirectory(new FakeCamera("gate")),
    version: "1",
    tokens,
    logTail,
    signal: stop.signal,
  });
  const response = await app.request(`/api/events${query}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  // What stands in the body already is still read.
  stop.abort();
  return { status: response.status, text: await response.text() };
}

Deno.test("/api/events?log= sends a camera's lines to administrators", async () => {
  const tail = new LogTail();
  tail.add("warn", "Lost camera 'gate': no data for 10 s", "gate");
  tail.add("warn", "of the yard", "yard");
  const { status, text } = await eventsOf("?log=gate", tokens.admin, tail);
  strictEqual(status, 200);
  match(text, /event: log\ndata: \[\{"id":1,.*no data for 10 s"\}\]\n/);
  ok(!text.includes("of the yard"));
  ok(!(await eventsOf("", tokens.admin, tail)).text.includes("event: log"));
});

Deno.test("whoever may only watch gets no line of the log", async () => {
  const tail = new LogTail();
  tail.add("warn", "Lost camera 'gate'", "gate");
  const refusal = await eventsOf("?log=gate", tokens.view, tail);
  strictEqual(refusal.status, 403);
  ok(!refusal.text.includes("Lost"));
  const { status, text } = await eventsOf("", tokens.view, tail);
  strictEqual(status, 200);
  ok(!text.includes("Lost"));
});

Deno.test("there is no log of a camera that is not there", async () => {
  strictEqual((await eventsOf("?log=nope", tokens.admin, new LogTail())).status, 404);
});
