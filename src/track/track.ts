import type { Detection } from "../detect/detection.ts";
import type { Rect } from "../frame/rect.ts";
import { KalmanAxis } from "./kalman.ts";

/** A track's place in one frame. */
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
}

/** Shares of the box's size: how far detections jitter, and how hard objects accelerate per s². */
const JITTER = 0.08;
const ACCELERATION = 4;
const FIRST_VELOCITY = 3;

/** One object followed through time. */
export class Track {
  readonly label: string;
  /** Newest first to last; trimmed by the tracker. */
  readonly points: TrackPoint[] = [];
  /** Detections that have put it somewhere. */
  hits = 0;
  lastSeenUs = 0;
  #axes: KalmanAxis[] = [];
  #timeUs = 0;

  constructor(readonly id: number, first: Detection, frame: number, timeUs: number) {
    this.label = first.label;
    const { box } = first;
    const reach = Math.sqrt(box.width * box.height);
    for (const value of toState(box)) {
      this.#axes.push(
        new KalmanAxis(value, JITTER * reach, ACCELERATION * reach, FIRST_VELOCITY * reach),
      );
    }
    this.#timeUs = timeUs;
    this.#put(first, frame, timeUs);
  }

  /** The place it is expected at, after {@linkcode predict}. */
  get expected(): Rect {
    const [cx, cy, width, height] = this.#axes.map((axis) => axis.position);
    const w = Math.max(width, 2), h = Math.max(height, 2);
    return { x: cx - w / 2, y: cy - h / 2, width: w, height: h };
  }

  /** Moves it to a frame's time. */
  predict(timeUs: number): void {
    const dt = Math.max(0, (timeUs - this.#timeUs) / 1e6);
    for (const axis of this.#axes) axis.predict(dt);
    this.#timeUs = timeUs;
  }

  /** Takes in where it was seen in this frame. */
  see(found: Detection, frame: number, timeUs: number): void {
    const { box } = found;
    const sigma = JITTER * Math.sqrt(box.width * box.height);
    toState(box).forEach((value, i) => this.#axes[i].correct(value, sigma));
    this.#put(found, frame, timeUs);
  }

  /** Notes that it was not seen in this frame and is held where it is expected. */
  miss(frame: number, timeUs: number): void {
    const sigma = Math.max(this.#axes[0].sigma, this.#axes[1].sigma);
    const { score } = this.points.at(-1)!;
    this.points.push({ frame, timeUs, box: this.expected, sigma, score, seen: false });
  }

  /** Forgets points of frames before `frame`. */
  trim(frame: number): void {
    while (this.points.length > 1 && this.points[0].frame < frame) this.points.shift();
  }

  #put({ box, score }: Detection, frame: number, timeUs: number): void {
    this.hits++;
    this.lastSeenUs = timeUs;
    this.points.push({ frame, timeUs, box, sigma: 0, score, seen: true });
  }
}

function toState(box: Rect): number[] {
  return [box.x + box.width / 2, box.y + box.height / 2, box.width, box.height];
}
