/** A real RTSP camera, GStreamer's, that is watched in a real browser, dies and comes back. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { chromiumIsInstalled, withPage } from "../deliver/chromium.ts";
import { RtspCamera, rtspIsInstalled } from "./rtsp_camera.ts";
import { freePort, until } from "../wait.ts";
import { Service } from "./service.ts";

/** Frames the page's picture has shown so far. */
function framesShown(page: Page): Promise<number> {
  return page.locator("video").first().evaluate((video) =>
    (video as unknown as { getVideoPlaybackQuality(): { totalVideoFrames: number } })
      .getVideoPlaybackQuality().totalVideoFrames
  );
}

/** Waits until the page's picture has shown this many more frames, whichever way they come. */
async function grows(page: Page, by: number): Promise<void> {
  let last = await framesShown(page), grown = 0;
  await until(`${by} more frames are shown`, async () => {
    const now = await framesShown(page);
    // It counts anew where the picture comes by another connection.
    grown += now < last ? now : now - last;
    last = now;
    return grown;
  }, (frames) => frames >= by);
}

/** Waits until one viewer watches by WebRTC. */
async function oneViewer(service: Service): Promise<void> {
  await service.until("gate", ({ viewers }) => viewers.webrtc === 1);
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
        await grows(page, 30);
        await camera.off();
        const down = await service.until("gate", ({ state }) => state === "retrying");
        assert.ok(down.lastError, "a reason");
        // The card keeps the viewer's picture moving.
        await grows(page, 5);
        await oneViewer(service);
        await camera.on();
        await service.until("gate", ({ state }) => state === "live");
        await grows(page, 30);
        await oneViewer(service);
      });
    } catch (error) {
      throw service.explained(error);
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
      // A busy machine's camera may at first be too late with its refusal.
      const status = await service.until(
        "gate",
        ({ state, lastError }) =>
          state === "retrying" && /wrong user name or password/.test(lastError ?? ""),
      );
      const page = await (await fetch(service.url)).text();
      const all = page + JSON.stringify(status) + service.stderr;
      assert.doesNotMatch(all, /wrong-horse|bob/);
    } catch (error) {
      throw service.explained(error);
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
      const snapshot = await service.answers(`${service.url}cameras/gate/snapshot.jpg`);
      await snapshot.body?.cancel();
    } catch (error) {
      throw service.explained(error);
    } finally {
      await service.stop();
    }
  },
});
