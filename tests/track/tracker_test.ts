import assert from "node:assert/strict";
import type { Detection } from "../../src/detect/detection.ts";
import type { Rect } from "../../src/frame/rect.ts";
import type { Motion } from "../../src/track/global_motion.ts";
import type { Placed } from "../../src/track/place.ts";
import { Tracker, type TrackerOptions } from "../../src/track/tracker.ts";

const FRAME_US = 40_000;

/** A tracker with frames told by number. */
class Scene {
  readonly tracker: Tracker;
  constructor(options: Partial<TrackerOptions> = {}, readonly frameUs = FRAME_US) {
    this.tracker = new Tracker({
      startScores: { car: 0.4, plate: 0.3 },
      holdMs: 400,
      history: 5,
      width: 1920,
      height: 1080,
      ...options,
    });
  }

  see(frame: number, ...detections: Detection[]): void {
    this.tracker.update(frame, frame * this.frameUs, detections);
  }

  move(frame: number, motion: Partial<Motion>, ...detections: Detection[]): void {
    const moved = { dx: 0, dy: 0, cut: false, ...motion };
    this.tracker.update(frame, frame * this.frameUs, detections, moved);
  }

  at(frame: number): Placed[] {
    return this.tracker.at(frame, frame * this.frameUs);
  }
}

function plate(x: number, y = 100, score = 0.9, width = 30, height = 10): Detection {
  return { label: "plate", score, box: { x, y, width, height } };
}

function near(actual: Rect, x: number, within: number): void {
  assert.ok(Math.abs(actual.x - x) <= within, `x is ${actual.x}, expected ${x}`);
}

Deno.test("Tracker places an object where it was seen, surely", () => {
  const scene = new Scene();
  scene.see(0, plate(50));
  assert.deepEqual(scene.at(0), [
    { track: 1, label: "plate", box: plate(50).box, sigma: 0, score: 0.9, reason: "detected" },
  ]);
});

function car(x: number, y = 20, score = 0.9, width = 200, height = 120): Detection {
  return { label: "car", score, box: { x, y, width, height } };
}

Deno.test("Tracker believes weak detections once there are enough of them, and then from the first on", () => {
  const scene = new Scene();
  for (let frame = 0; frame < 5; frame++) {
    scene.see(frame, plate(50, 100, 0.29));
    assert.deepEqual(scene.at(frame), [], `frame ${frame}`);
  }
  scene.see(5, plate(50, 100, 0.29));
  for (const frame of [1, 5]) assert.equal(scene.at(frame)[0].reason, "detected");
});

Deno.test("Tracker believes fewer weak detections of a plate that sits on a car", () => {
  const scene = new Scene();
  for (let frame = 0; frame < 4; frame++) scene.see(frame, car(10), plate(50, 100, 0.29));
  assert.deepEqual(scene.at(3).map(({ label }) => label).sort(), ["car", "plate"]);
});

Deno.test("Tracker does not believe weak detections of large things, nor now and then one", () => {
  const scene = new Scene();
  for (let frame = 0; frame < 60; frame++) {
    const passing = frame % 10 ? [] : [plate(900, 100, 0.29)];
    scene.see(frame, plate(50, 100, 0.29, 400, 90), ...passing);
  }
  assert.deepEqual(scene.at(59), []);
});

Deno.test("Tracker keeps a track alive with weak detections, past its hold", () => {
  const scene = new Scene();
  scene.see(0, plate(50));
  for (let frame = 1; frame < 40; frame++) scene.see(frame, plate(50, 100, 0.16));
  const [placed, ...more] = scene.at(39);
  assert.deepEqual(more, []);
  assert.equal(placed.track, 1);
  assert.equal(placed.reason, "detected");
});

Deno.test("Tracker keeps a far plate alive with the weakest detections, a near one not", () => {
  for (const [width, isHeld] of [[40, true], [80, false]] as const) {
    const scene = new Scene();
    scene.see(0, plate(50, 100, 0.9, width, width / 3));
    // Below half of the starting score, for longer than any hold.
    for (let frame = 1; frame <= 12; frame++) {
      scene.see(frame, plate(50, 100, 0.12, width, width / 3));
    }
    assert.equal(scene.at(12).length > 0, isHeld, `${width} px`);
  }
});

