import { chromium, type Page } from "playwright-core";
import { CLOCK, ClockCamera } from "./clock_camera.ts";
import { Service } from "./service.ts";

/** What is run. */
export interface GlassRunOptions {
  /** How long is measured, in seconds. */
  seconds: number;
  /** How Chromium watches. */
  by: "webrtc" | "hls";
  /** More arguments of `bokashi serve`. */
  serveArguments: string[];
}

/** Not measured: start, first pictures, the browser's jitter buffer settling. */
const WARM_UP_MS = 8000;
const CHROMIUM = {
  executablePath: "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
};

/** Nothing is hidden, as a mask may lie on the clock; it is all looked for nevertheless. */
const UNMASKED = { ignore: [[[0, 0], [1, 0], [1, 1], [0, 1]]] };

/**
 * Glass to glass: a camera writes the time into its pictures, Chromium watches the dashboard by
 * WebRTC or HLS and reads it back from the picture it is about to show. The camera's encoder, our service
 * and the browser's decoder are all in the figure, and all on this machine.
 */
export async function glassRun(options: GlassRunOptions): Promise<Record<string, number>> {
  const camera = new ClockCamera();
  const config = await Deno.makeTempFile({ prefix: "bokashi-bench-", suffix: ".json" });
  // JSON is YAML.
  const clock = { source: camera.url, zones: UNMASKED };
  await Deno.writeTextFile(config, JSON.stringify({ cameras: { clock } }));
  const service = await Service.start(["--config", config, ...options.serveArguments]);
  const browser = await chromium.launch(CHROMIUM);
  try {
    const page = await browser.newPage({ bypassCSP: true });
    await page.addInitScript(KEEP_CONNECTIONS);
    // Without WebRTC the dashboard plays by HLS.
    if (options.by === "hls") await page.route(/\/whep$/, (route) => route.abort());
    await page.goto(service.url);
    await page.waitForFunction("document.querySelector('video')?.readyState >= 2");
    await page.waitForTimeout(WARM_UP_MS);
    const before = await receiverTimes(page);
    const { latencies, covered, unread } = await read(page, options.seconds * 1000);
    const after = await receiverTimes(page);
    const per = (part: keyof ReceiverTimes, count: "played" | "decoded") =>
      1000 * (after[part] - before[part]) / (after[count] - before[count]);
    if (latencies.length === 0) throw new Error("No picture showed a time that could be read");
    const sorted = latencies.sort((a, b) => a - b);
    const at = (share: number) =>
      sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
    const [{ latencyMs }] = await service.statuses();
    return {
      "pictures read": sorted.length,
      "pictures wholly covered": covered,
      "pictures not readable": unread,
      "glass to glass p50 ms": at(0.5),
      "glass to glass p95 ms": at(0.95),
      "glass to glass p99 ms": at(0.99),
      "of it capture to encoded p50 ms": latencyMs.endToEnd.p50 ?? 0,
      ...(before.played < after.played && {
        "of it in the browser's jitter buffer ms": per("buffering", "played"),
        "of it decoding in the browser ms": per("decoding", "decoded"),
      }),
    };
  } finally {
    await browser.close();
    await service.stop();
    await camera.close();
    await Deno.remove(config);
  }
}

/** Runs in the page before it does: notes its connections, whose numbers are asked for. */
const KEEP_CONNECTIONS = `
  globalThis.benchConnections = [];
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...args) {
      super(...args);
      benchConnections.push(this);
    }
  };
`;

/** Sums over the pictures so far, in seconds, and how many there were. */
interface ReceiverTimes {
  buffering: number;
  decoding: number;
  played: number;
  decoded: number;
}

function receiverTimes(page: Page): Promise<ReceiverTimes> {
  return page.evaluate(`(async () => {
    const times = { buffering: 0, decoding: 0, played: 0, decoded: 0 };
    for (const connection of benchConnections) {
      for (const each of (await connection.getStats()).values()) {
        if (each.type !== "inbound-rtp" || each.kind !== "video") continue;
        times.buffering += each.jitterBufferDelay;
        times.played += each.jitterBufferEmittedCount;
        times.decoding += each.totalDecodeTime;
        times.decoded += each.framesDecoded;
      }
    }
    return times;
  })()`);
}

/** Reads the time in each picture the browser presents. */
function read(
  page: Page,
  durationMs: number,
): Promise<{ latencies: number[]; covered: number; unread: number }> {
  return page.evaluate(
    // deno-lint-ignore no-explicit-any -- this runs in the browser, whose types are not Deno's.
    ({ durationMs, clock }: any) => {
      // deno-lint-ignore no-explicit-any
      const dom = globalThis as any;
      const video = dom.document.querySelector("video");
      const canvas = dom.document.createElement("canvas");
      const [width, height] = [clock.bits * clock.cell, 2 * clock.cell];
      [canvas.width, canvas.height] = [width, height];
      const context = canvas.getContext("2d", { willReadFrequently: true });
      const latencies: number[] = [];
      let covered = 0, unread = 0;
      const end = Date.now() + durationMs;
      return new Promise((resolve) => {
        function picture() {
          const now = Date.now();
          context.drawImage(video, clock.left, clock.top, width, height, 0, 0, width, height);
          const pixels = context.getImageData(0, 0, width, height).data;
          const light = (bit: number, row: number) =>
            pixels[4 * ((row + 0.5) * clock.cell * width + (bit + 0.5) * clock.cell)];
          let ms = 0, readable = 0;
          for (let bit = 0; bit < clock.bits; bit++) {
            const [upper, lower] = [light(bit, 0), light(bit, 1)];
            if (Math.abs(upper - lower) > 64) readable++;
            if (upper > lower) ms += 2 ** bit;
          }
          const wrap = 2 ** clock.bits;
          if (readable === clock.bits) latencies.push(((now - ms) % wrap + wrap) % wrap);
          else if (readable === 0) covered++;
          else unread++;
          if (now < end) video.requestVideoFrameCallback(picture);
          else resolve({ latencies, covered, unread });
        }
        video.requestVideoFrameCallback(picture);
      });
    },
    { durationMs, clock: CLOCK },
  );
}
