import assert from "node:assert/strict";
import type { Detection } from "../../../src/detect/detection.ts";
import { carRegions } from "../../../src/evaluate/passes/car_regions.ts";
import { runPasses, type Schedule } from "../../../src/evaluate/passes/run_passes.ts";
import type { FoundBox } from "../../../src/evaluate/source_boxes.ts";
import type { SmallPicture } from "../../../src/frame/packed_layout.ts";
import { type Still, stillSize } from "../../../src/source/still.ts";

const CARD = {
  nmsIoU: { car: 0.5, plate: 0.4 },
  recommendedScores: { car: 0.5, plate: 0.45 },
  profiles: { 512: { longSide: 512 }, 640: { longSide: 640 } },
};
const [WIDTH, HEIGHT] = [1281, 721];
const MS = 10;

type Box = [number, number, number, number];

/** A grey picture with white plates on it. */
function pictureOf(...plates: Box[]): Still {
  const size = stillSize(WIDTH, HEIGHT, WIDTH);
  const y = new Uint8Array(size.smallWidth * size.smallHeight).fill(90);
  for (const [left, top, width, height] of plates) {
    for (let row = top; row < top + height; row++) {
      y.fill(235, row * size.smallWidth + left, row * size.smallWidth + left + width);
    }
  }
  const uv = new Uint8Array(y.length / 2).fill(128);
  return { width: WIDTH, height: HEIGHT, ...size, y, uv };
}

/** Finds what is white; and in the first picture it is shown, the cars it is told of. */
class WhiteDetector {
  readonly sizes: string[] = [];

  constructor(readonly leastPx: number, readonly cars: Box[] = []) {}

  detect({ y }: SmallPicture, width: number, height: number) {
    const toX = (x: number) => x / WIDTH * 640 / width;
    const toY = (y: number) => y / HEIGHT * 360 / height;
    const cars = this.sizes.length > 0 ? [] : this.cars.map(([x, y, w, h]): Detection => ({
      label: "car",
      score: 0.9,
      box: { x: toX(x), y: toY(y), width: toX(w), height: toY(h) },
    }));
    this.sizes.push(`${width}x${height}`);
    let left = width, top = height, right = 0, bottom = 0;
    y.forEach((value, i) => {
      if (value < 160) return;
      const x = i % width, row = Math.floor(i / width);
      [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
      [top, bottom] = [Math.min(top, row), Math.max(bottom, row + 1)];
    });
    const box = {
      x: left / width,
      y: top / height,
      width: (right - left) / width,
      height: (bottom - top) / height,
    };
    const plates = right - left < this.leastPx ? [] : [{ label: "plate", score: 0.8, box }];
    return Promise.resolve({ detections: [...cars, ...plates], inferenceMs: MS });
  }
}

async function plateOf(schedule: Schedule, plate: Box, detector: WhiteDetector) {
  const options = { detector, card: CARD, longSide: 640 };
  const { found, inferenceMs } = await runPasses(schedule, pictureOf(plate), options);
  return { inferenceMs, plates: found.filter((box) => box.class === "plate") };
}

function assertNear({ box }: FoundBox, expected: Box, px: number): void {
  box.forEach((value, i) => assert.ok(Math.abs(value - expected[i]) <= px, `${box}`));
}

for (const plate of [[1240, 690, 20, 8], [404, 308, 20, 8], [700, 100, 20, 8]] as Box[]) {
  Deno.test(`tiles find a plate at ${plate} that is too small for the whole picture's pass`, async () => {
    const whole = await plateOf("whole", plate, new WhiteDetector(15));
    assert.deepEqual([whole.plates.length, whole.inferenceMs], [0, MS]);
    const detector = new WhiteDetector(15);
    const { plates, inferenceMs } = await plateOf("tiles", plate, detector);
    // Found in up to four tiles that overlap there, and one box of it is left.
    assert.equal(plates.length, 1);
    assertNear(plates[0], plate, 0.1);
    assert.equal(inferenceMs, 7 * MS);
    assert.deepEqual([...new Set(detector.sizes)], ["640x384", "480x416"]);
  });
}

Deno.test("detail finds a plate on a car, enlarged, and puts it back in its place", async () => {
  const plate: Box = [640, 400, 20, 8];
  const detector = new WhiteDetector(15, [[560, 300, 160, 140]]);
  const { plates, inferenceMs } = await plateOf("detail", plate, detector);
  assert.equal(plates.length, 1);
  assertNear(plates[0], plate, 1);
  assert.equal(inferenceMs, 2 * MS);
  assert.equal(Math.max(...detector.sizes[1].split("x").map(Number)), 512);
});

Deno.test("twice looks small and at the picture's own size, and keeps one box of a plate", async () => {
  const plate: Box = [640, 400, 20, 8];
  const far = new WhiteDetector(15);
  const { plates, inferenceMs } = await plateOf("twice", plate, far);
  assert.equal(plates.length, 1);
  // 1281 pixels make 1280: a pixel and a bit of blur.
  assertNear(plates[0], plate, 1.5);
  assert.equal(inferenceMs, 2 * MS);
  assert.deepEqual(far.sizes, ["512x288", "1280x736"]);
  assert.equal(
    (await plateOf("twice", [600, 400, 120, 40], new WhiteDetector(15))).plates.length,
    1,
  );
});

Deno.test("detail looks only where a car is", async () => {
  const detector = new WhiteDetector(15, [[100, 300, 160, 140]]);
  assert.deepEqual((await plateOf("detail", [640, 400, 20, 8], detector)).plates, []);
});

Deno.test("carRegions takes the four largest cars of 100 px and more, sure ones, with a margin", () => {
  const car = (score: number, width: number, x = 0): FoundBox => ({
    class: "car",
    score,
    box: [x, 100, width, 100],
  });
  const cars = [100, 99, 300, 200, 140, 120].map((width, i) => car(0.9, width, 150 * i));
  const others = [car(0.4, 900), { ...car(0.9, 800), class: "plate" }];
  const regions = carRegions([...cars, ...others], 0.5, WIDTH, HEIGHT);
  assert.deepEqual(regions.map(({ x, width }) => [x, width]), [
    ...[[270, 360], [430, 240], [586, 168], [738, 144]],
  ]);
  assert.deepEqual(carRegions([car(0.9, 100)], 0.5, WIDTH, HEIGHT), [
    { x: 0, y: 90, width: 110, height: 120 },
  ]);
});
