import { Hono } from "hono";
import { MJPEG_MAX_FPS, MJPEG_TYPE } from "../deliver/mjpeg.ts";
import type { CameraDirectory } from "../pipeline/status.ts";
import { clientAddress } from "./client_address.ts";
import { cameraOr404, unavailable } from "./errors.ts";
import { queryNumber } from "./query_number.ts";

/** `GET /cameras/{name}/mjpeg`: Motion JPEG for what plays nothing else; `?fps=` bounds its rate. */
export function mjpegRoutes(cameras: CameraDirectory): Hono {
  const routes = new Hono();
  routes.get("/cameras/:name/mjpeg", (c) => {
    const { mjpeg } = cameraOr404(cameras, c.req.param("name")).outputs;
    const fps = queryNumber(c, "fps", 0.1, 60) ?? MJPEG_MAX_FPS;
    const headers = {
      "content-type": MJPEG_TYPE,
      "cache-control": "no-store",
      // Asks nginx to pass each picture on at once.
      "x-accel-buffering": "no",
    };
    if (c.req.method === "HEAD") return c.body(null, 200, headers);
    try {
      return c.body(mjpeg.connect(fps, clientAddress(c)), 200, headers);
    } catch (error) {
      throw unavailable(error);
    }
  });
  return routes;
}
