/** The dashboard as its user has it: a real service, a real RTSP camera, a real browser. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { chromiumIsInstalled, withPage } from "../deliver/chromium.ts";
import { longClip, RtspCamera, rtspIsInstalled } from "./rtsp_camera.ts";
import { freePort, inTime, until } from "../wait.ts";
import { Service } from "./service.ts";

const TOKEN = "correct-horse-battery-staple";
const MASK = "#ff00ff";
const GATE = "[data-camera=gate]";

/** Waits until an element's text is as wanted. */
async function says(page: Page, selector: string, wanted: RegExp): Promise<string> {
  const element = page.locator(selector).first();
  return await until(
    `${selector} says ${wanted}`,
    async () => (await element.innerText({ timeout: 5000 }).catch(() => "")).trim(),
    (text) => wanted.test(text),
    { everyMs: 200 },
  );
}

/** Presses the test button, again where a busy machine made the camera's answer late. */
async function testSays(page: Page, wanted: RegExp): Promise<void> {
  await until(`the test says ${wanted}`, async () => {
    await page.click("#test");
    return await says(page, "#said", /^(?!Opening it)./);
  }, (text) => wanted.test(text));
}

/** Share of a rectangle of the picture, in shares of it, that has the masks' colour. */
async function masked(page: Page, box = [0, 0, 1, 1]): Promise<number> {
  return await page.evaluate<number>(`(() => {
    const video = document.querySelector("video"), [left, top, right, bottom] = ${
    JSON.stringify(box)
  };
    const canvas = document.createElement("canvas");
    canvas.width = 320;
    canvas.height = 180;
    const context = canvas.getContext("2d");
    context.drawImage(video, 0, 0, 320, 180);
    const x = Math.round(320 * left), y = Math.round(180 * top);
    const w = Math.round(320 * (right - left)), h = Math.round(180 * (bottom - top));
    const { data } = context.getImageData(x, y, w, h);
    let count = 0;
    for (let i = 0; i < data.length; i += 4) {
      if (data[i] > 180 && data[i + 1] < 90 && data[i + 2] > 180) count++;
    }
    return count / (data.length / 4);
  })()`);
}

async function untilMasked(page: Page, box: number[], wanted: (share: number) => boolean) {
  const share = () => masked(page, box);
  await until(`masked share of ${box}: ${wanted}`, share, wanted, { everyMs: 200 });
}

/** A place in the zones' editor, in pixels of the page. */
async function placeOf(page: Page, x: number, y: number): Promise<{ x: number; y: number }> {
  const box = await page.locator("#zones:not([inert])").boundingBox();
  assert.ok(box);
  return { x: box.x + x * box.width, y: box.y + y * box.height };
}

/** Draws with a finger. */
async function touch(page: Page, from: [number, number], to: [number, number]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const points = [from, [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2], to];
  for (const [i, [x, y]] of points.entries()) {
    await session.send("Input.dispatchTouchEvent", {
      type: i === 0 ? "touchStart" : "touchMove",
      touchPoints: [await placeOf(page, x!, y!)],
    });
  }
  await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await session.detach();
}

const NORTH = [0.05, 0.05, 0.25, 0.2], EAST = [0.7, 0.05, 0.9, 0.2];
/** Well within them: edges are blurred by the encoder. */
const inner = ([l, t, r, b]: number[]) => [l! + 0.03, t! + 0.03, r! - 0.03, b! - 0.03];

