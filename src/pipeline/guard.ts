import type { ReleasedFrame } from "./line_frame.ts";

/**
 * How far a camera's picture can be trusted to hide what it must:
 *
 * - `covered`: viewers see no picture of the camera: a cover or a card, or nothing new.
 * - `guarded`: the picture is shown, but something in it is hidden where it is expected, not where it
 *   was seen; or the picture has been covered a moment ago.
 * - `live`: the picture is shown, and each mask is where a detection put it.
 */
export type GuardState = "covered" | "guarded" | "live";

/** What the guard knows, as served. */
export interface GuardReport {
  state: GuardState;
  /** ISO 8601 time at which `state` was entered. */
  since: string;
  /** Objects that are followed and hidden in the newest frame. */
  tracks: number;
  /** Of these, how many are hidden where they are expected: not seen in the frame, nor after it. */
  predicted: number;
  /** Such masks since the camera's Worker started. */
  predictedTotal: number;
  /** Share of the last ten seconds' frames, 0..1, in which at least one track was held unseen. */
  risk: number;
}

/** So long after the last cover or unseen mask is a picture only guarded, in milliseconds. */
const STEADY_MS = 1000;
/** With no frame for so long nothing of the camera is seen, in milliseconds. */
const SILENT_MS = 1500;
const RISK_MS = 10_000;

/**
 * One camera's state machine. A frame that leaves moves it, and so does silence; nothing else does:
 *
 * ```
 * covered --a checked frame leaves--> guarded --1 s of frames with every mask seen--> live
 * live --a mask is held unseen--> guarded
 * guarded, live --a frame leaves covered, a card is shown, or none leaves for 1.5 s--> covered
 * ```
 *
 * It tells, and never decides: what is hidden is decided frame by frame, before.
 */
export class Guard {
  #state: GuardState = "covered";
  #since = new Date();
  #newest = { tracks: 0, predicted: 0 };
  #predictedTotal = 0;
  #lastFrameMs = -Infinity;
  /** When something was last covered or held unseen. */
  #lastDoubtMs = -Infinity;
  readonly #recent: { ms: number; held: boolean }[] = [];

  constructor(private readonly now: () => number = () => performance.now()) {}

  /**
   * A frame leaves.
   *
   * @returns Whether viewers see the camera's picture now and did not before, or the other way round.
   */
  left(frame: Pick<ReleasedFrame, "covered" | "masks">): boolean {
    const wasCovered = this.#state === "covered";
    this.#follow(frame);
    return wasCovered !== (this.#state === "covered");
  }

  #follow({ covered, masks }: Pick<ReleasedFrame, "covered" | "masks">): void {
    const ms = this.now();
    const predicted = masks.filter(({ reason }) => reason === "predicted").length;
    this.#newest = { tracks: masks.filter(({ track }) => track !== null).length, predicted };
    this.#predictedTotal += predicted;
    this.#lastFrameMs = ms;
    this.#recent.push({ ms, held: predicted > 0 });
    if (covered) return this.cover();
    if (predicted > 0 || this.#state === "covered") this.#lastDoubtMs = ms;
    this.#enter(ms - this.#lastDoubtMs < STEADY_MS ? "guarded" : "live");
  }

  /** Nothing of the camera is shown. */
  cover(): void {
    this.#newest = { tracks: 0, predicted: 0 };
    this.#lastDoubtMs = this.now();
    this.#enter("covered");
  }

  /** The numbers of the moment. */
  report(): GuardReport {
    const ms = this.now();
    if (ms - this.#lastFrameMs > SILENT_MS && this.#state !== "covered") this.cover();
    while (this.#recent.length > 0 && ms - this.#recent[0].ms > RISK_MS) this.#recent.shift();
    const held = this.#recent.filter((frame) => frame.held).length;
    return {
      state: this.#state,
      since: this.#since.toISOString(),
      ...this.#newest,
      predictedTotal: this.#predictedTotal,
      risk: Math.round(held / Math.max(1, this.#recent.length) * 1000) / 1000,
    };
  }

  #enter(state: GuardState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#since = new Date();
  }
}
