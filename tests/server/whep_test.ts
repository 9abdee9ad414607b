import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import type { Hono } from "hono";
import { ViewerLimits } from "../../src/deliver/viewer_limits.ts";
import { type AppOptions, createApp } from "../../src/server/app.ts";
import { encodeTestPicture } from "../deliver/access_units.ts";
import { CHROMIUM_OFFER } from "../deliver/webrtc/chromium_offer.ts";
import { FakeCamera, FakeDirectory } from "./fakes.ts";

// werift's sockets and timers end after the test's last turn.
const options = { sanitizeResources: false, sanitizeOps: false };

const [keyframe] = await encodeTestPicture({ seconds: 0.1 });

async function withCamera(
  use: (app: Hono, camera: FakeCamera) => Promise<void>,
  changes: Partial<AppOptions> = {},
  camera = new FakeCamera("gate"),
): Promise<void> {
  camera.feed.publish(keyframe!);
  const stop = new AbortController();
  const cameras = new FakeDirectory(camera);
  try {
    await use(createApp({ cameras, version: "1", signal: stop.signal, ...changes }), camera);
  } finally {
    stop.abort();
    await camera.close();
  }
}

function send(app: Hono, body: BodyInit, type = "application/sdp") {
  const headers = { "content-type": type };
  return app.request("/cameras/gate/whep", { method: "POST", headers, body });
}

function patch(app: Hono, path: string, body: string, headers: Record<string, string> = {}) {
  return app.request(path, {
    method: "PATCH",
    headers: { "content-type": "application/trickle-ice-sdpfrag", ...headers },
    body,
  });
}

/** What a browser sends of candidates that come late; the user name is that of the offer. */
const UFRAG = /^a=ice-ufrag:(.*)$/m.exec(CHROMIUM_OFFER)![1]!.trim();
const LATE = `a=ice-ufrag:${UFRAG}\r\na=ice-pwd:dmYSI/whAMqxAylA2Dc5TVk8\r\n` +
  "m=video 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n" +
  "a=candidate:1 1 udp 2122260223 127.0.0.1 9 typ host\r\na=end-of-candidates\r\n";
const RESTART = "a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n" +
  "m=video 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n";

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
  "WHEP: candidates that come late are taken by the tag of the ICE session",
  options,
  () =>
    withCamera(async (app) => {
      const { headers } = await send(app, CHROMIUM_OFFER);
      const [location, etag] = [headers.get("location")!, headers.get("etag")!];
      match(etag, /^"[^"]+"$/);
      strictEqual(headers.get("accept-patch"), "application/trickle-ice-sdpfrag");
      const response = await patch(app, location, LATE, { "if-match": etag });
      strictEqual(response.status, 204);
      strictEqual(response.headers.get("etag"), null);
      // Players that know of no tags say *; without new credentials it means no restart.
      strictEqual((await patch(app, location, LATE, { "if-match": "*" })).status, 204);
    }),
);

Deno.test(
  "WHEP: a PATCH that cannot be done is refused and never ends the session",
  options,
  () =>
    withCamera(async (app, { whep }) => {
      const { headers } = await send(app, CHROMIUM_OFFER);
      const [location, etag] = [headers.get("location")!, headers.get("etag")!];
      const status = async (...request: Parameters<typeof patch>) =>
        (await problemOf(await patch(...request))).status;
      strictEqual(await status(app, location, LATE), 428);
      strictEqual(await status(app, location, LATE, { "if-match": '"old"' }), 412);
      strictEqual(await status(app, location, RESTART, { "if-match": etag }), 422);
      strictEqual(await status(app, location, "a=ice-ufrag:EsAw\r\n", { "if-match": "*" }), 422);
      strictEqual(await status(app, location, "{}", { "if-match": etag }), 400);
      strictEqual(await status(app, location, LATE, { "content-type": "application/json" }), 415);
      strictEqual(await status(app, location, LATE.repeat(1000), { "if-match": etag }), 413);
      strictEqual(await status(app, `${location}x`, LATE, { "if-match": etag }), 404);
      strictEqual(whep.viewers, 1);
      strictEqual((await patch(app, location, LATE, { "if-match": etag })).status, 204);
    }),
);

Deno.test(
  "WHEP: an ICE restart gives new credentials and a new tag, and the old tag is stale",
  options,
  () =>
    withCamera(async (app, { whep }) => {
      const { headers } = await send(app, CHROMIUM_OFFER);
      const [location, etag] = [headers.get("location")!, headers.get("etag")!];
      const response = await patch(app, location, RESTART, { "if-match": "*" });
      strictEqual(response.status, 200);
      strictEqual(response.headers.get("content-type"), "application/trickle-ice-sdpfrag");
      const fragment = await response.text();
      match(fragment, /^a=ice-ufrag:\S{4,}\r\na=ice-pwd:\S{22,}\r\nm=video [^]*a=candidate:/);
      const next = response.headers.get("etag")!;
      strictEqual(
        (await problemOf(await patch(app, location, LATE, { "if-match": etag }))).status,
        412,
      );
      strictEqual(next === etag, false);
      const late = RESTART + "a=candidate:1 1 udp 2122260223 127.0.0.1 9 typ host\r\n";
      strictEqual((await patch(app, location, late, { "if-match": next })).status, 204);
      strictEqual(whep.viewers, 1);
    }),
);

