import { chromium, type Page } from "playwright-core";
import { CLOCK, ClockCamera } from "./clock_camera.ts";
import { Service } from "./service.ts";

/** What is run. */
export interface GlassRunOptions {
  /** How long is measured, in seconds. */
  seconds: number;
  /** More arguments of `bokashi serve`. */
  serveArguments: string[];
}

/** Not measured: start, first pictures, the browser's jitter buffer settling. */
const WARM_UP_MS = 8000;
const CHROMIUM = {
  executablePath: "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
};

/**
 * Glass to glass: a camera writes the time into its pictures, Chromium watches the dashboard by
 * WebRTC and reads it back from the picture it is about to show. The camera's encoder, our service
 * and the browser's decoder are all in the figure, and all on this machine.
 */
export async function glassRun(options: GlassRunOptions): Promise<Record<string, number>> {
  const camera = new ClockCamera();
  const service = await Service.start([`clock=${camera.url}`, ...options.serveArguments]);
  const browser = await chromium.launch(CHROMIUM);
  try {
    const page = await browser.newPage({ bypassCSP: true });
    await page.goto(service.url);
    await page.waitForFunction("document.querySelector('video')?.readyState >= 2");
    await page.waitForTimeout(WARM_UP_MS);
    const { latencies, unread } = await read(page, options.seconds * 1000);
    if (latencies.length === 0) throw new Error("No picture showed a time that could be read");
    const sorted = latencies.sort((a, b) => a - b);
    const at = (share: number) =>
      sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
    const [{ latencyMs }] = await service.statuses();
    return {
      "pictures read": sorted.length,
      "pictures not readable": unread,
      "glass to glass p50 ms": at(0.5),
      "glass to glass p95 ms": at(0.95),
      "glass to glass p99 ms": at(0.99),
      "of it capture to encoded p50 ms": latencyMs.endToEnd.p50 ?? 0,
    };
  } finally {
    await browser.close();
    await service.stop();
    await camera.close();
  }
}

/** Reads the time in each picture the browser presents. */
function read(page: Page, durationMs: number): Promise<{ latencies: number[]; unread: number }> {
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
      let unread = 0;
      const end = Date.now() + durationMs;
      return new Promise((resolve) => {
        function picture() {
          const now = Date.now();
          context.drawImage(video, clock.left, clock.top, width, height, 0, 0, width, height);
          const pixels = context.getImageData(0, 0, width, height).data;
          const light = (bit: number, row: number) =>
            pixels[4 * ((row + 0.5) * clock.cell * width + (bit + 0.5) * clock.cell)];
          let ms = 0, right = true;
          for (let bit = 0; bit < clock.bits; bit++) {
            const [upper, lower] = [light(bit, 0), light(bit, 1)];
            right &&= Math.abs(upper - lower) > 64;
            if (upper > lower) ms += 2 ** bit;
          }
          const wrap = 2 ** clock.bits;
          if (right) latencies.push(((now - ms) % wrap + wrap) % wrap);
          else unread++;
          if (now < end) video.requestVideoFrameCallback(picture);
          else resolve({ latencies, unread });
        }
        video.requestVideoFrameCallback(picture);
      });
    },
    { durationMs, clock: CLOCK },
  );
}
