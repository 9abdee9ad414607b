import { match, ok, strictEqual } from "node:assert/strict";
import { ViewerLimits } from "../../src/deliver/viewer_limits.ts";
import { withPage } from "../deliver/chromium.ts";
import { FakeCamera, FakeDirectory } from "../server/fakes.ts";
import { DashboardService, options, until } from "./dashboard_service.ts";

/** A folder with one recording of the camera 'gate', two seconds long. */
async function recorded(): Promise<string> {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(`${folder}/gate`);
  const args = ["-v", "error", "-f", "lavfi", "-i", "testsrc2=s=320x240:r=10", "-t", "2"];
  args.push("-pix_fmt", "yuv420p", "-c:v", "libx264", "-movflags", "+frag_keyframe+empty_moov");
  args.push(`${folder}/gate/2026-03-01T09-00-00.000Z.mp4`);
  const { success } = await new Deno.Command("ffmpeg", { args }).output();
  ok(success);
  return folder;
}

Deno.test("recordings are listed by camera, played and downloaded", options, async () => {
  const folder = await recorded();
  const limits = new ViewerLimits({ perCamera: 0, perAddress: 0 });
  const cameras = ["yard", "gate"].map((name) => new FakeCamera(name, {}, limits, folder));
  const service = new DashboardService(new FakeDirectory(...cameras));
  try {
    await withPage(`${service.url}recordings`, async (page) => {
      const said = "document.getElementById('said').innerText";
      await until(page, said, (text) => /^Nothing is recorded of yard/.test(text));
      await page.selectOption("#camera", "gate");
      await page.click("#rows >> text=Play");
      const video = "document.getElementById('playback')";
      await until(page, `${video}.currentTime`, (time) => Number(time) > 0.2);
      strictEqual(await page.evaluate(`${video}.videoWidth`), 320);
      const downloading = page.waitForEvent("download");
      await page.click("#rows >> text=Download");
      match((await downloading).suggestedFilename(), /^gate-2026-03-01T09.*\.mp4$/);
    });
  } finally {
    await service.close();
    await Deno.remove(folder, { recursive: true });
  }
});
