import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { Hono } from "hono";
import { createApp } from "../../src/server/app.ts";
import { securityHeaders } from "../../src/server/security_headers.ts";
import { encodeTestPicture } from "../deliver/access_units.ts";
import { until } from "../wait.ts";
import { FakeCamera, FakeDirectory, fakeStatus } from "./fakes.ts";

const [picture] = await encodeTestPicture({ seconds: 1, fps: 1 });

/** An app over fake cameras, taken apart again after `use`. */
async function withApp(
  use: (app: Hono, directory: FakeDirectory) => Promise<void>,
  ...cameras: FakeCamera[]
): Promise<void> {
  const directory = new FakeDirectory(...cameras);
  const stop = new AbortController();
  try {
    await use(createApp({ cameras: directory, version: "1.2.3", signal: stop.signal }), directory);
  } finally {
    stop.abort();
    await directory.close();
  }
}

async function isProblem(response: Response, status: number, detail?: RegExp): Promise<void> {
  strictEqual(response.status, status);
  strictEqual(response.headers.get("content-type"), "application/problem+json");
  const body = await response.json();
  strictEqual(body.status, status);
  if (detail) match(body.detail, detail);
}

Deno.test("/healthz answers as soon as the process is up", () =>
  withApp(async (app) => {
    const response = await app.request("/healthz");
    strictEqual(response.status, 200);
    deepStrictEqual(await response.json(), { status: "ok" });
  }));

Deno.test("/readyz is 200 once the detector is ready and a camera shows pictures", () =>
  withApp(
    async (app, directory) => {
      // Live comes first, then the picture: with 200 there must be something to show.
      const early = await app.request("/readyz");
      strictEqual(early.status, 503);
      deepStrictEqual((await early.json()).reasons, [
        "camera 'gate' is live, its first picture on the way",
        "camera 'yard' is retrying",
      ]);
      strictEqual((await app.request("/cameras/gate/snapshot.jpg")).status, 503);
      directory.get("gate")!.feed.publish(picture!);
      const response = await app.request("/readyz");
      strictEqual(response.status, 200);
      deepStrictEqual(await response.json(), { status: "ready" });
      // On a busy machine its ffmpeg may be too late at first.
      const shot = async () => {
        const { status, body } = await app.request("/cameras/gate/snapshot.jpg");
        await body?.cancel();
        return status;
      };
      await until("a snapshot", shot, (status) => status === 200);
    },
    new FakeCamera("gate"),
    new FakeCamera("yard", { state: "retrying" }),
  ));

Deno.test("/readyz is 503 with the reasons while something is missing", () =>
  withApp(async (app, directory) => {
    directory.problem = "the model is being loaded";
    const response = await app.request("/readyz");
    strictEqual(response.status, 503);
    deepStrictEqual(await response.json(), {
      status: "unready",
      reasons: [
        "detector: the model is being loaded",
        "camera 'gate' is retrying: connection refused",
      ],
    });
  }, new FakeCamera("gate", { state: "retrying", lastError: "connection refused" })));

Deno.test("/readyz is 503 without cameras", () =>
  withApp(async (app) => {
    const response = await app.request("/readyz");
    strictEqual(response.status, 503);
    deepStrictEqual((await response.json()).reasons, ["no camera is configured and enabled"]);
  }));

Deno.test("/api/cameras gives all cameras, /api/cameras/{name} one", () =>
  withApp(
    async (app) => {
      const all = await app.request("/api/cameras");
      strictEqual(all.headers.get("cache-control"), "no-store");
      deepStrictEqual(await all.json(), [fakeStatus("gate"), fakeStatus("yard")]);
      const one = await app.request("/api/cameras/yard");
      deepStrictEqual(await one.json(), fakeStatus("yard"));
    },
    new FakeCamera("gate"),
    new FakeCamera("yard"),
  ));

Deno.test("what is not there is answered by problem JSON", () =>
  withApp(async (app) => {
    await isProblem(await app.request("/api/cameras/none"), 404, /no camera 'none'/);
    await isProblem(await app.request("/nothing"), 404, /nothing at \/nothing/);
    await isProblem(await app.request("/cameras/none/snapshot.jpg"), 404);
    await isProblem(await app.request("/cameras/none/hls/index.m3u8"), 404);
    await isProblem(await app.request("/cameras/none/whep", { method: "POST" }), 404);
  }, new FakeCamera("gate")));

