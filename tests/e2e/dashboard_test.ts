import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { Page } from "playwright-core";
import { createApp } from "../../src/server/app.ts";
import { encodeTestPicture, playLoop } from "../deliver/access_units.ts";
import { chromiumIsInstalled, withPage } from "../deliver/chromium.ts";
import { FakeCamera, FakeDirectory } from "../server/fakes.ts";

// The browser's driver keeps handles of its own, and werift's timers end after the test's last turn.
const options = {
  ignore: !chromiumIsInstalled(),
  sanitizeResources: false,
  sanitizeOps: false,
};

/** A service over fake cameras that listens, and can be killed and started again. */
class Service {
  url = "";
  #stop = new AbortController();
  #port = 0;
  #server: Deno.HttpServer<Deno.NetAddr> | undefined;

  constructor(readonly directory: FakeDirectory, readonly token?: string) {
    this.start();
  }

  start(): void {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    const app = createApp({
      cameras: this.directory,
      version: "1.2.3",
      signal,
      ...(this.token === undefined ? {} : { token: this.token }),
    });
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: this.#port, signal, onListen() {} },
      app.fetch,
    );
    this.#port = this.#server.addr.port;
    this.url = `http://127.0.0.1:${this.#port}/`;
  }

  async kill(): Promise<void> {
    this.#stop.abort();
    await this.#server?.finished;
  }

  async close(): Promise<void> {
    await this.kill();
    await this.directory.close();
  }
}

/** Two cameras that send pictures, and whatever others. Gives a function that stops the pictures. */
async function playing(...others: FakeCamera[]): Promise<[FakeDirectory, () => void]> {
  const units = await encodeTestPicture({ width: 640, height: 360, seconds: 2, rate: 600 });
  const cameras = ["gate", "yard"].map((name) => new FakeCamera(name));
  const stops = cameras.map(({ feed }) => playLoop(feed, units, 30));
  return [new FakeDirectory(...cameras, ...others), () => stops.forEach((stop) => stop())];
}

/** Waits until `read`, run in the page, gives what `wanted` accepts; then gives the milliseconds. */
async function until(
  page: Page,
  read: string,
  wanted: (value: string) => boolean,
  limitMs: number,
): Promise<number> {
  const since = performance.now();
  for (;;) {
    const value = String(await page.evaluate(read));
    const ms = performance.now() - since;
    if (wanted(value)) return ms;
    ok(ms < limitMs, `after ${limitMs} ms ${read} is still '${value}'`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const field = (camera: string, name: string) =>
  `document.querySelector('[data-camera="${camera}"] [data-field="${name}"]').innerText`;
const video = (camera: string) => `document.querySelector('[data-camera="${camera}"] video')`;
const frames = (camera: string) => `${video(camera)}.getVideoPlaybackQuality().totalVideoFrames`;
const lost = "String(!document.getElementById('lost').hidden)";
const isTrue = (value: string) => value === "true";

/** What the browser complains of, policy violations included. */
function complaints(page: Page): string[] {
  const all: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) all.push(message.text());
  });
  return all;
}

Deno.test("the dashboard shows cameras and follows their numbers", options, async () => {
  const [directory, stop] = await playing(
    new FakeCamera("ramp", { state: "retrying", lastError: "connection refused" }),
  );
  const service = new Service(directory);
  try {
    await withPage("about:blank", async (page) => {
      const said = complaints(page);
      await page.goto(service.url);
      await until(page, "document.title", (title) => title === "2 of 3 live · Bokashi", 5000);
      strictEqual(await page.evaluate(field("gate", "plates")), "2");
      match(await page.evaluate(field("gate", "engine")), /cpu · bokashi-v1 int8 · libx264/);
      strictEqual(await page.evaluate(field("gate", "state")), "Guarded");
      strictEqual(await page.evaluate(field("gate", "tracks")), "2 hidden, 1 unseen");
      strictEqual(await page.evaluate(field("gate", "risk")), "4 % at risk");
      match(await page.evaluate(field("ramp", "trouble")), /Since .*: connection refused/);
      match(await page.evaluate(field("ramp", "state")), /Offline, retrying since/);

      directory.get("gate")!.changes = {
        detections: { now: { car: 9, plate: 7 }, total: { car: 1311, plate: 1124 } },
      };
      await until(page, field("gate", "plates"), (text) => text === "7", 3000);
      strictEqual(await page.evaluate(field("gate", "platesNote")), "1,124 total");

      // Cameras come and go while the page is open.
      const late = new FakeCamera("<late>", { state: "connecting" });
      directory.cameras.push(late);
      await until(
        page,
        "String(document.querySelectorAll('.tile').length)",
        (n) => n === "4",
        3000,
      );
      directory.cameras.splice(2, 2);
      await until(
        page,
        "String(document.querySelectorAll('.tile').length)",
        (n) => n === "2",
        3000,
      );
      await late.close();

      for (const [width, height] of [[360, 740], [768, 1024], [1280, 800], [1920, 1080]] as const) {
        await page.setViewportSize({ width, height });
        await page.evaluate("document.querySelectorAll('details').forEach((d) => d.open = true)");
        const scroll = await page.evaluate<number>("document.documentElement.scrollWidth");
        ok(scroll <= width, `the page is ${scroll} wide in a window of ${width}`);
      }
      // Cameras without pictures (503) and cameras that are gone (404) are reported by the browser.
      deepStrictEqual(said.filter((text) => !/status of (503|409|404)/.test(text)), []);
    });
  } finally {
    stop();
    await service.close();
  }
});

