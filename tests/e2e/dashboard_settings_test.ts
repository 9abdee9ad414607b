import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Page } from "playwright-core";
import type { CameraConfig } from "../../src/config/schema.ts";
import { encodeTestPicture, playLoop } from "../deliver/access_units.ts";
import { withPage } from "../deliver/chromium.ts";
import { FakeCamera, FakeDirectory } from "../server/fakes.ts";
import { until as waitUntil } from "../wait.ts";
import { DashboardService, options, until } from "./dashboard_service.ts";

const said = "document.getElementById('said').innerText";

/** Opens a page of a service with one camera, 'gate'. */
async function onPage(
  path: string,
  use: (page: Page, service: DashboardService) => Promise<void>,
): Promise<void> {
  const service = new DashboardService(new FakeDirectory(new FakeCamera("gate")));
  try {
    await withPage(service.url + path, async (page) => {
      if (path.endsWith("/settings")) await ready(page);
      await use(page, service);
    });
  } finally {
    await service.close();
  }
}

/** Waits until the areas can be changed, and lie where they will stay. */
async function ready(page: Page): Promise<void> {
  await until(page, "document.getElementById('zones').inert", (inert) => inert === "false");
  const ratio = "document.querySelector('video').parentElement.style.getPropertyValue('--ratio')";
  await until(page, ratio, (text) => text !== "");
}

/** Waits until the service has settings as wanted. */
async function settled(
  { store }: DashboardService,
  wanted: (settings: CameraConfig) => boolean,
): Promise<CameraConfig> {
  return await waitUntil(`settings: ${wanted}`, () => store.cameras()[0]!, wanted);
}

Deno.test(
  "masks change while a slider is moved",
  options,
  () =>
    onPage("cameras/gate/settings", async (page, service) => {
      await page.check("input[value=solid]");
      await page.locator("input[name=margin]").fill("30");
      const { mask } = await settled(service, ({ mask }) => mask.margin === 0.3);
      strictEqual(mask.style, "solid");
      await page.locator("input[name=lookAhead]").fill("7");
      await settled(service, ({ lookAhead }) => lookAhead === 7);
      // What it says may be followed by word of a change before.
      await page.evaluate(`{
        const said = document.getElementById("said");
        window.heard = [];
        new MutationObserver(() => heard.push(said.innerText)).observe(said, {
          childList: true,
          characterData: true,
          subtree: true,
        });
      }`);
      await page.uncheck("input[value=plate]");
      await until(page, "heard.join()", (text) => /Something must be masked/.test(text));
      deepStrictEqual(service.store.cameras()[0].mask.classes, ["plate"]);
    }),
);

Deno.test(
  "a zone is drawn with the mouse, its corners dragged, and deleted",
  options,
  () =>
    onPage("cameras/gate/settings", async (page, service) => {
      await page.locator("#zones").scrollIntoViewIfNeeded();
      const { x, y, width, height } = (await page.locator("#zones").boundingBox())!;
      const at = (left: number, top: number) => [x + left * width, y + top * height] as const;
      const drag = async (from: readonly [number, number], to: readonly [number, number]) => {
        await page.mouse.move(...from);
        await page.mouse.down();
        await page.mouse.move(...to, { steps: 3 });
        await page.mouse.up();
      };
      await page.check("input[value=ignore]");
      await drag(at(0.2, 0.2), at(0.5, 0.6));
      const near = (points: number[][], wanted: number[][]) =>
        points.length === wanted.length &&
        points.every((point, i) =>
          point.every((share, axis) => Math.abs(share - wanted[i][axis]) < 0.01)
        );
      const is = (...wanted: number[][]) => ({ zones }: CameraConfig) =>
        zones.ignore.length === 1 && near(zones.ignore[0], wanted);
      await settled(service, is([0.2, 0.2], [0.5, 0.2], [0.5, 0.6], [0.2, 0.6]));
      await drag(at(0.5, 0.6), at(0.8, 0.9));
      await settled(service, is([0.2, 0.2], [0.5, 0.2], [0.8, 0.9], [0.2, 0.6]));
      // A new corner between the first two.
      await drag(at(0.35, 0.2), at(0.35, 0.1));
      await settled(service, is([0.2, 0.2], [0.35, 0.1], [0.5, 0.2], [0.8, 0.9], [0.2, 0.6]));
      await page.click("#areas >> text=Delete");
      await settled(service, ({ zones }) => zones.ignore.length === 0);
    }),
);

