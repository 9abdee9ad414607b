/** Invariant 1 under everything at once: a line of frames with a detector, a clock and an encoder that misbehave. */
import assert from "node:assert/strict";
import { DEFAULT_MASK, NO_ZONES } from "../../src/config/mask_schema.ts";
import type { DetectionResult, FrameDetector } from "../../src/detect/client.ts";
import { FrameLine } from "../../src/pipeline/frame_line.ts";
import type { ReleasedFrame } from "../../src/pipeline/line_frame.ts";
import { draw, isBare, LAYOUT, plateSeen, settle } from "./fake_line.ts";

const STEPS = 400;
/** Where a frame's number is kept in its memory: in the detector's small picture, which nobody paints. */
const MARK = LAYOUT.width * LAYOUT.height;

/** Numbers from 0 to 1 that are the same in each run. */
function randomFrom(seed: number): () => number {
  let state = seed * 7919 + 1;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

interface Question {
  frame: number;
  askedMs: number;
  answer: (result: DetectionResult) => void;
  fail: (error: Error) => void;
}

/** What is wrong with an answer, if anything. */
const NONSENSE = [NaN, Infinity, -0.3, 0, 1e12];

async function run(seed: number, live: boolean): Promise<{ left: number; covered: number }> {
  const random = randomFrom(seed);
  const clock = { ms: 0 };
  const open: Question[] = [];
  /** Frames with an answer that means something, and whether it had the plate. */
  const answered = new Map<number, boolean>();
  const detector = {
    capacity: 2,
    detect(packed: Uint8Array): Promise<DetectionResult> {
      return new Promise((answer, fail) =>
        open.push({ frame: markOf(packed), askedMs: clock.ms, answer, fail })
      );
    },
  } satisfies FrameDetector & { capacity: number };
  const left: number[] = [];
  const encoder: { busy: boolean; go: () => void } = { busy: false, go: () => {} };
  let failure: unknown;
  const release = async ({ picture, covered, masks, timeUs }: ReleasedFrame) => {
    const memory = new Uint8Array(picture.y.buffer as ArrayBuffer);
    const frame = markOf(memory);
    assert.equal(encoder.busy, false, "two pictures at the encoder at once");
    assert.ok(left.length === 0 || frame > left.at(-1)!, `${frame} after ${left.at(-1)}`);
    left.push(frame);
    const bare = isBare({ timeUs, covered, y: picture.y });
    if (covered) assert.equal(bare, false, `frame ${frame} covered, and bare`);
    else {
      const hadPlate = answered.get(frame);
      assert.notEqual(hadPlate, undefined, `frame ${frame} was not checked`);
      if (hadPlate) assert.equal(bare, false, `frame ${frame} bare: ${JSON.stringify(masks)}`);
    }
    const before = picture.y.slice();
    encoder.busy = true;
    if (random() < 0.3) await new Promise<void>((go) => encoder.go = go);
    encoder.busy = false;
    // Nobody has changed the memory while it was read.
    assert.equal(markOf(memory), frame);
    assert.deepEqual(picture.y, before);
    if (random() < 0.05) throw new Error("the encoder ended");
  };
  const line = new FrameLine(LAYOUT, detector, (frame) =>
    release(frame).catch((error) => {
      if (error instanceof assert.AssertionError) failure ??= error;
      throw error;
    }), {
    lookAhead: Math.floor(random() * 5),
    live,
    startScores: { car: 0.4, plate: 0.3 },
    mask: DEFAULT_MASK,
    zones: NO_ZONES,
    now: () => clock.ms,
  });
  const act = (question: Question) => {
    open.splice(open.indexOf(question), 1);
    const what = random();
    if (what < 0.1) return question.fail(new Error("out of memory"));
    if (what < 0.2) {
      const { box, ...plate } = plateSeen();
      const wrong = NONSENSE[Math.floor(random() * NONSENSE.length)];
      const detections = [plateSeen(), { ...plate, box: { ...box, width: wrong } }];
      return question.answer({ detections, inferenceMs: 1 });
    }
    if (what < 0.23) return question.answer({} as DetectionResult);
    const hasPlate = random() < 0.7;
    answered.set(question.frame, hasPlate);
    question.answer({ detections: hasPlate ? [plateSeen()] : [], inferenceMs: 1 });
  };

  let number = 0;
  /** Memory that a job waits for. */
  let wanted: ReturnType<FrameLine["memory"]> | null = null;
  for (let step = 0; step < STEPS; step++) {
    const what = random();
    if (what < 0.5) {
      wanted ??= line.memory();
      const got = await soon(wanted);
      if (got) wanted = null;
      const memory = got?.value;
      if (memory) {
        draw(memory);
        new DataView(memory.buffer).setUint32(MARK, number);
        line.add(memory, clock.ms * 1000);
        number++;
      }
    } else if (what < 0.8 && open.length > 0) {
      act(open[Math.floor(random() * open.length)]);
    } else if (what < 0.83) {
      detector.capacity = Math.floor(random() * 4);
    } else if (what < 0.85) {
      clock.ms += random() * 5000;
    } else if (what < 0.95) {
      encoder.go();
    } else if (what < 0.96) {
      // Its Worker goes away: what it owes fails.
      for (const question of open.splice(0)) question.fail(new Error("it went away"));
    }
    clock.ms += random() * 40;
    if (random() < 0.5) line.advance();
    await settle();
    if (failure) throw failure;
  }
  // In the end all goes well again, and what is in the line leaves.
  detector.capacity = 2;
  let flushed = false;
  const end = line.flush().then(() => flushed = true);
  while (!flushed) {
    while (open.length > 0) act(open[0]);
    encoder.go();
    clock.ms += 100;
    await new Promise((go) => setTimeout(go, 1));
  }
  await end;
  await wanted;
  if (failure) throw failure;
  if (!live) assert.equal(left.length, number);
  return { left: left.length, covered: line.covered };
}

function markOf(packed: Uint8Array): number {
  return new DataView(packed.buffer, packed.byteOffset).getUint32(MARK);
}

/** What a promise gives if it settles now; null if it does not. */
async function soon<T>(promise: Promise<T>): Promise<{ value: T } | null> {
  let got: { value: T } | null = null;
  promise.then((value) => got = { value });
  await settle();
  return got;
}

for (const live of [true, false]) {
  Deno.test(`whatever detector, clock and encoder do, ${live ? "live" : "in a job"}, only checked frames leave, in order, each once`, async () => {
    let left = 0, covered = 0;
    for (let seed = 1; seed <= 25; seed++) {
      const what = await run(seed, live).catch((error: Error) => {
        throw new Error(`seed ${seed}: ${error.message}`, { cause: error });
      });
      left += what.left;
      covered += what.covered;
    }
    // Else nothing was tried.
    assert.ok(left - covered > 500 && covered > 100, `${left} left, ${covered} of them covered`);
  });
}
