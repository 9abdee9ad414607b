import type { Detection } from "../detect/detection.ts";
import { type Rect, union } from "../frame/rect.ts";
import { KalmanAxis } from "./kalman.ts";

/** A track's place in one frame, in the tracker's coordinates. */
export interface TrackPoint {
  /** Frame number. */
  frame: number;
  /** Frame time in microseconds. */
  timeUs: number;
  /** In pixels. */
  box: Rect;
  /** Standard deviation of the box's centre in pixels: 0 where it was seen. */
  sigma: number;
  /** Of the detection it is known from. */
  score: number;
  /** True where a detection put it, false where it was predicted. */
  seen: boolean;
  /** Whether that detection would have started a track. */
  strong: boolean;
}

/** Shares of the box's size: how far detections jitter, and how hard objects accelerate per s². */
const JITTER = 0.08;
export const ACCELERATION = 4;
const FIRST_VELOCITY = 3;
/** Plates keep to their car's velocity to within this share of the plate's size per second. */
const CARRIED_VELOCITY = 0.5;

/** One object followed through time. */
export class Track {
  readonly label: string;
  /** Oldest first; one that was seen stays at the head. */
  readonly points: TrackPoint[] = [];
  /** Detections that have put it somewhere. */
  hits = 0;
  /** Those of them that would have started a track. */
  sureHits = 0;
  /** Sum of the scores of these. */
  evidence = 0;
  /** Strongest score so far. */
  best = 0;
  lastSeenUs = 0;
  readonly firstSeenUs: number;
  /** The car that carries this plate; it is where this plate was seen last. */
  carrier: Track | undefined;
  readonly #axes: readonly KalmanAxis[];
  #timeUs: number;
  /** When it was last seen well, of the points that are forgotten, in microseconds. */
  #strongBeforeUs = -Infinity;

  /**
   * @param since The first frame of the scene it belongs to: it was nowhere before.
   * @param isStrong Whether its first detection is one that starts a track by itself.
   */
  constructor(
    readonly id: number,
    first: Detection,
    frame: number,
    timeUs: number,
    readonly since: number,
    isStrong: boolean,
  ) {
    this.label = first.label;
    const reach = size(first.box);
    this.#axes = toState(first.box).map((value) =>
      new KalmanAxis(value, JITTER * reach, ACCELERATION * reach, FIRST_VELOCITY * reach)
    );
    this.#timeUs = this.firstSeenUs = timeUs;
    this.#put(first, frame, timeUs, isStrong);
  }

  /** The place it is expected at, after {@linkcode predict}. */
  get expected(): Rect {
    const [cx, cy, width, height] = this.#axes.map((axis) => axis.position);
    const w = Math.max(width, 2), h = Math.max(height, 2);
    return { x: cx - w / 2, y: cy - h / 2, width: w, height: h };
  }

  /** Of its centre, in pixels per second. */
  get velocity(): { x: number; y: number } {
    return { x: this.#axes[0].velocity, y: this.#axes[1].velocity };
  }

  /** Moves it to a frame's time. */
  predict(timeUs: number): void {
    const dt = Math.max(0, (timeUs - this.#timeUs) / 1e6);
    for (const axis of this.#axes) axis.predict(dt);
    this.#timeUs = timeUs;
  }

  /** Time from a moment to the nearest at which it was seen well, in microseconds. */
  sinceStrongUs(timeUs: number): number {
    let least = Math.abs(timeUs - this.#strongBeforeUs);
    for (const point of this.points) {
      if (point.strong) least = Math.min(least, Math.abs(timeUs - point.timeUs));
    }
    return least;
  }

  /** Takes in where it was seen in this frame; strongly, if that detection would have started it. */
  see(found: Detection, frame: number, timeUs: number, isStrong: boolean): void {
    if (isStrong) this.sureHits++;
    const sigma = JITTER * size(found.box);
    toState(found.box).forEach((value, i) => this.#axes[i].correct(value, sigma));
    // Boxes jitter, and a mask that is a pixel short shows a plate's edge: both places are hidden.
    this.#put({ ...found, box: union(found.box, this.expected) }, frame, timeUs, isStrong);
  }

  /** Notes that it was not seen in this frame and is held where it is expected. */
  miss(frame: number, timeUs: number): void {
    const sigma = Math.max(this.#axes[0].sigma, this.#axes[1].sigma);
    const { score } = this.points.at(-1)!;
    const unseen = { seen: false, strong: false };
    this.points.push({ frame, timeUs, box: this.expected, sigma, score, ...unseen });
  }

  /** Moves on as the car does on which it sits: by the car's own motion, and as the car grows. */
  ride(car: Track): void {
    const [x, y, ...sides] = this.#axes;
    const [carX, carY, carWidth] = car.#axes;
    const growth = carWidth.velocity / Math.max(2, carWidth.position);
    const doubt = CARRIED_VELOCITY * size(this.expected);
    x.steer(carX.velocity + growth * (x.position - carX.position), doubt);
    y.steer(carY.velocity + growth * (y.position - carY.position), doubt);
    for (const side of sides) side.steer(growth * side.position, doubt);
  }

  /** Forgets points of frames before `frame`, but for the last one that was seen. */
  trim(frame: number): void {
    let keep = 0;
    for (let i = 1; i < this.points.length && this.points[i].frame <= frame; i++) {
      if (this.points[i].seen) keep = i;
    }
    const forgotten = this.points.splice(0, keep);
    const strong = forgotten.findLast((point) => point.strong);
    if (strong) this.#strongBeforeUs = strong.timeUs;
  }

  #put({ box, score }: Detection, frame: number, timeUs: number, strong: boolean): void {
    this.hits++;
    this.evidence += score;
    this.best = Math.max(this.best, score);
    this.lastSeenUs = timeUs;
    this.points.push({ frame, timeUs, box, sigma: 0, score, seen: true, strong });
  }
}

/** The side of a square of the box's area, in pixels. */
export function size(box: Rect): number {
  return Math.sqrt(box.width * box.height);
}

function toState(box: Rect): number[] {
  return [box.x + box.width / 2, box.y + box.height / 2, box.width, box.height];
}
