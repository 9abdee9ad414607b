import { Hono } from "hono";
import type { CameraDirectory } from "../../pipeline/status.ts";
import { Dashboard } from "./dashboard.tsx";

/** `GET /`: the dashboard. */
export function pageRoutes(cameras: CameraDirectory, version: string): Hono {
  const routes = new Hono();
  routes.get("/", (c) => {
    c.header("cache-control", "no-store");
    const statuses = cameras.list().map((camera) => camera.status());
    return c.html(<Dashboard statuses={statuses} version={version} />);
  });
  return routes;
}