Deno.test("Tracker takes no weak detection of a third of the picture's width for a plate", () => {
  const scene = new Scene();
  scene.see(0, plate(50, 100, 0.9, 600, 200));
  for (let frame = 1; frame <= 12; frame++) scene.see(frame, plate(50, 100, 0.25, 600, 200));
  assert.deepEqual(scene.at(12), []);
  const cars = new Scene();
  cars.see(0, car(50, 100, 0.9, 600, 400));
  for (let frame = 1; frame <= 12; frame++) cars.see(frame, car(50, 100, 0.35, 600, 400));
  assert.equal(cars.at(12).length, 1);
});

Deno.test("Tracker gives a strong detection precedence over a nearer weak one", () => {
  const scene = new Scene();
  scene.see(0, plate(50));
  scene.see(1, plate(50, 100, 0.16), plate(54));
  const [placed, ...more] = scene.at(1);
  assert.deepEqual(more, []);
  assert.equal(placed.track, 1);
  assert.ok(placed.box.x + placed.box.width >= 84, "the strong one is not hidden");
});

Deno.test("Tracker uses each class's own score, and one half for a class without", () => {
  const scene = new Scene();
  scene.see(0, car(0, 0, 0.35), plate(500, 100, 0.35), { ...plate(800, 100, 0.45), label: "face" });
  assert.deepEqual(scene.at(0).map((each) => each.label), ["plate"]);
});

Deno.test("Tracker does not go on believing something large for weak detections' sake", () => {
  const scene = new Scene();
  scene.see(0, plate(50, 100, 0.9, 300, 80), plate(900));
  for (let frame = 1; frame < 40; frame++) {
    scene.see(frame, plate(50, 100, 0.29, 300, 80), plate(900, 100, 0.29));
  }
  assert.deepEqual(scene.at(39).map(({ box }) => Math.round(box.x)), [900]);
});

Deno.test("Tracker never pairs objects of different classes", () => {
  const scene = new Scene();
  scene.see(0, plate(50));
  scene.see(1, { ...plate(50), label: "car" });
  assert.deepEqual(scene.at(1).map(({ label, track }) => [label, track]).sort(), [
    ["car", 2],
    ["plate", 1],
  ]);
});

for (const fps of [5, 25, 50]) {
  Deno.test(`Tracker holds what it knows well for 400 ms, not for a number of frames, at ${fps} fps`, () => {
    const scene = new Scene({}, 1e6 / fps);
    const sure = 10;
    for (let frame = 0; frame <= sure; frame++) scene.see(frame, plate(50));
    const held = sure + Math.floor(0.4 * fps);
    for (let frame = sure + 1; frame <= held; frame++) {
      scene.see(frame);
      assert.equal(scene.at(frame)[0]?.reason, "predicted", `frame ${frame}`);
    }
    scene.see(held + 1);
    assert.deepEqual(scene.at(held + 1), []);
  });
}

Deno.test("Tracker holds what it has seen once for 100 ms only", () => {
  const scene = new Scene();
  scene.see(0, plate(50));
  for (const frame of [1, 2]) {
    scene.see(frame);
    assert.equal(scene.at(frame)[0]?.reason, "predicted");
  }
  scene.see(3);
  assert.deepEqual(scene.at(3), []);
});

Deno.test("Tracker counts time, not frames, when frames are dropped", () => {
  const scene = new Scene();
  for (let frame = 0; frame < 10; frame++) scene.see(frame, plate(50));
  scene.see(20);
  assert.deepEqual(scene.at(20), []);
});

Deno.test("Tracker moves a lost plate on with its car, for longer than alone", () => {
  const scene = new Scene();
  const x = (frame: number) => 100 + 4 * frame;
  for (let frame = 0; frame < 12; frame++) scene.see(frame, car(x(frame)), plate(x(frame) + 80));
  // The car speeds up after its plate was seen last: the plate goes with it.
  const later = (frame: number) => x(11) + 12 * (frame - 11);
  for (let frame = 12; frame < 31; frame++) {
    scene.see(frame, car(later(frame)));
    const placed = scene.at(frame).find(({ label }) => label === "plate");
    assert.ok(placed, `frame ${frame}`);
    near(placed.box, later(frame) + 80, 45);
  }
  for (let frame = 31; frame < 34; frame++) scene.see(frame, car(later(frame)));
  assert.deepEqual(scene.at(33).map(({ label }) => label), ["car"]);
});

