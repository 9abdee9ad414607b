import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  codecString,
  parameterSets,
  profileLevelId,
  splitNalUnits,
} from "../../src/deliver/h264.ts";
import { encodeTestPicture } from "./access_units.ts";

const split = (...bytes: number[]) => splitNalUnits(Uint8Array.from(bytes)).map((n) => [...n]);

Deno.test("splitNalUnits() cuts at start codes of three and four bytes", () => {
  deepStrictEqual(split(0, 0, 0, 1, 9, 0xf0, 0, 0, 1, 0x65, 1, 2, 0, 0, 0, 1, 0x41, 7), [
    [9, 0xf0],
    [0x65, 1, 2],
    [0x41, 7],
  ]);
});

Deno.test("splitNalUnits() keeps zeros and emulation prevention inside of NAL units", () => {
  deepStrictEqual(split(0, 0, 1, 0x65, 0, 0, 3, 1, 0, 5, 0, 0, 2), [[
    0x65,
    0,
    0,
    3,
    1,
    0,
    5,
    0,
    0,
    2,
  ]]);
});

Deno.test("splitNalUnits() drops trailing zeros, empty NAL units and what precedes a start code", () => {
  deepStrictEqual(split(5, 5, 0, 0, 1, 0, 0, 1, 0x41, 7, 0, 0, 0, 0), [[0x41, 7]]);
  deepStrictEqual(split(), []);
  deepStrictEqual(split(0, 0, 1), []);
  deepStrictEqual(split(1, 2, 3, 4), []);
});

Deno.test("splitNalUnits() agrees with a byte-by-byte search on random zero-rich bytes", () => {
  for (let seed = 1; seed <= 200; seed++) {
    let state = seed;
    const bytes = Uint8Array.from({ length: 80 }, () => {
      state = (state * 1103515245 + 12345) % 2 ** 31;
      return [0, 0, 0, 1, 2, 9][Math.floor(state / 65536) % 6]!;
    });
    const text = [...bytes].map((b) => String.fromCharCode(b)).join("");
    const expected = text.split("\0\0\x01").slice(1)
      .map((nal) => nal.replace(/\0+$/, "")).filter((nal) => nal !== "");
    const actual = splitNalUnits(bytes).map((nal) => String.fromCharCode(...nal));
    deepStrictEqual(actual, expected);
  }
});

Deno.test("parameterSets() and codecString() read what x264 wrote", async () => {
  const [first, second] = await encodeTestPicture({ seconds: 0.1 });
  strictEqual(first!.key, true);
  strictEqual(second!.key, false);
  const sets = parameterSets(splitNalUnits(first!.data))!;
  strictEqual(profileLevelId(sets.sps), "42c00d"); // constrained baseline, level 1.3 for 320x240
  strictEqual(codecString(sets.sps), "avc1.42c00d");
  strictEqual(parameterSets(splitNalUnits(second!.data)), null);
});
