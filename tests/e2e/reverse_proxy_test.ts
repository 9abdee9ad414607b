import { strictEqual } from "node:assert/strict";
import type { Page } from "playwright-core";
import { createApp } from "../../src/server/app.ts";
import { encodeTestPicture, playLoop } from "../deliver/access_units.ts";
import { chromiumIsInstalled, withPage } from "../deliver/chromium.ts";
import { FakeCamera, FakeDirectory } from "../server/fakes.ts";
import { until as waitUntil } from "../wait.ts";

// The browser's driver keeps handles of its own, and werift's timers end after the test's last turn.
const options = { ignore: !chromiumIsInstalled(), sanitizeResources: false, sanitizeOps: false };

const listening = { hostname: "127.0.0.1", port: 0, onListen() {} };

/** Waits until an expression, run in the page, is true. */
async function until(page: Page, expression: string): Promise<void> {
  await waitUntil(expression, () => page.evaluate<boolean>(expression));
}

Deno.test(
  "the dashboard plays below a path that a reverse proxy takes away or leaves",
  options,
  async () => {
    const units = await encodeTestPicture({ width: 320, height: 180, seconds: 2, rate: 300 });
    const camera = new FakeCamera("gate");
    const stopPictures = playLoop(camera.feed, units, 30);
    const stop = new AbortController();
    const { signal } = stop;
    const app = createApp({
      cameras: new FakeDirectory(camera),
      version: "1.2.3",
      basePath: "/bokashi",
      signal,
    });
    const service = Deno.serve({ ...listening, signal }, app.fetch);
    const inside = `http://127.0.0.1:${service.addr.port}`;
    const strangers: string[] = [];
    let ended = 0;
    const end = camera.whep.delete.bind(camera.whep);
    camera.whep.delete = (id) => {
      ended++;
      return end(id);
    };
    const proxy = Deno.serve({ ...listening, signal }, async (request) => {
      const { pathname, search } = new URL(request.url);
      if (!pathname.startsWith("/bokashi/")) strangers.push(pathname);
      const { method, headers, body } = request;
      return await fetch(inside + pathname.replace(/^\/bokashi/, "") + search, {
        method,
        headers,
        body,
        redirect: "manual",
        signal: AbortSignal.any([request.signal, signal]),
      });
    });
    try {
      const outside = `http://127.0.0.1:${proxy.addr.port}`;
      for (const url of [`${inside}/bokashi/`, `${outside}/bokashi/`]) {
        await withPage(url, async (page) => {
          await until(page, "document.title === '1 of 1 live · Bokashi'");
          await until(
            page,
            "document.querySelector('video').getVideoPlaybackQuality().totalVideoFrames > 5",
          );
          const viewers = () => camera.outputs.viewers.webrtc;
          await waitUntil("one viewer", viewers, (count) => count === 1);
          await page.route("**/whep", (route) => route.abort());
          await page.reload();
          await until(page, "document.querySelector('[data-field=via]').innerText === 'HLS'");
          await page.unroute("**/whep");
          await page.goto(url);
          await until(page, "document.querySelector('[data-field=via]').innerText === 'WebRTC'");
          // Leaving the page ends the session, at its own address.
          const before = ended;
          await page.goto(`${url}api/docs`);
          await until(page, "document.querySelectorAll('details').length > 10");
          await waitUntil("the page ends its session", () => ended > before);
          await waitUntil("no viewer", viewers, (count) => count === 0);
        });
      }
      strictEqual(strangers.filter((path) => path !== "/favicon.ico").join(), "");
    } finally {
      stopPictures();
      stop.abort();
      await Promise.allSettled([service.finished, proxy.finished]);
      await camera.close();
    }
  },
);
