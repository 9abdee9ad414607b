import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { chromiumIsInstalled, withPage } from "../deliver/chromium.ts";
import { hlsPage } from "../deliver/player_page.ts";
import { ffmpeg } from "../frame/streams.ts";
import { beepClip, flashesAndBeeps } from "../source/beep_clip.ts";
import { freePort, inTime, until } from "../wait.ts";
import { bokashi, Service } from "./service.ts";

/** Most that a beep may lie from its flash, in seconds. */
const IN_SYNC_S = 0.05;
/** Length of what is taken from a stream: enough flashes, though a busy machine may cover some. */
const SECONDS = 16;
const HLS_JS = new URL("../../node_modules/hls.js/dist/hls.min.js", import.meta.url);

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A service with cameras of these settings, which may record to the folder. */
async function serve(folder: string, cameras: Record<string, unknown>): Promise<Service> {
  const file = `${folder}/bokashi.yaml`;
  const recordings = `${folder}/recordings`;
  await Deno.writeTextFile(file, JSON.stringify({ recordings: { folder: recordings }, cameras }));
  const args = ["--config", file, "--provider", "cpu"];
  return await new Service(args, { BOKASHI_RECORDINGS: recordings }).listening();
}

async function codecs(file: string): Promise<string> {
  const { stdout } = await new Deno.Command("ffprobe", {
    args: ["-v", "error", "-show_entries", "stream=codec_name", "-of", "csv=p=0", file],
  }).output();
  return new TextDecoder().decode(stdout).trim().split("\n").join();
}

/** The loudest sample of a file, in decibels below full scale: -91 where there is not a sound. */
async function loudestDb(file: string): Promise<number> {
  const { stderr } = await new Deno.Command("ffmpeg", {
    args: ["-hide_banner", "-nostdin", "-i", file, "-vn", "-af", "volumedetect", "-f", "null", "-"],
  }).output();
  const text = new TextDecoder().decode(stderr);
  const found = /max_volume: (\S+) dB/.exec(text);
  assert.ok(found, text);
  return Number(found[1]);
}

/** A file has sound, and every flash in it has its beep. */
async function inSync(file: string, least: number): Promise<void> {
  assert.equal(await codecs(file), "h264,aac", file);
  const { flashes, unsure, beeps } = await flashesAndBeeps(file);
  const distances = flashes.map((flash) =>
    Math.min(...beeps.map((beep) => Math.abs(beep - flash)))
  );
  const told = `${file.split("/").at(-1)}: beeps ${
    distances.map((s) => `${(s * 1000).toFixed(0)} ms`)
  } from flashes; the begin of ${unsure.length} others was not seen`;
  console.log(told);
  const good = distances.filter((each) => each < IN_SYNC_S).length;
  assert.ok(good >= least, told);
  // The file may end between a flash and its beep.
  assert.ok(good >= distances.length - 1, told);
}

/** Waits until a camera's picture has been seen for a while: before that, flashes are covered. */
async function uncovered(service: Service, name: string): Promise<void> {
  await service.until(
    name,
    ({ guard: { state, since } }) => state === "live" && Date.now() - Date.parse(since) > 3000,
  );
}

Deno.test("kept sound is in sync in HLS, in a push and in a recording", async () => {
  await withFolder(async (folder) => {
    await beepClip(`${folder}/beep.mp4`, 10);
    const rtmp = `rtmp://127.0.0.1:${freePort()}/live/key-0123456789`;
    const pushed = ffmpeg([
      "-listen",
      "1",
      "-i",
      rtmp,
      "-t",
      `${SECONDS}`,
      "-c",
      "copy",
      `${folder}/push.mp4`,
    ]);
    // Told of below; until then nobody waits for it.
    pushed.catch(() => {});
    const service = await serve(folder, {
      gate: { source: `${folder}/beep.mp4`, audio: "keep" },
    });
    try {
      await uncovered(service, "gate");
      const answer = await fetch(`${service.url}api/cameras/gate/settings`, {
        method: "PATCH",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ record: true, push: [rtmp] }),
      });
      assert.ok(answer.ok, await answer.text());
      const hls = await service.playlist("gate");
      await ffmpeg(["-i", hls, "-t", `${SECONDS}`, "-c", "copy", `${folder}/hls.mp4`]);
      await pushed;
    } catch (error) {
      throw service.explained(error);
    } finally {
      await service.stop();
    }
    const [recording] = [...Deno.readDirSync(`${folder}/recordings/gate`)];
    await inSync(`${folder}/hls.mp4`, 3);
    await inSync(`${folder}/push.mp4`, 3);
    await inSync(`${folder}/recordings/gate/${recording!.name}`, 3);
  });
});

