import assert from "node:assert/strict";
import type { AccessUnit } from "../../src/encode/access_unit.ts";
import { blankI420 } from "../../src/frame/i420.ts";
import { coverPicture } from "../../src/mask/masked_picture.ts";
import { EncoderKeeper } from "../../src/pipeline/encoder_keeper.ts";
import { until } from "../wait.ts";

const SOURCE = { sampleAspect: [1, 1] as [number, number], fps: 30 };

function picture(width = 64, height = 48) {
  return coverPicture(blankI420(width, height), "A");
}

Deno.test("EncoderKeeper gives each picture back as an access unit with its time and size", async () => {
  const units: AccessUnit[] = [];
  const keeper = new EncoderKeeper({ threads: 1 }, (unit) => units.push(unit));
  const times = [5_000, 38_333, 90_001];
  for (const time of times) await keeper.encode(picture(), time, performance.now(), SOURCE);
  await keeper.finish();
  assert.deepEqual(units.map(({ timeUs }) => timeUs), times);
  assert.deepEqual(units.map(({ key }) => key), [true, false, false]);
  assert.ok(
    units.every(({ width, height, generation }) =>
      width === 64 && height === 48 && generation === 1
    ),
  );
});

Deno.test("EncoderKeeper starts a new generation when the size changes, losing no picture", async () => {
  const units: AccessUnit[] = [];
  const keeper = new EncoderKeeper({ threads: 1 }, (unit) => units.push(unit));
  await keeper.encode(picture(), 0, performance.now(), SOURCE);
  // It has begun: what it is given now it has in hand when its follower is asked for.
  await until("the first picture", () => units.length, (count) => count === 1);
  await keeper.encode(picture(), 33_333, performance.now(), SOURCE);
  await keeper.encode(picture(96, 64), 66_667, performance.now(), SOURCE);
  await keeper.finish();
  assert.deepEqual(units.map(({ generation, width, key }) => [generation, width, key]), [
    [1, 64, true],
    [1, 64, false],
    [2, 96, true],
  ]);
});

Deno.test("EncoderKeeper does not wait for a frozen encoder when the size changes", async () => {
  const units: AccessUnit[] = [];
  const keeper = new EncoderKeeper({ threads: 1 }, (unit) => units.push(unit));
  await keeper.encode(picture(), 0, performance.now(), SOURCE);
  Deno.kill(keeper.pid!, "SIGSTOP");
  await keeper.encode(picture(96, 64), 33_333, performance.now(), SOURCE);
  await keeper.finish();
  // The first picture as well, if it was quicker than we are.
  assert.match(units.map(({ width }) => width).join(), /^(64,)?96$/);
});

Deno.test("EncoderKeeper lets a card into a running encoder of its size", async () => {
  const units: AccessUnit[] = [];
  const keeper = new EncoderKeeper({ threads: 1 }, (unit) => units.push(unit));
  await keeper.encode(picture(), 0, performance.now(), SOURCE);
  await keeper.encode(picture(), 200_000, performance.now());
  await keeper.finish();
  assert.deepEqual(units.map(({ generation }) => generation), [1, 1]);
});

Deno.test("EncoderKeeper starts another encoder when one is killed", async () => {
  const units: AccessUnit[] = [];
  const keeper = new EncoderKeeper({ threads: 1 }, (unit) => units.push(unit));
  await keeper.encode(picture(), 0, performance.now(), SOURCE);
  Deno.kill(keeper.pid!, "SIGKILL");
  let timeUs = 0;
  await until("another encoder", async () => {
    await keeper.encode(picture(), timeUs += 33_333, performance.now(), SOURCE);
    return units.at(-1)?.generation ?? 1;
  }, (generation) => generation === 2);
  await keeper.finish();
  assert.equal(units.at(-1)?.generation, 2);
});

Deno.test("EncoderKeeper counts pictures as lost while no encoder can be started, and goes on when one can", async () => {
  const units: AccessUnit[] = [];
  const keeper = new EncoderKeeper({ threads: 1 }, (unit) => units.push(unit));
  const path = Deno.env.get("PATH")!;
  try {
    // As when the machine has no process or memory left for it.
    Deno.env.set("PATH", "");
    for (let i = 0; i < 5; i++) await keeper.encode(picture(), i, performance.now(), SOURCE);
  } finally {
    Deno.env.set("PATH", path);
  }
  assert.equal(keeper.lost, 5);
  assert.match(keeper.problem!, /ffmpeg/);
  let timeUs = 0;
  await until("an encoder", async () => {
    await keeper.encode(picture(), timeUs += 33_333, performance.now(), SOURCE);
    return units.length;
  });
  await keeper.finish();
  assert.ok(units.length > 0);
  assert.equal(keeper.problem, null);
});

Deno.test("EncoderKeeper that is ended starts no other encoder for what still comes", async () => {
  const keeper = new EncoderKeeper({ threads: 1 }, () => {});
  await keeper.encode(picture(), 0, performance.now(), SOURCE);
  await keeper.kill();
  await keeper.encode(picture(), 33_333, performance.now(), SOURCE);
  const { pid } = keeper;
  await keeper.kill();
  assert.deepEqual([pid, keeper.lost], [null, 1]);
});
