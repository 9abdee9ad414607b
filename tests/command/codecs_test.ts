import assert from "node:assert/strict";
import { candidates, choose } from "../../src/command/codecs.ts";
import { DECODERS, ENCODERS } from "../../src/config/codec_schema.ts";

Deno.test("only hardware that may be there is tried, best first", () => {
  const nothing = () => false, everything = () => true;
  assert.deepEqual(candidates(ENCODERS, "linux", nothing), []);
  assert.deepEqual(candidates(ENCODERS, "linux", everything), ["nvenc", "qsv", "vaapi", "v4l2m2m"]);
  assert.deepEqual(
    candidates(DECODERS, "linux", (path) => path === "/dev/nvidia0"),
    ["nvdec"],
  );
  assert.deepEqual(candidates(DECODERS, "darwin", nothing), ["videotoolbox"]);
});

Deno.test("auto takes the first that proves itself, or software", async () => {
  const tried: string[] = [];
  const prove = (works: string) => (name: string) => {
    tried.push(name);
    return Promise.resolve(name === works ? null : "no such device");
  };
  assert.equal(await choose("encoder", "auto", ["nvenc", "vaapi", "qsv"], prove("vaapi")), "vaapi");
  assert.deepEqual(tried, ["nvenc", "vaapi"]);
  assert.equal(await choose("encoder", "auto", ["nvenc"], prove("none")), "software");
});

Deno.test("one that is asked for by name is never replaced by another", async () => {
  const broken = () => Promise.resolve("No VA display found");
  await assert.rejects(choose("decoder", "vaapi", ["qsv"], broken), {
    name: "UsageError",
    message:
      "The decoder 'vaapi' cannot be used (No VA display found): set video.decoder to software or auto",
  });
});
