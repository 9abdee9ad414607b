import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { withPage } from "../deliver/chromium.ts";
import { FakeCamera, FakeDirectory } from "../server/fakes.ts";
import { PATIENCE_MS, until as waitUntil } from "../wait.ts";
import { complaints, DashboardService, options, playing, until } from "./dashboard_service.ts";

const field = (camera: string, name: string, what = "innerText") =>
  `document.querySelector('[data-camera="${camera}"] [data-field="${name}"]').${what}`;
const video = (camera: string) => `document.querySelector('[data-camera="${camera}"] video')`;
const frames = (camera: string) => `${video(camera)}.getVideoPlaybackQuality().totalVideoFrames`;
const lost = "String(!document.getElementById('lost').hidden)";
const isTrue = (value: string) => value === "true";

Deno.test("the dashboard shows cameras and follows their numbers", options, async () => {
  const [directory, stop] = await playing(
    new FakeCamera("ramp", { state: "retrying", lastError: "connection refused" }),
  );
  const service = new DashboardService(directory);
  try {
    await withPage("about:blank", async (page) => {
      const said = complaints(page);
      await page.goto(service.url);
      await until(page, "document.title", (title) => title === "2 of 3 live · Bokashi");
      strictEqual(await page.evaluate(field("gate", "plates")), "2");
      match(await page.evaluate(field("gate", "engine")), /cpu · bokashi-v1 int8 · libx264/);
      // A held mask is no alarm.
      strictEqual(await page.evaluate(field("gate", "state")), "Live");
      strictEqual(await page.evaluate(field("gate", "tracks")), "2 masks");
      match(await page.evaluate(field("gate", "tracks", "title")), /; 1 held where/);
      strictEqual(await page.evaluate(field("gate", "risks")), "");
      match(await page.evaluate(field("ramp", "trouble")), /Since .*: connection refused/);
      match(await page.evaluate(field("ramp", "state")), /Offline, retrying since/);

      directory.get("gate")!.changes = {
        detections: { now: { car: 9, plate: 7 }, total: { car: 1311, plate: 1124 } },
      };
      await until(page, field("gate", "plates"), (text) => text === "7");
      strictEqual(await page.evaluate(field("gate", "platesNote")), "1,124 total");

      // What may leave a plate bare stands out.
      const height = "document.querySelector('[data-camera=gate]').offsetHeight";
      const before = await page.evaluate(height);
      directory.get("gate")!.changes = {
        hides: ["car"],
        loadStep: 1,
        dropped: 123_456,
        covered: 42,
      };
      const risks = "Plates are not hidden · The machine is too slow";
      await until(page, field("gate", "risks"), (text) => text === risks);
      // And nothing moves for it.
      strictEqual(await page.evaluate(height), before);

      // Cameras come and go while the page is open.
      const late = new FakeCamera("<late>", { state: "connecting" });
      directory.cameras.push(late);
      await until(
        page,
        "String(document.querySelectorAll('.tile').length)",
        (n) => n === "4",
      );
      directory.cameras.splice(2, 2);
      await until(
        page,
        "String(document.querySelectorAll('.tile').length)",
        (n) => n === "2",
      );
      await late.close();

      for (const [width, height] of [[360, 740], [768, 1024], [1280, 800], [1920, 1080]] as const) {
        await page.setViewportSize({ width, height });
        await page.evaluate("document.querySelectorAll('details').forEach((d) => d.open = true)");
        const scroll = await page.evaluate<number>("document.documentElement.scrollWidth");
        ok(scroll <= width, `the page is ${scroll} wide in a window of ${width}`);
      }
      deepStrictEqual(said, []);
    });
  } finally {
    stop();
    await service.close();
  }
});

Deno.test("the dashboard plays by WebRTC, says so, and leaves the server", options, async () => {
  const [directory, stop] = await playing();
  const service = new DashboardService(directory);
  try {
    await withPage("about:blank", async (page) => {
      const said = complaints(page);
      await page.goto(service.url);
      for (const camera of ["gate", "yard"]) {
        await until(page, field(camera, "via"), (via) => via === "WebRTC");
        await until(page, frames(camera), (count) => Number(count) > 30);
      }
      const { whep } = directory.get("gate")!;
      // An attempt that was given up for a new one may not have ended yet.
      await waitUntil("one viewer", () => whep.viewers, (viewers) => viewers === 1);
      strictEqual(await page.evaluate(`${video("gate")}.videoWidth`), 640);
      // One that goes without a word is forgotten as well, half a minute later.
      let ended = 0;
      const end = whep.delete.bind(whep);
      whep.delete = (id) => {
        ended++;
        return end(id);
      };
      await page.goto("about:blank");
      await waitUntil("the page ends its session", () => ended > 0);
      strictEqual(whep.viewers, 0);
      deepStrictEqual(said, []);
    });
  } finally {
    stop();
    await service.close();
  }
});

Deno.test("without WebRTC it plays by HLS, and goes back when it can", options, async () => {
  const [directory, stop] = await playing();
  const service = new DashboardService(directory);
  try {
    await withPage("about:blank", async (page) => {
      let blocked = true;
      await page.route("**/whep", (route) => blocked ? route.abort() : route.continue());
      await page.goto(service.url);
      await until(page, field("gate", "via"), (via) => via === "HLS");
      await until(page, frames("gate"), (count) => Number(count) > 30);
      const { hls } = directory.get("gate")!;
      await waitUntil("a viewer", () => hls.viewers, (viewers) => viewers > 0);
      blocked = false;
      await until(page, field("gate", "via"), (via) => via === "WebRTC");
    });
  } finally {
    stop();
    await service.close();
  }
});

