/** A camera that is an HLS stream: seconds come at once and are shown at their own pace. */
import assert from "node:assert/strict";
import { ffmpeg } from "../frame/streams.ts";
import { withFolder } from "../source/clips.ts";
import { FaultyCamera } from "./faulty_camera.ts";
import { plateClip } from "./plate_clip.ts";

Deno.test("an HLS source's pictures come at their own pace, none dropped for coming at once", () =>
  withFolder(async (folder) => {
    await plateClip(`${folder}/plate.mp4`, { seconds: 6 });
    await ffmpeg([
      ...["-i", `${folder}/plate.mp4`, "-c", "copy", "-f", "hls", "-hls_time", "1"],
      ...["-hls_list_size", "0", "-hls_flags", "omit_endlist", `${folder}/live.m3u8`],
    ]);
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      async ({ url }) => {
        const file = await Deno.readFile(folder + new URL(url).pathname).catch(() => null);
        return new Response(file, { status: file ? 200 : 404 });
      },
    );
    // What comes in a rush since this process stood still does so once; what has no pace of its own, each time.
    let tookMs = 0;
    for (let attempt = 1; tookMs <= 1200 && attempt <= 4; attempt++) {
      const camera = new FaultyCamera(`http://127.0.0.1:${server.addr.port}/live.m3u8`);
      const captured = () => camera.loop.counts().frames.captured;
      try {
        camera.attach();
        await camera.until(() => captured() > 0);
        const first = captured(), began = performance.now();
        // Three segments are there when it begins: 75 pictures.
        await camera.until(() => captured() >= first + 50);
        tookMs = performance.now() - began;
      } finally {
        const seen = await camera.end();
        assert.ok(!seen.includes("bare"));
      }
    }
    assert.ok(tookMs > 1200, `50 pictures, two seconds' worth, within ${tookMs} ms`);
  }));