Deno.test("Tracker lets a plate without a car be a plate", () => {
  const scene = new Scene();
  scene.see(0, car(900), plate(50));
  assert.deepEqual(scene.at(0).map(({ label }) => label).sort(), ["car", "plate"]);
});

Deno.test("Tracker ends what leaves the picture", () => {
  const scene = new Scene();
  for (let frame = 0; frame < 10; frame++) scene.see(frame, plate(1750 + 15 * frame));
  scene.see(10);
  assert.equal(scene.at(10).length, 1);
  for (let frame = 11; frame < 14; frame++) scene.see(frame);
  assert.deepEqual(scene.at(13), []);
});

Deno.test("Tracker hides what leaves the picture as long as part of it is expected inside", () => {
  const scene = new Scene();
  const x = (frame: number) => 1920 - 90 + 6 * frame;
  for (let frame = 0; frame < 10; frame++) scene.see(frame, plate(x(frame), 100, 0.9, 60, 20));
  // It is missed from where a third of it is outside on.
  for (let frame = 10; x(frame) < 1916; frame++) {
    scene.see(frame);
    assert.equal(scene.at(frame).length, 1, `bare in frame ${frame}, at ${x(frame)}`);
  }
});

Deno.test("Tracker follows what stands while the camera pans", () => {
  const scene = new Scene();
  for (let frame = 0; frame < 8; frame++) scene.see(frame, plate(500));
  let x = 500;
  for (let frame = 8; frame < 12; frame++) {
    scene.move(frame, { dx: -40, dy: 3 });
    x -= 40;
    near(scene.at(frame)[0].box, x, 1);
  }
  assert.ok(Math.abs(scene.at(11)[0].box.y - 112) < 1);
  // What was before is where it was then.
  near(scene.at(7)[0].box, 500, 1);
});

Deno.test("Tracker drags nothing over a cut, neither forwards nor backwards", () => {
  const scene = new Scene();
  for (let frame = 0; frame < 10; frame++) scene.see(frame, plate(500));
  scene.move(10, { cut: true });
  assert.deepEqual(scene.at(10), []);
  assert.equal(scene.at(9)[0].reason, "detected");
  scene.see(11, plate(900));
  assert.equal(scene.at(10)[0].reason, "backfilled");
  near(scene.at(9)[0].box, 500, 1);
  assert.equal(scene.at(9).length, 1);
});

Deno.test("Tracker keeps a plate over a cut that was none", () => {
  const scene = new Scene();
  for (let frame = 0; frame < 10; frame++) scene.see(frame, plate(500));
  scene.move(10, { cut: true }, plate(503));
  assert.deepEqual(scene.at(10).map(({ track }) => track), [1]);
});

Deno.test("Tracker holds a plate that has gone on over a cut as any other", () => {
  const scene = new Scene();
  for (let frame = 0; frame < 10; frame++) scene.see(frame, plate(500));
  scene.move(10, { cut: true }, plate(500));
  scene.see(11, plate(500));
  scene.see(12);
  assert.deepEqual(scene.at(12).map(({ track, reason }) => [track, reason]), [[1, "predicted"]]);
});

Deno.test("Tracker knows a lost plate again and fills the look-ahead's frames before", () => {
  const scene = new Scene();
  for (let frame = 0; frame < 5; frame++) scene.see(frame, plate(500));
  for (let frame = 5; frame < 25; frame++) scene.see(frame);
  assert.deepEqual(scene.at(24), []);
  scene.see(25, plate(505));
  assert.deepEqual(scene.at(24).map(({ track, reason }) => [track, reason]), [[1, "interpolated"]]);
});

Deno.test("Tracker moves a held object on, less sure from frame to frame", () => {
  const scene = new Scene();
  for (let frame = 0; frame < 10; frame++) scene.see(frame, plate(100 + 6 * frame));
  let sigma = 0;
  for (let frame = 10; frame < 15; frame++) {
    scene.see(frame);
    const [placed] = scene.at(frame);
    near(placed.box, 100 + 6 * frame, 6);
    assert.ok(placed.sigma > sigma, "no less sure");
    sigma = placed.sigma;
  }
});

Deno.test("Tracker fills a gap inside its history from both sides", () => {
  const scene = new Scene();
  scene.see(0, plate(100));
  scene.see(1, plate(110));
  scene.see(2), scene.see(3);
  assert.equal(scene.at(2)[0].reason, "predicted");
  scene.see(4, plate(140));
  for (const frame of [2, 3]) {
    const [placed] = scene.at(frame);
    assert.equal(placed.reason, "interpolated");
    near(placed.box, 110 + 10 * (frame - 1), 4);
    assert.equal(placed.track, 1);
  }
});

