import { createHash, timingSafeEqual } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { clientAddress } from "./client_address.ts";
import { problem } from "./errors.ts";
import type { LoginGuard } from "./login_guard.ts";
import { signInPage } from "./pages/sign_in.tsx";
import { readText } from "./read_text.ts";

/** What somebody may: watch and read numbers, or change settings as well. */
export type Role = "view" | "admin";

declare module "hono" {
  interface ContextVariableMap {
    /** Not set where the service has no token. */
    role?: Role;
  }
}

/** The tokens by which the service tells who may what. */
export interface Tokens {
  admin: string;
  view?: string;
}

const COOKIE = "bokashi";
const COOKIE_DAYS = 180;
/** Where the sign-in form sends the token, and what takes the cookie away. */
const SIGN_IN = "/sign-in", SIGN_OUT = "/sign-out";
const WRONG = "That is not the token.";
/** What is open to everyone: the liveness probe, and what the sign-in page is drawn with. */
const OPEN = new Set(["/healthz", "/static/sign_in.css", "/static/favicon.svg"]);
/** What is for the role `admin`, besides everything that changes something below `/api`. */
const FOR_ADMIN = /^\/(add|(api\/)?cameras\/[^/]+\/settings|api\/config)(\/|$)/;

/**
 * Lets only those through who know a token: as `Authorization: Bearer`, as `?token=`, or by the
 * cookie that a right `?token=` or the sign-in page sets. The cookie holds a digest, not the token.
 *
 * @param cookiePath below which the cookie is sent
 */
export function requireToken(
  tokens: Tokens,
  guard: LoginGuard,
  cookiePath: string,
): MiddlewareHandler {
  const known = (Object.entries(tokens) as [Role, string][]).map(([role, token]) => ({
    role,
    cookie: cookieFor(token),
    hash: { token: sha256(token), cookie: sha256(cookieFor(token)) },
  }));

  // Where the cookie is sent, below a base path; without one the address as it came is as good, and a proxy may
  // put something before it.
  const home = cookiePath === "/" ? "./" : cookiePath;

  /** The role that a token gives; every token is compared, so that time tells nothing. */
  function roleOf(secret: string, what: "token" | "cookie"): Role | null {
    const hash = sha256(secret);
    let found: Role | null = null;
    for (const each of known) {
      if (timingSafeEqual(hash, each.hash[what])) found ??= each.role;
    }
    return found;
  }

  /**
   * The same for one that somebody has sent: a wrong one is counted, too many are not looked at. Without a
   * pause in between, so that tokens that come all at once are counted one after the other.
   */
  function check(c: Context, token: string): Role | null {
    const address = clientAddress(c);
    const waitS = guard.waitS(address);
    if (waitS > 0) {
      throw problem(429, tooMany(waitS), { retryAfterS: waitS });
    }
    const role = roleOf(token, "token");
    if (role === null) guard.fail(address);
    else guard.succeed(address);
    return role;
  }

  function letIn(c: Context, role: Role): void {
    const scheme = c.req.header("x-forwarded-proto") ?? new URL(c.req.url).protocol;
    setCookie(c, COOKIE, known.find((each) => each.role === role)!.cookie, {
      httpOnly: true,
      maxAge: COOKIE_DAYS * 24 * 3600,
      path: cookiePath,
      // Not sent along with requests that another site makes, save for following a link to us.
      sameSite: "Lax",
      secure: scheme.startsWith("https"),
    });
  }

  return async function requireToken(c, next) {
    const { path, method } = c.req;
    if (OPEN.has(path)) return await next();
    if (method === "POST" && path === SIGN_OUT) {
      deleteCookie(c, COOKIE, { path: cookiePath });
      return c.redirect(home, 303);
    }
    // A wrong token's page has this address, from where people reload it or go back to it.
    if (method === "GET" && path === SIGN_IN) return c.redirect(home, 303);
    if (method === "POST" && path === SIGN_IN) {
      const form = new URLSearchParams(await readText(c.req.raw, 4096) ?? "");
      const waitS = guard.waitS(clientAddress(c));
      if (waitS > 0) return signInPage(c, tooMany(waitS), waitS);
      const role = check(c, form.get("token") ?? "");
      if (role === null) return signInPage(c, WRONG);
      letIn(c, role);
      return c.redirect(home, 303);
    }
    const bearer = /^Bearer +(\S+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
    const query = c.req.query("token");
    const cookie = getCookie(c, COOKIE);
    let role = bearer === undefined ? null : check(c, bearer);
    if (role === null && query !== undefined) {
      role = check(c, query);
      if (role !== null) {
        letIn(c, role);
        // The page is reloaded without the token, which then is not left in the address bar. Players
        // such as ffmpeg and VLC get their playlist at once, and the cookie for what it names.
        if (path === "/") return c.redirect(home, 303);
      }
    }
    if (role === null && cookie !== undefined) role = roleOf(cookie, "cookie");
    if (role === null) {
      if (path === "/") return signInPage(c, query === undefined ? null : WRONG);
      // Other pages lead to the one place where the form is; a program is told what is missing.
      if (method === "GET" && /^text\/html\b/.test(c.req.header("accept") ?? "")) {
        return c.redirect(cookiePath, 303);
      }
      const refusal = problem(401, "This needs the service's token.").getResponse();
      refusal.headers.set("www-authenticate", 'Bearer realm="bokashi"');
      return refusal;
    }
    if (role !== "admin" && needsAdmin(method, path)) {
      throw problem(403, "This needs the token of the role 'admin'.");
    }
    c.set("role", role);
    return await next();
  };
}

function needsAdmin(method: string, path: string): boolean {
  const changes = method !== "GET" && method !== "HEAD";
  return FOR_ADMIN.test(path) || (changes && path.startsWith("/api/"));
}

function tooMany(waitS: number): string {
  return `Too many wrong tokens: wait ${waitS} s.`;
}

/** What the cookie holds for a token. */
function cookieFor(token: string): string {
  return sha256(`bokashi cookie ${token}`).toString("hex");
}

function sha256(text: string) {
  return createHash("sha256").update(text).digest();
}
