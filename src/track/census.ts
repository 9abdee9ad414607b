import { iou, type Rect } from "../frame/rect.ts";
import { size, type Track } from "./track.ts";

/** One thing that was counted, whichever tracks have followed it. */
interface Known {
  label: string;
  box: Rect;
  /** Of the box's centre, in pixels per second. */
  velocity: { x: number; y: number };
  seenUs: number;
  /** Of a car: the plate that was counted on it. */
  plate?: Known;
}

/** Detections of at least the starting score after which a track is an object. */
const SURE_HITS = 5;
/** Time over which these must spread, in microseconds: what flashes up is no object. */
const SURE_US = 200_000;
/** Overlap from which two tracks follow one thing. */
const ECHO_IOU = 0.1;
/** A thing counts as followed for this long after it was last seen, in microseconds. */
const FOLLOWED_US = 150_000;
/** A thing that was lost is known again for this long, in microseconds. */
const RECALL_US = 3_000_000;
/** How far from where it is expected it may come back: box sizes, and more for each second. */
const REACH = 1, REACH_PER_SECOND = 1.5;
/** The least ratio of sizes of what was lost and what came back. */
const SAME_SIZE = 0.5;

/**
 * Counts things, not tracks: a track counts once it was seen well often enough, and not if it goes on
 * where one that was counted was lost, follows the same thing as another, or is a second plate on
 * one car.
 */
export class Census {
  readonly #totals: Record<string, number> = {};
  readonly #identities = new WeakMap<Track, Known>();
  /** Those that may come back. */
  #recent: Known[] = [];

  /** Distinct objects per class. */
  get totals(): Readonly<Record<string, number>> {
    return this.#totals;
  }

  /** Forgets what was in the picture, as nothing of another scene is the same. */
  cut(): void {
    this.#recent = [];
  }

  /** Takes in that a track was seen at `timeUs`. */
  see(track: Track, timeUs: number, open: readonly Track[]): void {
    let known = this.#identities.get(track);
    if (!known) {
      const isSure = track.sureHits >= SURE_HITS && timeUs - track.firstSeenUs >= SURE_US;
      if (!isSure) return;
      known = this.#find(track, timeUs, open) ?? this.#count(track);
      this.#identities.set(track, known);
    }
    Object.assign(known, { box: track.expected, velocity: track.velocity, seenUs: timeUs });
    const car = track.carrier && this.#identities.get(track.carrier);
    if (car && known.label === "plate") car.plate ??= known;
  }

  #count(track: Track): Known {
    const { label } = track;
    this.#totals[label] = (this.#totals[label] ?? 0) + 1;
    const known = { label, box: track.expected, velocity: track.velocity, seenUs: 0 };
    this.#recent.push(known);
    return known;
  }

  /** The known thing that a track follows; undefined if it is a new one. */
  #find(track: Track, timeUs: number, open: readonly Track[]): Known | undefined {
    const echo = open.find((other) =>
      other !== track && other.label === track.label && this.#identities.has(other) &&
      timeUs - other.lastSeenUs <= FOLLOWED_US && iou(other.expected, track.expected) > ECHO_IOU
    );
    if (echo) return this.#identities.get(echo);
    const car = track.carrier && this.#identities.get(track.carrier);
    if (track.label === "plate" && car?.plate) return car.plate;
    this.#recent = this.#recent.filter(({ seenUs }) => timeUs - seenUs <= RECALL_US);
    let best: Known | undefined, least = 1;
    for (const known of this.#recent) {
      if (known.label !== track.label || timeUs - known.seenUs <= FOLLOWED_US) continue;
      const cost = comeback(known, track, timeUs);
      if (cost < least) [best, least] = [known, cost];
    }
    return best;
  }
}

/** How far a track is from where a lost thing is expected by now: 1 is too far. */
function comeback(lost: Known, track: Track, timeUs: number): number {
  const box = track.expected;
  const seconds = (timeUs - lost.seenUs) / 1e6;
  const sizes = size(box) / size(lost.box);
  if (Math.min(sizes, 1 / sizes) < SAME_SIZE) return 1;
  const dx = centre(box.x, box.width) - centre(lost.box.x, lost.box.width) -
    lost.velocity.x * seconds;
  const dy = centre(box.y, box.height) - centre(lost.box.y, lost.box.height) -
    lost.velocity.y * seconds;
  const side = Math.max(box.width, lost.box.width);
  return Math.hypot(dx, dy) / (side * (REACH + REACH_PER_SECOND * seconds));
}

function centre(from: number, side: number): number {
  return from + side / 2;
}
