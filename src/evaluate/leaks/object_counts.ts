import { LEAST_VISIBILITY, LEAST_WIDTH_PX } from "./plate_log.ts";
import type { Truth, TruthThing } from "./truth.ts";

/** How many things were counted, and how many there were. */
export interface ObjectCount {
  counted: number;
  /** Null where the truth does not say. */
  real: number | null;
}

/** By class. */
export type ObjectCounts = Record<"plate" | "car", ObjectCount>;

/** Frames in which a thing must be well to be seen before it is one that is to be counted. */
const LEAST_FRAMES = 5;

/**
 * Holds what the tracker counted in one clip against the truth, where a thing is one that is at least
 * 16 px wide and half visible in five frames.
 *
 * @param totals The tracker's, by class.
 */
export function objectCounts(
  totals: Readonly<Record<string, number>>,
  truth: Truth,
): ObjectCounts {
  const { plate = 0, car = 0 } = totals;
  return {
    plate: { counted: plate, real: distinct(truth.frames) },
    car: { counted: car, real: truth.cars && distinct(truth.cars) },
  };
}

/** The counts of several clips together; only of clips whose truth says. */
export function totalCounts(clips: readonly ObjectCounts[]): ObjectCounts {
  const sum = (label: keyof ObjectCounts): ObjectCount => {
    const known = clips.map((clip) => clip[label]).filter(({ real }) => real !== null);
    const of = known.length > 0 ? known : clips.map((clip) => clip[label]);
    return {
      counted: of.reduce((total, { counted }) => total + counted, 0),
      real: known.length > 0 ? known.reduce((total, { real }) => total + real!, 0) : null,
    };
  };
  return { plate: sum("plate"), car: sum("car") };
}

function distinct(frames: readonly (readonly TruthThing[])[]): number {
  const seen = new Map<string, number>();
  for (const things of frames) {
    for (const { id, box, visibility } of things) {
      if (visibility < LEAST_VISIBILITY || box.width < LEAST_WIDTH_PX) continue;
      seen.set(id, (seen.get(id) ?? 0) + 1);
    }
  }
  return [...seen.values()].filter((frames) => frames >= LEAST_FRAMES).length;
}
