/** Invariant 1, by pixels: whatever the detector does, no bare plate leaves. */
import assert from "node:assert/strict";
import type { DetectionResult } from "../../src/detect/client.ts";
import type { Detection } from "../../src/detect/detection.ts";
import { Detector } from "../../src/detect/detector.ts";
import { openModel } from "../../src/detect/models.ts";
import type { Network } from "../../src/detect/network.ts";
import { makePriors } from "../../src/detect/priors.ts";
import {
  add,
  draw,
  FakeDetector,
  fakeLine,
  isBare,
  LAYOUT,
  plateSeen,
  settle,
} from "./fake_line.ts";

const FRAME_US = 33_333;
const never = () => new Promise<Detection[]>(() => {});
const seen = () => Promise.resolve([plateSeen()]);

Deno.test("the test picture's plate is bare before it is masked", () => {
  const packed = new Uint8Array(LAYOUT.bytes);
  draw(packed);
  assert.ok(isBare({ timeUs: 0, covered: false, y: LAYOUT.frame(packed).y }));
});

Deno.test("a checked frame leaves with its plate masked and the rest as it was", async () => {
  const { line, left } = fakeLine(new FakeDetector(seen));
  await add(line, 0);
  await settle();
  assert.equal(left.length, 1);
  assert.equal(left[0].covered, false);
  assert.equal(isBare(left[0]), false);
  assert.equal(left[0].y[0], 90);
});

Deno.test("before a detector is ready every frame leaves covered, at once", async () => {
  const detector = new FakeDetector(seen);
  detector.capacity = 0;
  const { line, left } = fakeLine(detector);
  for (let i = 0; i < 5; i++) {
    await add(line, i * FRAME_US);
    await settle();
  }
  assert.deepEqual(left.map(({ covered }) => covered), [true, true, true, true, true]);
  assert.equal(left.some(isBare), false);
  assert.equal(line.covered, 5);
});

Deno.test("a frame whose detection throws leaves covered, the next one masked", async () => {
  const detector = new FakeDetector((call) => {
    return call === 1 ? Promise.reject(new Error("out of memory")) : seen();
  });
  const { line, left } = fakeLine(detector);
  for (let i = 0; i < 3; i++) {
    await add(line, i * FRAME_US);
    await settle();
  }
  assert.deepEqual(left.map(({ covered }) => covered), [false, true, false]);
  assert.equal(left.some(isBare), false);
});

Deno.test("frames leave covered once a detector that hangs has passed the deadline", async () => {
  const detector = new FakeDetector((call) => call === 0 ? seen() : never());
  const { line, left, clock } = fakeLine(detector, { deadlineMs: 1000 });
  for (let i = 0; i < 40; i++) {
    clock.ms = i * 33;
    await add(line, i * FRAME_US);
    await settle();
  }
  clock.ms += 1100;
  line.advance();
  await settle();
  assert.equal(left[0].covered, false);
  assert.ok(left.length > 2, `${left.length} frames left`);
  assert.ok(left.slice(1).every(({ covered }) => covered));
  assert.equal(left.some(isBare), false);
});

Deno.test("while a detector hangs every frame leaves covered, at once, and masked when it answers again", async () => {
  let answerLate: (found: Detection[]) => void = () => {};
  let hangs = false;
  const detector = new FakeDetector(() =>
    hangs ? new Promise((resolve) => answerLate = resolve) : seen()
  );
  detector.capacity = 1;
  const { line, left, clock } = fakeLine(detector, { deadlineMs: 1000 });
  const show = async (frames: number) => {
    for (let i = 0; i < frames; i++) {
      clock.ms += 40;
      await add(line, clock.ms * 1000);
      await settle();
    }
  };
  await show(10);
  hangs = true;
  await show(30);
  const [before, dropped] = [left.length, line.dropped];
  await show(50);
  assert.equal(left.length - before, 50);
  assert.equal(line.dropped, dropped);
  assert.ok(left.slice(before).every(({ covered }) => covered));
  hangs = false;
  answerLate([]);
  await settle();
  const covered = left.length;
  await show(10);
  assert.ok(left.slice(covered).every((each) => !each.covered) && left.length >= covered + 9);
  assert.equal(left.some(isBare), false);
});

Deno.test("a detector that is slow but answers has its oldest unchecked frames dropped, none covered", async () => {
  let answer: (found: Detection[]) => void = () => {};
  const detector = new FakeDetector(() => new Promise((resolve) => answer = resolve));
  detector.capacity = 1;
  const { line, left, clock } = fakeLine(detector, { deadlineMs: 1000 });
  for (let i = 0; i < 100; i++) {
    clock.ms += 40;
    await add(line, clock.ms * 1000);
    if (i % 10 === 0) answer([plateSeen()]);
    await settle();
  }
  assert.ok(line.dropped > 80, `${line.dropped} dropped`);
  assert.deepEqual([line.covered, left.some(isBare)], [0, false]);
});

Deno.test("an answer that comes after the deadline does not uncover its frame", async () => {
  let answerLate: (found: Detection[]) => void = () => {};
  const detector = new FakeDetector((call) =>
    call === 0 ? seen() : new Promise((resolve) => answerLate = resolve)
  );
  const { line, left, clock } = fakeLine(detector, { deadlineMs: 1000 });
  await add(line, 0);
  await settle();
  await add(line, FRAME_US);
  clock.ms = 1500;
  line.advance();
  answerLate([]);
  await settle();
  assert.deepEqual(left.map(({ covered }) => covered), [false, true]);
  assert.equal(left.some(isBare), false);
});

