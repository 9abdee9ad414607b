import assert from "node:assert/strict";
import { BlurAudit } from "../../src/command/blur_audit.ts";
import { partOf } from "../../src/command/blur_outputs.ts";
import type { FrameMask } from "../../src/mask/frame_mask.ts";
import { withFolder } from "../source/clips.ts";

const RECT = { x: 10, y: 20, width: 40, height: 12 };
const MASKS: FrameMask[] = [
  { class: "plate", box: RECT, rect: RECT, score: 0.9, reason: "detected", track: 7 },
];

Deno.test("an audit tells of the files that are done, and nothing of one that was skipped", async () => {
  await withFolder(async (folder) => {
    const audit = new BlurAudit(`${folder}/m.jsonl`, true);
    await audit.open();
    const told = (file: string, frames: number) => {
      for (let frame = 0; frame < frames; frame++) audit.add(file, frame, 0, MASKS);
    };
    told("a.mp4", 3);
    audit.keep();
    // So many that some are on the disk already.
    told("broken.mp4", 2500);
    audit.forget();
    told("b.mp4", 1100);
    audit.keep();
    told("interrupted.mp4", 2);
    audit.forget();
    await audit.close(true);
    const lines = (await Deno.readTextFile(`${folder}/m.jsonl`)).trimEnd().split("\n");
    const files = lines.map((line) => JSON.parse(line).file);
    assert.deepEqual([...new Set(files)], ["a.mp4", "b.mp4"]);
    assert.equal(lines.length, 1103);
    assert.equal([...Deno.readDirSync(folder)].length, 1);
  });
});

Deno.test("an audit that is not wanted leaves nothing", async () => {
  await withFolder(async (folder) => {
    const audit = new BlurAudit(`${folder}/m.csv`, false);
    await audit.open();
    audit.add("a.mp4", 0, 0, MASKS);
    await audit.close(false);
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  });
});

Deno.test({
  name:
    "an audit for which the disk is full says so, before the file it is of has its name, and leaves nothing",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await withFolder(async (folder) => {
      const path = `${folder}/m.jsonl`;
      await Deno.symlink("/dev/full", partOf(path));
      const audit = new BlurAudit(path, false);
      await audit.open();
      audit.add("a.mp4", 0, 0, MASKS);
      assert.throws(() => audit.keep(), {
        name: "UsageError",
        message: `Cannot write '${path}': no space left on device`,
      });
      await audit.close(false);
      assert.deepEqual([...Deno.readDirSync(folder)], []);
    });
  },
});
