import type { MiddlewareHandler } from "hono";

const ALLOW_METHODS = "GET, HEAD, POST, PATCH, DELETE, OPTIONS";
const ALLOW_HEADERS = "Authorization, Content-Type, If-Match, Range";
const EXPOSE_HEADERS = "Location, Link, ETag, Retry-After, Content-Range";

/**
 * Lets pages of other sites read a stream, as casting devices and embedded players do. Cookies are not
 * let through, so where a token is set such a player must send it itself.
 *
 * @param origins those sites, such as `https://home.example`; `*` stands for any
 */
export function cors(origins: readonly string[]): MiddlewareHandler {
  const any = origins.includes("*");
  const allow = (headers: Headers, origin: string | undefined) => {
    // The answer depends on who asks: a cache must not give it to another.
    if (!any && origins.length > 0) headers.append("vary", "Origin");
    if (!any && !(origin && origins.includes(origin))) return;
    headers.set("access-control-allow-origin", any ? "*" : origin!);
    headers.set("access-control-expose-headers", EXPOSE_HEADERS);
  };
  return async function cors(c, next) {
    const origin = c.req.header("origin");
    if (c.req.method === "OPTIONS") {
      const headers = new Headers();
      allow(headers, origin);
      if (headers.has("access-control-allow-origin")) {
        headers.set("access-control-allow-methods", ALLOW_METHODS);
        headers.set("access-control-allow-headers", ALLOW_HEADERS);
        headers.set("access-control-max-age", "86400");
      }
      if (/\/whep$/.test(c.req.path)) {
        headers.set("accept-post", "application/sdp");
        headers.set("allow", "OPTIONS, GET, HEAD, POST");
      } else if (/\/whep\/[^/]+$/.test(c.req.path)) {
        headers.set("accept-patch", "application/trickle-ice-sdpfrag");
        headers.set("allow", "OPTIONS, PATCH, DELETE");
      }
      return new Response(null, { status: 204, headers });
    }
    await next();
    allow(c.res.headers, origin);
  };
}
