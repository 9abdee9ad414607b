import assert from "node:assert/strict";
import { UsageError } from "../../src/config/errors.ts";
import { auditHead, auditLines, masksByFrame, parseAudit } from "../../src/mask/audit.ts";
import type { FrameMask } from "../../src/mask/frame_mask.ts";

const RECT = { x: 10, y: 20, width: 40, height: 12 };
const MASKS: FrameMask[] = [
  { class: "plate", box: RECT, rect: RECT, score: 0.9, reason: "interpolated", track: 7 },
  { class: "zone", box: RECT, rect: RECT, score: 1, reason: "zone", track: null },
];
const PICTURE = { width: 320, height: 200 };

Deno.test("a line of JSON is one mask in one frame", () => {
  assert.equal(
    auditLines("jsonl", null, 3, 100_000, MASKS.slice(0, 1)),
    '{"frame":3,"timeMs":100,"class":"plate","box":[10,20,40,12],"score":0.9,' +
      '"reason":"interpolated","track":7}\n',
  );
});

for (const format of ["jsonl", "csv"] as const) {
  for (const file of [null, 'deep/a, "b".mp4']) {
    Deno.test(`${format} comes back as it was written, ${file ? "with" : "without"} a file`, () => {
      const text = auditHead(format, file !== null) + auditLines(format, file, 3, 100_000, MASKS);
      const entries = parseAudit(text, "masks");
      assert.deepEqual(entries.map((entry) => entry.file), [file, file]);
      const frames = masksByFrame(entries, file ?? "any.mp4", PICTURE);
      assert.deepEqual([...frames], [[3, MASKS]]);
    });
  }
}

Deno.test("a person need only say where", () => {
  const [entry] = parseAudit("frame,x,y,width,height\n5,11,21,9,9\n", "masks");
  assert.equal(entry.mask.class, "plate");
  // Cut to even pixels, outwards.
  const [mask] = masksByFrame([entry], "a.mp4", PICTURE).get(5)!;
  assert.deepEqual(mask.rect, { x: 10, y: 20, width: 10, height: 10 });
});

Deno.test("a box outside the picture, which would hide nothing, is refused", () => {
  for (const place of ["400,20", "-40,20", "20,200"]) {
    const entries = parseAudit(`frame,x,y,width,height\n7,${place},30,12\n`, "masks");
    assert.throws(() => masksByFrame(entries, "a.mp4", PICTURE), {
      name: "RangeError",
      message: /frame 7 .* outside the picture of 320x200/,
    });
  }
});

for (
  const [what, text] of [
    ["no frame", '{"box":[1,2,3,4]}'],
    ["a box of three numbers", '{"frame":1,"box":[1,2,3]}'],
    ["a box without width", '{"frame":1,"box":[1,2,0,4]}'],
    ["an unknown reason", '{"frame":1,"box":[1,2,3,4],"reason":"guessed"}'],
    ["half a line", '{"frame":1,'],
  ]
) {
  Deno.test(`a line with ${what} is refused by its number`, () => {
    const whole = '{"frame":0,"box":[1,2,3,4]}\n' + text;
    assert.throws(() => parseAudit(whole, "masks.jsonl"), (error: Error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, /^masks\.jsonl:2: not a mask/);
      return true;
    });
  });
}