Deno.test(
  "a zone is drawn and moved by one finger; what the browser or Escape takes away is as it was",
  options,
  () =>
    onPage("cameras/gate/settings", async (page, service) => {
      await page.locator("#zones").scrollIntoViewIfNeeded();
      const { x, y, width, height } = (await page.locator("#zones").boundingBox())!;
      const session = await page.context().newCDPSession(page);
      /** Puts fingers where they are from now on, in shares of the picture. */
      const fingers = (
        type: "touchStart" | "touchMove" | "touchEnd" | "touchCancel",
        ...at: [number, number][]
      ) =>
        session.send("Input.dispatchTouchEvent", {
          type,
          touchPoints: at.map(([left, top], id) => ({
            x: x + left * width,
            y: y + top * height,
            id,
          })),
        });
      const near = (wanted: number[][]) => ({ zones }: CameraConfig) =>
        zones.always.length === 1 && zones.always[0].length === wanted.length &&
        zones.always[0].flat().every((share, i) => Math.abs(share - wanted.flat()[i]) < 0.01);
      await fingers("touchStart", [0.2, 0.2]);
      await fingers("touchMove", [0.3, 0.3]);
      // A hand that holds a telephone has more fingers.
      await fingers("touchStart", [0.3, 0.3], [0.9, 0.9]);
      await fingers("touchMove", [0.4, 0.5], [0.8, 0.1]);
      await fingers("touchMove", [0.5, 0.6]);
      await fingers("touchEnd");
      const drawn = [[0.2, 0.2], [0.5, 0.2], [0.5, 0.6], [0.2, 0.6]];
      await settled(service, near(drawn));
      await fingers("touchStart", [0.25, 0.5]);
      await fingers("touchMove", [0.35, 0.6]);
      await fingers("touchEnd");
      const moved = drawn.map(([left, top]) => [left + 0.1, top + 0.1]);
      await settled(service, near(moved));
      const shape = "document.querySelector('#zones polygon').getAttribute('points')";
      const before = await page.evaluate(shape);
      await fingers("touchStart", [0.35, 0.6]);
      await fingers("touchMove", [0.6, 0.9]);
      await fingers("touchCancel");
      strictEqual(await page.evaluate(shape), before);
      await page.mouse.move(x + 0.7 * width, y + 0.05 * height);
      await page.mouse.down();
      await page.mouse.move(x + 0.9 * width, y + 0.2 * height, { steps: 3 });
      strictEqual(await page.locator("#zones polygon").count(), 2);
      await page.keyboard.press("Escape");
      await page.mouse.up();
      strictEqual(await page.locator("#zones polygon").count(), 1);
      // What is sent next tells what is there.
      await page.locator("input[name=margin]").fill("40");
      const { zones } = await settled(service, ({ mask }) => mask.margin === 0.4);
      const isMoved = near(moved)({ ...service.store.cameras()[0]!, zones });
      strictEqual(isMoved, true, JSON.stringify(zones));
      await page.click("#areas >> text=Delete");
      await settled(service, ({ zones }) => zones.always.length === 0);
    }),
);

Deno.test(
  "a zone is made and moved with the keyboard alone",
  options,
  () =>
    onPage("cameras/gate/settings", async (page, service) => {
      await page.focus("#add-zone");
      await page.keyboard.press("Enter");
      await page.keyboard.press("ArrowLeft");
      await page.keyboard.press("Tab");
      await page.keyboard.press("ArrowDown");
      const { zones } = await settled(service, ({ zones }) => zones.always[0]?.[0][1] === 0.36);
      deepStrictEqual(zones.always, [[[0.34, 0.36], [0.64, 0.35], [0.64, 0.65], [0.34, 0.65]]]);
      await page.keyboard.press("Delete");
      await settled(service, ({ zones }) => zones.always[0].length === 3);
    }),
);

Deno.test(
  "a camera is added, then removed after a question",
  options,
  () =>
    onPage("add", async (page, service) => {
      await page.fill("input[name=name]", "gate");
      await page.fill("input[name=source]", "rtsp://user:secret@10.0.0.8/live");
      await page.click("#add [type=submit]");
      await until(page, said, (text) => text === "There is a camera 'gate' already.");
      await page.fill("input[name=name]", "ramp");
      await page.keyboard.press("Enter");
      await page.waitForURL("**/cameras/ramp/settings");
      strictEqual(await page.inputValue("input[name=source]"), "rtsp://***@10.0.0.8/live");
      await page.click("#remove");
      await page.click("text=Keep");
      await page.click("#remove");
      await page.click("dialog .danger");
      await page.waitForURL(service.url);
      deepStrictEqual(service.store.cameras().map(({ name }) => name), ["gate"]);
    }),
);

Deno.test(
  "the test button shows the first masked picture",
  options,
  () =>
    onPage("add", async (page, service) => {
      const units = await encodeTestPicture({ width: 640, height: 360, seconds: 1 });
      const stops: (() => void)[] = [];
      service.onCamera = ({ feed }) => stops.push(playLoop(feed, units, 30));
      await page.fill("input[name=source]", "rtsp://10.0.0.9/live");
      await page.click("#test");
      await until(page, said, (text) => /^It works: /.test(text));
      strictEqual(await page.evaluate("document.getElementById('trial').naturalWidth"), 640);
      stops.forEach((stop) => stop());
      deepStrictEqual(service.store.cameras().map(({ name }) => name), ["gate"]);
    }),
);

Deno.test(
  "the test button tells why a camera cannot be opened, and leaves nothing",
  options,
  () =>
    onPage("add", async (page, service) => {
      await page.fill("input[name=source]", "rtsp://nowhere/live");
      await page.click("#test");
      await until(page, said, (text) => text === "no route to nowhere:554");
      await page.fill("input[name=source]", "gopher://nowhere/live");
      await page.click("#test");
      await until(page, said, (text) => /gopher/.test(text));
      deepStrictEqual(service.store.cameras().map(({ name }) => name), ["gate"]);
    }),
);
