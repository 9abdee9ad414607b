import assert from "node:assert/strict";
import type { FrameDetector } from "../../src/detect/client.ts";
import type { Detection } from "../../src/detect/detection.ts";
import { DEFAULT_MASK, NO_ZONES } from "../../src/config/mask_schema.ts";
import {
  add,
  draw,
  FakeDetector,
  fakeLine,
  isBare,
  LAYOUT,
  PLATE,
  plateSeen,
  settle,
  WIDTH,
} from "./fake_line.ts";

const FRAME_US = 33_333;

/** A detector that answers when told, in any order. */
function manual() {
  const waiting: ((found: Detection[]) => void)[] = [];
  const detector = new FakeDetector(() => new Promise((resolve) => waiting.push(resolve)));
  return { detector, waiting };
}

Deno.test("frames leave in order, whatever the order of the answers", async () => {
  const { detector, waiting } = manual();
  const { line, left } = fakeLine(detector);
  await add(line, 0);
  await add(line, FRAME_US);
  waiting[1]([plateSeen()]);
  await settle();
  assert.equal(left.length, 0);
  waiting[0]([plateSeen()]);
  await settle();
  assert.deepEqual(left.map(({ timeUs }) => timeUs), [0, FRAME_US]);
});

Deno.test("a live line drops the oldest unchecked frames and counts them", async () => {
  const { detector, waiting } = manual();
  const { line, left } = fakeLine(detector);
  // The first answer has come, so the detector counts as one that answers.
  await add(line, 0);
  waiting[0]([]);
  await settle();
  for (let i = 1; i <= 9; i++) await add(line, i * FRAME_US);
  // Two run, four wait; of the nine the three oldest waiting ones went.
  assert.equal(line.dropped, 3);
  for (let i = 1; i < 7; i++) {
    waiting[i]([]);
    await settle();
  }
  assert.deepEqual(left.map(({ timeUs }) => timeUs / FRAME_US), [0, 1, 2, 6, 7, 8, 9]);
});

Deno.test("a job drops nothing: it makes the capture wait", async () => {
  const { detector, waiting } = manual();
  const { line, left } = fakeLine(detector, { live: false });
  let added = 0;
  const adding = (async () => {
    for (; added < 30; added++) await add(line, added * FRAME_US);
  })();
  await settle();
  assert.ok(added < 30, "the line should be full");
  for (let i = 0; i < 30; i++) {
    while (waiting.length <= i) await settle();
    waiting[i]([]);
    await settle();
  }
  await adding;
  await line.flush();
  assert.equal(line.dropped, 0);
  assert.equal(left.length, 30);
});

Deno.test("a frame waits for as many later ones as the look-ahead says", async () => {
  const { line, left } = fakeLine(new FakeDetector(() => Promise.resolve([])), { lookAhead: 3 });
  for (let i = 0; i < 5; i++) {
    await add(line, i * FRAME_US);
    await settle();
  }
  assert.equal(left.length, 2);
});

Deno.test("a live frame does not wait long for later ones that do not come", async () => {
  const { line, left, clock } = fakeLine(new FakeDetector(() => Promise.resolve([])), {
    lookAhead: 3,
  });
  await add(line, 0);
  await settle();
  assert.equal(left.length, 0);
  clock.ms = 350;
  line.advance();
  await settle();
  assert.equal(left.length, 1);
});

Deno.test("a live look-ahead of a second is one: a plate is hidden as far back as it is carried", async () => {
  const detector = new FakeDetector((call) => Promise.resolve(call < 30 ? [] : [plateSeen()]));
  const { line, left, clock } = fakeLine(detector, { lookAhead: 30 });
  for (let i = 0; i < 80; i++) {
    clock.ms = i * 1000 / 30;
    await add(line, i * FRAME_US);
    await settle();
  }
  assert.equal(left.length, 50);
  // 400 ms: twelve frames.
  assert.equal(left.map(isBare).lastIndexOf(true), 17);
});

