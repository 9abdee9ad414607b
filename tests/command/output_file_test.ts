import assert from "node:assert/strict";
import { evalVideo } from "../../src/command/eval_video.ts";
import { makeFolder } from "../../src/command/output_file.ts";

Deno.test("a folder that cannot be made is a mistake of who asked for it", async () => {
  const file = await Deno.makeTempFile();
  try {
    await assert.rejects(makeFolder(`${file}/pictures`), {
      name: "UsageError",
      message: new RegExp(`^Cannot make the folder '${file}/pictures': not a directory$`),
    });
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("eval --video says that its report cannot be written before it measures", async () => {
  await assert.rejects(evalVideo(["--video", "demo", "--report", "/nowhere/leaks.html"]), {
    name: "UsageError",
    message: "Cannot write '/nowhere/leaks.html': no such folder",
  });
});
