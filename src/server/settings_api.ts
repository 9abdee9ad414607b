import { Hono } from "hono";
import { ConfigError } from "../config/errors.ts";
import { cameraName } from "../config/schema.ts";
import type { ConfigStore } from "../config/store.ts";
import type { CameraDirectory } from "../pipeline/status.ts";
import { cameraOr404, problem } from "./errors.ts";
import { checkSource, readObject, refusing } from "./settings_body.ts";
import { realChanges, refuseHidden, settingsView, shownSettings } from "./settings_view.ts";

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
    try {
      return c.json({ nextStart: await store.reload() });
    } catch (error) {
      // With the file and the line: it is the file that is not valid.
      if (error instanceof ConfigError) throw problem(422, `${error.message}.`);
      return await refusing(() => Promise.reject(error));
    }
  });

  routes.post("/api/cameras", async (c) => {
    const { name, ...entry } = await readObject(c);
    const named = cameraName.safeParse(name);
    if (!named.success) throw problem(422, `'name': ${named.error.issues[0]!.message}.`);
    if (store.cameras().some((camera) => camera.name === named.data)) {
      throw problem(409, `There is a camera '${named.data}' already.`);
    }
    refuseHidden(entry);
    await refusing(() => {
      checkSource(entry);
      return store.add(named.data, entry);
    });
    c.header("location", `cameras/${named.data}/settings`);
    return c.json(shownSettings(store, named.data), 201);
  });

  routes.get("/api/cameras/:name/settings", (c) => {
    c.header("cache-control", "no-store");
    return c.json(shownSettings(store, c.req.param("name")));
  });

  routes.patch("/api/cameras/:name/settings", async (c) => {
    const name = c.req.param("name");
    const changes = realChanges(await readObject(c), shownSettings(store, name));
    if (Object.keys(changes).length > 0) {
      await refusing(() => {
        checkSource(changes);
        return store.change(name, changes);
      });
    }
    return c.json(shownSettings(store, name));
  });

  routes.delete("/api/cameras/:name", async (c) => {
    const { name } = shownSettings(store, c.req.param("name"));
    await refusing(() => store.remove(name));
    return c.body(null, 204);
  });

  routes.post("/api/cameras/:name/restart", (c) => {
    cameraOr404(cameras, c.req.param("name")).restart();
    return c.body(null, 202);
  });
  return routes;
}
