import { DEFAULT_MASK, NO_ZONES } from "../../src/config/mask_schema.ts";
import type { DetectionResult, FrameDetector } from "../../src/detect/client.ts";
import type { Detection } from "../../src/detect/detection.ts";
import { PackedLayout } from "../../src/frame/packed_layout.ts";
import type { Rect } from "../../src/frame/rect.ts";
import { FrameLine } from "../../src/pipeline/frame_line.ts";
import type { FrameLineOptions } from "../../src/pipeline/line_frame.ts";

export const WIDTH = 320, HEIGHT = 192;
/** Where the plate of every test picture is. */
export const PLATE: Rect = { x: 100, y: 80, width: 60, height: 20 };
export const LAYOUT = new PackedLayout(WIDTH, HEIGHT, 160, 96);

/** A detector whose answers a test decides. */
export class FakeDetector implements FrameDetector {
  capacity = 2;
  /** Answers to each frame, by its number from 0. */
  calls = 0;

  constructor(public answer: (call: number) => Promise<Detection[]>) {}

  async detect(_packed: Uint8Array): Promise<DetectionResult> {
    return { detections: await this.answer(this.calls++), inferenceMs: 5 };
  }
}

/** A detection of the test picture's plate. */
export function plateSeen(score = 0.9): Detection {
  const box = {
    x: PLATE.x / WIDTH,
    y: PLATE.y / HEIGHT,
    width: PLATE.width / WIDTH,
    height: PLATE.height / HEIGHT,
  };
  return { label: "plate", score, box };
}

/** What left a line, copied at the moment it left. */
export interface Left {
  timeUs: number;
  covered: boolean;
  y: Uint8Array;
}

/**
 * A line of frames with a clock that a test moves, and what has left it.
 *
 * @param encoded Settles when the frame that has left is encoded.
 */
export function fakeLine(
  detector: FrameDetector,
  options: Partial<FrameLineOptions> = {},
  encoded = () => Promise.resolve(),
) {
  const clock = { ms: 0 };
  const left: Left[] = [];
  const line = new FrameLine(LAYOUT, detector, ({ picture, timeUs, covered }) => {
    left.push({ timeUs, covered, y: picture.y.slice() });
    return encoded();
  }, {
    lookAhead: 0,
    live: true,
    startScores: { car: 0.4, plate: 0.3 },
    mask: DEFAULT_MASK,
    zones: NO_ZONES,
    holdMs: 300,
    now: () => clock.ms,
    ...options,
  });
  return { line, left, clock };
}

/** Draws a picture whose plate is black and white stripes of one pixel, which no mask keeps. */
export function draw(packed: Uint8Array): void {
  packed.fill(90);
  const frame = LAYOUT.frame(packed);
  for (let y = PLATE.y; y < PLATE.y + PLATE.height; y++) {
    for (let x = PLATE.x; x < PLATE.x + PLATE.width; x++) {
      frame.y[y * WIDTH + x] = x % 2 ? 235 : 16;
    }
  }
}

/** Adds one picture at `timeUs`; false if the line had no memory for it. */
export async function add(line: FrameLine, timeUs: number, steadyUs = timeUs): Promise<boolean> {
  const packed = await line.memory();
  if (!packed) return false;
  draw(packed);
  line.add(packed, timeUs, steadyUs);
  return true;
}

/** Lets every promise that can settle do so. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

/** Whether the plate's stripes can be seen: neighbours in its middle row differ. */
export function isBare(left: Left): boolean {
  const row = (PLATE.y + PLATE.height / 2) * WIDTH;
  let stripes = 0;
  for (let x = PLATE.x; x < PLATE.x + PLATE.width - 1; x++) {
    if (Math.abs(left.y[row + x] - left.y[row + x + 1]) > 40) stripes++;
  }
  // The lettering of a cover has edges too, but few.
  return stripes > PLATE.width / 2;
}