Deno.test({
  name: "a user adds a real camera, watches, masks, records, loses, edits and removes it",
  ignore: !rtspIsInstalled() || !chromiumIsInstalled(),
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const folder = await Deno.makeTempDir();
    const camera = new RtspCamera(freePort(), ["bob", "correct-horse"], await longClip(folder));
    await camera.on();
    const file = `${folder}/bokashi.yaml`;
    await Deno.writeTextFile(
      file,
      `# Mine.
detector: { provider: cpu, profile: "512" }
recordings: { folder: ${folder}/recordings, segmentMinutes: 0.1 }
cameras:
  # A service without any camera plays its demo clip.
  spare: { source: demo, enabled: false }
`,
    );
    const service = await new Service(["--config", file], {
      BOKASHI_TOKEN: TOKEN,
      BOKASHI_RECORDINGS: `${folder}/recordings`,
    }).listening();
    const address = `rtsp://bob:correct-horse@127.0.0.1:${camera.port}/live`;
    /** What comes after a step that failed would fail for its reason. */
    const step = async (name: string, work: () => Promise<void>) => {
      const explained = () =>
        work().catch((error) => {
          throw service.explained(error);
        });
      assert.ok(await t.step(name, explained), name);
    };
    const save = async (page: Page) => {
      await page.click("#address [type=submit]");
      await says(page, "#said", /^Saved\.$/);
    };
    try {
      await withPage(service.url, async (page) => {
        await step("signs in", async () => {
          await page.fill("#token", TOKEN);
          await page.click("button");
          await says(page, "[data-camera=spare] [data-field=state]", /^Switched off since/);
        });
        await step(
          "tests an address, sees why it fails, then the first masked picture",
          async () => {
            await page.click("nav >> text=Add camera");
            await page.fill("[name=name]", "gate");
            await page.fill("[name=source]", address.replace("correct", "wrong"));
            await testSays(page, /wrong user name or password/);
            await page.fill("[name=source]", address);
            await testSays(page, /^It works: 640 × 360/);
            assert.equal(
              await page.evaluate("document.getElementById('trial').naturalWidth"),
              640,
            );
          },
        );
        await step("adds it, and it goes live", async () => {
          await page.click("#add [type=submit]");
          await page.waitForURL("**/cameras/gate/settings");
          await service.until("gate", ({ state }) => state === "live");
          await page.click("nav >> text=Cameras");
          await says(page, `${GATE} [data-field=state]`, /^(Live|Covered)$/);
        });
        await step("watches by WebRTC, and by HLS where that does not get through", async () => {
          await says(page, `${GATE} [data-field=via]`, /^WebRTC$/);
          await page.route("**/whep", (route) => route.abort());
          await page.reload();
          await says(page, `${GATE} [data-field=via]`, /^HLS$/);
          await says(page, `${GATE} [data-field=viewers]`, /^[1-9] viewer/);
          await page.unroute("**/whep");
        });
        await step("sees detections counted", async () => {
          await says(page, `${GATE} [data-field=platesNote]`, /^[1-9][\d,]* total$/);
          await says(page, `${GATE} [data-field=carsNote]`, /^[1-9][\d,]* total$/);
        });
        await step("changes the masks and sees it at once", async () => {
          await page.goto(`${service.url}cameras/gate/settings`);
          await page.check("[name=style][value=solid]");
          await page.fill("[name=color]", MASK);
          await says(page, "#said", /^Saved\.$/);
          await untilMasked(page, [0, 0, 1, 1], (share) => share > 0.001);
          await page.check("[name=classes][value=car]");
          await untilMasked(page, [0, 0, 1, 1], (share) => share > 0.04);
          await page.fill("[name=margin]", "40");
          await says(page, "#margin-shown", /^40 %$/);
          await page.uncheck("[name=classes][value=car]");
          await page.fill("[name=lookAhead]", "1");
          await page.dispatchEvent("[name=lookAhead]", "change");
          const { lookAhead } = await service.until(
            "gate",
            (status) => status.lookAhead === 1 && status.state === "live",
          );
          assert.equal(lookAhead, 1);
        });
        await step("draws an area with the mouse and one with a finger", async () => {
          await page.waitForFunction("document.querySelector('video').videoWidth > 0");
          const [left, top, right, bottom] = NORTH;
          const from = await placeOf(page, left!, top!), to = await placeOf(page, right!, bottom!);
          await page.mouse.move(from.x, from.y);
          await page.mouse.down();
          await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2);
          await page.mouse.move(to.x, to.y);
          await page.mouse.up();
          await untilMasked(page, inner(NORTH), (share) => share > 0.95);
          await touch(page, [EAST[0]!, EAST[1]!], [EAST[2]!, EAST[3]!]);
          await untilMasked(page, inner(EAST), (share) => share > 0.95);
          assert.equal(await page.locator("#areas li").count(), 2);
          const text = await Deno.readTextFile(file);
          assert.match(text, /^# Mine\./);
          assert.match(text, /- \[ \[ 0\.05/);
        });
        await step("records", async () => {
          await page.check("[name=record]");
          await save(page);
          await page.goto(`${service.url}recordings?camera=gate`);
          const rows = () => page.locator("#rows tr").count();
          await until("two recordings are listed", rows, (count) => count >= 2);
          const downloading = page.waitForEvent("download");
          await page.click("#rows tr >> nth=-1 >> text=Download");
          const download = await downloading;
          assert.match(download.suggestedFilename(), /^gate-.*\.mp4$/);
          const bytes = await Deno.readFile(await download.path());
          assert.equal(new TextDecoder().decode(bytes.subarray(4, 8)), "ftyp");
          assert.ok(bytes.length > 10_000);
          await page.click("#rows tr >> nth=-1 >> text=Play");
          await inTime("the recording plays", page.locator("#playback").evaluate(playing));
        });
        await step("sees the camera go, and why, and come back", async () => {
          await page.goto(`${service.url}cameras/gate`);
          await says(page, `${GATE} [data-field=state]`, /^(Live|Covered)$/);
          await camera.off();
          await says(page, `${GATE} [data-field=state]`, /^Offline, retrying since/);
          await says(
            page,
            `${GATE} [data-field=trouble]`,
            /^Since .*: .*(refused|ended|closed|no data)/i,
          );
          await says(page, "#journal", /Offline/);
          // The card has no area: the picture of the camera is gone whole.
          await untilMasked(page, inner(NORTH), (share) => share === 0);
          await camera.on();
          await says(page, `${GATE} [data-field=state]`, /^(Live|Covered)$/);
          // Newer than that it was offline, though a busy machine may have covered its picture since then.
          await says(page, "#journal", /^(?:(?!.*Offline).*\n)*(?!.*Offline).*\bLive\b/);
          await untilMasked(page, inner(NORTH), (share) => share > 0.95);
        });
        await step("edits its address, and removes it", async () => {
          await page.goto(`${service.url}cameras/gate/settings`);
          const shown = await page.inputValue("[name=source]");
          assert.equal(shown, `rtsp://***@127.0.0.1:${camera.port}/live`);
          await page.check("[name=transport][value=udp]");
          await save(page);
          assert.match(await Deno.readTextFile(file), /transport: udp/);
          await service.until("gate", ({ state }) => state === "live");
          await page.click("#remove");
          await page.click("dialog >> text=Remove >> nth=-1");
          await until("one tile is left", () => page.locator(".tile").count(), (n) => n === 1);
          assert.doesNotMatch(await Deno.readTextFile(file), /gate:|correct-horse/);
        });
      });
      assert.doesNotMatch(service.stderr, /correct-horse@|wrong-horse/);
    } catch (error) {
      throw service.explained(error);
    } finally {
      await service.stop();
      await camera.off();
      await Deno.remove(folder, { recursive: true });
    }
  },
});

/** Waits until a video has played a bit; runs in the page. */
async function playing(element: unknown): Promise<void> {
  const video = element as { currentTime: number; error: { message: string } | null };
  while (!(video.currentTime > 0.2)) {
    if (video.error) throw new Error(video.error.message);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
