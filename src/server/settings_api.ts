import { type Context, Hono } from "hono";
import { ConfigError, UsageError } from "../config/errors.ts";
import { type ConfigStore, type Patch, refuseExpansion } from "../config/store.ts";
import type { CameraDirectory } from "../pipeline/status.ts";
import { parseAddress } from "../source/address.ts";
import { cameraOr404, problem } from "./errors.ts";
import { readText } from "./read_text.ts";
import { realChanges, type SettingsView, settingsView } from "./settings_view.ts";

const MAX_BYTES = 256 * 1024;

/** Reading and changing cameras' settings while the service runs. For the role `admin`. */
export function settingsRoutes(cameras: CameraDirectory, store: ConfigStore): Hono {
  const routes = new Hono();

  routes.get("/api/config", (c) => {
    c.header("cache-control", "no-store");
    return c.json({
      file: store.file ?? null,
      problem: store.problem,
      cameras: store.cameras().map((camera) => settingsView(camera, store.isSaved(camera.name))),
    });
  });

  routes.post("/api/config/reload", async (c) => {
    const nextStart = await refusing(() => store.reload());
    return c.json({ nextStart });
  });

  routes.post("/api/cameras", async (c) => {
    const { name, ...entry } = await readObject(c);
    if (typeof name !== "string") throw problem(422, "'name' must be the camera's name.");
    if (store.cameras().some((camera) => camera.name === name)) {
      throw problem(409, `There is a camera '${name}' already.`);
    }
    await refusing(() => {
      checkSource(entry);
      return store.add(name, entry);
    });
    c.header("location", `cameras/${name}/settings`);
    return c.json(shown(store, name), 201);
  });

  routes.get("/api/cameras/:name/settings", (c) => {
    c.header("cache-control", "no-store");
    return c.json(shown(store, c.req.param("name")));
  });

  routes.patch("/api/cameras/:name/settings", async (c) => {
    const name = c.req.param("name");
    const changes = realChanges(await readObject(c), shown(store, name));
    if (Object.keys(changes).length > 0) {
      await refusing(() => {
        checkSource(changes);
        return store.change(name, changes);
      });
    }
    return c.json(shown(store, name));
  });

  routes.delete("/api/cameras/:name", async (c) => {
    const { name } = shown(store, c.req.param("name"));
    await refusing(() => store.remove(name));
    return c.body(null, 204);
  });

  routes.post("/api/cameras/:name/restart", (c) => {
    cameraOr404(cameras, c.req.param("name")).restart();
    return c.body(null, 202);
  });
  return routes;
}

function shown(store: ConfigStore, name: string): SettingsView {
  const camera = store.cameras().find((each) => each.name === name);
  if (!camera) throw problem(404, `There is no camera '${name}'.`);
  return settingsView(camera, store.isSaved(name));
}

/** Whether this is something a camera can be opened by. @throws {UsageError} if it is not. */
function checkSource(changes: Patch): void {
  refuseExpansion(changes);
  if (typeof changes.source === "string") parseAddress(changes.source);
}

/** Answers what cannot be accepted by 422, and what cannot be kept by 500; nothing has changed then. */
async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ConfigError) throw problem(422, `${error.what}.`);
    if (error instanceof UsageError) {
      throw problem(/^Cannot (read|write)/.test(error.message) ? 500 : 422, `${error.message}.`);
    }
    throw error;
  }
}

async function readObject(c: Context): Promise<Patch> {
  const type = (c.req.header("content-type") ?? "").split(";")[0]!.trim().toLowerCase();
  // No form of another site can send these without asking first.
  if (type !== "application/json" && type !== "application/merge-patch+json") {
    throw problem(415, "The content type must be application/json.");
  }
  const text = await readText(c.req.raw, MAX_BYTES);
  if (text === null) throw problem(413, `Settings may have ${MAX_BYTES} bytes.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw problem(400, "The body is not JSON.");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw problem(422, "The body must be an object.");
  }
  return value as Patch;
}
