import { type Context, Hono } from "hono";
import { MASTER_PLAYLIST, MEDIA_PLAYLIST } from "../deliver/hls/playlist.ts";
import type { HlsStream } from "../deliver/hls/stream.ts";
import type { CameraDirectory } from "../pipeline/status.ts";
import { clientAddress } from "./client_address.ts";
import { cameraOr404, problem, unavailable } from "./errors.ts";

const PLAYLISTS = new Set([MASTER_PLAYLIST, MEDIA_PLAYLIST]);
/** A player that comes before the first segment waits so long for it instead of giving up. */
const FIRST_SEGMENT_WAIT_MS = 5000;

/** HLS: `GET /cameras/{name}/hls/index.m3u8` and the files that it leads to. */
export function hlsRoutes(cameras: CameraDirectory): Hono {
  const routes = new Hono();
  routes.get("/cameras/:name/hls/:file", async (c) => {
    const { hls } = cameraOr404(cameras, c.req.param("name")).outputs;
    const name = c.req.param("file");
    if (PLAYLISTS.has(name)) {
      if (c.req.method === "GET") admit(c, hls);
      if (!await hls.waitReady(FIRST_SEGMENT_WAIT_MS)) {
        throw problem(503, "The stream has no picture yet.", { retryAfterS: 1 });
      }
      if (name === MEDIA_PLAYLIST) await waitForReload(c, hls);
    }
    const file = await hls.load(name);
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

/** Holds a media playlist back until it has what the player asks for, as low-latency HLS wants it. */
async function waitForReload(c: Context, hls: HlsStream): Promise<void> {
  const segment = wholeNumber(c, "_HLS_msn");
  const part = wholeNumber(c, "_HLS_part");
  if (segment === null) {
    if (part !== null) throw problem(400, "_HLS_part needs _HLS_msn.");
    return;
  }
  const outcome = await hls.waitFor(segment, part);
  if (outcome === "never") throw problem(400, `Segment ${segment} lies too far ahead.`);
  if (outcome === "late") {
    throw problem(503, "The stream has brought nothing new in time.", { retryAfterS: 1 });
  }
}

function wholeNumber(c: Context, name: string): number | null {
  const text = c.req.query(name);
  if (text === undefined) return null;
  if (!/^\d{1,15}$/.test(text)) throw problem(400, `${name} must be a whole number.`);
  return Number(text);
}

/** Tells viewers apart well enough to count them: by address and program. */
function admit(c: Context, hls: HlsStream): void {
  try {
    hls.touch(clientAddress(c), c.req.header("user-agent") ?? "");
  } catch (error) {
    throw unavailable(error);
  }
}