Deno.test("a job's look-ahead reaches as far in time, whatever the file's rate, and reads no further ahead", async () => {
  const { detector, waiting } = manual();
  const { line, left } = fakeLine(detector, {
    live: false,
    lookAhead: 8,
    reach: { ms: 1000, most: 100 },
  });
  // A picture a second, then 60 a second.
  const times = Array.from({ length: 300 }, (_, i) => i < 20 ? i * 1e6 : 20e6 + (i - 20) * 16_667);
  let added = 0;
  const adding = (async () => {
    for (; added < times.length; added++) await add(line, times[added]);
    await line.flush();
  })();
  for (let i = 0; i < times.length; i++) {
    while (waiting.length <= i) await settle();
    waiting[i]([]);
    await settle();
    // What has left was followed by a second and eight frames, and what has not was not.
    const enough = (frame: number) => i - frame >= 8 && times[i] - times[frame] >= 1e6;
    if (i < 290) {
      assert.ok(!enough(left.length), `frame ${left.length} waits at ${i}`);
      assert.ok(left.length === 0 || enough(left.length - 1), `frame ${left.length - 1} at ${i}`);
    }
    assert.ok(added - i < 20, `${added - i} frames ahead at ${i}`);
  }
  await adding;
  assert.deepEqual(left.map(({ timeUs }) => timeUs), times);
});

Deno.test("a job reads no further ahead of an encoder that stands still, however far its look-ahead may reach", async () => {
  const detector = new FakeDetector(() => Promise.resolve([]));
  const options = { live: false, lookAhead: 8, reach: { ms: 1000, most: 100 } };
  const encoder = Promise.withResolvers<void>();
  const { line, left } = fakeLine(detector, options, () => encoder.promise);
  let added = 0;
  const adding = (async () => {
    for (; added < 100; added++) await add(line, added * 1e6);
    await line.flush();
  })();
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.ok(added > 8 && added < 30, `${added}`);
  encoder.resolve();
  await adding;
  assert.equal(left.length, 100);
});

Deno.test("a job's look-ahead holds no more frames than it may, whatever their times", async () => {
  const { line, left } = fakeLine(new FakeDetector(() => Promise.resolve([])), {
    live: false,
    lookAhead: 8,
    reach: { ms: 1000, most: 20 },
  });
  for (let i = 0; i < 100; i++) {
    await add(line, i);
    await settle();
  }
  assert.equal(left.length, 80);
});

Deno.test("the time that a frame waits for the detector does not shorten its look-ahead", async () => {
  const found: ((found: Detection[]) => void)[] = [];
  const detector = new FakeDetector(() => new Promise((resolve) => found.push(resolve)));
  detector.capacity = 20;
  const { line, left, clock } = fakeLine(detector, { lookAhead: 3 });
  // Each answer takes 400 ms: twelve frames. The plate is found from frame 10 on.
  for (let i = 0; i < 40; i++) {
    clock.ms = i * 1000 / 30;
    await add(line, i * FRAME_US);
    if (i >= 12) found[i - 12](i - 12 < 10 ? [] : [plateSeen()]);
    await settle();
  }
  const bare = left.filter(({ covered }) => !covered).filter(isBare);
  assert.deepEqual(bare.map(({ timeUs }) => timeUs / FRAME_US).at(-1), 6);
});

Deno.test("discard() lets nothing out and gives the memory back", async () => {
  const { detector, waiting } = manual();
  const { line, left } = fakeLine(detector);
  await add(line, 0);
  line.discard();
  waiting[0]([plateSeen()]);
  await settle();
  assert.equal(left.length, 0);
});

Deno.test("counts of the newest frame are of its own objects", async () => {
  const car: Detection = {
    label: "car",
    score: 0.8,
    box: { x: 0.1, y: 0.1, width: 0.5, height: 0.5 },
  };
  const { line } = fakeLine(new FakeDetector(() => Promise.resolve([car, plateSeen()])));
  await add(line, 0);
  await settle();
  assert.deepEqual(line.now, { car: 1, plate: 1 });
});

Deno.test("what is hidden on weak evidence is hidden, not counted", async () => {
  const scores = [0.9, 0.2];
  const { line, left } = fakeLine(
    new FakeDetector((call) => Promise.resolve([plateSeen(scores[call])])),
  );
  await add(line, 0);
  await settle();
  assert.deepEqual(line.now, { car: 0, plate: 1 });
  await add(line, 33_000);
  await settle();
  assert.deepEqual(line.now, { car: 0, plate: 0 });
  assert.deepEqual(left.map(isBare), [false, false]);
});

