/** One way of working: how large the detector's picture is, and which share of frames is let in. */
export interface LoadStep {
  /** Longest side of the detector's picture, in pixels. */
  longSide: number;
  /** One of so many frames is looked at and leaves; the others are dropped. */
  every: number;
  /**
   * Whether they are dropped by the decoder's process already, which costs a new connection and saves what it
   * takes to scale a frame and to hand it over: the most of what is left.
   */
  early: boolean;
}

/** Of so many frames one is left, step by step; the sparsest in the decoder's process. */
const SPARSER = [2, 3, 4], SPARSEST = [6, 10];

/**
 * The order in which a camera steps down: smaller pictures for the detector first, then fewer frames.
 * There is no step in which a frame leaves unchecked.
 *
 * @param longSide The profile that was asked for.
 * @param longSides All profiles of the model.
 */
export function loadSteps(longSide: number, longSides: readonly number[]): LoadStep[] {
  const smaller = longSides.filter((side) => side < longSide).sort((a, b) => b - a);
  const profiles = [longSide, ...smaller].map((side) => ({
    longSide: side,
    every: 1,
    early: false,
  }));
  const last = profiles.at(-1)!.longSide;
  return [
    ...profiles,
    ...SPARSER.map((every) => ({ longSide: last, every, early: false })),
    ...SPARSEST.map((every) => ({ longSide: last, every, early: true })),
  ];
}

/** From this share of late frames on, a second counts as too much. */
const TOO_MANY_LATE = 0.05;
/** So many seconds of too much, outweighing the others, and a step is taken. */
const BUSY_SECONDS = 3;
/** Seconds without a late frame before a step is taken back. */
const CALM_SECONDS = 20;
const MOST_CALM_SECONDS = 600;
/** A step back up that holds for this long was right. */
const PROVEN_SECONDS = 60;

/** How the frames of a camera wait before they come to us. */
export type Delay = "none" | "lasts" | "grows";

/**
 * Decides, second by second, how far a camera has to step down.
 *
 * Down after three seconds in which over 5 % of the frames came too late, or in which the camera fell further
 * behind; up again after 20 s without a late frame. A step up that has to be taken back within a minute doubles the wait for the next one, up
 * to ten minutes, so that a machine at its limit does not swing.
 */
export class LoadControl {
  #step = 0;
  #busy = 0;
  #calm = 0;
  #wait = CALM_SECONDS;
  #sinceUp = Infinity;

  /** @param steps Number of steps, the full one included. */
  constructor(private readonly steps: number) {}

  /** 0 for full work. */
  get step(): number {
    return this.#step;
  }

  /**
   * Takes in one second.
   *
   * @param arrived Frames that the camera sent in it.
   * @param late Frames dropped or covered in it because the machine was late; not those left out on purpose.
   * @param delay Whether frames come late already, and whether later and later.
   * @returns The step from now on.
   */
  second(arrived: number, late: number, delay: Delay = "none"): number {
    this.#sinceUp++;
    const isBusy = late > arrived * TOO_MANY_LATE || delay === "grows";
    this.#busy = Math.max(0, this.#busy + (isBusy ? 1 : -1));
    this.#calm = late === 0 && arrived > 0 && delay === "none" ? this.#calm + 1 : 0;
    if (this.#sinceUp === PROVEN_SECONDS) this.#wait = CALM_SECONDS;
    if (this.#busy >= BUSY_SECONDS && this.#step < this.steps - 1) {
      if (this.#sinceUp < PROVEN_SECONDS) this.#wait = Math.min(MOST_CALM_SECONDS, this.#wait * 2);
      this.#step++;
      this.#sinceUp = Infinity;
      this.#busy = this.#calm = 0;
    } else if (this.#step > 0 && this.#calm >= this.#wait) {
      this.#step--;
      this.#sinceUp = 0;
      this.#busy = this.#calm = 0;
    }
    return this.#step;
  }
}
