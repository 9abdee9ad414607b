import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { BusyError } from "../deliver/viewer_limits.ts";
import type { CameraDirectory, CameraHandle } from "../pipeline/status.ts";
import { ErrorPage } from "./pages/error_page.tsx";

const TITLES: Partial<Record<number, string>> = {
  400: "Bad request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not found",
  405: "Method not allowed",
  409: "Conflict",
  412: "Precondition failed",
  413: "Too large",
  415: "Unsupported media type",
  416: "Range not satisfiable",
  422: "Unprocessable content",
  429: "Too many requests",
  428: "Precondition required",
  500: "Internal error",
  503: "Unavailable",
};

/** Settings of {@linkcode problem}. */
export interface ProblemOptions {
  /** Seconds after which the client should try again. */
  retryAfterS?: number;
}

/**
 * An error that is answered as problem JSON (RFC 9457). To be thrown by routes.
 *
 * @param status HTTP status
 * @param detail what is wrong, in a sentence for people; must hold no secret
 */
export function problem(
  status: ContentfulStatusCode,
  detail: string,
  options: ProblemOptions = {},
): HTTPException {
  const headers = new Headers({
    "content-type": "application/problem+json",
    "cache-control": "no-store",
  });
  if (options.retryAfterS !== undefined) headers.set("retry-after", String(options.retryAfterS));
  const body = JSON.stringify({ title: TITLES[status] ?? "Error", status, detail });
  return new HTTPException(status, {
    message: detail,
    res: new Response(body, { status, headers }),
  });
}

/**
 * The camera of this name.
 *
 * @throws {HTTPException} 404 if there is none
 */
export function cameraOr404(cameras: CameraDirectory, name: string): CameraHandle {
  const camera = cameras.get(name);
  if (!camera) throw problem(404, `There is no camera '${name}'.`);
  return camera;
}

/** What a route answers to an error of the outputs that tells the client when to come again. */
export function unavailable(error: unknown): HTTPException {
  if (error instanceof BusyError) {
    return problem(503, error.message, { retryAfterS: error.retryAfterS });
  }
  throw error;
}

/** Answers what a route has thrown. Errors that are not meant for the client stay in the log. */
export function answerError(error: Error, c: Context): Response | Promise<Response> {
  if (error instanceof HTTPException) return answer(error, c);
  console.error(`${c.req.method} ${c.req.path} failed:`, error);
  return answer(problem(500, "Something went wrong here; the service's log says what."), c);
}

/** Answers a request for which there is nothing. */
export function answerNotFound(c: Context): Response | Promise<Response> {
  return answer(problem(404, `There is nothing at ${c.req.path}.`), c);
}

/** Answers a request by a method that its address does not know. @param allow those that it does */
export function answerNotAllowed(allow: string): Response {
  const response = problem(405, `Use one of ${allow}.`).getResponse();
  response.headers.set("allow", allow);
  return response;
}

/** People who came by a link or an address get a page, programs the problem itself. */
function answer(error: HTTPException, c: Context): Response | Promise<Response> {
  const response = error.getResponse();
  const { method, path } = c.req;
  const isForPeople = method === "GET" && !path.startsWith("/api/") &&
    /^text\/html\b/.test(c.req.header("accept") ?? "");
  if (!isForPeople) return response;
  for (const name of ["cache-control", "retry-after"]) {
    const value = response.headers.get(name);
    if (value !== null) c.header(name, value);
  }
  const title = TITLES[error.status] ?? "Error";
  return c.html(ErrorPage({ path, title, detail: error.message }), error.status);
}