Deno.test("masks and zones change in a running line, for frames that wait in it as well", async () => {
  const { line, left } = fakeLine(new FakeDetector(() => Promise.resolve([plateSeen()])), {
    lookAhead: 1,
  });
  await add(line, 0);
  await settle();
  assert.equal(left.length, 0);
  const corner: [number, number][] = [[0, 0], [0.25, 0], [0.25, 0.25], [0, 0.25]];
  line.change({ ...DEFAULT_MASK, style: "solid", color: "#ffffff" }, {
    ...NO_ZONES,
    always: [corner],
  });
  await add(line, 33_333);
  await settle();
  assert.equal(left.length, 1);
  const middleOfPlate = (PLATE.y + PLATE.height / 2) * WIDTH + PLATE.x + PLATE.width / 2;
  assert.equal(left[0].y[middleOfPlate], 235);
  assert.equal(left[0].y[2 * WIDTH + 2], 235);
  assert.notEqual(left[0].y[2 * WIDTH + WIDTH / 2], 235);
});

Deno.test("answers that come in a burst mask every frame by its own", async () => {
  const { detector, waiting } = manual();
  detector.capacity = 4;
  const { line, left } = fakeLine(detector, { live: false, frameByFrame: true });
  for (let i = 0; i < 4; i++) await add(line, i * FRAME_US);
  // The first frame's answer comes last, so all four are ready at once.
  for (const i of [3, 2, 1, 0]) waiting[i]([plateSeen()]);
  await settle();
  assert.deepEqual(left.map(isBare), [false, false, false, false]);
});

Deno.test("a job whose detector goes away for a while waits for the next one and ends", async () => {
  const { detector, waiting } = manual();
  const { line, left } = fakeLine(detector, { live: false });
  let added = 0;
  const adding = (async () => {
    for (; added < 30; added++) await add(line, added * FRAME_US);
    await line.flush();
  })();
  await settle();
  // Its Worker dies: what it owed fails, and nobody calls when another one is ready.
  detector.capacity = 0;
  detector.answer = () => Promise.resolve([plateSeen()]);
  for (const answer of waiting) answer([plateSeen()]);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(left.length < 30);
  detector.capacity = 2;
  await adding;
  assert.equal(left.length, 30);
  assert.deepEqual([line.covered, left.some(isBare)], [0, false]);
});

Deno.test("a frame keeps its masks while it waits for later ones, however many are dropped between", async () => {
  // A scene of six frames with the plate, one without, and so on; the detector is six times too slow.
  const hasPlate = (frame: number) => Math.floor(frame / 6) % 2 === 0;
  let answer = () => {};
  const detector: FrameDetector = {
    capacity: 1,
    detect: ([frame]) => {
      const detections = hasPlate(frame) ? [plateSeen()] : [];
      return new Promise((resolve) => answer = () => resolve({ detections, inferenceMs: 90 }));
    },
  };
  const { line, left, clock } = fakeLine(detector, { lookAhead: 3 });
  for (let frame = 0; frame < 60; frame++) {
    clock.ms = frame * 16;
    const packed = (await line.memory())!;
    draw(packed);
    packed[0] = frame;
    // What the camera's motion is seen by: noise, another for each scene.
    let state = 7 + Math.floor(frame / 6);
    const small = packed.subarray(LAYOUT.width * LAYOUT.height, LAYOUT.bytes * 2 / 3);
    for (let at = 0; at < small.length; at++) {
      if (at % 8 === 0) state = state * 48271 % 2147483647;
      small[at] = state % 256;
    }
    line.add(packed, frame * 16_000);
    if (frame % 6 === 5) answer();
    await settle();
  }
  const checked = left.filter(({ covered }) => !covered);
  assert.ok(checked.length > 4 && line.dropped > 10, `${checked.length}, ${line.dropped} dropped`);
  for (const each of checked) {
    assert.equal(isBare(each), !hasPlate(each.timeUs / 16_000), `frame ${each.timeUs / 16_000}`);
  }
});
