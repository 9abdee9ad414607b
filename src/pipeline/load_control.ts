import type { Delay } from "./source_delay.ts";

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
/** So many seconds of too much, outweighing the others, and a step is taken: by some cameras sooner than by others. */
const BUSY_SECONDS = 3, MOST_BUSY_SECONDS = 6;
/** Seconds without a late frame before a step is taken back. */
const CALM_SECONDS = 20;
/** By up to this share longer, so that not all cameras try it at once. */
const CALM_SPREAD = 0.5;
const MOST_CALM_SECONDS = 600;
/** A step back up that holds for this long was right. */
const PROVEN_SECONDS = 60;

/**
 * Decides, second by second, how far a camera has to step down.
 *
 * Down after three to six seconds in which over 5 % of the frames came too late, or in which the camera fell further
 * behind; up again after 20 to 30 s without a late frame. Cameras of one machine are late together: their times differ so that
 * one steps down first, the one that has least so far, and the others need not if that was enough. The one that has
 * stepped up within the last minute is the first to go back, and waits twice as long for its next try, up
 * to ten minutes, so that a machine at its limit does not swing.
 */
export class LoadControl {
  #step = 0;
  #busy = 0;
  #calm = 0;
  #wait = CALM_SECONDS;
  #sinceUp = Infinity;
  /** What this camera waits more than others, 0..1, until its next step. */
  #share: number;

  /**
   * @param steps Number of steps, the full one included.
   * @param random Gives numbers from 0 to 1, 1 excluded.
   */
  constructor(private readonly steps: number, private readonly random = Math.random) {
    this.#share = random();
  }

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
    const hasTried = this.#sinceUp < PROVEN_SECONDS;
    if (this.#busy >= (hasTried ? BUSY_SECONDS : this.#patience()) && this.#step < this.steps - 1) {
      if (hasTried) this.#wait = Math.min(MOST_CALM_SECONDS, this.#wait * 2);
      this.#take(1);
      this.#sinceUp = Infinity;
    } else if (this.#step > 0 && this.#calm >= this.#wait * this.#caution()) {
      this.#take(-1);
      this.#sinceUp = 0;
    }
    return this.#step;
  }

  /** Seconds of too much before it steps down: the further it has, the later. */
  #patience(): number {
    const more = Math.floor(2 * this.#share + this.#step / 2);
    return Math.min(MOST_BUSY_SECONDS, BUSY_SECONDS + more);
  }

  /** Factor of the wait before it steps up: the further down it is, the sooner. */
  #caution(): number {
    const up = 1 - this.#step / (this.steps - 1);
    return 1 + CALM_SPREAD * (this.#share + up) / 2;
  }

  #take(step: number): void {
    this.#step += step;
    this.#busy = this.#calm = 0;
    this.#share = this.random();
  }
}