Deno.test("WHEP: a camera that sends nothing is not live, and the viewer told when to come again", () =>
  withCamera(async (app, camera) => {
    const silent = new FakeCamera("silent");
    Object.assign(camera, { outputs: silent.outputs });
    const response = await send(app, CHROMIUM_OFFER);
    strictEqual(response.headers.get("retry-after"), "2");
    strictEqual((await problemOf(response)).status, 409);
    await silent.close();
  }));

Deno.test(
  "WHEP: viewers are told of the STUN and TURN servers",
  options,
  () =>
    withCamera(
      async (app) => {
        const { headers } = await app.request("/cameras/gate/whep");
        strictEqual(
          headers.get("link"),
          '<stun:127.0.0.1:9>; rel="ice-server", <turn:127.0.0.1:9>; rel="ice-server"; ' +
            'username="me"; credential="a\\"b"; credential-type="password"',
        );
      },
      {
        iceServers: [
          { urls: ["stun:127.0.0.1:9"] },
          { urls: ["turn:127.0.0.1:9"], username: "me", credential: 'a"b' },
        ],
      },
    ),
);

Deno.test("WHEP: other methods are answered by those that are allowed", () =>
  withCamera(async (app) => {
    for (
      const [path, allow] of [["/cameras/gate/whep", "POST"], [
        "/cameras/gate/whep/x",
        "PATCH",
      ]] as const
    ) {
      const response = await app.request(path, { method: "PUT" });
      match(response.headers.get("allow") ?? "", new RegExp(allow));
      strictEqual((await problemOf(response)).status, 405);
    }
  }));

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

Deno.test("WHEP: with all places taken a viewer is told when to come again", () => {
  const limits = new ViewerLimits({ perCamera: 1, perAddress: 0 });
  limits.enter("gate", "");
  return withCamera(
    async (app) => {
      const response = await send(app, CHROMIUM_OFFER);
      strictEqual(response.headers.get("retry-after"), "5");
      const { status, detail } = await problemOf(response);
      strictEqual(status, 503);
      match(detail, /'gate' has 1 viewers already/);
    },
    {},
    new FakeCamera("gate", {}, limits),
  );
});

const preflight = (app: Hono, origin: string, path = "/cameras/gate/whep") =>
  app.request(path, { method: "OPTIONS", headers: { origin } });

Deno.test("WHEP: without a token pages of other sites may not read the streams", () =>
  withCamera(async (app) => {
    const { status, headers } = await preflight(app, "https://evil.example");
    strictEqual(status, 204);
    strictEqual(headers.get("accept-post"), "application/sdp");
    strictEqual(headers.get("access-control-allow-origin"), null);
    strictEqual(headers.get("access-control-allow-methods"), null);
    const response = await send(app, "hello");
    strictEqual(response.headers.get("access-control-allow-origin"), null);
  }));

Deno.test("WHEP: with a token any page that knows it may, and sees where the session is", () =>
  withCamera(async (app) => {
    const { status, headers } = await preflight(app, "https://home.example");
    strictEqual(status, 204);
    strictEqual(headers.get("access-control-allow-origin"), "*");
    strictEqual(headers.get("access-control-allow-credentials"), null);
    deepStrictEqual(
      (headers.get("access-control-allow-methods") ?? "").split(", ").sort(),
      ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST"],
    );
    match(headers.get("access-control-allow-headers") ?? "", /Authorization.*If-Match/);
    const authorization = `Bearer ${"t".repeat(16)}`;
    const headersOf = { "content-type": "application/sdp", authorization };
    const refused = await app.request("/cameras/gate/whep", {
      method: "POST",
      headers: headersOf,
      body: "hello",
    });
    strictEqual(refused.status, 400);
    strictEqual(refused.headers.get("access-control-allow-origin"), "*");
    match(refused.headers.get("access-control-expose-headers") ?? "", /Location.*ETag/);
    strictEqual((await send(app, CHROMIUM_OFFER)).status, 401);
  }, { tokens: { admin: "t".repeat(16) } }));

Deno.test("WHEP: the sites that the configuration names may, and no others", () =>
  withCamera(async (app) => {
    const allowed = (await preflight(app, "https://home.example")).headers;
    strictEqual(allowed.get("access-control-allow-origin"), "https://home.example");
    strictEqual(allowed.get("vary"), "Origin");
    const other = (await preflight(app, "https://evil.example")).headers;
    strictEqual(other.get("access-control-allow-origin"), null);
    strictEqual(other.get("vary"), "Origin");
  }, { origins: ["https://home.example"] }));
