import assert from "node:assert/strict";
import { PackedLayout } from "../../src/frame/packed_layout.ts";
import { parseAddress } from "../../src/source/address.ts";
import { captureArguments } from "../../src/source/capture.ts";
import { decoderArguments } from "../../src/source/decoder_arguments.ts";
import { proofArguments, proveDecoder } from "../../src/source/prove_decoder.ts";

Deno.test("decoderArguments name the device's way of decoding", () => {
  assert.deepEqual(decoderArguments("software", "h264"), []);
  assert.deepEqual(decoderArguments("vaapi", "h264"), [
    "-hwaccel",
    "vaapi",
    "-hwaccel_device",
    "/dev/dri/renderD128",
  ]);
  assert.deepEqual(decoderArguments("nvdec", "hevc"), ["-hwaccel", "cuda"]);
  assert.deepEqual(decoderArguments("qsv", "h264"), ["-hwaccel", "qsv"]);
  assert.deepEqual(decoderArguments("videotoolbox", "h264"), ["-hwaccel", "videotoolbox"]);
  assert.deepEqual(decoderArguments("v4l2m2m", "hevc"), ["-c:v", "hevc_v4l2m2m"]);
  assert.deepEqual(decoderArguments("v4l2m2m", "mjpeg"), []);
});

Deno.test("a capture is told of the decoder in front of its source, and scales in ordinary memory", () => {
  const said = captureArguments(parseAddress("demo"), new PackedLayout(64, 64, 32, 32), {
    transport: "tcp",
    pace: "job",
    decoderThreads: 1,
    decoder: { name: "nvdec", codec: "h264" },
  }).join(" ");
  assert.match(said, /-hwaccel cuda .*-i file:.*format=yuv420p/);
  assert.doesNotMatch(said, /hwaccel_output_format/);
});

Deno.test("a decoder proves itself on frames that stay on the device", async () => {
  assert.match(
    proofArguments("vaapi").join(" "),
    /-hwaccel_output_format vaapi .*-i file:.* -vf hwdownload,format=nv12 -frames:v 10/,
  );
  assert.equal(await proveDecoder("software"), null);
  const impossible = Deno.build.os === "darwin" ? "vaapi" : "videotoolbox";
  assert.equal(typeof await proveDecoder(impossible), "string");
});
