import assert from "node:assert/strict";
import { FileEncoder } from "../../src/encode/file_encoder.ts";
import { type Container } from "../../src/encode/file_arguments.ts";
import { NO_COLOR_TAGS } from "../../src/frame/color_tags.ts";
import { blankI420 } from "../../src/frame/i420.ts";
import { coverPicture } from "../../src/mask/masked_picture.ts";

function encoder(to: string, container: Container): FileEncoder {
  return new FileEncoder({
    width: 64,
    height: 48,
    sampleAspect: [1, 1],
    threads: 1,
    fps: 25,
    to,
    container,
    color: NO_COLOR_TAGS,
    audio: null,
  });
}

Deno.test("FileEncoder writes a file of the pictures it was given", async () => {
  const to = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    const file = encoder(to, "mpegts");
    for (let i = 0; i < 3; i++) await file.encode(coverPicture(blankI420(64, 48), ""), i * 40_000);
    await file.finish();
    assert.ok((await Deno.stat(to)).size > 188);
  } finally {
    await Deno.remove(to);
  }
});

// A few pictures stay in ffmpeg's memory until the end: it says that it could not write them, and that all is well.
for (const container of ["mpegts", "matroska"] as const) {
  Deno.test({
    name: `FileEncoder fails when the disk is full at the very end of ${container}`,
    ignore: Deno.build.os !== "linux",
    async fn() {
      const file = encoder("/dev/full", container);
      const given = (async () => {
        for (let i = 0; i < 3; i++) {
          await file.encode(coverPicture(blankI420(64, 48), ""), i * 40_000);
        }
        await file.finish();
      })();
      await assert.rejects(given, { name: "EncoderError", message: /No space left on device/ });
    },
  });
}
