import { strictEqual } from "node:assert/strict";
import { Feed } from "../../src/deliver/feed.ts";
import { WhepEndpoint } from "../../src/deliver/webrtc/endpoint.ts";
import { encodeTestPicture, playLoop } from "./access_units.ts";

const CLIENT = new URL("./whep_client.js", import.meta.url).pathname;
const ELEMENTS = ["webrtcbin", "nicesrc", "avdec_h264"];

/** True if GStreamer's WebRTC is there; else prints why its test is skipped. */
async function gstreamerIsInstalled(): Promise<boolean> {
  try {
    for (const element of ELEMENTS) {
      const inspect = new Deno.Command("gst-inspect-1.0", { args: [element], stdout: "null" });
      if (!(await inspect.output()).success) throw new Error(element);
    }
    const typelib = new Deno.Command("gjs", { args: ["-c", "imports.gi.GstWebRTC"] });
    if ((await typelib.output()).success) return true;
  } catch {
    // Said below.
  }
  console.log(
    "skipped: WHEP with GStreamer needs gjs and the Debian packages gir1.2-gst-plugins-bad-1.0, " +
      "gstreamer1.0-tools, -plugins-bad, -nice and -libav",
  );
  return false;
}

/** Lines of a process's output, one at a time. */
async function* linesOf(stdout: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let text = "";
  for await (const chunk of stdout.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const lines = text.split("\n");
    text = lines.pop()!;
    yield* lines;
  }
}

Deno.test(
  "GStreamer plays WHEP",
  { ignore: !await gstreamerIsInstalled(), sanitizeOps: false, sanitizeResources: false },
  async () => {
    const feed = new Feed();
    const whep = new WhepEndpoint(feed);
    const stop = playLoop(feed, await encodeTestPicture({ seconds: 2 }), 30);
    const client = new Deno.Command("gjs", {
      args: [CLIENT, "30"],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const giveUp = setTimeout(() => client.kill("SIGKILL"), 30_000);
    try {
      const lines = linesOf(client.stdout);
      const offer = JSON.parse((await lines.next()).value);
      const { sdp } = await whep.offer(offer);
      const writer = client.stdin.getWriter();
      await writer.write(new TextEncoder().encode(`${JSON.stringify(sdp)}\n`));
      strictEqual((await lines.next()).value, "320x240");
      await writer.close();
    } finally {
      clearTimeout(giveUp);
      client.kill("SIGKILL");
      await client.status;
      stop();
      await whep.close();
    }
  },
);
