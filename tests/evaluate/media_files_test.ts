import assert from "node:assert/strict";
import { findMedia } from "../../src/evaluate/media_files.ts";
import { withFolder } from "../source/clips.ts";

Deno.test("findMedia lists a folder's pictures and videos with all below, sorted", async () => {
  await withFolder(async (folder) => {
    await Deno.mkdir(`${folder}/b/c`, { recursive: true });
    for (const name of ["z.JPG", "b/c/two.png", "b/one.mp4", "a.webp", "notes.txt", ".x.png"]) {
      await Deno.writeTextFile(`${folder}/${name}`, "");
    }
    await Deno.symlink(folder, `${folder}/b/round`);
    const found = await findMedia([`${folder}/`]);
    assert.deepEqual(found.map(({ name, kind }) => [name, kind]), [
      ["a.webp", "picture"],
      ["b/c/two.png", "picture"],
      ["b/one.mp4", "video"],
      ["z.JPG", "picture"],
    ]);
    assert.equal(found[1].file, `${folder}/b/c/two.png`);
  });
});

Deno.test("findMedia names what is not there, and a folder without anything to look at", async () => {
  await withFolder(async (folder) => {
    await assert.rejects(findMedia([`${folder}/no.png`]), /Cannot open '.*no.png': no such file/);
    await assert.rejects(findMedia([folder]), /There is no picture or video in/);
  });
});
