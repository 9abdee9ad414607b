import { match, ok, strictEqual } from "node:assert/strict";
import type { Hono } from "hono";
import { ConfigStore } from "../../src/config/store.ts";
import { type AppOptions, createApp } from "../../src/server/app.ts";
import { LoginGuard } from "../../src/server/login_guard.ts";
import { OPERATIONS } from "../../src/server/operations.ts";
import { FakeCamera, FakeDirectory } from "./fakes.ts";

const TOKEN = "correct-horse-battery-staple";

async function withApp(
  use: (app: Hono) => Promise<void>,
  options: Partial<AppOptions> = {},
): Promise<void> {
  const directory = new FakeDirectory(new FakeCamera("gate"));
  const stop = new AbortController();
  try {
    await use(
      createApp({
        cameras: directory,
        version: "1",
        tokens: { admin: TOKEN },
        signal: stop.signal,
        ...options,
      }),
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

Deno.test("a wrong token is refused, in whatever way it comes", async () => {
  for (const wrong of ["", "x", TOKEN.slice(0, -1), `${TOKEN}x`, TOKEN.toUpperCase()]) {
    await withApp(async (app) => {
      const headers = { authorization: `Bearer ${wrong}` };
      strictEqual((await app.request("/api/cameras", { headers })).status, 401);
      strictEqual((await app.request(`/api/cameras?token=${wrong}`)).status, 401);
      for (const value of [wrong, TOKEN]) {
        const cookie = { cookie: `bokashi=${value}` };
        strictEqual((await app.request("/api/cameras", { headers: cookie })).status, 401);
      }
    });
  }
});

Deno.test("the bearer token lets through", () =>
  withApp(async (app) => {
    const headers = { authorization: `Bearer ${TOKEN}` };
    strictEqual((await app.request("/api/cameras", { headers })).status, 200);
  }));

Deno.test("?token= on the page becomes a cookie and leaves the address", () =>
  withApp(async (app) => {
    const response = await app.request(`/?token=${TOKEN}`);
    strictEqual(response.status, 303);
    strictEqual(response.headers.get("location"), "./");
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
    const again = await app.request("/sign-in");
    strictEqual(`${again.status} ${again.headers.get("location")}`, "303 ./");
    const right = await post(TOKEN);
    strictEqual(right.status, 303);
    const headers = { cookie: cookieOf(right) };
    strictEqual((await app.request("/", { headers })).status, 200);
  }));

Deno.test("a browser without a token is led from any page to the form, a program is not", () =>
  withApp(async (app) => {
    const page = await app.request("/cameras/gate", { headers: { accept: "text/html,*/*;q=0.8" } });
    strictEqual(page.status, 303);
    strictEqual(page.headers.get("location"), "/");
    strictEqual((await app.request("/cameras/gate", { headers: { accept: "*/*" } })).status, 401);
  }));

Deno.test("a preflight request needs no token, as a browser sends none", () =>
  withApp(async (app) => {
    const response = await app.request("/cameras/gate/whep", { method: "OPTIONS" });
    strictEqual(response.status, 204);
    match(response.headers.get("access-control-allow-headers") ?? "", /Authorization/);
  }));

const VIEW = "a-token-that-may-only-watch";
const ROLES = {
  tokens: { admin: TOKEN, view: VIEW },
  store: new ConfigStore({ memory: { gate: "demo" } }),
};
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

Deno.test("the role 'view' watches and reads numbers, and neither sees nor changes settings", () =>
  withApp(async (app) => {
    for (const path of ["/", "/api/cameras", "/api/events", "/metrics", "/api/docs"]) {
      const response = await app.request(path, { headers: bearer(VIEW) });
      strictEqual(response.status, 200, path);
      await response.body?.cancel();
    }
    strictEqual(
      (await app.request("/cameras/gate/whep", { method: "POST", headers: bearer(VIEW) })).status,
      415,
    );
    const forAdmin = OPERATIONS.filter(({ role }) => role === "admin");
    ok(forAdmin.length > 5);
    for (const { method, path } of forAdmin) {
      const ask = (token: string) =>
        app.request(path.replace("{name}", "nobody"), {
          method: method.toUpperCase(),
          headers: bearer(token),
        });
      strictEqual((await ask(VIEW)).status, 403, path);
      ok(![401, 403].includes((await ask(TOKEN)).status), path);
    }
  }, ROLES));

Deno.test("the cookie of the role 'view' gives that role", () =>
  withApp(async (app) => {
    const headers = { cookie: cookieOf(await app.request(`/?token=${VIEW}`)) };
    strictEqual((await app.request("/api/cameras", { headers })).status, 200);
    strictEqual((await app.request("/api/config", { headers })).status, 403);
    for (const [role, token] of Object.entries(ROLES.tokens)) {
      const session = await app.request("/api/session", { headers: bearer(token) });
      strictEqual((await session.json()).role, role);
    }
  }, ROLES));

/** The same, in one moment by the service's clock, however long the machine takes over it. */
async function withAppAtOnce(use: (app: Hono) => Promise<void>): Promise<void> {
  const { now } = Date, nowMs = now();
  Date.now = () => nowMs;
  try {
    await withApp(use);
  } finally {
    Date.now = now;
  }
}

Deno.test("wrong tokens are counted, and after five of them no token is looked at for a while", () =>
  withAppAtOnce(async (app) => {
    const ask = (token: string) => app.request("/api/cameras", { headers: bearer(token) });
    const cookie = cookieOf(await app.request(`/?token=${TOKEN}`));
    for (let i = 0; i < 5; i++) strictEqual((await ask("wrong")).status, 401);
    const refused = await ask(TOKEN);
    strictEqual(refused.status, 429);
    strictEqual(refused.headers.get("retry-after"), "1");
    const body = new URLSearchParams({ token: TOKEN });
    match(await (await app.request("/sign-in", { method: "POST", body })).text(), /wait 1 s/);
    // Who is signed in already stays so.
    const metrics = await app.request("/metrics", { headers: { cookie } });
    match(await metrics.text(), /^bokashi_failed_logins_total 5$/m);
  }));

Deno.test("wrong tokens that come all at once are not looked at beyond the first five", () =>
  withAppAtOnce(async (app) => {
    const statuses = await Promise.all(Array.from({ length: 40 }, async (_, i) => {
      const headers = bearer(`wrong-${i}`);
      return (await app.request("/api/cameras", { headers })).status;
    }));
    strictEqual(statuses.filter((status) => status === 401).length, 5);
    strictEqual(statuses.filter((status) => status === 429).length, 35);
    const body = new URLSearchParams({ token: TOKEN });
    const form = await app.request("/sign-in", { method: "POST", body });
    strictEqual(form.status, 429);
    strictEqual(form.headers.get("retry-after"), "1");
  }));

Deno.test("LoginGuard blocks longer each time, one address only, and forgets", () => {
  const clock = { ms: 1e9 };
  const guard = new LoginGuard(() => clock.ms);
  for (let i = 0; i < 5; i++) guard.fail("a");
  strictEqual(guard.waitS("a"), 1);
  strictEqual(guard.waitS("b"), 0);
  clock.ms += 1000;
  strictEqual(guard.waitS("a"), 0);
  guard.fail("a");
  strictEqual(guard.waitS("a"), 2);
  for (let i = 0; i < 10; i++) guard.fail("a");
  strictEqual(guard.waitS("a"), 30);
  guard.succeed("a");
  strictEqual(guard.waitS("a"), 0);
  for (let i = 0; i < 5; i++) guard.fail("a");
  clock.ms += 11 * 60_000;
  guard.fail("b");
  guard.fail("a");
  strictEqual(guard.waitS("a"), 0);
});

Deno.test("signing out takes the cookie away", () =>
  withApp(async (app) => {
    const response = await app.request("/sign-out", { method: "POST" });
    match(response.headers.get("set-cookie") ?? "", /^bokashi=; Max-Age=0; Path=\//);
  }));

Deno.test("a page of another site can change nothing, whatever the browser sends along", () =>
  withApp(async (app) => {
    const cookie = cookieOf(await app.request(`/?token=${TOKEN}`));
    const ask = async (headers: Record<string, string>) =>
      (await app.request("/api/cameras/gate/restart", {
        method: "POST",
        headers: { cookie, host: "cameras.example", ...headers },
      })).status;
    strictEqual(await ask({ "sec-fetch-site": "cross-site" }), 403);
    strictEqual(await ask({ "sec-fetch-site": "same-site" }), 403);
    strictEqual(await ask({ origin: "https://evil.example" }), 403);
    strictEqual(await ask({ origin: "null" }), 403);
    strictEqual(await ask({ "sec-fetch-site": "same-origin" }), 202);
    strictEqual(await ask({ origin: "https://cameras.example" }), 202);
    strictEqual(await ask({ origin: "https://p.example", "x-forwarded-host": "p.example" }), 202);
    strictEqual(await ask({}), 202);
  }, ROLES));

Deno.test("without a token the service answers by this machine's names only", async () => {
  const app = createApp({
    cameras: new FakeDirectory(),
    version: "1",
    origins: ["https://home.example"],
    signal: AbortSignal.abort(),
  });
  for (const host of ["localhost:8080", "127.0.0.1:8080", "[::1]:8080", "home.example"]) {
    strictEqual((await app.request(`http://${host}/healthz`)).status, 200, host);
  }
  for (const host of ["evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example"]) {
    strictEqual((await app.request(`http://${host}/api/cameras`)).status, 403, host);
  }
});

Deno.test("below a path of a reverse proxy, which it takes away or leaves", () =>
  withApp(async (app) => {
    const signedIn = await app.request(`/bokashi/?token=${TOKEN}`);
    strictEqual(signedIn.headers.get("location"), "/bokashi/");
    match(signedIn.headers.get("set-cookie") ?? "", /Path=\/bokashi\//);
    // Who signs in at another path is led to where the cookie is sent.
    const body = new URLSearchParams({ token: TOKEN });
    const direct = await app.request("/sign-in", { method: "POST", body });
    strictEqual(direct.headers.get("location"), "/bokashi/");
    const bare = await app.request("/bokashi?token=x", { headers: bearer(TOKEN) });
    strictEqual(bare.status, 301);
    strictEqual(bare.headers.get("location"), "/bokashi/?token=x");
    const headers = { cookie: cookieOf(signedIn) };
    for (const prefix of ["", "/bokashi"]) {
      const html = await (await app.request(`${prefix}/`, { headers })).text();
      const urls = [...html.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, url]) => url!);
      ok(urls.length > 5);
      for (const url of [...urls, "api/cameras", "api/docs", "metrics", "cameras/gate/whep"]) {
        ok(!url.startsWith("/"), url);
        const { pathname } = new URL(url, `http://h${prefix}/`);
        // A playlist waits for its first picture.
        if (pathname.endsWith(".m3u8")) continue;
        const { status } = await app.request(pathname, { headers });
        ok(status === 200 || status === 204 || /snapshot/.test(url), `${pathname}: ${status}`);
      }
    }
    strictEqual((await app.request("/bokashi/healthz")).status, 200);
    strictEqual((await app.request("/bokashihealthz", { headers })).status, 404);
  }, { basePath: "/bokashi" }));
