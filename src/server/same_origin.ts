import type { MiddlewareHandler } from "hono";
import { problem } from "./errors.ts";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Refuses changes that a page of another site asks for in a visitor's browser. Streams have rules of
 * their own (`cors.ts`). What is no browser sends neither of the headers, and is let through.
 */
export function sameOriginChanges(): MiddlewareHandler {
  // What follows is returned and not awaited, here and below: a request for the next part of a stream is
  // held back for long, and everything that waits with it is kept.
  return function sameOriginChanges(c, next) {
    if (SAFE.has(c.req.method) || c.req.path.startsWith("/cameras/")) return next();
    const site = c.req.header("sec-fetch-site");
    const origin = c.req.header("origin");
    const ours = site !== undefined
      ? site === "same-origin" || site === "none"
      // Browsers tell the site only where the page came by HTTPS or from this machine.
      : origin === undefined || [c.req.header("host"), c.req.header("x-forwarded-host")]
        .includes(origin.replace(/^https?:\/\//, ""));
    if (!ours) throw problem(403, "A page of another site may not change anything here.");
    return next();
  };
}

/**
 * Refuses requests by a name that is not this machine's: a page whose name has been made to lead here
 * (DNS rebinding) would otherwise read everything. For services without a token, which listen on this
 * machine only.
 *
 * @param origins of which the names are allowed as well
 */
export function localNamesOnly(origins: readonly string[]): MiddlewareHandler {
  const names = origins.filter((origin) => URL.canParse(origin)).map((origin) =>
    new URL(origin).hostname
  );
  /** What stands in front of the path of the last request that was let through: most have the same. */
  let allowed = "";
  return function localNamesOnly(c, next) {
    const { url } = c.req;
    if (allowed !== "" && url.startsWith(allowed)) return next();
    const { hostname, host } = new URL(url);
    const local = /^(localhost|.*\.localhost|\[::1\]|127(\.\d{1,3}){3})$/.test(hostname);
    if (!local && !names.includes(hostname)) {
      throw problem(
        403,
        `Without a token the service answers by this machine's names only, not '${hostname}': ` +
          "set a token, or add the address to server.origins.",
      );
    }
    // With the slash, so that no longer name begins with it.
    const origin = /^https?:\/\/[\w.:[\]-]+\//.exec(url)?.[0];
    if (origin !== undefined && new URL(origin).host === host) allowed = origin;
    return next();
  };
}
