import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import type { Hono } from "hono";
import { WhepEndpoint } from "../../src/deliver/webrtc/endpoint.ts";
import { createApp } from "../../src/server/app.ts";
import { CHROMIUM_OFFER } from "../deliver/webrtc/chromium_offer.ts";
import { FakeCamera, FakeDirectory } from "./fakes.ts";

// werift's sockets and timers end after the test's last turn.
const options = { sanitizeResources: false, sanitizeOps: false };

async function withCamera(use: (app: Hono, camera: FakeCamera) => Promise<void>): Promise<void> {
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

function send(app: Hono, body: BodyInit, type = "application/sdp") {
  const headers = { "content-type": type };
  return app.request("/cameras/gate/whep", { method: "POST", headers, body });
}

function patch(app: Hono, path: string, headers: Record<string, string> = {}) {
  return app.request(path, {
    method: "PATCH",
    headers: { "content-type": "application/trickle-ice-sdpfrag", ...headers },
    body: "a=ice-ufrag:FvlV\r\na=ice-pwd:dmYSI/whAMqxAylA2Dc5TVk8\r\na=end-of-candidates\r\n",
  });
}

async function problemOf(response: Response): Promise<{ status: number; detail: string }> {
  strictEqual(response.headers.get("content-type"), "application/problem+json");
  const { status, detail } = await response.json();
  strictEqual(response.status, status);
  return { status, detail };
}

Deno.test(
  "WHEP: an offer begins a session, DELETE on its location ends it",
  options,
  () =>
    withCamera(async (app, { whep }) => {
      const response = await send(app, CHROMIUM_OFFER, "application/sdp; charset=utf-8");
      strictEqual(response.status, 201);
      strictEqual(response.headers.get("content-type"), "application/sdp");
      const location = response.headers.get("location")!;
      match(location, /^\/cameras\/gate\/whep\/[0-9a-f-]{36}$/);
      match(await response.text(), /^v=0\r\n[^]*a=sendonly/);
      strictEqual(whep.viewers, 1);
      strictEqual((await app.request(location, { method: "DELETE" })).status, 200);
      strictEqual(whep.viewers, 0);
      strictEqual((await problemOf(await app.request(location, { method: "DELETE" }))).status, 404);
    }),
);

Deno.test(
  "WHEP: a PATCH never ends the session",
  options,
  () =>
    withCamera(async (app, { whep }) => {
      const location = (await send(app, CHROMIUM_OFFER)).headers.get("location")!;
      strictEqual((await patch(app, location)).status, 204);
      strictEqual((await problemOf(await patch(app, location, { "if-match": "*" }))).status, 422);
      const wrong = await patch(app, location, { "content-type": "application/json" });
      strictEqual((await problemOf(wrong)).status, 415);
      strictEqual((await problemOf(await patch(app, `${location}x`))).status, 404);
      strictEqual(whep.viewers, 1);
    }),
);

Deno.test("WHEP: what is no usable offer is refused with the reason", () =>
  withCamera(async (app, { whep }) => {
    strictEqual((await problemOf(await send(app, "{}", "application/json"))).status, 415);
    strictEqual((await problemOf(await send(app, "hello"))).status, 400);
    strictEqual((await problemOf(await send(app, ""))).status, 400);
    const audio = CHROMIUM_OFFER.slice(0, CHROMIUM_OFFER.indexOf("m=video"));
    const { status, detail } = await problemOf(await send(app, audio));
    strictEqual(status, 400);
    match(detail, /video/);
    strictEqual(whep.viewers, 0);
  }));

Deno.test("WHEP: an offer that is too long is refused, however it is sent", () =>
  withCamera(async (app) => {
    strictEqual((await problemOf(await send(app, "v=0\r\n".repeat(20_000)))).status, 413);
    // Without a length, and endless.
    let chunks = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        chunks++;
        controller.enqueue(new Uint8Array(16 * 1024));
      },
    });
    const response = await app.request(
      new Request("http://localhost/cameras/gate/whep", {
        method: "POST",
        headers: { "content-type": "application/sdp" },
        body: endless,
      }),
    );
    strictEqual((await problemOf(response)).status, 413);
    strictEqual(chunks < 10, true, `${chunks} chunks were read`);
  }));

Deno.test("WHEP: with all places taken a viewer is told when to come again", () =>
  withCamera(async (app, camera) => {
    Object.assign(camera, { whep: new WhepEndpoint(camera.feed, { maxViewers: 0 }) });
    const response = await send(app, CHROMIUM_OFFER);
    strictEqual(response.headers.get("retry-after"), "5");
    strictEqual((await problemOf(response)).status, 503);
  }));

Deno.test("WHEP: other sites may use it, and see where the session is", () =>
  withCamera(async (app) => {
    const { status, headers } = await app.request("/cameras/gate/whep", { method: "OPTIONS" });
    strictEqual(status, 204);
    strictEqual(headers.get("accept-post"), "application/sdp");
    strictEqual(headers.get("access-control-allow-origin"), "*");
    deepStrictEqual(
      (headers.get("access-control-allow-methods") ?? "").split(", ").sort(),
      ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST"],
    );
    const refused = await send(app, "hello");
    strictEqual(refused.headers.get("access-control-allow-origin"), "*");
    match(refused.headers.get("access-control-expose-headers") ?? "", /Location/);
    strictEqual((await app.request("/cameras/gate/whep")).status, 204);
  }));