Deno.test("Tracker covers the frames before the first sight, less sure the further back", () => {
  const scene = new Scene();
  for (const frame of [0, 1, 2]) scene.see(frame);
  assert.deepEqual(scene.at(1), []);
  scene.see(3, plate(100));
  const [back1, back2] = [2, 1].map((frame) => scene.at(frame)[0]);
  assert.deepEqual([back1.reason, back2.reason], ["backfilled", "backfilled"]);
  near(back1.box, 100, 1e-6);
  assert.ok(back2.sigma > back1.sigma && back1.sigma > 0);
  // The second sight tells the way it came.
  scene.see(4, plate(110));
  near(scene.at(2)[0].box, 90, 5);
  near(scene.at(1)[0].box, 80, 10);
});

Deno.test("Tracker still places what has ended where the look-ahead asks for it", () => {
  const scene = new Scene({ holdMs: 40, history: 5 });
  scene.see(0, plate(50));
  for (const frame of [1, 2, 3, 4]) scene.see(frame);
  assert.equal(scene.at(0)[0].reason, "detected");
  assert.deepEqual(scene.at(4), []);
  for (let frame = 5; frame < 60; frame++) scene.see(frame);
  assert.deepEqual(scene.at(0), []);
});

Deno.test("Tracker hides a near plate up to where it leaves, however far the look-ahead reaches", () => {
  // 90 px of 1280: near; two seconds of look-ahead, and the plate is gone after the first.
  const scene = new Scene({ history: 50, width: 1280, height: 720 });
  const at = (frame: number) => plate(800 + 15 * frame, 600, 0.8, 90, 20);
  for (let frame = 0; frame < 50; frame++) {
    scene.see(frame, ...frame < 25 ? [at(frame)] : []);
  }
  for (let frame = 0; frame < 25; frame++) {
    assert.equal(scene.at(frame).length, 1, `bare in frame ${frame}`);
    near(scene.at(frame)[0].box, 800 + 15 * frame, 6);
  }
});

Deno.test("Tracker does not believe weak detections of something large for long", () => {
  const scene = new Scene({ history: 50, width: 1280, height: 720 });
  const at = (score: number) => plate(400, 300, score, 90, 20);
  for (let frame = 0; frame < 45; frame++) scene.see(frame, at(frame < 3 ? 0.8 : 0.2));
  // Half a second after it was seen well, looked at later as well as then.
  assert.deepEqual([0, 2, 14].map((frame) => scene.at(frame).length), [1, 1, 1]);
  assert.deepEqual([15, 30, 44].map((frame) => scene.at(frame).length), [0, 0, 0]);
});

Deno.test("Tracker keeps one identity of a small plate that moves by most of its width a frame", () => {
  const scene = new Scene();
  for (let frame = 0; frame < 12; frame++) scene.see(frame, plate(20 + 25 * frame));
  assert.deepEqual(scene.at(11).map((each) => each.track), [1]);
  assert.deepEqual(scene.tracker.totals, { plate: 1 });
});

Deno.test("Tracker keeps two objects apart that pass each other", () => {
  const scene = new Scene();
  const left = (frame: number) => plate(100 + 8 * frame, 100);
  const right = (frame: number) => plate(260 - 8 * frame, 103);
  for (let frame = 0; frame < 25; frame++) scene.see(frame, left(frame), right(frame));
  const placed = scene.at(24);
  assert.equal(placed.length, 2);
  near(placed.find((each) => each.track === 1)!.box, left(24).box.x, 1);
  near(placed.find((each) => each.track === 2)!.box, right(24).box.x, 1);
  assert.deepEqual(scene.tracker.totals, { plate: 2 });
});

Deno.test("Tracker lets faint detections keep a plate on its car, and start or hold nothing else", () => {
  const scene = new Scene({ holdMs: 100 });
  const faint = (x: number) => plate(x, 100, 0.08);
  for (let frame = 0; frame < 40; frame++) {
    const score = frame < 10 ? 0.9 : 0.08;
    scene.see(frame, car(50), plate(100, 100, score), plate(900, 100, score), faint(1400));
  }
  const placed = scene.at(39).filter(({ label }) => label === "plate");
  assert.deepEqual(placed.map(({ track, reason }) => [track, reason]), [[2, "detected"]]);
  near(placed[0].box, 100, 2);
});

