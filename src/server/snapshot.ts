import { Hono } from "hono";
import { NoPictureError, snapshot } from "../deliver/snapshot.ts";
import type { CameraDirectory } from "../pipeline/status.ts";
import { cameraOr404, problem, unavailable } from "./errors.ts";
import { queryNumber } from "./query_number.ts";

const MAX_AGE_MS = 500;

/** `GET /cameras/{name}/snapshot.jpg`: the newest masked picture; `?width=` makes it smaller. */
export function snapshotRoutes(cameras: CameraDirectory): Hono {
  const routes = new Hono();
  routes.get("/cameras/:name/snapshot.jpg", async (c) => {
    const { feed } = cameraOr404(cameras, c.req.param("name"));
    const widthPx = queryNumber(c, "width", 2, 16_384);
    try {
      const jpeg = await snapshot(feed, {
        maxAgeMs: MAX_AGE_MS,
        ...(widthPx === null ? {} : { widthPx }),
      });
      return c.body(jpeg, 200, { "content-type": "image/jpeg", "cache-control": "no-store" });
    } catch (error) {
      if (error instanceof NoPictureError) throw problem(503, error.message, { retryAfterS: 1 });
      throw unavailable(error);
    }
  });
  return routes;
}
