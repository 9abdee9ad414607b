import { Hono } from "hono";
import { configJsonSchema } from "../../config/json_schema.ts";
import type { CameraDirectory } from "../../pipeline/status.ts";
import { openapi } from "../openapi.ts";
import { ApiDocs } from "./api_docs.tsx";
import { Dashboard } from "./dashboard.tsx";

/** `GET /`: the dashboard. `GET /api/docs` and what it is made from: the API's documents. */
export function pageRoutes(cameras: CameraDirectory, version: string): Hono {
  const routes = new Hono();
  const document = openapi(version);
  const schema = JSON.stringify(configJsonSchema());
  routes.get("/", (c) => {
    c.header("cache-control", "no-store");
    const statuses = cameras.list().map((camera) => camera.status());
    return c.html(<Dashboard statuses={statuses} version={version} />);
  });
  routes.get("/api/openapi.json", (c) => c.json(document));
  routes.get("/api/schema.json", (c) => {
    c.header("content-type", "application/schema+json");
    return c.body(schema);
  });
  routes.get("/api/docs", (c) => c.html(<ApiDocs document={document} />));
  return routes;
}
