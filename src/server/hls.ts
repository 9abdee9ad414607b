import { type Context, Hono } from "hono";
import type { CameraDirectory } from "../pipeline/status.ts";
import { cameraOr404, problem } from "./errors.ts";

const PLAYLISTS = new Set(["index.m3u8", "live.m3u8"]);
/** A player that comes before the first segment waits so long for it instead of giving up. */
const FIRST_SEGMENT_WAIT_MS = 5000;

/** HLS: `GET /cameras/{name}/hls/index.m3u8` and the files that it leads to. */
export function hlsRoutes(cameras: CameraDirectory): Hono {
  const routes = new Hono();
  routes.get("/cameras/:name/hls/:file", async (c) => {
    const { hls } = cameraOr404(cameras, c.req.param("name"));
    const name = c.req.param("file");
    if (PLAYLISTS.has(name)) {
      if (c.req.method === "GET") hls.touch(viewerKey(c));
      if (!await hls.waitReady(FIRST_SEGMENT_WAIT_MS)) {
        throw problem(503, "The stream has no picture yet.", { retryAfterS: 1 });
      }
    }
    const file = hls.file(name);
    if (file === null) throw problem(404, `The stream has no file '${name}', or no longer.`);
    return c.body(file.body, 200, {
      "content-type": file.type,
      "cache-control": file.maxAgeS > 0
        ? `private, max-age=${file.maxAgeS}, immutable`
        : "no-cache, no-store",
    });
  });
  return routes;
}

/** Tells viewers apart well enough to count them: address and program. */
function viewerKey(c: Context): string {
  const info = c.env as Partial<Deno.ServeHandlerInfo<Deno.NetAddr>> | undefined;
  return `${info?.remoteAddr?.hostname ?? ""} ${c.req.header("user-agent") ?? ""}`;
}
