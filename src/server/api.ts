import { Hono } from "hono";
import type { CameraDirectory } from "../pipeline/status.ts";
import { cameraOr404 } from "./errors.ts";

/** `GET /api/cameras` and `GET /api/cameras/{name}`: the cameras' numbers as JSON. */
export function apiRoutes(cameras: CameraDirectory): Hono {
  const routes = new Hono();
  routes.get("/api/cameras", (c) => {
    c.header("cache-control", "no-store");
    return c.json(cameras.list().map((camera) => camera.status()));
  });
  routes.get("/api/cameras/:name", (c) => {
    c.header("cache-control", "no-store");
    return c.json(cameraOr404(cameras, c.req.param("name")).status());
  });
  return routes;
}
