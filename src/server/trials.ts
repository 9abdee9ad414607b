import { Hono } from "hono";
import type { ConfigStore, Patch } from "../config/store.ts";
import { problem } from "./errors.ts";
import { checkSource, readObject, refusing } from "./settings_body.ts";
import { refuseHidden } from "./settings_view.ts";

const LENGTH_MS = 60_000;
const MOST = 4;
const NAME = "trial-";

/** Whether a camera is one that is only tried out. */
export function isTrial(name: string): boolean {
  return name.startsWith(NAME) && /^[0-9a-f]{8}$/.test(name.slice(NAME.length));
}

/**
 * `POST /api/trials`: opens a camera for a minute at most, whose address is to be tried out. It runs
 * like any other, masked like any other, and is never saved. `DELETE /api/cameras/{name}` ends it
 * sooner.
 */
export function trialRoutes(store: ConfigStore, signal?: AbortSignal): Hono {
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  signal?.addEventListener("abort", () => timers.forEach((timer) => clearTimeout(timer)));
  const isThere = (name: string) => store.cameras().some((camera) => camera.name === name);

  async function begin(entry: Patch): Promise<string> {
    for (const [name, timer] of timers) {
      if (isThere(name)) continue;
      clearTimeout(timer);
      timers.delete(name);
    }
    if (timers.size >= MOST) {
      throw problem(503, `${MOST} cameras are being tried out already.`, { retryAfterS: 5 });
    }
    const name = `${NAME}${crypto.randomUUID().slice(0, 8)}`;
    refuseHidden(entry);
    await refusing(() => {
      checkSource(entry);
      return store.addForNow(name, entry);
    });
    const timer = setTimeout(() => {
      timers.delete(name);
      if (isThere(name)) store.remove(name).catch(console.error);
    }, LENGTH_MS);
    timer.unref();
    timers.set(name, timer);
    return name;
  }

  const routes = new Hono();
  routes.post("/api/trials", async (c) => {
    const name = await begin(await readObject(c));
    c.header("location", `cameras/${name}`);
    return c.json({ name }, 201);
  });
  return routes;
}
