import { Hono } from "hono";
import { getPath } from "hono/utils/url";
import type { ConfigStore } from "../config/store.ts";
import type { IceServerConfig } from "../config/streams_schema.ts";
import type { CameraDirectory } from "../pipeline/status.ts";
import { apiRoutes } from "./api.ts";
import { requireToken, type Tokens } from "./auth.ts";
import { cors } from "./cors.ts";
import { answerError } from "./errors.ts";
import { eventRoutes } from "./events.ts";
import { healthRoutes } from "./health.ts";
import { hlsRoutes } from "./hls.ts";
import { LogTail } from "./log_tail.ts";
import { LoginGuard } from "./login_guard.ts";
import { metricsRoutes } from "./metrics.ts";
import { mjpegRoutes } from "./mjpeg.ts";
import { noRoute } from "./no_route.ts";
import { pageRoutes } from "./pages/routes.tsx";
import { Past, pastRoutes } from "./past.ts";
import { recordingRoutes } from "./recordings.ts";
import { localNamesOnly, sameOriginChanges } from "./same_origin.ts";
import { securityHeaders } from "./security_headers.ts";
import { settingsRoutes } from "./settings_api.ts";
import { snapshotRoutes } from "./snapshot.ts";
import { staticRoutes } from "./static_files.ts";
import { trialRoutes } from "./trials.ts";
import { whepRoutes } from "./whep.ts";

/** What {@linkcode createApp} serves. */
export interface AppOptions {
  /** The running cameras. */
  cameras: CameraDirectory;
  /** Their settings; without it these can be neither read nor changed. */
  store?: ConfigStore;
  /** The program's version, shown on the dashboard. */
  version: string;
  /** If set, everything but `/healthz` needs one of them. */
  tokens?: Tokens;
  /**
   * The path below which a reverse proxy shows the service, such as `/bokashi`. Requests may come
   * with it and without it.
   *
   * @default ""
   */
  basePath?: string;
  /**
   * Origins of other sites whose pages may read the streams, or `*`.
   *
   * @default ["*"] with a token, none without
   */
  origins?: readonly string[];
  /** STUN and TURN servers that viewers are told of. @default [] */
  iceServers?: readonly IceServerConfig[];
  /** The cameras' last lines of the log. */
  logTail?: LogTail;
  /** Ends what goes on by itself: the events, and with them the listener's open requests. */
  signal?: AbortSignal;
}

/**
 * The HTTP side of the service: streams, numbers and the dashboard. It opens no port itself.
 *
 * @example
 * ```ts
 * const app = createApp({ cameras, version: "1.0.0" });
 * Deno.serve({ hostname: "127.0.0.1", port: 8080 }, app.fetch);
 * ```
 */
export function createApp(options: AppOptions): Hono {
  const { cameras, store, version, tokens, iceServers = [], basePath = "", signal } = options;
  const logTail = options.logTail ?? new LogTail();
  const origins = options.origins ?? (tokens === undefined ? [] : ["*"]);
  const guard = new LoginGuard();
  const app = new Hono({
    getPath: (request) => {
      const path = getPath(request);
      return path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : path;
    },
  });
  app.onError(answerError);
  app.notFound(noRoute(app, basePath));
  app.use(securityHeaders());
  // In front of the token: a browser's preflight request carries none.
  app.use("/cameras/*", cors(origins));
  app.use(sameOriginChanges());
  app.use(
    tokens === undefined ? localNamesOnly(origins) : requireToken(tokens, guard, `${basePath}/`),
  );
  app.route("/", healthRoutes(cameras));
  app.route("/", metricsRoutes(cameras, version, () => guard.failed));
  app.route("/", apiRoutes(cameras));
  if (store) {
    app.route("/", settingsRoutes(cameras, store));
    app.route("/", trialRoutes(store, signal));
  }
  const past = new Past();
  app.route("/", eventRoutes(cameras, past, logTail, signal));
  app.route("/", pastRoutes(cameras, past));
  app.route("/", whepRoutes(cameras, iceServers, basePath));
  app.route("/", hlsRoutes(cameras));
  app.route("/", mjpegRoutes(cameras));
  app.route("/", snapshotRoutes(cameras));
  app.route("/", recordingRoutes(cameras));
  app.route("/", staticRoutes());
  app.route("/", pageRoutes(cameras, version, store));
  return app;
}
