import assert from "node:assert/strict";
import { encoderArguments } from "../../src/encode/encoder_arguments.ts";
import { proveEncoder } from "../../src/encode/prove_encoder.ts";
import { ENCODER_PRESETS } from "../../src/encode/encoder_presets.ts";
import type { EncoderName } from "../../src/config/codec_schema.ts";

const args = (preset: EncoderName) => encoderArguments({ threads: 1, fps: 30, preset }).join(" ");

const EXPECTED: Record<EncoderName, RegExp[]> = {
  software: [/-c:v libx264 .*-tune zerolatency/],
  vaapi: [
    /-vaapi_device \/dev\/dri\/renderD128 .*-i pipe:0 -vf format=nv12,hwupload -c:v h264_vaapi/,
    /-async_depth 1/,
  ],
  qsv: [/-init_hw_device qsv=hw .*-i pipe:0 .*-c:v h264_qsv .*-async_depth 1 -forced_idr 1/],
  nvenc: [/-c:v h264_nvenc .*-tune ull -zerolatency 1 -delay 0 .*-forced-idr 1/],
  videotoolbox: [/-c:v h264_videotoolbox .*-realtime 1 -allow_sw 0/],
  v4l2m2m: [/-c:v h264_v4l2m2m -pix_fmt yuv420p/],
};

for (const preset of Object.keys(ENCODER_PRESETS) as EncoderName[]) {
  Deno.test(`the ${preset} encoder is asked for live pictures in order, a keyframe a second`, () => {
    const said = args(preset);
    for (const part of EXPECTED[preset]) assert.match(said, part);
    // What every viewer counts on, whoever encodes.
    assert.match(said, / -bf 0 -g 600 -force_key_frames expr:/);
    assert.match(said, /-enc_time_base 1\/90000 -bsf:v dump_extra=freq=keyframe -f nut/);
    if (preset !== "v4l2m2m") {
      assert.match(said, /-profile:v (constrained_)?baseline .*-maxrate 6M/);
    }
  });
}

Deno.test("an encoder proves itself by ten frames, and one that cannot says why", async () => {
  assert.equal(await proveEncoder("software"), null);
  const impossible = Deno.build.os === "darwin" ? "vaapi" : "videotoolbox";
  const reason = await proveEncoder(impossible);
  assert.match(reason!, /videotoolbox|vaapi|option|device/i);
});
