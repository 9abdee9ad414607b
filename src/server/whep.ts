import { type Context, Hono } from "hono";
import { BusyError, OfferError } from "../deliver/webrtc/errors.ts";
import type { CameraDirectory } from "../pipeline/status.ts";
import { cameraOr404, problem } from "./errors.ts";
import { readText } from "./read_text.ts";

const MAX_SDP_BYTES = 64 * 1024;

/**
 * WHEP (draft-ietf-wish-whep-02): `POST /cameras/{name}/whep` with an SDP offer begins a session,
 * `DELETE` on the `Location` that it answers ends it.
 */
export function whepRoutes(cameras: CameraDirectory): Hono {
  const routes = new Hono();

  routes.post("/cameras/:name/whep", async (c) => {
    const { name, whep } = cameraOr404(cameras, c.req.param("name"));
    requireType(c, "application/sdp");
    const offer = await readText(c.req.raw, MAX_SDP_BYTES);
    if (offer === null) throw problem(413, `An offer may have ${MAX_SDP_BYTES} bytes.`);
    try {
      const { id, sdp } = await whep.offer(offer);
      return c.body(sdp, 201, {
        "content-type": "application/sdp",
        "location": `/cameras/${encodeURIComponent(name)}/whep/${id}`,
        "cache-control": "no-store",
      });
    } catch (error) {
      if (error instanceof OfferError) throw problem(400, error.message);
      if (error instanceof BusyError) {
        throw problem(503, error.message, { retryAfterS: error.retryAfterS });
      }
      throw error;
    }
  });

  // The draft wants an empty 2xx for a GET on the endpoint.
  routes.get("/cameras/:name/whep", (c) => {
    cameraOr404(cameras, c.req.param("name"));
    return c.body(null, 204, { "accept-post": "application/sdp", "cache-control": "no-store" });
  });

  routes.delete("/cameras/:name/whep/:id", (c) => {
    const { whep } = cameraOr404(cameras, c.req.param("name"));
    if (!whep.delete(c.req.param("id"))) throw noSession();
    return c.body(null, 200);
  });

  routes.patch("/cameras/:name/whep/:id", async (c) => {
    const { whep } = cameraOr404(cameras, c.req.param("name"));
    if (!whep.has(c.req.param("id"))) throw noSession();
    requireType(c, "application/trickle-ice-sdpfrag");
    const fragment = await readText(c.req.raw, MAX_SDP_BYTES);
    if (fragment === null) throw problem(413, `A fragment may have ${MAX_SDP_BYTES} bytes.`);
    if (c.req.header("if-match")?.trim() === "*") {
      throw problem(422, "ICE restarts are not supported: begin a new session instead.");
    }
    // The viewer's late candidates are not needed: all of ours are in the answer, and from where the
    // viewer's checks come is seen as they arrive. So they are accepted and the session goes on.
    return c.body(null, 204);
  });

  return routes;
}

function requireType(c: Context, type: string): void {
  const given = (c.req.header("content-type") ?? "").split(";")[0]!.trim().toLowerCase();
  if (given !== type) {
    throw problem(415, `The content type must be ${type}${given ? `, not ${given}` : ""}.`);
  }
}

function noSession() {
  return problem(404, "There is no such session, or it has ended.");
}
