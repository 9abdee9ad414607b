import type { Page } from "playwright-core";
import { ConfigStore } from "../../src/config/store.ts";
import { createApp } from "../../src/server/app.ts";
import { LogTail } from "../../src/server/log_tail.ts";
import { encodeTestPicture, playLoop } from "../deliver/access_units.ts";
import { chromiumIsInstalled } from "../deliver/chromium.ts";
import { FakeCamera, FakeDirectory } from "../server/fakes.ts";
import { until as waitUntil } from "../wait.ts";

/** The browser's driver keeps handles of its own, and werift's timers end after the test's last turn. */
export const options = {
  ignore: !chromiumIsInstalled(),
  sanitizeResources: false,
  sanitizeOps: false,
};

/** A service over fake cameras that listens, and can be killed and started again. */
export class DashboardService {
  url = "";
  /** The cameras' settings. A camera is there as long as it stands in them. */
  readonly store: ConfigStore;
  /** What the cameras' pages show of the log. */
  readonly logTail = new LogTail();
  /** Told of each camera that is added while it runs. */
  onCamera: (camera: FakeCamera) => void = () => {};
  #stop = new AbortController();
  #port = 0;
  #server: Deno.HttpServer<Deno.NetAddr> | undefined;

  constructor(readonly directory: FakeDirectory, readonly token?: string) {
    const memory = directory.cameras.map(({ name }) => [name, `rtsp://a:b@10.0.0.7/${name}`]);
    this.store = new ConfigStore({ memory: Object.fromEntries(memory) });
    this.store.onCameras = (settings) => {
      for (const { name, source } of settings) {
        if (directory.get(name)) continue;
        const changes = source.includes("nowhere")
          ? { state: "retrying" as const, lastError: "no route to nowhere:554" }
          : { width: 640, height: 360 };
        const camera = new FakeCamera(name, changes);
        directory.cameras.push(camera);
        this.onCamera(camera);
      }
      directory.cameras = directory.cameras.filter(({ name }) =>
        settings.some((each) => each.name === name)
      );
    };
    this.start();
  }

  start(): void {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    const app = createApp({
      cameras: this.directory,
      store: this.store,
      version: "1.2.3",
      logTail: this.logTail,
      signal,
      ...(this.token === undefined ? {} : { tokens: { admin: this.token } }),
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
export async function playing(...others: FakeCamera[]): Promise<[FakeDirectory, () => void]> {
  const units = await encodeTestPicture({ width: 640, height: 360, seconds: 2, rate: 600 });
  const cameras = ["gate", "yard"].map((name) => new FakeCamera(name));
  const stops = cameras.map(({ feed }) => playLoop(feed, units, 30));
  return [new FakeDirectory(...cameras, ...others), () => stops.forEach((stop) => stop())];
}

/** Waits until `read`, run in the page, gives what `wanted` accepts. */
export async function until(
  page: Page,
  read: string,
  wanted: (value: string) => boolean,
): Promise<void> {
  await waitUntil(read, async () => String(await page.evaluate(read)), wanted);
}

/** What a camera's addresses answer while it is not there, or no longer has what is asked for. */
const NOT_NOW = /status of (503|409|404)/;

/** What the browser complains of, policy violations included, besides a camera's pictures that are not there now. */
export function complaints(page: Page): string[] {
  const all: string[] = [];
  page.on("console", (message) => {
    if (!["error", "warning"].includes(message.type())) return;
    const isOfPictures = /\/cameras\/[^/]+\/(whep|hls\/|snapshot)/.test(message.location().url);
    if (isOfPictures && NOT_NOW.test(message.text())) return;
    all.push(`${message.text()} (${message.location().url})`);
  });
  return all;
}