Deno.test("a lost server shows as lost within 3 s and heals by itself", options, async () => {
  const [directory, stop] = await playing();
  const service = new DashboardService(directory);
  try {
    await withPage("about:blank", async (page) => {
      await page.clock.install();
      await page.goto(service.url);
      await until(page, field("gate", "via"), (via) => via === "WebRTC");
      // By the page's own clock, which this test moves meanwhile.
      const nowMs = await page.evaluate<number>("Date.now()");
      await page.clock.pauseAt(nowMs + PATIENCE_MS);
      await until(page, lost, (value) => value === "false");
      await service.kill();
      await page.clock.runFor(3000);
      strictEqual(await page.evaluate(lost), "true");
      match(await page.evaluate("document.title"), /Connection lost/);
      service.start();
      await page.clock.resume();
      await until(page, lost, (value) => value === "false");
      match(await page.evaluate("document.title"), /2 of 2 live/);
      await until(page, field("gate", "via"), (via) => via === "WebRTC");
      const before = Number(await page.evaluate(frames("gate")));
      await until(page, frames("gate"), (count) => Number(count) !== before);
    });
  } finally {
    stop();
    await service.close();
  }
});

Deno.test("a camera's page shows its picture, its past and what happened", options, async () => {
  const [directory, stop] = await playing();
  const service = new DashboardService(directory);
  try {
    await withPage(service.url, async (page) => {
      const said = complaints(page);
      await page.click('[data-camera="gate"] h2 a');
      await page.waitForURL("**/cameras/gate");
      await until(page, field("gate", "via"), (via) => via !== "");
      strictEqual(await page.evaluate("location.pathname"), "/cameras/gate");
      const journal = "document.getElementById('journal').innerText";
      await until(page, journal, (text) => /Live/.test(text));
      directory.get("gate")!.changes = { state: "retrying", lastError: "no route to 10.0.0.7" };
      await until(page, "document.title", (title) => /Offline/.test(title));
      await until(
        page,
        "document.getElementById('journal').innerText",
        (text) => /Offline\s+no route/.test(text),
      );
      await page.keyboard.press("f");
      await until(page, "String(document.fullscreenElement !== null)", isTrue);
      deepStrictEqual(said, []);
    });
  } finally {
    stop();
    await service.close();
  }
});

Deno.test("a camera's page shows its log as it grows, from a level on", options, async () => {
  const service = new DashboardService(new FakeDirectory(new FakeCamera("gate")));
  const { logTail } = service;
  logTail.add("info", "Camera 'gate' is live", "gate");
  logTail.add("info", "not of this one", "yard");
  try {
    await withPage(`${service.url}cameras/gate`, async (page) => {
      const log = "document.getElementById('log').innerText";
      await until(page, log, (text) => /info Camera 'gate' is live$/.test(text));
      logTail.add("warn", "Lost <b>camera</b> 'gate'", "gate");
      await until(
        page,
        log,
        (text) => /live\n.* warn Lost <b>camera<\/b> 'gate'$/.test(text),
      );
      await page.selectOption("#log-level", "warn");
      match(await page.evaluate(log), /^\S+ warn Lost/);
      await page.selectOption("#log-level", "error");
      strictEqual(await page.innerText("#log-empty"), "Nothing as bad as that.");
    });
  } finally {
    await service.close();
  }
});

Deno.test("the throughput page shows each camera's and provider's rates", options, async () => {
  const [directory, stop] = await playing(
    new FakeCamera("slow", { fps: { camera: 30, processed: 12.5, encoded: 12.5, skipped: 17.5 } }),
  );
  const service = new DashboardService(directory);
  try {
    await withPage(`${service.url}throughput`, async (page) => {
      const rows = "document.getElementById('connections').innerText";
      await until(page, rows, (text) => /slow\s+–\s+30\.0\s+\S+\s+12\.5\s+17\.5/.test(text));
      match(await page.innerText("#providers"), /cpu\s+bokashi-v1 int8\s+3\s+72\.3\s+17\.5/);
      await until(page, rows, (text) => /slow\s+excellent/.test(text));
    });
  } finally {
    stop();
    await service.close();
  }
});

Deno.test("with a token the page asks for it, then works", options, async () => {
  const service = new DashboardService(
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
      await until(page, "document.title", (title) => title === "1 of 1 live · Bokashi");
    });
  } finally {
    await service.close();
  }
});

Deno.test("the dashboard is used by keyboard and has its landmarks", options, async () => {
  const service = new DashboardService(new FakeDirectory(new FakeCamera("gate")));
  try {
    await withPage(service.url, async (page) => {
      const reached: string[] = [];
      for (let i = 0; i < 10; i++) {
        await page.keyboard.press("Tab");
        reached.push(
          await page.evaluate(
            "document.activeElement.getAttribute('aria-label') || document.activeElement.innerText.trim()",
          ),
        );
      }
      deepStrictEqual(reached, [
        "To the cameras",
        "Cameras",
        "Recordings",
        "Throughput",
        "Add camera",
        "Wall",
        "Colours: System",
        "Full screen",
        "gate",
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
