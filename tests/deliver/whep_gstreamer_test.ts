import { ok, strictEqual } from "node:assert/strict";
import { Feed } from "../../src/deliver/feed.ts";
import { WhepEndpoint } from "../../src/deliver/webrtc/endpoint.ts";
import { encodeTestPicture, playLoop } from "./access_units.ts";
import { gstreamerIsInstalled, linesOf } from "./gstreamer_webrtc.ts";
import { inTime, PATIENCE_MS } from "../wait.ts";

const CLIENT = new URL("./whep_client.js", import.meta.url).pathname;
Deno.test(
  "GStreamer plays WHEP",
  { ignore: !await gstreamerIsInstalled(), sanitizeOps: false, sanitizeResources: false },
  async () => {
    const feed = new Feed();
    const whep = new WhepEndpoint(feed, { connectTimeoutMs: PATIENCE_MS });
    const stop = playLoop(feed, await encodeTestPicture({ seconds: 2 }), 30);
    const client = new Deno.Command("gjs", {
      args: [CLIENT, "30"],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    try {
      const lines = linesOf(client.stdout);
      const { value } = await inTime("GStreamer's offer", lines.next());
      ok(value, "GStreamer made no offer");
      const offer = JSON.parse(value);
      const { sdp } = await whep.offer(offer);
      const writer = client.stdin.getWriter();
      await writer.write(new TextEncoder().encode(`${JSON.stringify(sdp)}\n`));
      const told = await inTime("GStreamer's pictures", lines.next(), {
        about: () => `${whep.viewers} viewers, ${whep.skipped} pictures skipped`,
      });
      strictEqual(told.value, "320x240");
      await writer.close();
    } finally {
      client.kill("SIGKILL");
      await client.status;
      stop();
      await whep.close();
    }
  },
);
