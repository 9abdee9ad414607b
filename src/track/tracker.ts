import type { Detection } from "../detect/detection.ts";
import type { Rect } from "../frame/rect.ts";
import { associate } from "./associate.ts";
import { CameraPath } from "./camera_path.ts";
import { Census } from "./census.ts";
import type { Motion } from "./global_motion.ts";
import { place, type Placed } from "./place.ts";
import { Track } from "./track.ts";

/** How tracks live. */
export interface TrackerOptions {
  /** Score from which a detection starts a track by itself, per class, 0..1. */
  startScores: Record<string, number>;
  /** How long a track that is not seen keeps its mask, in milliseconds. */
  holdMs: number;
  /** Frames of history kept for the look-ahead. */
  history: number;
  /** The picture's size in pixels. */
  width: number;
  height: number;
}

/** Costs from which a detection is not a track's: a faint one must lie nearer. */
const MATCH_LIMIT = 0.8, FAINT_LIMIT = 0.6;
/** The scores of a track's detections sum up to this before weak ones alone are believed. */
const ENOUGH_EVIDENCE = 1.5;
/** The same for a plate that sits on a car. */
const ENOUGH_ON_A_CAR = 1;
/**
 * Share of the picture's width up to which weak detections alone are believed, and up to which the
 * weakest count at all, those below half of the starting score: far plates.
 */
const WEAK_WIDTH = 0.03;
/**
 * Share of the starting score below which detections start nothing: they only keep a track going that is
 * believed and rides on a car.
 */
const FAINT_SHARE = 0.35;
/** Share of the picture's width from which weak plates are not plates: so close, they are seen well. */
const MOST_WEAK_WIDTH = 0.3;
/** Larger things are believed for so long around the times at which they were seen well, in microseconds. */
const STRONG_US = 500_000;
/** A track is held for this many milliseconds for each unit of its evidence, up to the full hold. */
const HELD_MS_FOR_EVIDENCE = 60;
/** The shortest hold. */
const LEAST_HOLD_MS = 100;
/** Multiple of the hold for which a plate is held whose car is still seen. */
const CARRIED_HOLD = 2;
/** A car counts as seen for this long after its last detection, in microseconds. */
const CAR_SEEN_US = 150_000;
/** Lost tracks are known again for this long, in microseconds; those not believed for less. */
const RECALL_US = 1_500_000, DOUBTED_RECALL_US = 300_000;
const STILL: Motion = { dx: 0, dy: 0, cut: false };

/**
 * Follows objects from frame to frame, in steps as ByteTrack (Zhang et al. 2022): strong
 * detections first, then weak ones against the tracks that are left, then the faintest. Frames are told by time, so
 * dropped frames and changing rates need no care.
 *
 * Inside, places are kept as if the camera stood still: its motion is taken out of what comes in
 * and put back into what goes out.
 */
export class Tracker {
  #open: Track[] = [];
  /** Ended, but the look-ahead may still ask for their past. */
  #ended: Track[] = [];
  #nextId = 1;
  /** Of the newest frame. */
  #timeUs = 0;
  /** Frame at which the scene began. */
  #since = -Infinity;
  readonly #path: CameraPath;
  readonly #census = new Census();

  constructor(private readonly options: TrackerOptions) {
    this.#path = new CameraPath(options.history);
  }

  /** Distinct objects per class since the start. */
  get totals(): Readonly<Record<string, number>> {
    return this.#census.totals;
  }

