import { type Context, Hono } from "hono";
import type { ConfigStore } from "../../config/store.ts";
import { configJsonSchema } from "../../config/json_schema.ts";
import type { CameraDirectory } from "../../pipeline/status.ts";
import { cameraOr404 } from "../errors.ts";
import { openapi } from "../openapi.ts";
import { shownSettings } from "../settings_view.ts";
import { isTrial } from "../trials.ts";
import { AddPage } from "./add_page.tsx";
import { ApiDocs } from "./api_docs.tsx";
import { CameraPage } from "./camera_page.tsx";
import { Dashboard } from "./dashboard.tsx";
import { RecordingsPage } from "./recordings_page.tsx";
import { SettingsPage } from "./settings_page.tsx";
import type { Visitor } from "./shell.tsx";
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
  /** Pages differ by who asks, and by what runs. */
  const show = (c: Context, page: ReturnType<typeof Dashboard>) => {
    c.header("cache-control", "no-store");
    return c.html(page);
  };
  const document = openapi(version);
  const schema = JSON.stringify(configJsonSchema());
  const visitor = (c: Context): Visitor => {
    const role = c.get("role");
    return {
      version,
      mayChange: store !== undefined && role !== "view",
      signedIn: role !== undefined,
    };
  };
  routes.get("/", (c) => {
    const statuses = cameras.list().map((camera) => camera.status());
    return show(c, <Dashboard statuses={statuses} visitor={visitor(c)} />);
  });
  routes.get("/cameras/:name", (c) => {
    const status = cameraOr404(cameras, c.req.param("name")).status();
    return show(c, <CameraPage status={status} visitor={visitor(c)} />);
  });
  if (store) {
    routes.get("/add", (c) => show(c, <AddPage visitor={visitor(c)} />));
    routes.get("/cameras/:name/settings", (c) => {
      const settings = shownSettings(store, c.req.param("name"));
      return show(c, <SettingsPage settings={settings} visitor={visitor(c)} />);
    });
  }
  routes.get("/recordings", (c) => {
    const names = cameras.list().map(({ name }) => name).filter((name) => !isTrial(name));
    return show(c, <RecordingsPage names={names} visitor={visitor(c)} />);
  });
  routes.get("/throughput", (c) => show(c, <ThroughputPage visitor={visitor(c)} />));
  routes.get("/api/openapi.json", (c) => c.json(document));
  routes.get("/api/schema.json", (c) => {
    c.header("content-type", "application/schema+json");
    return c.body(schema);
  });
  routes.get("/api/docs", (c) => c.html(<ApiDocs document={document} />));
  return routes;
}