Deno.test({
  name: "Chromium plays kept sound by hls.js",
  ignore: !chromiumIsInstalled(),
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await withFolder(async (folder) => {
      await beepClip(`${folder}/beep.mp4`, 10);
      const service = await serve(folder, {
        gate: { source: `${folder}/beep.mp4`, audio: "keep" },
      });
      // The page beside the stream, on one origin.
      const server = Deno.serve(
        { port: 0, hostname: "127.0.0.1", onListen() {} },
        async (request) => {
          const { pathname, search } = new URL(request.url);
          if (pathname === "/") return hlsPage();
          if (pathname === "/hls.js") return new Response(await Deno.readFile(HLS_JS));
          return await fetch(`${service.url}cameras/gate${pathname}${search}`);
        },
      );
      try {
        await service.playlist("gate");
        await withPage(`http://127.0.0.1:${server.addr.port}/`, async (page: Page) => {
          await inTime("the first picture", page.evaluate("play()"), {
            about: async () => `hls.js: ${await page.evaluate("errors.join()")}`,
          });
          // Some seconds of it, so that no gap stops the player.
          await until("bytes of sound, errors, pictures", async () => {
            const seen = await page.evaluate<[number, string[], number]>(
              "[video.webkitAudioDecodedByteCount, errors, state().framesDecoded]",
            );
            assert.deepEqual(seen[1], []);
            return seen;
          }, ([bytes, , pictures]) => bytes > 30_000 && pictures > 60);
        });
      } catch (error) {
        throw service.explained(error);
      } finally {
        await server.shutdown();
        await service.stop();
      }
    });
  },
});

Deno.test("sound is dropped by default, and a camera that has none is told once and silent", async () => {
  await withFolder(async (folder) => {
    await beepClip(`${folder}/beep.mp4`, 6);
    await beepClip(`${folder}/mute.mp4`, 6, false);
    const service = await serve(folder, {
      loud: { source: `${folder}/beep.mp4` },
      mute: { source: `${folder}/mute.mp4`, audio: "keep" },
    });
    try {
      const told = "Camera 'mute' sends no sound, though its settings say audio: keep";
      for (const name of ["loud", "mute"]) {
        await uncovered(service, name);
        const hls = await service.playlist(name);
        await ffmpeg(["-i", hls, "-t", "6", "-c", "copy", `${folder}/${name}-out.mp4`]);
      }
      assert.equal(service.stderr.split(told).length, 2, service.stderr);
    } catch (error) {
      throw service.explained(error);
    } finally {
      await service.stop();
    }
    assert.equal(await codecs(`${folder}/loud-out.mp4`), "h264");
    assert.equal(await codecs(`${folder}/mute-out.mp4`), "h264,aac");
    const { flashes, unsure } = await flashesAndBeeps(`${folder}/mute-out.mp4`);
    assert.ok(flashes.length + unsure.length >= 1, "no flash");
    const loudest = await loudestDb(`${folder}/mute-out.mp4`);
    assert.ok(loudest < -80, `${loudest} dB`);
  });
});

Deno.test("a blurred file keeps its sound in sync", async () => {
  await withFolder(async (folder) => {
    await beepClip(`${folder}/beep.mp4`, 8);
    const outcome = await bokashi([
      ...["blur", `${folder}/beep.mp4`, "--out", `${folder}/blurred.mp4`, "--audio", "keep"],
      ...["--provider", "cpu"],
    ]);
    assert.equal(outcome.code, 0, outcome.stderr);
    await inSync(`${folder}/blurred.mp4`, 4);
  });
});