Deno.test("a method that an address does not know is refused with those that it does", () =>
  withApp(async (app) => {
    const wrong: [method: string, path: string, allow: string][] = [
      ["POST", "/healthz", "GET, HEAD"],
      ["DELETE", "/", "GET, HEAD"],
      ["PUT", "/api/cameras/gate", "GET, HEAD"],
      ["POST", "/cameras/gate/hls/index.m3u8", "GET, HEAD"],
      ["POST", "/cameras/gate/snapshot.jpg", "GET, HEAD"],
      ["PATCH", "/static/dashboard.js", "GET, HEAD"],
      ["PUT", "/cameras/gate/whep", "OPTIONS, GET, HEAD, POST"],
      ["GET", "/cameras/gate/whep/x", "OPTIONS, PATCH, DELETE"],
    ];
    for (const [method, path, allow] of wrong) {
      const response = await app.request(path, { method });
      strictEqual(response.headers.get("allow"), allow, path);
      await isProblem(response, 405, /^Use one of /);
    }
    await isProblem(await app.request("/nothing", { method: "POST" }), 404);
    await isProblem(await app.request("/static/nothing/x.js", { method: "POST" }), 404);
    for (const path of ["/", "/healthz", "/api/cameras", "/metrics", "/cameras/gate"]) {
      const response = await app.request(path, { method: "HEAD" });
      strictEqual(response.status, 200, path);
      strictEqual(await response.text(), "", path);
    }
  }, new FakeCamera("gate")));

Deno.test("a slash too many at the end leads to the right address", () =>
  withApp(async (app) => {
    for (
      const [path, to] of [
        ["/cameras/gate/", "/cameras/gate"],
        ["/cameras/g%61te/?a=1", "/cameras/g%61te?a=1"],
        ["/api/cameras/", "/api/cameras"],
        ["/recordings/", "/recordings"],
      ]
    ) {
      const response = await app.request(path!);
      strictEqual(response.status, 301, path);
      const location = new URL(response.headers.get("location")!, `http://h/proxied${path}`);
      strictEqual(location.pathname + location.search, `/proxied${to}`);
      strictEqual((await app.request(to!)).status, 200);
    }
    await isProblem(await app.request("/nothing/"), 404);
    await isProblem(await app.request("/cameras/gate//"), 404);
  }, new FakeCamera("gate")));

Deno.test("an error inside is answered without its message or stack", async () => {
  const log = console.error;
  const logged: unknown[][] = [];
  console.error = (...words) => void logged.push(words);
  try {
    const camera = new FakeCamera("gate");
    await withApp(async (app) => {
      camera.status = () => {
        throw new Error("secret rtsp://user:password@camera");
      };
      const response = await app.request("/api/cameras/gate");
      const text = await response.clone().text();
      await isProblem(response, 500);
      ok(!/secret|password|\.ts/.test(text), text);
      strictEqual(logged.length, 1);
      camera.status = () => fakeStatus("gate");
    }, camera);
  } finally {
    console.error = log;
  }
});

Deno.test("every answer has the headers that bind a browser", () =>
  withApp(async (app) => {
    for (const path of ["/", "/api/cameras", "/static/dashboard.js", "/nothing", "/healthz"]) {
      const { headers } = await app.request(path);
      const policy = headers.get("content-security-policy") ?? "";
      match(policy, /default-src 'none'/, path);
      ok(!policy.includes("unsafe"), path);
      strictEqual(headers.get("x-content-type-options"), "nosniff", path);
    }
  }, new FakeCamera("gate")));

Deno.test("the dashboard names every camera and holds nothing inline", () =>
  withApp(
    async (app) => {
      const response = await app.request("/");
      strictEqual(response.status, 200);
      match(response.headers.get("content-type") ?? "", /^text\/html/);
      const html = await response.text();
      match(html, /^<!doctype html>/);
      match(html, /<html lang="en"\s*>/);
      match(html, /data-camera="gate"/);
      match(html, /1\.2\.3/);
      ok(!html.includes("<b>yard"), "a camera's name is escaped");
      ok(!/\sstyle=|\son[a-z]+=|<style|javascript:/i.test(html));
      for (const [, attributes] of html.matchAll(/<script([^>]*)>/g)) match(attributes!, /src=/);
      for (const [, url] of html.matchAll(/(?:src|href)="(static\/[^"]*)"/g)) {
        strictEqual((await app.request(url!)).status, 200, url);
      }
    },
    new FakeCamera("gate"),
    new FakeCamera("<b>yard", { source: '"><script>alert(1)</script>' }),
  ));

Deno.test("security headers are set on the route's own answer, whose body stays what it is", async () => {
  const answer = new Response("bytes");
  const app = new Hono();
  app.use(securityHeaders());
  app.get("/", () => answer);
  strictEqual(await app.request("/"), answer);
  match(answer.headers.get("content-security-policy") ?? "", /default-src 'none'/);
});
