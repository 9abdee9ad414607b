import { match, ok, strictEqual } from "node:assert/strict";
import type { Hono } from "hono";
import { createApp } from "../../src/server/app.ts";
import { FakeCamera, FakeDirectory } from "./fakes.ts";

const TOKEN = "correct-horse-battery-staple";

async function withApp(use: (app: Hono) => Promise<void>): Promise<void> {
  const directory = new FakeDirectory(new FakeCamera("gate"));
  const stop = new AbortController();
  try {
    await use(
      createApp({ cameras: directory, version: "1", token: TOKEN, signal: stop.signal }),
    );
  } finally {
    stop.abort();
    await directory.close();
  }
}

/** The cookie that an answer sets, as it is sent back. */
function cookieOf(response: Response): string {
  return (response.headers.get("set-cookie") ?? "").split(";")[0]!;
}

const PROTECTED = [
  "/",
  "/readyz",
  "/api/cameras",
  "/api/cameras/gate",
  "/api/events",
  "/cameras/gate/hls/index.m3u8",
  "/cameras/gate/snapshot.jpg",
  "/static/dashboard.js",
  "/nothing",
];

Deno.test("with a token set, everything but /healthz wants it", () =>
  withApp(async (app) => {
    strictEqual((await app.request("/healthz")).status, 200);
    for (const path of PROTECTED) {
      const response = await app.request(path);
      strictEqual(response.status, 401, path);
      match(response.headers.get("www-authenticate") ?? "", /^Bearer/, path);
      ok(!(await response.text()).includes("gate"), path);
    }
    for (const method of ["POST", "DELETE", "PATCH"]) {
      const response = await app.request("/cameras/gate/whep/x", { method });
      strictEqual(response.status, 401, method);
    }
  }));

Deno.test("a wrong token is refused, in whatever way it comes", () =>
  withApp(async (app) => {
    for (const wrong of ["", "x", TOKEN.slice(0, -1), `${TOKEN}x`, TOKEN.toUpperCase()]) {
      const headers = { authorization: `Bearer ${wrong}` };
      strictEqual((await app.request("/api/cameras", { headers })).status, 401);
      strictEqual((await app.request(`/api/cameras?token=${wrong}`)).status, 401);
      const cookie = { cookie: `bokashi=${wrong}` };
      strictEqual((await app.request("/api/cameras", { headers: cookie })).status, 401);
    }
    const cookie = { cookie: `bokashi=${TOKEN}` };
    strictEqual((await app.request("/api/cameras", { headers: cookie })).status, 401);
  }));

Deno.test("the bearer token lets through", () =>
  withApp(async (app) => {
    const headers = { authorization: `Bearer ${TOKEN}` };
    strictEqual((await app.request("/api/cameras", { headers })).status, 200);
  }));

Deno.test("?token= on the page becomes a cookie and leaves the address", () =>
  withApp(async (app) => {
    const response = await app.request(`/?token=${TOKEN}`);
    strictEqual(response.status, 303);
    strictEqual(response.headers.get("location"), "/");
    const set = response.headers.get("set-cookie") ?? "";
    match(set, /HttpOnly/);
    match(set, /SameSite=Lax/);
    ok(!set.includes(TOKEN), "the cookie does not hold the token");
    const headers = { cookie: cookieOf(response) };
    for (const path of ["/", "/api/cameras", "/static/dashboard.js"]) {
      strictEqual((await app.request(path, { headers })).status, 200, path);
    }
  }));

Deno.test("?token= on a stream answers at once and sets the cookie for what follows", () =>
  withApp(async (app) => {
    const response = await app.request(`/api/cameras?token=${TOKEN}`);
    strictEqual(response.status, 200);
    match(cookieOf(response), /^bokashi=[0-9a-f]{64}$/);
  }));

Deno.test("the cookie is marked secure where the page came by HTTPS", () =>
  withApp(async (app) => {
    const response = await app.request(`https://cameras.example/?token=${TOKEN}`);
    match(response.headers.get("set-cookie") ?? "", /Secure/);
  }));

Deno.test("the page without a token asks for it, and its form lets in", () =>
  withApp(async (app) => {
    const page = await app.request("/");
    strictEqual(page.status, 401);
    const html = await page.text();
    match(html, /<form method="post" action="sign-in">/);
    for (const [, url] of html.matchAll(/(?:src|href)="([^"]*)"/g)) {
      strictEqual((await app.request(url!)).status, 200, url);
    }
    const post = (token: string) =>
      app.request("/sign-in", { method: "POST", body: new URLSearchParams({ token }) });
    const wrong = await post("guess");
    strictEqual(wrong.status, 401);
    match(await wrong.text(), /role="alert"/);
    const right = await post(TOKEN);
    strictEqual(right.status, 303);
    const headers = { cookie: cookieOf(right) };
    strictEqual((await app.request("/", { headers })).status, 200);
  }));

Deno.test("a preflight request needs no token, as a browser sends none", () =>
  withApp(async (app) => {
    const response = await app.request("/cameras/gate/whep", { method: "OPTIONS" });
    strictEqual(response.status, 204);
    match(response.headers.get("access-control-allow-headers") ?? "", /Authorization/);
  }));
