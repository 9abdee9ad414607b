import { Hono } from "hono";
import type { CameraDirectory, CameraStatus } from "../pipeline/status.ts";
import { type Connection, connectionOf } from "./connection.ts";
import { cameraOr404 } from "./errors.ts";
import { History } from "./history.ts";
import { Journal } from "./journal.ts";

/** What has been of the cameras: their numbers second by second, and what happened to them. */
export class Past {
  readonly history = new History();
  readonly journal = new Journal();

  /** Notes the numbers of now. */
  record(statuses: readonly CameraStatus[], nowMs: number): void {
    this.history.record(statuses, nowMs);
    this.journal.record(statuses, nowMs);
  }

  /** How a camera delivers. */
  connection(status: CameraStatus): Connection {
    const { name } = status;
    return connectionOf(status, this.history.of(name), this.journal.lastHour(name));
  }
}

/**
 * `GET /api/cameras/{name}/history`: a camera's last half hour and what happened to it.
 * `GET /api/connections`: how each camera delivers.
 */
export function pastRoutes(cameras: CameraDirectory, past: Past): Hono {
  const routes = new Hono();
  routes.get("/api/cameras/:name/history", (c) => {
    const { name } = cameraOr404(cameras, c.req.param("name"));
    c.header("cache-control", "no-store");
    return c.json({
      nowS: Date.now() / 1000,
      samples: past.history.of(name),
      journal: past.journal.entries(name),
    });
  });
  routes.get("/api/connections", (c) => {
    c.header("cache-control", "no-store");
    return c.json(cameras.list().map((camera) => past.connection(camera.status())));
  });
  return routes;
}
