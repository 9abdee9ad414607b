import type { Context, MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { timingSafeEqual } from "hono/utils/buffer";
import { problem } from "./errors.ts";
import { signInPage } from "./pages/sign_in.tsx";
import { readText } from "./read_text.ts";

const COOKIE = "bokashi";
const COOKIE_DAYS = 180;
/** Where the sign-in form sends the token. */
const SIGN_IN = "/sign-in";
/** What is open to everyone: the liveness probe, and what the sign-in page is drawn with. */
const OPEN = new Set(["/healthz", "/static/sign_in.css", "/static/favicon.svg"]);

/**
 * Lets only those through who know the token: as `Authorization: Bearer`, as `?token=`, or by the
 * cookie that a right `?token=` or the sign-in page sets. The cookie holds a digest, not the token.
 */
export function requireToken(token: string): MiddlewareHandler {
  const digest = sha256(`bokashi cookie ${token}`);

  async function letIn(c: Context): Promise<void> {
    setCookie(c, COOKIE, await digest, {
      httpOnly: true,
      maxAge: COOKIE_DAYS * 24 * 3600,
      path: "/",
      // Not sent along with requests that another site makes, save for following a link to us.
      sameSite: "Lax",
      secure: new URL(c.req.url).protocol === "https:",
    });
  }

  return async function requireToken(c, next) {
    if (OPEN.has(c.req.path)) return await next();
    if (c.req.path === SIGN_IN && c.req.method === "POST") {
      const form = new URLSearchParams(await readText(c.req.raw, 4096) ?? "");
      if (!await timingSafeEqual(form.get("token") ?? "", token)) return signInPage(c, true);
      await letIn(c);
      return c.redirect("/", 303);
    }
    const bearer = /^Bearer +(\S+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
    if (bearer !== undefined && await timingSafeEqual(bearer, token)) return await next();
    const cookie = getCookie(c, COOKIE);
    const known = cookie !== undefined && await timingSafeEqual(cookie, await digest);
    const query = c.req.query("token");
    if (query !== undefined && await timingSafeEqual(query, token)) {
      await letIn(c);
      // The page is reloaded without the token, which then is not left in the address bar. Players
      // such as ffmpeg and VLC get their playlist at once, and the cookie for what it names.
      if (c.req.path === "/") return c.redirect("/", 303);
      return await next();
    }
    if (known) return await next();
    if (c.req.path === "/") return signInPage(c, query !== undefined);
    const refusal = problem(401, "This needs the service's token.").getResponse();
    refusal.headers.set("www-authenticate", 'Bearer realm="bokashi"');
    return refusal;
  };
}

async function sha256(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(bytes).toHex();
}
