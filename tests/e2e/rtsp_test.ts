/** A real RTSP camera, GStreamer's, that is watched in a real browser, dies and comes back. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { chromiumIsInstalled, withPage } from "../deliver/chromium.ts";
import { freePort, RtspCamera, rtspIsInstalled } from "./rtsp_camera.ts";
import { Service } from "./service.ts";

/** Frames the page's picture has shown so far. */
function framesShown(page: Page): Promise<number> {
  return page.locator("video").first().evaluate((video) =>
    (video as unknown as { getVideoPlaybackQuality(): { totalVideoFrames: number } })
      .getVideoPlaybackQuality().totalVideoFrames
  );
}

async function grows(page: Page, by: number, limitMs: number): Promise<void> {
  const start = await framesShown(page), end = performance.now() + limitMs;
  while (await framesShown(page) < start + by) {
    if (performance.now() > end) {
      throw new Error(`The picture stands at ${await framesShown(page)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const options = {
  ignore: !rtspIsInstalled(),
  sanitizeOps: false,
  sanitizeResources: false,
};

Deno.test({
  name: "a camera that is killed shows a card, and its picture when it is back, without reloading",
  ...options,
  ignore: options.ignore || !chromiumIsInstalled(),
  async fn() {
    const camera = new RtspCamera(freePort());
    await camera.on();
    const service = await new Service([`gate=rtsp://127.0.0.1:${camera.port}/live`]).listening();
    try {
      await service.until("gate", ({ state }) => state === "live");
      await withPage(service.url, async (page) => {
        await grows(page, 30, 30_000);
        await camera.off();
        const down = await service.until("gate", ({ state }) => state === "retrying");
        assert.ok(down.lastError, "a reason");
        // The card keeps the viewer's picture moving.
        await grows(page, 5, 20_000);
        assert.equal((await service.status("gate")).viewers.webrtc, 1);
        await camera.on();
        await service.until("gate", ({ state }) => state === "live", 60_000);
        await grows(page, 30, 30_000);
        assert.equal((await service.status("gate")).viewers.webrtc, 1);
      });
    } finally {
      await service.stop();
      await camera.off();
    }
  },
});

Deno.test({
  name: "a wrong password is told in words and appears nowhere",
  ...options,
  async fn() {
    const camera = new RtspCamera(freePort(), ["bob", "correct-horse"]);
    await camera.on();
    const source = `rtsp://bob:wrong-horse@127.0.0.1:${camera.port}/live`;
    const service = await new Service([`gate=${source}`]).listening();
    try {
      const status = await service.until("gate", ({ state }) => state === "retrying");
      assert.match(status.lastError ?? "", /wrong user name or password/);
      const page = await (await fetch(service.url)).text();
      const all = page + JSON.stringify(status) + service.stderr;
      assert.doesNotMatch(all, /wrong-horse|bob/);
    } finally {
      await service.stop();
      await camera.off();
    }
  },
});

Deno.test({
  name: "a camera that was never there is retried, and its viewers see a card",
  async fn() {
    const service = await new Service([`gate=rtsp://127.0.0.1:${freePort()}/live`]).listening();
    try {
      const status = await service.until(
        "gate",
        ({ state, width }) => state === "retrying" && width !== null,
      );
      assert.match(status.lastError ?? "", /connection refused/);
      const ready = await fetch(`${service.url}readyz`);
      assert.equal(ready.status, 503);
      await ready.body?.cancel();
      const until = performance.now() + 10_000;
      let snapshot = await fetch(`${service.url}cameras/gate/snapshot.jpg`);
      while (snapshot.status !== 200 && performance.now() < until) {
        await snapshot.body?.cancel();
        await new Promise((resolve) => setTimeout(resolve, 200));
        snapshot = await fetch(`${service.url}cameras/gate/snapshot.jpg`);
      }
      assert.equal(snapshot.status, 200);
      await snapshot.body?.cancel();
    } finally {
      await service.stop();
    }
  },
});
