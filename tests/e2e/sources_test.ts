/** Sources of odd shapes, each through the whole service, decoded again from its HLS output. */
import assert from "node:assert/strict";
import { Service } from "./service.ts";

async function ffmpeg(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(args[0], { args: args.slice(1) })
    .output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

const folder = Deno.makeTempDirSync();
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

async function clip(name: string, size: string, rate: string, ...extra: string[]): Promise<string> {
  const file = `${folder}/${name}.mp4`;
  const input = `testsrc2=size=${size}:rate=${rate}:duration=3`;
  await ffmpeg("ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", input, ...extra, file);
  return file;
}

for (
  const [name, size, rate, width, height, extra] of [
    ["tiny", "320x240", "15", 320, 240, []],
    // yuv444p allows odd sides; what leaves is even.
    ["odd", "641x361", "25", 640, 360, ["-pix_fmt", "yuv444p"]],
    ["portrait", "360x640", "30", 360, 640, []],
  ] as [string, string, string, number, number, string[]][]
) {
  Deno.test(`a ${name} ${size} clip at ${rate} fps is served at ${width}x${height}`, async () => {
    const service = await new Service([`${name}=${await clip(name, size, rate, ...extra)}`])
      .listening();
    try {
      await service.until(
        name,
        ({ state, fps }) =>
          state === "live" && fps.processed > 0 && fps.encoded > 0 &&
          Math.abs(fps.camera - Number(rate)) < 1.5,
      );
      const playlist = await service.playlist(name);
      const probed = await ffmpeg(
        ...["ffprobe", "-v", "error", "-select_streams", "v:0", "-read_intervals", "%+1"],
        ...["-show_entries", "stream=width,height,codec_name", "-of", "csv=p=0", playlist],
      );
      assert.match(probed, new RegExp(`h264,${width},${height}`));
      const snapshot = await service.answers(`${service.url}cameras/${name}/snapshot.jpg`);
      assert.equal(snapshot.headers.get("content-type"), "image/jpeg");
      assert.ok((await snapshot.arrayBuffer()).byteLength > 1000);
    } catch (error) {
      throw service.explained(error);
    } finally {
      await service.stop();
    }
  });
}

Deno.test("a phone's rotated video is served upright", async () => {
  const flat = await clip("flat", "640x360", "30", "-t", "2");
  const turned = `${folder}/turned.mp4`;
  await ffmpeg(
    ...["ffmpeg", "-v", "error", "-y", "-i", flat, "-c", "copy"],
    ...["-metadata:s:v:0", "rotate=90", turned],
  );
  const service = await new Service([`phone=${turned}`]).listening();
  try {
    const status = await service.until("phone", ({ width }) => width === 360);
    assert.equal(status.height, 640);
  } catch (error) {
    throw service.explained(error);
  } finally {
    await service.stop();
  }
});
