import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { parameterSets, splitNalUnits } from "../../../src/deliver/h264.ts";
import { concat } from "../../../src/deliver/hls/boxes.ts";
import { fragment, initSegment, lengthPrefixed } from "../../../src/deliver/hls/fmp4.ts";
import { encodeTestPicture } from "../access_units.ts";
import { boxAt, boxes, decode } from "./media.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const bytes = (text: string) => new Uint8Array(Buffer.from(text, "hex"));

const track = { sps: bytes("6742c01e8c"), pps: bytes("68ce3c80"), width: 640, height: 360 };

Deno.test("initSegment() has the boxes that a fragmented file begins with", () => {
  const init = initSegment(track);
  deepStrictEqual(boxes(init).map((box) => box.type), ["ftyp", "moov"]);
  deepStrictEqual(boxes(boxAt(init, "moov")).map((box) => box.type), ["mvhd", "trak", "mvex"]);
  const minf = boxAt(init, "moov/trak/mdia/minf");
  deepStrictEqual(boxes(minf).map((box) => box.type), ["vmhd", "dinf", "stbl"]);
  deepStrictEqual(
    boxes(boxAt(minf, "stbl")).map((box) => box.type),
    ["stsd", "stts", "stsc", "stsz", "stco"],
  );
});

Deno.test("initSegment() describes codec and size in avc1 and avcC", () => {
  const stsd = boxAt(initSegment(track), "moov/trak/mdia/minf/stbl/stsd");
  strictEqual(hex(stsd.subarray(0, 8)), "00000000" + "00000001");
  const avc1 = boxAt(stsd.subarray(8), "avc1");
  strictEqual(hex(avc1.subarray(24, 28)), "0280" + "0168");
  strictEqual(
    hex(boxAt(avc1.subarray(78), "avcC")),
    "0142c01eff" + "e1" + "0005" + "6742c01e8c" + "01" + "0004" + "68ce3c80",
  );
  const high = initSegment({ ...track, sps: bytes("6764001fac") });
  const avcC = boxAt(
    boxAt(boxAt(high, "moov/trak/mdia/minf/stbl/stsd").subarray(8), "avc1").subarray(78),
    "avcC",
  );
  strictEqual(hex(avcC.subarray(-4)), "fdf8f800");
});

Deno.test("fragment() gives each picture duration, size and sync flag", () => {
  const made = fragment(7, 2 ** 33, [
    { data: bytes("0000000165"), key: true, duration: 3000 },
    { data: bytes("000000024102"), key: false, duration: 3003 },
  ]);
  deepStrictEqual(boxes(made).map((box) => box.type), ["moof", "mdat"]);
  strictEqual(hex(boxAt(made, "moof/mfhd")), "00000000" + "00000007");
  strictEqual(hex(boxAt(made, "moof/traf/tfhd")), "00020000" + "00000001");
  strictEqual(hex(boxAt(made, "moof/traf/tfdt")), "01000000" + "0000000200000000");
  const moofBytes = boxAt(made, "moof").length + 8;
  strictEqual(
    hex(boxAt(made, "moof/traf/trun")),
    "00000701" + "00000002" + (moofBytes + 8).toString(16).padStart(8, "0") +
      "00000bb8" + "00000005" + "02000000" +
      "00000bbb" + "00000006" + "01010000",
  );
  strictEqual(hex(boxAt(made, "mdat")), "0000000165" + "000000024102");
});

Deno.test("lengthPrefixed() replaces start codes by lengths and leaves parameter sets out", () => {
  const nals = ["09f0", "6742c0", "68ce", "0601", "65aabbcc", "0cff"].map(bytes);
  strictEqual(hex(lengthPrefixed(nals)), "00000002" + "0601" + "00000004" + "65aabbcc");
});

Deno.test("ffprobe decodes every picture of an initialization segment and fragments", async () => {
  const units = await encodeTestPicture({ width: 322, height: 242, seconds: 1, fps: 25 });
  const sets = parameterSets(splitNalUnits(units[0]!.data))!;
  const parts = [initSegment({ ...sets, width: 322, height: 242 })];
  for (let n = 0; n < 25; n += 5) {
    const samples = units.slice(n, n + 5).map((au) => ({
      data: lengthPrefixed(splitNalUnits(au.data)),
      key: au.key,
      duration: 3600,
    }));
    parts.push(fragment(n, 90_000 + n * 3600, samples));
  }
  const decoded = await decode(concat(...parts));
  strictEqual(decoded.complaints, "");
  strictEqual(decoded.frames, 25);
  deepStrictEqual([decoded.width, decoded.height], [322, 242]);
  deepStrictEqual([decoded.times[0], decoded.times[24]], [1, 1.96]);
});
