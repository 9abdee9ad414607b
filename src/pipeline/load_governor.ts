import type { DetectorClient } from "../detect/client.ts";
import { detectorSize } from "../detect/profile.ts";
import type { PackedLayout } from "../frame/packed_layout.ts";
import { Backlog } from "./backlog.ts";
import { LoadControl, type LoadStep, loadSteps } from "./load_control.ts";
import { SourceDelay } from "./source_delay.ts";

/**
 * Carries out a camera's steps. A smaller picture for the detector is scaled here from the small picture
 * that the capture packs, so that a step costs neither a new connection nor a covered frame; a frame
 * that is left out is passed over in the pipe. Only the last steps need a decoder that hands over less.
 */
export class LoadGovernor {
  readonly #steps: LoadStep[];
  readonly #control: LoadControl;
  #layout: PackedLayout | undefined;
  /** Of the source that runs. */
  #early = 1;
  #last = { arrived: 0, late: 0, covered: 0 };
  #arrived = 0;
  /** Frames dropped in the last second, late or left out. */
  skippedFps = 0;
  /** Frames left out on purpose, since the start. */
  leftOut = 0;
  #lastLeftOut = 0;
  #backlog: Backlog | null = null;
  #delay: SourceDelay | null = null;

  /**
   * @param onStep Told of each change, in words.
   * @param now Monotonic milliseconds.
   */
  constructor(
    { longSide, longSides }: { longSide: number; longSides: readonly number[] },
    private readonly detector: Pick<DetectorClient, "shrink">,
    private readonly onStep: (words: string) => void,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#steps = loadSteps(longSide, longSides);
    this.#control = new LoadControl(this.#steps.length);
  }

  /** How far it has stepped down; 0 for full work. */
  get step(): number {
    return this.#control.step;
  }

  /**
   * How much later the source's newest picture came than its quickest one, in milliseconds; 0 where it cannot
   * be told.
   */
  get delayMs(): number {
    return this.#delay?.delayMs ?? 0;
  }

  /** One of so many frames is to be handed over by the decoder's process; the others are to be dropped in it. */
  get early(): number {
    const { every, early } = this.#steps[this.step];
    return early ? every : 1;
  }

  /** Size of the picture that the detector sees, such as `512x288`; null before the first picture. */
  get profile(): string | null {
    if (!this.#layout) return null;
    const { width, height } = this.#size(this.#layout);
    return `${width}x${height}`;
  }

  /**
   * A source begins, in a layout that the detector has been told of.
   *
   * @param early One of so many frames is all that its decoder hands over, see {@linkcode early}.
   * @param bursts Whether it sends seconds at once by its nature, as HLS does.
   */
  begin(layout: PackedLayout, early = 1, bursts = false): void {
    this.#layout = layout;
    this.#early = early;
    this.#backlog = bursts ? null : new Backlog(this.now);
    this.#delay = bursts ? null : new SourceDelay(this.now);
    this.detector.shrink(this.#size(layout));
  }

  /**
   * Whether the next frame is let in: not one that is left out for want of time, nor an old one.
   *
   * @param timeUs Its presentation time on the source's clock, in microseconds.
   */
  admits(timeUs: number): boolean {
    this.#delay?.came(timeUs);
    this.leftOut += this.#early - 1;
    const isOld = this.#backlog?.isOld(timeUs) ?? false;
    const { every, early } = this.#steps[this.step];
    if (!isOld && (early || this.#arrived++ % every === 0)) return true;
    this.leftOut++;
    return false;
  }

  /**
   * To be called once a second.
   *
   * @param arrived Frames that have come so far.
   * @param late Frames that were dropped as late so far.
   * @param covered Frames so far that left covered, as no answer came in time.
   */
  second(arrived: number, late: number, covered: number): void {
    const before = this.step;
    const missed = late - this.#last.late + covered - this.#last.covered;
    const delay = this.#delay?.second() ?? "none";
    this.#control.second(arrived - this.#last.arrived, missed, delay);
    if (this.step > before) this.#delay?.steppedDown();
    this.skippedFps = late - this.#last.late + this.leftOut - this.#lastLeftOut;
    this.#last = { arrived, late, covered };
    this.#lastLeftOut = this.leftOut;
    if (this.step === before || !this.#layout) return;
    this.detector.shrink(this.#size(this.#layout));
    const { every } = this.#steps[this.step];
    const frames = every === 1 ? "every frame" : `one frame of ${every}`;
    const down = delay === "grows"
      ? "its pictures come later and later"
      : "too many frames came late";
    const why = this.step > before ? down : "there is time again";
    this.onStep(
      `${why}: ${frames} at ${this.profile} (step ${this.step} of ${this.#steps.length - 1})`,
    );
  }

  #size({ width, height, smallWidth, smallHeight }: PackedLayout) {
    const { longSide } = this.#steps[this.step];
    if (longSide === this.#steps[0].longSide) return { width: smallWidth, height: smallHeight };
    const wanted = detectorSize(width, height, longSide);
    // A picture that is small by itself cannot be made smaller by a profile above its size.
    return {
      width: Math.min(smallWidth, wanted.width),
      height: Math.min(smallHeight, wanted.height),
    };
  }
}