for (const value of [NaN, Infinity, -Infinity]) {
  Deno.test(`a network that gives ${value} covers the frame`, async () => {
    const { card } = await openModel();
    const count = makePriors(card, LAYOUT.smallWidth, LAYOUT.smallHeight).length / 4;
    const network: Network = {
      run: () => {
        const logits = new Float32Array(count * card.classes.length).fill(-9);
        logits[17] = value;
        return Promise.resolve({ logits, deltas: new Float32Array(count * 4) });
      },
      release: () => Promise.resolve(),
    };
    const real = new Detector(network, card);
    const luma = LAYOUT.smallWidth * LAYOUT.smallHeight;
    const detector = new FakeDetector(() =>
      real.detect(
        new Uint8Array(luma),
        new Uint8Array(luma / 2),
        LAYOUT.smallWidth,
        LAYOUT.smallHeight,
      )
    );
    const { line, left } = fakeLine(detector);
    await add(line, 0);
    await settle();
    assert.deepEqual(left.map(({ covered }) => covered), [true]);
    assert.equal(left.some(isBare), false);
  });
}

Deno.test("a detection that means nothing covers the whole picture", async () => {
  const bad = [
    { ...plateSeen(), box: { ...plateSeen().box, x: NaN } },
    { ...plateSeen(), box: { ...plateSeen().box, width: Infinity } },
    plateSeen(NaN),
    plateSeen(7),
    // A plate without a size, or far from any picture, is nowhere: who says so knows nothing.
    { ...plateSeen(), box: { ...plateSeen().box, width: -0.2 } },
    { ...plateSeen(), box: { ...plateSeen().box, height: 0 } },
    { ...plateSeen(), box: { ...plateSeen().box, x: 1e30 } },
  ];
  for (const found of bad) {
    const { line, left } = fakeLine(
      new FakeDetector((call) => call === 0 ? Promise.resolve([found]) : seen()),
    );
    for (let i = 0; i < 2; i++) {
      await add(line, i * FRAME_US);
      await settle();
    }
    // Nor does it spoil what comes after it.
    assert.deepEqual(left.map(({ covered }) => covered), [true, false]);
    assert.equal(left.some(isBare), false);
  }
});

Deno.test("an answer that is none covers its frame", async () => {
  const { line, left } = fakeLine({
    capacity: 1,
    detect: () => Promise.resolve({} as DetectionResult),
  });
  await add(line, 0);
  await settle();
  assert.deepEqual(left.map(({ covered }) => covered), [true]);
  await add(line, FRAME_US);
  await settle();
  assert.equal(left.length, 2);
});

Deno.test("a missed frame keeps the mask of its track", async () => {
  const detector = new FakeDetector((call) => call === 1 ? Promise.resolve([]) : seen());
  const { line, left } = fakeLine(detector);
  for (let i = 0; i < 3; i++) {
    await add(line, i * FRAME_US);
    await settle();
  }
  assert.equal(left.length, 3);
  assert.equal(left.some(isBare), false);
});

Deno.test("look-ahead masks a plate in the frames before it was first found", async () => {
  const detector = new FakeDetector((call) => call < 2 ? Promise.resolve([]) : seen());
  const { line, left } = fakeLine(detector, { lookAhead: 2 });
  for (let i = 0; i < 5; i++) {
    await add(line, i * FRAME_US);
    await settle();
  }
  await line.flush();
  assert.equal(left.length, 5);
  assert.equal(left.some(isBare), false);
});

Deno.test("without look-ahead the frames before the first sight are bare: what it is for", async () => {
  const detector = new FakeDetector((call) => call < 2 ? Promise.resolve([]) : seen());
  const { line, left } = fakeLine(detector);
  for (let i = 0; i < 4; i++) {
    await add(line, i * FRAME_US);
    await settle();
  }
  assert.deepEqual(left.map(isBare), [true, true, false, false]);
});

Deno.test("a frame for whose masks memory runs out leaves covered, the next one masked", async () => {
  for (const step of ["see", "masks"] as const) {
    const { line, left } = fakeLine(new FakeDetector(seen));
    const real = line.plan[step].bind(line.plan) as () => never;
    for (let i = 0; i < 3; i++) {
      line.plan[step] = i === 1
        ? () => {
          throw new RangeError("Array buffer allocation failed");
        }
        : real;
      await add(line, i * FRAME_US);
      await settle();
    }
    assert.deepEqual(left.map(({ covered }) => covered), [false, true, false], step);
    assert.equal(left.some(isBare), false);
  }
});

Deno.test("after the machine stood still for ten seconds no frame leaves by what was known before", async () => {
  let answerLate: (found: Detection[]) => void = () => {};
  const detector = new FakeDetector((call) =>
    call === 3 ? new Promise((resolve) => answerLate = resolve) : call < 3 ? seen() : never()
  );
  const { line, left, clock } = fakeLine(detector, { lookAhead: 1 });
  for (let i = 0; i < 5; i++) {
    await add(line, i * FRAME_US);
    await settle();
  }
  clock.ms += 10_000;
  // The frame of long ago, then one of now.
  line.advance();
  answerLate([]);
  await add(line, 5 * FRAME_US + 10_000_000);
  await settle();
  clock.ms += 1500;
  line.advance();
  await settle();
  assert.equal(left.length, 6);
  assert.ok(left.slice(3).every(({ covered }) => covered), left.map((each) => each.covered).join());
  assert.equal(left.some(isBare), false);
});

Deno.test("a plate that is missed for longer than it is held is bare: what is not promised", async () => {
  const detector = new FakeDetector((call) => call < 20 ? seen() : Promise.resolve([]));
  const { line, left } = fakeLine(detector);
  for (let i = 0; i < 32; i++) {
    await add(line, i * FRAME_US);
    await settle();
  }
  const bare = left.map(isBare);
  // Held for 300 ms here: nine frames.
  assert.deepEqual([bare.indexOf(true), bare.lastIndexOf(false)], [29, 28]);
});
