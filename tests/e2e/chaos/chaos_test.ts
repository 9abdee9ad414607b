/**
 * The whole service, its own detector and a real RTSP camera, while its parts are killed, frozen, flooded and
 * fed with rubbish. A viewer records all that leaves; each picture is held against the frame it shows.
 */
import assert from "node:assert/strict";
import { ffmpeg } from "../../frame/streams.ts";
import { withFolder } from "../../source/clips.ts";
import { RtspCamera, rtspIsInstalled } from "../rtsp_camera.ts";
import { freePort, pause, until } from "../../wait.ts";
import { Service } from "../service.ts";
import { HlsTape } from "./hls_tape.ts";
import { lumaOf, numberedClip, PlateWatch } from "./numbered_clip.ts";

/**
 * Near plates that the detector itself may miss, as a share. A single frame let out unchecked may hide in it;
 * for that `tests/pipeline/faults_test.ts` has a plate that is always found.
 */
const MOST_BARE = 0.005;
const BACK_MS = 180_000;
/** Segments of a second that are looked at of a source whose bytes are wrong all over. */
const TORN_SEGMENTS = 10;

/** How often the camera plays the clip of 20 s before it ends. */
const TIMES = 40;

Deno.test({
  name: "whatever is done to the parts of a service, no near plate leaves bare",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    await withFolder(async (folder) => {
      const once = `${folder}/once.mp4`;
      await numberedClip(once);
      await t.step({
        name: "killed, frozen, unplugged, short of time",
        ignore: !rtspIsInstalled(),
        fn: () => survivesFaults(folder, once),
      });
      await t.step("broken packets", () => survivesBrokenPackets(folder, once));
    });
  },
});

/** A camera that is watched while one thing after the other happens to it and to the service. */
async function survivesFaults(folder: string, once: string): Promise<void> {
  const clip = `${folder}/long.mp4`;
  await ffmpeg(["-stream_loop", `${TIMES - 1}`, "-i", once, "-c", "copy", clip]);
  const camera = new RtspCamera(freePort(), [], clip);
  await camera.on();
  const service = await new Service([`gate=rtsp://127.0.0.1:${camera.port}/live`]).listening();
  try {
    await service.until("gate", ({ state }) => state === "live", BACK_MS);
    const tape = new HlsTape(`${service.url}cameras/gate/hls/live.m3u8`);
    for (const [name, fault] of faults(service, camera)) {
      await fault();
      await picturesAgain(service, name);
    }
    await examine(once, await tape.stop());
  } catch (error) {
    throw service.explained(error);
  } finally {
    await service.stop();
    await camera.off();
  }
}

/** A source in which bytes are wrong all over: the decoder makes of it what it can. */
async function survivesBrokenPackets(folder: string, once: string): Promise<void> {
  const torn = `${folder}/torn.ts`;
  const noise = "h264_mp4toannexb,noise=amount=20000";
  await ffmpeg(["-i", once, "-c", "copy", "-bsf:v", noise, torn]);
  const service = await new Service([`torn=${torn}`]).listening();
  try {
    await service.until("torn", ({ state }) => state === "live", BACK_MS);
    const tape = new HlsTape(`${service.url}cameras/torn/hls/live.m3u8`);
    await until("segments", () => tape.segments, (count) => count >= TORN_SEGMENTS);
    await examine(once, await tape.stop());
  } catch (error) {
    throw service.explained(error);
  } finally {
    await service.stop();
  }
}

/** What a camera's owner may live to see, one after the other. */
function faults(service: Service, camera: RtspCamera): [string, () => Promise<void>][] {
  return [
    ["the encoder is killed", () => strike(service, "libx264", "SIGKILL")],
    ["the decoder is killed", () => strike(service, "rtsp://", "SIGKILL")],
    ["the encoder freezes", () => strike(service, "libx264", "SIGSTOP")],
    ["the decoder freezes", () => strike(service, "rtsp://", "SIGSTOP")],
    ["the whole service freezes for 3 s", async () => {
      service.signal("SIGSTOP");
      await pause(3000);
      service.signal("SIGCONT");
    }],
    ["the camera is unplugged for 3 s", async () => {
      await camera.off();
      await pause(3000);
      await camera.on();
    }],
    ["other programs take the machine", async () => {
      const busy = Array.from({ length: 6 }, () => {
        return new Deno.Command("sh", { args: ["-c", "while :; do :; done"] }).spawn();
      });
      await pause(5000);
      await Promise.all(busy.map((each) => {
        each.kill("SIGKILL");
        return each.status;
      }));
    }],
    ["rubbish comes by HTTP", async () => {
      const { hostname, port } = new URL(service.url);
      await Promise.all(Array.from({ length: 100 }, async () => {
        const connection = await Deno.connect({ hostname, port: Number(port) });
        await connection.write(crypto.getRandomValues(new Uint8Array(4096))).catch(() => {});
        connection.close();
      }));
    }],
  ];
}

/** Sends a signal to those of the service's ffmpeg processes whose command line has a word. */
async function strike(service: Service, word: string, signal: Deno.Signal): Promise<void> {
  // On a busy machine the one before may not have a follower yet.
  await until(`an ffmpeg with '${word}' in its command line`, async () => {
    let struck = 0;
    for (const pid of await service.ffmpegs()) {
      const line = await Deno.readTextFile(`/proc/${pid}/cmdline`).catch(() => "");
      if (!line.includes(word)) continue;
      try {
        Deno.kill(pid, signal);
        struck++;
      } catch {
        // It has ended by itself meanwhile.
      }
    }
    return struck;
  });
}

/** Waits until pictures of the camera leave again, and for some of them. */
async function picturesAgain(service: Service, fault: string): Promise<void> {
  // A fault takes a while to be noticed.
  await pause(1500);
  await service.until("gate", ({ state, fps, guard }) => {
    return state === "live" && fps.encoded > 3 && guard.state !== "covered";
  }, BACK_MS).catch((error) => {
    throw new Error(`After '${fault}' no picture comes: ${error.message}`);
  });
  await pause(2000);
}

/** Looks at all that a viewer got. */
async function examine(clip: string, streams: readonly Uint8Array[]): Promise<void> {
  const watch = await PlateWatch.of(clip);
  for (const stream of streams) {
    for await (const luma of lumaOf(stream)) watch.see(luma);
  }
  const { known, unknown, plates, bare } = watch;
  console.log(
    `${known} pictures with a number, ${unknown} without; ${bare.length} of ${plates} near plates bare`,
    bare.length ? `(${bare.join(", ")})` : "",
  );
  assert.ok(known >= 50, `${known} pictures with a number`);
  assert.ok(plates >= 50, `${plates} near plates`);
  assert.ok(bare.length <= plates * MOST_BARE, `${bare.length} of ${plates} near plates are bare`);
}