Deno.test("Tracker counts distinct objects that were seen well often enough", () => {
  const scene = new Scene();
  scene.see(0, plate(50), plate(500, 100, 0.2));
  assert.deepEqual(scene.tracker.totals, {});
  for (let frame = 1; frame < 10; frame++) scene.see(frame, plate(50), plate(500, 100, 0.2));
  assert.deepEqual(scene.tracker.totals, { plate: 1 });
  // Much later another one stands there.
  for (let frame = 10; frame < 100; frame++) scene.see(frame);
  for (let frame = 100; frame < 110; frame++) scene.see(frame, plate(50));
  assert.deepEqual(scene.tracker.totals, { plate: 2 });
});

Deno.test("Tracker does not count again what comes back where it is expected", () => {
  const scene = new Scene();
  for (let frame = 0; frame < 20; frame++) scene.see(frame, car(50 + 4 * frame));
  for (let frame = 20; frame < 65; frame++) scene.see(frame);
  for (let frame = 65; frame < 80; frame++) scene.see(frame, car(50 + 4 * frame));
  assert.ok(scene.at(79)[0].track > 1, "it is followed by another track");
  assert.deepEqual(scene.tracker.totals, { car: 1 });
});

Deno.test("Tracker counts what appears far from where another thing was lost", () => {
  const scene = new Scene();
  for (let frame = 0; frame < 20; frame++) scene.see(frame, car(50));
  for (let frame = 20; frame < 65; frame++) scene.see(frame);
  for (let frame = 65; frame < 80; frame++) scene.see(frame, car(1500));
  assert.deepEqual(scene.tracker.totals, { car: 2 });
});

Deno.test("Tracker counts one plate a car, and both plates of two cars", () => {
  const scene = new Scene();
  const bumper = (frame: number) => frame > 20 ? [plate(190, 50)] : [];
  for (let frame = 0; frame < 60; frame++) {
    scene.see(frame, car(50), plate(100), ...bumper(frame), car(800), plate(850));
  }
  assert.deepEqual(scene.tracker.totals, { car: 2, plate: 2 });
});

Deno.test("Tracker counts anew after a cut", () => {
  const scene = new Scene();
  for (let frame = 0; frame < 20; frame++) scene.see(frame, car(50));
  scene.move(20, { cut: true });
  for (let frame = 21; frame < 40; frame++) scene.see(frame, car(60));
  assert.deepEqual(scene.tracker.totals, { car: 2 });
});

Deno.test("Tracker copes with frames that hold nothing", () => {
  const scene = new Scene();
  for (let frame = 0; frame < 100; frame++) scene.see(frame);
  assert.deepEqual(scene.at(99), []);
});

Deno.test("Tracker's memory does not grow with time", () => {
  const scene = new Scene();
  for (let frame = 0; frame < 3000; frame++) {
    scene.see(frame, plate(50 + frame % 3), plate((frame * 97) % 1900, 500));
  }
  // Frames older than the history are gone, and so are the tracks of passers-by.
  assert.deepEqual(scene.at(2000).filter((each) => each.reason === "detected"), []);
  assert.ok(scene.at(2999).length < 15);
});

Deno.test("Tracker places everything by finite numbers, whatever comes", () => {
  const scene = new Scene({ history: 8 });
  let state = 7;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const times: number[] = [];
  let timeUs = 0;
  for (let frame = 0; frame < 400; frame++) {
    // Equal times, long pauses and boxes from a dot to the whole picture.
    timeUs += random() < 0.2 ? 0 : random() * 300_000;
    const detections = Array.from(
      { length: Math.floor(random() * 4) },
      () =>
        plate(
          random() * 1900 - 50,
          random() * 1000,
          random(),
          0.1 + random() * 900,
          0.1 + random() * 500,
        ),
    );
    scene.tracker.update(frame, timeUs, detections);
    times.push(timeUs);
    for (let asked = Math.max(0, frame - 8); asked <= frame; asked++) {
      for (const { box, sigma } of scene.tracker.at(asked, times[asked])) {
        assert.ok(Number.isFinite(box.x + box.y + box.width + box.height + sigma));
        assert.ok(box.width > 0 && box.height > 0 && sigma >= 0);
      }
    }
  }
});
