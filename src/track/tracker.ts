import type { Detection } from "../detect/detection.ts";
import type { Rect } from "../frame/rect.ts";
import { associate } from "./associate.ts";
import { Track, type TrackPoint } from "./track.ts";

/** How tracks live. */
export interface TrackerOptions {
  /** Score from which a detection starts a track, per class, 0..1. */
  startScores: Record<string, number>;
  /** How long a track that is not seen keeps its mask, in milliseconds. */
  holdMs: number;
  /** Frames of history kept for the look-ahead. */
  history: number;
}

/** Where one tracked object is in one frame. */
export interface Placed {
  track: number;
  label: string;
  /** In pixels, not grown. */
  box: Rect;
  /** Uncertainty of the box's centre in pixels. */
  sigma: number;
  /** Of the detection that its place is known from, 0..1. */
  score: number;
  /** How it is known. */
  reason: "detected" | "predicted" | "interpolated" | "backfilled";
}

const MATCH_LIMIT = 0.8;

/**
 * Follows objects from frame to frame, in two steps as ByteTrack (Zhang et al. 2022): strong
 * detections first, then weak ones against the tracks that are left. Frames are told by time, so
 * dropped frames and changing rates need no care.
 */
export class Tracker {
  #tracks: Track[] = [];
  #nextId = 1;
  readonly #totals: Record<string, number> = {};

  constructor(private readonly options: TrackerOptions) {}

  /** Distinct tracks seen at least twice, per class, since the start. */
  get totals(): Readonly<Record<string, number>> {
    return this.#totals;
  }

  /**
   * Takes in one frame's detections. Frames must come in order.
   *
   * @param detections With boxes in pixels.
   */
  update(frame: number, timeUs: number, detections: readonly Detection[]): void {
    for (const track of this.#tracks) track.predict(timeUs);
    for (const label of new Set([...detections, ...this.#tracks].map((each) => each.label))) {
      this.#updateClass(label, frame, timeUs, detections.filter((each) => each.label === label));
    }
    this.#tracks = this.#tracks.filter((track) => {
      track.trim(frame - this.options.history);
      // A dead track stays while the look-ahead may still ask for its past.
      const heldUs = this.options.holdMs * 1000;
      return timeUs - track.lastSeenUs <= heldUs ||
        track.points.at(-1)!.frame >= frame - this.options.history;
    });
  }

  /** Where every object is in a frame at most `history` frames old. */
  at(frame: number, timeUs: number): Placed[] {
    return this.#tracks.flatMap((track) => {
      const placed = place(track, frame, timeUs);
      return placed ? [{ track: track.id, label: track.label, ...placed }] : [];
    });
  }

  /** Forgets every track: the picture has changed for good. */
  reset(): void {
    this.#tracks = [];
  }

  #updateClass(label: string, frame: number, timeUs: number, detections: Detection[]): void {
    const start = this.options.startScores[label] ?? 0.5;
    const heldUs = this.options.holdMs * 1000;
    let open = this.#tracks.filter((track) =>
      track.label === label && timeUs - track.lastSeenUs <= heldUs
    );
    const strong = detections.filter((each) => each.score >= start);
    const weak = detections.filter((each) => each.score < start);
    for (const group of [strong, weak]) {
      const pairs = associate(
        open.map((each) => each.expected),
        group.map((each) => each.box),
        MATCH_LIMIT,
      );
      for (const [track, detection] of pairs) {
        this.#see(open[track], group[detection], frame, timeUs);
      }
      const matched = new Set(pairs.map(([track]) => open[track]));
      open = open.filter((track) => !matched.has(track));
      if (group === strong) {
        const taken = new Set(pairs.map(([, detection]) => detection));
        strong.forEach((each, i) => {
          if (!taken.has(i)) {
            this.#tracks.push(new Track(this.#nextId++, each, frame, timeUs));
          }
        });
      }
    }
    for (const track of open) track.miss(frame, timeUs);
  }

  #see(track: Track, found: Detection, frame: number, timeUs: number): void {
    track.see(found, frame, timeUs);
    if (track.hits === 2) this.#totals[track.label] = (this.#totals[track.label] ?? 0) + 1;
  }
}

/** A track's place in a frame, by what is known before and after it; null if it was not there. */
function place(
  track: Track,
  frame: number,
  timeUs: number,
): Omit<Placed, "track" | "label"> | null {
  const points = track.points;
  const exact = points.find((point) => point.frame === frame);
  if (exact?.seen) return { ...known(exact), reason: "detected" };
  const after = points.find((point) => point.frame > frame && point.seen);
  const before = points.findLast((point) => point.frame < frame && point.seen);
  if (before && after) {
    const { score } = before;
    return { box: between(before, after, timeUs), sigma: 0, score, reason: "interpolated" };
  }
  if (after && !exact) {
    // Not yet seen in this frame: it was somewhere near where it was seen first. The uncertainty
    // grows with the time back to it, by the box's own size per quarter of a second.
    const back = (after.timeUs - timeUs) / 1e6;
    const sigma = back * 4 * Math.sqrt(after.box.width * after.box.height) / 3;
    const { score } = after;
    return { box: extrapolateBack(points, after, timeUs), sigma, score, reason: "backfilled" };
  }
  return exact ? { ...known(exact), reason: "predicted" } : null;
}

function known({ box, sigma, score }: TrackPoint) {
  return { box, sigma, score };
}

function between(a: TrackPoint, b: TrackPoint, timeUs: number): Rect {
  return mix(a.box, b.box, (timeUs - a.timeUs) / Math.max(1, b.timeUs - a.timeUs));
}

function extrapolateBack(points: TrackPoint[], first: TrackPoint, timeUs: number): Rect {
  const next = points.find((point) => point.seen && point.frame > first.frame);
  return next ? between(first, next, timeUs) : first.box;
}

function mix(a: Rect, b: Rect, share: number): Rect {
  const at = (from: number, to: number) => from + (to - from) * share;
  return {
    x: at(a.x, b.x),
    y: at(a.y, b.y),
    width: Math.max(2, at(a.width, b.width)),
    height: Math.max(2, at(a.height, b.height)),
  };
}
