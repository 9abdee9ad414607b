import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { Feed } from "../../src/deliver/feed.ts";
import { Push, type PushStatus } from "../../src/deliver/push.ts";
import { Backoff } from "../../src/source/backoff.ts";
import { encodeTestPicture, playLoop } from "./access_units.ts";
import { freePort, inTime, PATIENCE_MS, until as waitUntil } from "../wait.ts";
import { decode } from "./hls/media.ts";

const units = await encodeTestPicture({ seconds: 2 });
const SINK = new URL("./rtsp_sink.js", import.meta.url).pathname;

/** Pushes a camera of 30 pictures per second there; gives what was logged. */
async function withPush(url: string, use: (push: Push) => Promise<void>): Promise<string[]> {
  const log: string[] = [];
  const feed = new Feed();
  const stop = playLoop(feed, units, 30);
  const push = new Push(feed, url, {
    log: (_, message) => log.push(message),
    backoff: new Backoff(() => 0.5, 20, 50),
    stallMs: PATIENCE_MS,
  });
  try {
    await use(push);
  } catch (error) {
    throw new Error(`${error}. Its log: ${log.join("\n")}`, { cause: error });
  } finally {
    stop();
    await push.close();
    strictEqual(feed.listenerCount, 0);
  }
  return log;
}

/** Waits until it does what is wanted. */
async function until(push: Push, wanted: (status: PushStatus) => boolean): Promise<PushStatus> {
  return await waitUntil(`the push's ${wanted}`, () => push.status, wanted);
}

/** Receives 30 pictures with an ffmpeg that listens, and checks them. */
async function receives(input: string[], url: string): Promise<string[]> {
  const file = await Deno.makeTempFile({ suffix: ".mp4" });
  try {
    const args = ["-v", "error", "-y", ...input, "-frames:v", "30", "-c", "copy", file];
    const server = new Deno.Command("ffmpeg", { args, stdin: "null", stderr: "piped" }).output();
    const log = await withPush(url, async (push) => {
      await until(push, ({ state }) => state === "live");
      const { success, stderr } = await inTime("the server has its pictures", server);
      ok(success, new TextDecoder().decode(stderr));
      // The server is gone now: that is told, and it is tried again.
      await until(push, ({ state }) => state === "retrying");
    });
    const { frames, width, height } = await decode(await Deno.readFile(file));
    deepStrictEqual([frames, width, height], [30, 320, 240]);
    return log;
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("Push sends to an RTMP server, and keeps the stream's key to itself", async () => {
  const port = freePort();
  const url = `rtmp://127.0.0.1:${port}/live/key-0123456789`;
  const log = await receives(["-listen", "1", "-i", url], url);
  const target = `rtmp://127.0.0.1:${port}/live/***`;
  ok(log.includes(`Pushes to ${target}`), log.join());
  ok(!log.join().includes("0123456789"), log.join());
});

Deno.test("Push sends to an SRT server", async () => {
  const port = freePort();
  await receives(
    ["-i", `srt://127.0.0.1:${port}?mode=listener`],
    `srt://127.0.0.1:${port}?streamid=publish:gate`,
  );
});

function rtspIsInstalled(): boolean {
  try {
    const args = ["-c", "imports.gi.GstRtspServer"];
    if (new Deno.Command("gjs", { args }).outputSync().success) return true;
  } catch {
    // Said below.
  }
  console.log("skipped: pushing to an RTSP server needs gjs and gir1.2-gst-rtsp-server-1.0");
  return false;
}

Deno.test(
  "Push sends to an RTSP server with a password",
  { ignore: !rtspIsInstalled() },
  async () => {
    const port = freePort();
    const args = [SINK, String(port), "me", "pass word"];
    const server = new Deno.Command("gjs", { args, stdout: "piped", stderr: "null" }).spawn();
    const lines = server.stdout.pipeThrough(new TextDecoderStream()).getReader();
    try {
      match((await inTime("the server is ready", lines.read())).value ?? "", /ready/);
      const log = await withPush(`rtsp://me:pass%20word@127.0.0.1:${port}/live`, async (push) => {
        match((await inTime("pictures come", lines.read())).value ?? "", /received/);
        const { target } = await until(push, ({ state }) => state === "live");
        strictEqual(target, `rtsp://***@127.0.0.1:${port}/live`);
      });
      ok(!/pass/.test(log.join()), log.join());
    } finally {
      await lines.cancel();
      server.kill("SIGKILL");
      await server.status;
    }
  },
);

Deno.test("Push tells why it fails, without the password, and tries again", async () => {
  const port = freePort();
  const log = await withPush(`rtsp://me:hunter22@127.0.0.1:${port}/live`, async (push) => {
    const { lastError } = await until(push, ({ state }) => state === "retrying");
    match(lastError ?? "", /refused/i);
    const { since } = push.status;
    await until(push, (status) => status.since !== since);
  });
  match(
    log[0]!,
    /^Cannot push to rtsp:\/\/\*\*\*@127\.0\.0\.1:\d+\/live: .*refused.*attempt 1, next in/i,
  );
  ok(!log.join().includes("hunter22"), log.join());
});

Deno.test("Push waits for the camera's first picture", async () => {
  const feed = new Feed();
  const push = new Push(feed, "rtmp://127.0.0.1:9/live/key", { log() {} });
  strictEqual(push.status.state, "connecting");
  strictEqual(feed.listenerCount, 1);
  await push.close();
  strictEqual(feed.listenerCount, 0);
});
