import { Hono } from "hono";
import type { CameraDirectory } from "../pipeline/status.ts";
import { isTrial } from "./trials.ts";

/** Why the service is not ready to show pictures; empty if it is. */
export function unreadyReasons(cameras: CameraDirectory): string[] {
  const reasons: string[] = [];
  const detector = cameras.detectorProblem();
  if (detector !== null) reasons.push(`detector: ${detector}`);
  // What is tried out shows that it can be opened, not that the service does its work.
  const all = cameras.list().filter(({ name }) => !isTrial(name))
    .map((camera) => ({ ...camera.status(), shows: camera.feed.group().length > 0 }))
    .filter(({ state }) => state !== "disabled");
  if (all.length === 0) {
    reasons.push("no camera is configured and enabled");
  } else if (!all.some(({ state, shows }) => state === "live" && shows)) {
    for (const { name, state, lastError } of all) {
      // It becomes live with its first picture, which is masked and encoded only then.
      const what = state === "live" ? "live, its first picture on the way" : state;
      reasons.push(`camera '${name}' is ${what}${lastError === null ? "" : `: ${lastError}`}`);
    }
  }
  return reasons;
}

/**
 * `GET /healthz`: the process answers. `GET /readyz`: the detector is ready and a camera shows
 * pictures, else 503 with the reasons.
 */
export function healthRoutes(cameras: CameraDirectory): Hono {
  const routes = new Hono();
  routes.get("/healthz", (c) => {
    c.header("cache-control", "no-store");
    return c.json({ status: "ok" });
  });
  routes.get("/readyz", (c) => {
    c.header("cache-control", "no-store");
    const reasons = unreadyReasons(cameras);
    if (reasons.length === 0) return c.json({ status: "ready" });
    return c.json({ status: "unready", reasons }, 503);
  });
  return routes;
}
