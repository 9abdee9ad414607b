import { type Context, Hono } from "hono";
import type { IceServerConfig } from "../config/streams_schema.ts";
import { NotLiveError, OfferError } from "../deliver/webrtc/errors.ts";
import { PatchError } from "../deliver/webrtc/ice_control.ts";
import type { CameraDirectory } from "../pipeline/status.ts";
import { clientAddress } from "./client_address.ts";
import { answerNotAllowed, cameraOr404, problem, unavailable } from "./errors.ts";
import { readText } from "./read_text.ts";

const MAX_SDP_BYTES = 64 * 1024;
const FRAGMENT_TYPE = "application/trickle-ice-sdpfrag";

/**
 * WHEP (draft-ietf-wish-whep-02): `POST /cameras/{name}/whep` with an SDP offer begins a session,
 * `PATCH` on the `Location` that it answers adds ICE candidates or restarts ICE, `DELETE` ends it.
 *
 * @param iceServers STUN and TURN servers that viewers are told of
 * @param basePath what a reverse proxy puts before our paths
 */
export function whepRoutes(
  cameras: CameraDirectory,
  iceServers: readonly IceServerConfig[],
  basePath: string,
): Hono {
  const routes = new Hono();
  const links = iceServers.flatMap(iceServerLinks).join(", ");

  routes.post("/cameras/:name/whep", async (c) => {
    const { name, outputs } = cameraOr404(cameras, c.req.param("name"));
    requireType(c, "application/sdp");
    const offer = await readText(c.req.raw, MAX_SDP_BYTES);
    if (offer === null) throw problem(413, `An offer may have ${MAX_SDP_BYTES} bytes at most.`);
    try {
      const { id, sdp, etag } = await outputs.whep.offer(offer, clientAddress(c));
      c.header("content-type", "application/sdp");
      c.header("location", `${basePath}/cameras/${encodeURIComponent(name)}/whep/${id}`);
      c.header("etag", etag);
      if (links) c.header("link", links);
      c.header("accept-patch", FRAGMENT_TYPE);
      c.header("cache-control", "no-store");
      return c.body(sdp, 201);
    } catch (error) {
      if (error instanceof OfferError) throw problem(400, error.message);
      if (error instanceof NotLiveError) {
        throw problem(409, error.message, { retryAfterS: error.retryAfterS });
      }
      throw unavailable(error);
    }
  });

  // The draft wants an empty 2xx for a GET on the endpoint.
  routes.get("/cameras/:name/whep", (c) => {
    cameraOr404(cameras, c.req.param("name"));
    if (links) c.header("link", links);
    c.header("accept-post", "application/sdp");
    c.header("cache-control", "no-store");
    return c.body(null, 204);
  });

  routes.delete("/cameras/:name/whep/:id", (c) => {
    const { outputs } = cameraOr404(cameras, c.req.param("name"));
    if (!outputs.whep.delete(c.req.param("id"))) throw noSession();
    return c.body(null, 200);
  });

  routes.patch("/cameras/:name/whep/:id", async (c) => {
    const { outputs } = cameraOr404(cameras, c.req.param("name"));
    const ice = outputs.whep.ice(c.req.param("id"));
    if (!ice) throw noSession();
    requireType(c, FRAGMENT_TYPE);
    const fragment = await readText(c.req.raw, MAX_SDP_BYTES);
    if (fragment === null) {
      throw problem(413, `A fragment may have ${MAX_SDP_BYTES} bytes at most.`);
    }
    try {
      const restart = await ice.patch(fragment, c.req.header("if-match")?.trim());
      if (!restart) return c.body(null, 204);
      c.header("content-type", FRAGMENT_TYPE);
      c.header("etag", restart.etag);
      c.header("cache-control", "no-store");
      return c.body(restart.fragment, 200);
    } catch (error) {
      if (error instanceof PatchError) throw problem(error.status, error.message);
      throw error;
    }
  });

  routes.all("/cameras/:name/whep", () => answerNotAllowed("OPTIONS, GET, HEAD, POST"));
  routes.all("/cameras/:name/whep/:id", () => answerNotAllowed("OPTIONS, PATCH, DELETE"));
  return routes;
}

/** One `Link` value for each address of a server (draft-ietf-wish-whep-02, section 4.4). */
function iceServerLinks({ urls, username, credential }: IceServerConfig): string[] {
  return urls.map((url) => {
    let link = `<${url}>; rel="ice-server"`;
    if (username !== undefined) link += `; username="${quoted(username)}"`;
    if (credential !== undefined) {
      link += `; credential="${quoted(credential)}"; credential-type="password"`;
    }
    return link;
  });
}

function quoted(text: string): string {
  return text.replace(/["\\]/g, "\\$&");
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
