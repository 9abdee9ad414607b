import { ok, strictEqual } from "node:assert/strict";
import type { Page } from "playwright-core";
import { Feed } from "../../src/deliver/feed.ts";
import { WhepEndpoint } from "../../src/deliver/webrtc/endpoint.ts";
import { encodeTestPicture, playLoop } from "./access_units.ts";
import { chromiumIsInstalled, withPage } from "./chromium.ts";
import { whepPage } from "./player_page.ts";
import { PATIENCE_MS, quickOnce, until } from "../wait.ts";

interface State {
  framesDecoded: number;
  packetsLost: number;
  width: number;
  height: number;
  /** Of the connection, of ICE and of signalling. */
  states: string;
}

interface Started {
  firstPictureMs: number;
  candidates: string[];
}

/** A camera that sends 30 pictures per second, and a server with a page that plays it by WHEP. */
async function withCamera(
  use: (camera: { feed: Feed; whep: WhepEndpoint; stop: () => void; url: string }) => Promise<void>,
): Promise<void> {
  const units = await encodeTestPicture({ width: 640, height: 360, seconds: 3, rate: 2000 });
  const feed = new Feed();
  const whep = new WhepEndpoint(feed, { connectTimeoutMs: PATIENCE_MS });
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const path = new URL(request.url).pathname;
    if (request.method === "POST" && path === "/whep") {
      const { id, sdp, etag } = await whep.offer(await request.text());
      return new Response(sdp, { status: 201, headers: { location: `/whep/${id}`, etag } });
    }
    if (request.method === "PATCH") {
      const ice = whep.ice(path.split("/").at(-1)!);
      const ifMatch = request.headers.get("if-match") ?? undefined;
      const { fragment, etag } = (await ice!.patch(await request.text(), ifMatch))!;
      return new Response(fragment, { status: 200, headers: { etag } });
    }
    if (request.method === "DELETE") {
      return new Response(null, { status: whep.delete(path.split("/").at(-1)!) ? 200 : 404 });
    }
    return path === "/" ? whepPage() : new Response(null, { status: 404 });
  });
  const stop = playLoop(feed, units, 30);
  try {
    await use({ feed, whep, stop, url: `http://127.0.0.1:${server.addr.port}/` });
  } finally {
    stop();
    await whep.close();
    await server.shutdown();
  }
}

const state = (page: Page) => page.evaluate<State>("state()");

/** Plays, at the third attempt at last: on a busy machine a handshake may stand still. */
async function play(page: Page, gatherFirst = false): Promise<Started> {
  for (let attempt = 1;; attempt++) {
    try {
      return await page.evaluate<Started>(`play(${gatherFirst})`);
    } catch (error) {
      if (attempt === 3) throw error;
      console.log(`WHEP in Chromium, attempt ${attempt}: ${error}`);
      await page.evaluate("leave()");
    }
  }
}

/** Waits until `framesDecoded` has grown by this many. */
async function framesGrow(page: Page, by: number): Promise<State> {
  const before = await state(page);
  const enough = before.framesDecoded + by;
  return await until(
    `${by} more decoded frames than ${before.framesDecoded}`,
    () => state(page),
    ({ framesDecoded }) => framesDecoded >= enough,
  );
}

// The browser's driver keeps handles of its own, and werift's timers end after the test's last turn.
const options = {
  ignore: !chromiumIsInstalled(),
  sanitizeResources: false,
  sanitizeOps: false,
};

Deno.test(
  "Chromium plays WHEP, shows a picture at once and decodes every frame",
  options,
  () =>
    withCamera(async ({ whep, url }) => {
      await withPage(url, async (page) => {
        let attempts = 0;
        // About 200 ms on an idle machine; a second keyframe would come after up to 1000.
        await quickOnce("the first picture", 5000, async () => {
          if (attempts++ > 0) await page.evaluate("leave()");
          return (await play(page)).firstPictureMs;
        });
        // A browser that gets no turn for long loses what does not fit into its socket; what we leave out it misses each time.
        let seen = await framesGrow(page, 60);
        for (let times = 1; seen.packetsLost > 0 && times < 6; times++) {
          console.log(`WHEP in Chromium: ${seen.packetsLost} packets lost`);
          await page.evaluate("leave()");
          await play(page);
          seen = await framesGrow(page, 60);
        }
        strictEqual(`${seen.width}x${seen.height}`, "640x360");
        strictEqual(seen.packetsLost, 0);
        strictEqual(whep.viewers, 1);
        await page.evaluate("leave()");
        strictEqual(whep.viewers, 0);
      });
    }),
);

Deno.test(
  "Chromium plays WHEP with its address hidden behind an mDNS name",
  options,
  () =>
    withCamera(async ({ url }) => {
      await withPage(url, async (page) => {
        const { candidates } = await play(page, true);
        ok(candidates.length > 0);
        await framesGrow(page, 30);
      });
    }),
);

Deno.test(
  "Chromium goes on when the encoder restarts with another picture size",
  options,
  () =>
    withCamera(async ({ feed, stop, url }) => {
      const other = await encodeTestPicture({ width: 320, height: 240, generation: 1 });
      await withPage(url, async (page) => {
        await play(page);
        await framesGrow(page, 10);
        stop();
        const timeUs = feed.latest!.timeUs;
        const next = new Feed();
        next.subscribe((au) => feed.publish({ ...au, timeUs: timeUs + 500_000 + au.timeUs }));
        const stopNext = playLoop(next, other, 30);
        try {
          await until("another picture size", () => state(page), ({ width }) => width !== 640);
          const { width, height } = await framesGrow(page, 30);
          strictEqual(`${width}x${height}`, "320x240");
        } finally {
          stopNext();
        }
      });
    }),
);

Deno.test(
  "Chromium restarts ICE and plays on",
  options,
  () =>
    withCamera(async ({ whep, url }) => {
      await withPage(url, async (page) => {
        await play(page);
        await framesGrow(page, 10);
        await page.evaluate("restart()");
        await framesGrow(page, 60);
        strictEqual(whep.viewers, 1);
      });
    }),
);
