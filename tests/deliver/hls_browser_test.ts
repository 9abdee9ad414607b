import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Page } from "playwright-core";
import { Feed } from "../../src/deliver/feed.ts";
import { HlsStream } from "../../src/deliver/hls/stream.ts";
import { encodeTestPicture, playLoop } from "./access_units.ts";
import { chromiumIsInstalled, withPage } from "./chromium.ts";
import { hlsPage } from "./player_page.ts";
import { inTime, PATIENCE_MS, pause, quickOnce, until as waitUntil } from "../wait.ts";

const HLS_JS = new URL("../../node_modules/hls.js/dist/hls.min.js", import.meta.url);

interface State {
  framesDecoded: number;
  errors: string[];
  /** Seconds of the stream that have been shown, without what was jumped over. */
  played: number;
  width: number;
  height: number;
}

/** Waits until this is true of the player's state. */
async function until(page: Page, wanted: (state: State) => boolean): Promise<State> {
  const state = () => page.evaluate<State>("state()");
  return await waitUntil(`the player's ${wanted}`, state, wanted, { everyMs: 100 });
}

const options = {
  ignore: !chromiumIsInstalled(),
  // The browser's driver keeps handles of its own.
  sanitizeResources: false,
  sanitizeOps: false,
};

Deno.test(
  "Chromium plays HLS by hls.js, also when the camera is silent and when the encoder restarts",
  options,
  async () => {
    const units = await encodeTestPicture({ width: 640, height: 360, seconds: 3 });
    const other = await encodeTestPicture({ width: 320, height: 240, seconds: 3, generation: 1 });
    const feed = new Feed();
    const hls = new HlsStream(feed);
    const server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      async (request) => {
        const path = new URL(request.url).pathname;
        if (path === "/") return hlsPage();
        if (path === "/hls.js") return new Response(await Deno.readFile(HLS_JS));
        const query = new URL(request.url).searchParams;
        if (query.has("_HLS_msn")) {
          const part = query.get("_HLS_part");
          await hls.waitFor(Number(query.get("_HLS_msn")), part === null ? null : Number(part));
          blocked++;
        }
        const file = await hls.load(path.split("/").at(-1)!);
        if (!file) return new Response(null, { status: 404 });
        if (path.endsWith(".m3u8")) hls.touch("127.0.0.1", "test");
        return new Response(file.body, { headers: { "content-type": file.type } });
      },
    );
    let blocked = 0;
    let stop = playLoop(feed, units, 30);
    try {
      strictEqual(await hls.waitReady(PATIENCE_MS), true);
      await withPage(`http://127.0.0.1:${server.addr.port}/`, async (page) => {
        let attempts = 0;
        await quickOnce("the first picture", 5000, async () => {
          if (attempts++ > 0) await page.reload();
          const started = page.evaluate<{ firstPictureMs: number }>("play()");
          return (await inTime("the first picture", started)).firstPictureMs;
        });
        const playing = await until(page, (state) => state.framesDecoded >= 90);
        strictEqual(`${playing.width}x${playing.height}`, "640x360");
        deepStrictEqual(playing.errors, []);
        ok(blocked > 0, "the player asks for parts");
        await waitUntil("one viewer", () => hls.viewers, (viewers) => viewers === 1);

        const goOn = (with_: typeof units, pauseUs: number) => {
          const timeUs = feed.latest!.timeUs + pauseUs;
          const next = new Feed();
          next.subscribe((au) => feed.publish({ ...au, timeUs: timeUs + au.timeUs }));
          stop = playLoop(next, with_, 30);
        };
        stop();
        // The camera is silent for four seconds, which the player must not show for four seconds.
        await pause(4000);
        const silent = await page.evaluate<State>("state()");
        goOn(units, 4e6);
        const back = await until(page, (s) => s.framesDecoded >= silent.framesDecoded + 60);
        const frames = back.framesDecoded - silent.framesDecoded;
        const seconds = back.played - silent.played;
        ok(seconds < frames / 30 + 2.5, `${seconds} s in which ${frames} frames were shown`);
        deepStrictEqual(back.errors, []);

        stop();
        goOn(other, 33_333);
        const { framesDecoded } = await until(page, (state) => state.width === 320);
        await until(page, (state) => state.framesDecoded >= framesDecoded + 30);
      });
    } finally {
      stop();
      hls.close();
      await server.shutdown();
    }
  },
);
