import assert from "node:assert/strict";
import { glyph } from "../../src/mask/glyphs.ts";

Deno.test("glyph gives seven rows of five dots for capitals, digits and signs, all distinct", () => {
  const seen = new Set<string>();
  for (const character of "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-.") {
    const rows = glyph(character);
    assert.ok(rows, character);
    assert.equal(rows.length, 7);
    assert.ok(rows.every((row) => row.length === 5));
    seen.add(JSON.stringify(rows));
  }
  assert.equal(seen.size, 39);
});

Deno.test("glyph writes small letters as capitals and leaves a blank for what it lacks", () => {
  assert.deepEqual(glyph("a"), glyph("A"));
  assert.equal(glyph(" "), null);
  assert.equal(glyph("é"), null);
});
