import { Hono } from "hono";
import type { ConfigStore } from "../../config/store.ts";
import { configJsonSchema } from "../../config/json_schema.ts";
import type { CameraDirectory } from "../../pipeline/status.ts";
import { cameraOr404 } from "../errors.ts";
import { openapi } from "../openapi.ts";
import { shownSettings } from "../settings_view.ts";
import { AddPage } from "./add_page.tsx";
import { ApiDocs } from "./api_docs.tsx";
import { CameraPage } from "./camera_page.tsx";
import { Dashboard } from "./dashboard.tsx";
import { RecordingsPage } from "./recordings_page.tsx";
import { SettingsPage } from "./settings_page.tsx";
import { ThroughputPage } from "./throughput_page.tsx";

/**
 * `GET /`: the dashboard. `GET /cameras/{name}`: a camera's page. `GET /cameras/{name}/settings` and
 * `GET /add`: where cameras are changed and added. `GET /recordings` and `GET /throughput`.
 * `GET /api/docs` and what it is made from: the API's documents.
 */
export function pageRoutes(
  cameras: CameraDirectory,
  version: string,
  store?: ConfigStore,
): Hono {
  const routes = new Hono();
  const document = openapi(version);
  const schema = JSON.stringify(configJsonSchema());
  routes.get("/", (c) => {
    c.header("cache-control", "no-store");
    const statuses = cameras.list().map((camera) => camera.status());
    return c.html(<Dashboard statuses={statuses} version={version} />);
  });
  routes.get("/cameras/:name", (c) => {
    c.header("cache-control", "no-store");
    const status = cameraOr404(cameras, c.req.param("name")).status();
    return c.html(<CameraPage status={status} version={version} />);
  });
  routes.get("/add", (c) => c.html(<AddPage version={version} />));
  if (store) {
    routes.get("/cameras/:name/settings", (c) => {
      c.header("cache-control", "no-store");
      const settings = shownSettings(store, c.req.param("name"));
      return c.html(<SettingsPage settings={settings} version={version} />);
    });
  }
  routes.get("/recordings", (c) => {
    const names = cameras.list().map(({ name }) => name);
    return c.html(<RecordingsPage names={names} version={version} />);
  });
  routes.get("/throughput", (c) => c.html(<ThroughputPage version={version} />));
  routes.get("/api/openapi.json", (c) => c.json(document));
  routes.get("/api/schema.json", (c) => {
    c.header("content-type", "application/schema+json");
    return c.body(schema);
  });
  routes.get("/api/docs", (c) => c.html(<ApiDocs document={document} />));
  return routes;
}