  /**
   * Takes in one frame's detections. Frames must come in order.
   *
   * @param detections With boxes in pixels.
   * @param motion How the picture moved since the frame before, in pixels.
   */
  update(
    frame: number,
    timeUs: number,
    detections: readonly Detection[],
    motion: Motion = STILL,
  ): void {
    if (motion.cut) {
      this.#since = frame;
      this.#census.cut();
    }
    this.#path.follow(frame, motion);
    const { x, y } = this.#path.newest;
    this.#timeUs = timeUs;
    const found = detections.map((each) => ({ ...each, box: moved(each.box, -x, -y) }));
    for (const track of this.#open) track.predict(timeUs);
    const missed = new Set(this.#open);
    for (const label of new Set([...found, ...this.#open].map((each) => each.label))) {
      this.#associate(label, frame, timeUs, found.filter((each) => each.label === label), missed);
    }
    this.#board(timeUs);
    for (const track of this.#open) {
      if (track.lastSeenUs === timeUs) this.#census.see(track, timeUs, this.#open);
    }
    this.#hold(missed, frame, timeUs);
    this.#forget(frame);
  }

  /** Where every object is in a frame at most `history` frames old. */
  at(frame: number, timeUs: number): Placed[] {
    const { x, y } = this.#path.at(frame);
    return [...this.#ended, ...this.#open].filter((track) => this.#isBelieved(track, timeUs))
      .flatMap((track) => {
        const placed = place(track, frame, timeUs);
        return placed ? [{ ...placed, box: moved(placed.box, x, y) }] : [];
      });
  }

  #associate(
    label: string,
    frame: number,
    timeUs: number,
    detections: Detection[],
    missed: Set<Track>,
  ): void {
    const start = this.#startScore(label);
    let open = this.#open.filter((track) => track.label === label);
    const strong = detections.filter((each) => each.score >= start);
    const most = label === "plate" ? MOST_WEAK_WIDTH : 1;
    const weak = detections.filter(({ score, box }) =>
      score < start &&
      box.width <= (score < start / 2 ? WEAK_WIDTH : most) * this.options.width
    );
    const faint = weak.filter(({ score }) => score < start * FAINT_SHARE);
    for (const group of [strong, weak.filter((each) => !faint.includes(each)), faint]) {
      if (group === faint) open = open.filter((each) => each.carrier && this.#isBelieved(each));
      const pairs = associate(
        open.map((each) => each.expected),
        group.map((each) => each.box),
        group === faint ? FAINT_LIMIT : MATCH_LIMIT,
      );
      for (const [track, detection] of pairs) {
        open[track].see(group[detection], frame, timeUs, group === strong);
        missed.delete(open[track]);
      }
      const taken = new Set(pairs.map(([, detection]) => detection));
      open = open.filter((track) => missed.has(track));
      group.forEach((each, i) => {
        if (taken.has(i) || group === faint) return;
        const isStrong = group === strong;
        this.#open.push(new Track(this.#nextId++, each, frame, timeUs, this.#since, isStrong));
      });
    }
  }

  /** Notes on which car each plate sits that was just seen. */
  #board(timeUs: number): void {
    const cars = this.#open.filter((track) =>
      track.label === "car" && timeUs - track.lastSeenUs <= CAR_SEEN_US && this.#isBelieved(track)
    );
    for (const plate of this.#open) {
      if (plate.label !== "plate" || plate.lastSeenUs !== timeUs) continue;
      const { box } = plate.points.at(-1)!;
      plate.carrier = cars.filter((car) => holds(car.expected, box))
        .sort((a, b) => a.expected.width - b.expected.width)[0];
    }
  }

  /** Tracks that were not seen stay where they are expected, for a while. */
  #hold(missed: Set<Track>, frame: number, timeUs: number): void {
    const ended = new Set<Track>();
    for (const track of missed) {
      const car = track.carrier;
      const rides = car !== undefined && timeUs - car.lastSeenUs <= CAR_SEEN_US;
      if (rides) track.ride(car);
      const unseenUs = timeUs - track.lastSeenUs;
      const heldMs = Math.min(
        this.options.holdMs,
        Math.max(LEAST_HOLD_MS, track.evidence * HELD_MS_FOR_EVIDENCE),
      ) * (rides ? CARRIED_HOLD : 1);
      const recallUs = this.#isBelieved(track) ? RECALL_US : DOUBTED_RECALL_US;
      const gone = unseenUs > recallUs || !this.#isInPicture(track.expected);
      // Another scene begins: nothing of the old one is dragged into it. What was seen in its first frame goes on.
      if (gone || this.#since === frame) ended.add(track);
      else if (unseenUs <= heldMs * 1000) track.miss(frame, timeUs);
    }
    if (ended.size === 0) return;
    this.#open = this.#open.filter((track) => !ended.has(track));
    this.#ended.push(...ended);
  }

  #forget(frame: number): void {
    const oldest = frame - this.options.history;
    for (const track of this.#open) track.trim(oldest);
    this.#ended = this.#ended.filter((track) => track.points.at(-1)!.frame >= oldest);
  }

  /**
   * Whether a track is taken for a real object, at a time that may be as long ago as the look-ahead
   * reaches: seen well once, or often enough.
   */
  #isBelieved(track: Track, timeUs = this.#timeUs): boolean {
    const isFar = track.points.at(-1)!.box.width <= WEAK_WIDTH * this.options.width;
    if (track.best >= this.#startScore(track.label)) {
      return isFar || track.sinceStrongUs(timeUs) <= STRONG_US;
    }
    return isFar && track.evidence >= (track.carrier ? ENOUGH_ON_A_CAR : ENOUGH_EVIDENCE);
  }

  #startScore(label: string): number {
    return this.options.startScores[label] ?? 0.5;
  }

  /** Whether any of a box is to be seen. */
  #isInPicture(box: Rect): boolean {
    const { newest } = this.#path;
    const x = box.x + newest.x, y = box.y + newest.y;
    return x + box.width > 0 && y + box.height > 0 && x < this.options.width &&
      y < this.options.height;
  }
}

function moved(box: Rect, dx: number, dy: number): Rect {
  return { x: box.x + dx, y: box.y + dy, width: box.width, height: box.height };
}

/** Whether a plate's centre lies on a car. */
function holds(car: Rect, plate: Rect): boolean {
  const x = plate.x + plate.width / 2, y = plate.y + plate.height / 2;
  return x > car.x && x < car.x + car.width && y > car.y && y < car.y + car.height &&
    plate.width < car.width;
}
