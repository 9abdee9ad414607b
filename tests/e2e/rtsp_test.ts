/** A real RTSP camera, GStreamer's, that is watched in a real browser, dies and comes back. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { chromiumIsInstalled, withPage } from "../deliver/chromium.ts";
import { Service } from "./service.ts";

const SERVER = new URL("./rtsp_server.js", import.meta.url).pathname;
const CLIP = new URL("../../scripts/demo/demo.mp4", import.meta.url).pathname;

function rtspIsInstalled(): boolean {
  const found = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64"].some(
    (lib) => {
      try {
        return Deno.statSync(`${lib}/girepository-1.0/GstRtspServer-1.0.typelib`).isFile &&
          Deno.statSync("/usr/bin/gjs").isFile;
      } catch {
        return false;
      }
    },
  );
  if (!found) {
    console.log(
      "skipped: tests of a real RTSP camera need gjs and gir1.2-gst-rtsp-server-1.0 (Debian packages)",
    );
  }
  return found;
}

/** A camera at a fixed address that can be switched off and on. */
class Camera {
  #child: Deno.ChildProcess | undefined;
  constructor(readonly port: number, readonly user: string[] = []) {}

  async on(): Promise<void> {
    const args = [SERVER, String(this.port), CLIP, ...this.user];
    this.#child = new Deno.Command("gjs", { args, stdout: "piped", stderr: "null" }).spawn();
    const reader = this.#child.stdout.getReader();
    const { value } = await reader.read();
    assert.match(new TextDecoder().decode(value), /ready/);
    await reader.cancel();
  }

  async off(): Promise<void> {
    this.#child?.kill("SIGKILL");
    await this.#child?.status;
  }
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}

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
    const camera = new Camera(freePort());
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
    const camera = new Camera(freePort(), ["bob", "correct-horse"]);
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
