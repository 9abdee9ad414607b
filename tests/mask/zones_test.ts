import assert from "node:assert/strict";
import { NO_ZONES, type Polygon } from "../../src/config/mask_schema.ts";
import { Zones } from "../../src/mask/zones.ts";

const LEFT: Polygon = [[0, 0], [0.5, 0], [0.5, 1], [0, 1]];
const CORNER: Polygon = [[0, 0], [0.2, 0], [0, 0.4]];
const at = (x: number, y: number) => ({ x: x - 5, y: y - 5, width: 10, height: 10 });

Deno.test("Zones let everything count where none is set", () => {
  const zones = new Zones(NO_ZONES, 200, 100);
  assert.ok(zones.counts(at(10, 10)) && zones.counts(at(190, 90)));
  assert.deepEqual(zones.masks, []);
});

Deno.test("Zones ignore by an object's centre, and detect only where they are told to", () => {
  const ignoring = new Zones({ ...NO_ZONES, ignore: [CORNER] }, 200, 100);
  assert.ok(!ignoring.counts(at(10, 10)) && ignoring.counts(at(38, 38)));
  const detecting = new Zones({ ...NO_ZONES, detect: [LEFT], ignore: [CORNER] }, 200, 100);
  assert.ok(detecting.counts(at(50, 50)));
  assert.ok(!detecting.counts(at(150, 50)) && !detecting.counts(at(10, 10)));
});

Deno.test("Zones that are always masked are masks of whole even pixels, with their corners", () => {
  const [mask, ...more] = new Zones({ ...NO_ZONES, always: [CORNER] }, 210, 100).masks;
  assert.deepEqual(more, []);
  assert.deepEqual(mask.rect, { x: 0, y: 0, width: 42, height: 40 });
  assert.deepEqual(mask.polygon, [[0, 0], [42, 0], [0, 40]]);
  assert.deepEqual([mask.class, mask.reason, mask.track], ["zone", "zone", null]);
});