Deno.test("the dashboard plays by WebRTC, says so, and leaves the server", options, async () => {
  const [directory, stop] = await playing();
  const service = new Service(directory);
  try {
    await withPage("about:blank", async (page) => {
      const said = complaints(page);
      await page.goto(service.url);
      for (const camera of ["gate", "yard"]) {
        await until(page, field(camera, "via"), (via) => via === "WebRTC", 15_000);
        await until(page, frames(camera), (count) => Number(count) > 30, 15_000);
      }
      strictEqual(directory.get("gate")!.whep.viewers, 1);
      strictEqual(await page.evaluate(`${video("gate")}.videoWidth`), 640);
      await page.goto("about:blank");
      const since = performance.now();
      while (directory.get("gate")!.whep.viewers > 0) {
        ok(performance.now() - since < 5000, "the viewer is still counted");
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      deepStrictEqual(said, []);
    });
  } finally {
    stop();
    await service.close();
  }
});

Deno.test("without WebRTC it plays by HLS, and goes back when it can", options, async () => {
  const [directory, stop] = await playing();
  const service = new Service(directory);
  try {
    await withPage("about:blank", async (page) => {
      let blocked = true;
      await page.route("**/whep", (route) => blocked ? route.abort() : route.continue());
      await page.goto(service.url);
      await until(page, field("gate", "via"), (via) => via === "HLS", 20_000);
      await until(page, frames("gate"), (count) => Number(count) > 30, 15_000);
      ok(directory.get("gate")!.hls.viewers > 0);
      blocked = false;
      await until(page, field("gate", "via"), (via) => via === "WebRTC", 25_000);
    });
  } finally {
    stop();
    await service.close();
  }
});

Deno.test("a lost server shows as lost within 3 s and heals by itself", options, async () => {
  const [directory, stop] = await playing();
  const service = new Service(directory);
  try {
    await withPage(service.url, async (page) => {
      await until(page, field("gate", "via"), (via) => via === "WebRTC", 15_000);
      await service.kill();
      const lostMs = await until(page, lost, isTrue, 3000);
      ok(lostMs <= 3000, `shown after ${lostMs} ms`);
      match(await page.evaluate("document.title"), /Connection lost/);
      service.start();
      await until(page, lost, (value) => value === "false", 5000);
      match(await page.evaluate("document.title"), /2 of 2 live/);
      await until(page, field("gate", "via"), (via) => via === "WebRTC", 15_000);
      const before = Number(await page.evaluate(frames("gate")));
      await until(page, frames("gate"), (count) => Number(count) !== before, 10_000);
    });
  } finally {
    stop();
    await service.close();
  }
});

Deno.test("with a token the page asks for it, then works", options, async () => {
  const service = new Service(
    new FakeDirectory(new FakeCamera("gate")),
    "correct-horse-battery-staple",
  );
  try {
    await withPage(service.url, async (page) => {
      await page.fill("#token", "guess");
      await page.click("button");
      strictEqual(await page.innerText("[role=alert]"), "That is not the token.");
      await page.fill("#token", "correct-horse-battery-staple");
      await page.click("button");
      await until(page, "document.title", (title) => title === "1 of 1 live · Bokashi", 5000);
    });
  } finally {
    await service.close();
  }
});

Deno.test("the dashboard is used by keyboard and has its landmarks", options, async () => {
  const service = new Service(new FakeDirectory(new FakeCamera("gate")));
  try {
    await withPage(service.url, async (page) => {
      const reached: string[] = [];
      for (let i = 0; i < 5; i++) {
        await page.keyboard.press("Tab");
        reached.push(
          await page.evaluate(
            "document.activeElement.getAttribute('aria-label') || document.activeElement.innerText.trim()",
          ),
        );
      }
      deepStrictEqual(reached, [
        "To the cameras",
        "Wall",
        "Colours: System",
        "Full screen",
        "Details",
      ]);
      for (const role of ["banner", "main", "contentinfo", "article"] as const) {
        strictEqual(await page.getByRole(role).count(), 1, role);
      }
      await page.keyboard.press("w");
      strictEqual(await page.getAttribute("#wall", "aria-pressed"), "true");
      await page.keyboard.press("Escape");
      strictEqual(await page.getAttribute("#wall", "aria-pressed"), "false");
      await page.click("#theme");
      await page.click("#theme");
      strictEqual(await page.evaluate("document.documentElement.dataset.theme"), "dark");
      await page.reload();
      strictEqual(await page.evaluate("document.documentElement.dataset.theme"), "dark");
    });
  } finally {
    await service.close();
  }
});
