/** Cameras that send a keyframe every eight seconds only: one is never there when a connection begins. */
import assert from "node:assert/strict";
import { clip, withFolder } from "../source/clips.ts";
import { freePort } from "../wait.ts";
import { RtspCamera, rtspIsInstalled } from "./rtsp_camera.ts";
import { Service } from "./service.ts";

const FPS = 10, GROUP_S = 8, SECONDS = 80;
const PICTURE = `testsrc2=size=320x240:rate=${FPS}:duration=${SECONDS}`;
const FEW_KEYFRAMES = [
  ...[
    "-g",
    `${FPS * GROUP_S}`,
    "-keyint_min",
    `${FPS * GROUP_S}`,
    "-sc_threshold",
    "0",
    "-bf",
    "0",
  ],
];
/** A starved machine may fail to open a camera at first; what cannot be opened fails each time. */
const ATTEMPTS = 3;

/** Opens a camera once: it comes alive without having failed before. */
async function comesAlive(source: string): Promise<void> {
  const service = await new Service([`gate=${source}`]).listening();
  try {
    const { state, lastError } = await service.until("gate", ({ state }) => state !== "connecting");
    assert.equal(state, "live", lastError ?? "");
  } catch (error) {
    throw service.explained(error);
  } finally {
    await service.stop();
  }
}

async function atLast(attempt: () => Promise<void>): Promise<void> {
  for (let times = 1;; times++) {
    try {
      return await attempt();
    } catch (error) {
      if (times === ATTEMPTS) throw error;
      console.log(`attempt ${times}: ${error}`);
    }
  }
}

Deno.test({
  name: "an RTSP camera whose next keyframe is seconds away is waited for",
  ignore: !rtspIsInstalled(),
  sanitizeOps: false,
  sanitizeResources: false,
  fn: () =>
    withFolder(async (folder) => {
      const file = await clip(`${folder}/few.mp4`, PICTURE, FEW_KEYFRAMES);
      await atLast(async () => {
        const camera = new RtspCamera(freePort(), [], file);
        await camera.on();
        try {
          // The stream begins with who comes first, and that is the probe.
          await comesAlive(`rtsp://127.0.0.1:${camera.port}/live`);
        } finally {
          await camera.off();
        }
      });
    }),
});

Deno.test({
  name: "a transport stream that tells its size with the next keyframe only is waited for",
  sanitizeOps: false,
  sanitizeResources: false,
  fn: () =>
    withFolder(async (folder) => {
      const file = await clip(`${folder}/few.ts`, PICTURE, [...FEW_KEYFRAMES, "-f", "mpegts"]);
      const stream = await Deno.readFile(file);
      const packets = Math.floor(stream.length / 188);
      const perTick = Math.ceil(packets / (SECONDS * 10));
      // Three seconds behind a keyframe, at the camera's pace.
      const first = Math.floor(packets * 3 / SECONDS);
      const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
        let at = first;
        const body = new ReadableStream<Uint8Array>({
          async pull(controller) {
            await new Promise((resolve) => setTimeout(resolve, 100));
            controller.enqueue(stream.subarray(at * 188, (at + perTick) * 188));
            at += perTick;
            if (at >= packets) controller.close();
          },
        });
        return new Response(body, { headers: { "content-type": "video/mp2t" } });
      });
      try {
        await atLast(() => comesAlive(`http://127.0.0.1:${server.addr.port}/live.ts`));
      } finally {
        await server.shutdown();
      }
    }),
});
