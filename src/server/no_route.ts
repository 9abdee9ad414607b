import type { Hono, NotFoundHandler } from "hono";
import { answerNotAllowed, answerNotFound } from "./errors.ts";

const METHODS = ["GET", "POST", "PATCH", "DELETE"];

/**
 * Answers a request for which there is no route: 405 with `Allow` where its address has one for another
 * method; the way to the right address where a slash at the end is too much, or is missing behind the base
 * path; else 404.
 */
export function noRoute(app: Hono, basePath: string): NotFoundHandler {
  /** The methods that a path has routes for; middleware is no route. */
  const methodsOf = (path: string) =>
    METHODS.filter((method) =>
      app.router.match(method, path)[0].some(([[, { method }]]) => method !== "ALL")
    );
  return function noRoute(c) {
    const { path, method } = c.req;
    const { pathname, search } = new URL(c.req.url);
    const looks = method === "GET" || method === "HEAD";
    if (looks && basePath !== "" && pathname === basePath) {
      return c.redirect(`${basePath}/${search}`, 301);
    }
    if (looks && /[^/]\/$/.test(path) && methodsOf(path.slice(0, -1)).includes("GET")) {
      // From where it is: a proxy may have taken away what stands in front.
      return c.redirect(`../${pathname.split("/").at(-2)}${search}`, 301);
    }
    const allow = methodsOf(path).flatMap((each) => each === "GET" ? ["GET", "HEAD"] : [each]);
    return allow.length > 0 ? answerNotAllowed(allow.join(", ")) : answerNotFound(c);
  };
}
