import type { MiddlewareHandler } from "hono";

/**
 * All that the dashboard needs and nothing more. Media Source Extensions, by which hls.js plays,
 * give the video element a `blob:` address.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
].join("; ");

/** Adds the headers that keep a browser from doing with an answer what it is not meant for. */
export function securityHeaders(): MiddlewareHandler {
  return async function securityHeaders(c, next) {
    await next();
    // Not `c.header()`: it makes an answer that is there already anew, and its body a stream, without
    // a length, which costs a viewer of HLS more than all the rest.
    const { headers } = c.res;
    headers.set("content-security-policy", CONTENT_SECURITY_POLICY);
    headers.set("x-content-type-options", "nosniff");
    headers.set("referrer-policy", "no-referrer");
    // Streams may be used by other sites (see cors.ts); the pages and the numbers may not.
    if (!/^\/cameras\/[^/]+\/./.test(c.req.path)) {
      headers.set("cross-origin-resource-policy", "same-origin");
    }
  };
}
