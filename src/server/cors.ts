import type { MiddlewareHandler } from "hono";

/**
 * Lets players on other sites use a stream, as casting devices and embedded players do. Cookies are
 * not let through, so where a token is set such a player must send it itself.
 */
export function cors(): MiddlewareHandler {
  return async function cors(c, next) {
    if (c.req.method === "OPTIONS") {
      const headers = new Headers({
        "access-control-allow-origin": "*",
        "access-control-allow-methods": "GET, HEAD, POST, PATCH, DELETE, OPTIONS",
        "access-control-allow-headers": "Authorization, Content-Type, If-Match, Range",
        "access-control-expose-headers": "Location, Link, ETag, Retry-After",
        "access-control-max-age": "86400",
      });
      if (/\/whep$/.test(c.req.path)) headers.set("accept-post", "application/sdp");
      return new Response(null, { status: 204, headers });
    }
    await next();
    c.header("access-control-allow-origin", "*");
    c.header("access-control-expose-headers", "Location, Link, ETag, Retry-After");
  };
}
