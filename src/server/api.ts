import { Hono } from "hono";
import type { CameraDirectory } from "../pipeline/status.ts";
import { cameraOr404 } from "./errors.ts";

/**
 * `GET /api/cameras` and `GET /api/cameras/{name}`: the cameras' numbers as JSON. `GET /api/session`: what
 * whoever asks may do.
 */
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
  routes.get("/api/session", (c) => {
    c.header("cache-control", "no-store");
    return c.json({ role: c.get("role") ?? "admin" });
  });
  return routes;
}
