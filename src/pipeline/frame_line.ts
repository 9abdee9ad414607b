import type { MaskConfig, ZonesConfig } from "../config/mask_schema.ts";
import type { DetectionResult, FrameDetector } from "../detect/client.ts";
import { isPlausible } from "../detect/detection.ts";
import type { PackedLayout } from "../frame/packed_layout.ts";
import { RecentDurations } from "../frame/percentiles.ts";
import { RateMeter } from "../frame/rate_meter.ts";
import { coverMask, coverPicture, maskPicture } from "../mask/masked_picture.ts";
import { MaskPainter } from "../mask/painter.ts";
import { FrameMemory } from "./frame_memory.ts";
import type { FrameLineOptions, LineFrame, ReleasedFrame } from "./line_frame.ts";
import { MaskPlan } from "./mask_plan.ts";
import type { ClassCounts } from "./status.ts";

/**
 * The longest a checked live frame waits for later ones, in milliseconds, in all and for each of them, whichever is
 * longer: slow cameras stay live.
 */
const LONGEST_WAIT_MS = 300, LONGEST_WAIT_EACH_MS = 40;
/** Live frames that may wait for a free detector, at least; more while few are under way. */
const MOST_WAITING = 2;
/** Live frames that may be unchecked, where few can be under way at once: a hiccup's worth. */
const MOST_UNCHECKED = 6;

/**
 * One camera's frames between capture and encoder, in order: detection, tracking, look-ahead,
 * mask. A frame leaves it masked by its own detection result, or wholly covered, or not at all.
 */
export class FrameLine {
  /** Frames dropped unchecked. */
  dropped = 0;
  /** Frames that left wholly covered. */
  covered = 0;
  /** What is hidden. */
  readonly plan: MaskPlan;
  /** Objects seen well in the newest frame that left. */
  now: ClassCounts = { car: 0, plate: 0 };
  readonly processed = new RateMeter();
  readonly inference = new RecentDurations();
  readonly captureToMasked = new RecentDurations();
  /** Why the newest failure happened; null after a success. */
  problem: string | null = "the detector is starting";

  /** Frames not yet released, oldest first; those before `#tracked` are in the plan. */
  readonly #frames: LineFrame[] = [];
  #tracked = 0;
  #running = 0;
  #nextNumber = 0;
  #nextPlace = 0;
  readonly #memory: FrameMemory;
  #releasing: Promise<void> = Promise.resolve();
  /** Frames that are being released. */
  #leaving = 0;
  #flushing = false;
  #heard = false;
  /** Since when the detector owes an answer and has given none. */
  #silentSinceMs = 0;
  readonly #painter: MaskPainter;
  readonly #lookAhead: number;
  readonly #reach: { ms: number; most: number };
  /** Frames for which a job makes memory, besides those that wait for later ones. */
  readonly #ahead: number;
  readonly #live: boolean;
  readonly #deadlineMs: number;
  readonly #clock: () => number;

  /**
   * @param release Takes each masked frame, in order; its memory is reused once this settles.
   */
  constructor(
    readonly layout: PackedLayout,
    private readonly detector: FrameDetector,
    private readonly release: (frame: ReleasedFrame) => Promise<void>,
    options: FrameLineOptions,
  ) {
    this.#lookAhead = options.frameByFrame ? 0 : options.lookAhead;
    this.#reach = options.frameByFrame || !options.reach ? { ms: 0, most: 0 } : options.reach;
    const longest = Math.max(this.#lookAhead, this.#reach.most);
    this.plan = new MaskPlan(layout, options, longest + 1);
    this.#painter = new MaskPainter(options.mask);
    this.#live = options.live;
    this.#deadlineMs = options.deadlineMs ?? 1000;
    this.#clock = options.now ?? (() => performance.now());
    this.#ahead = MOST_WAITING + Math.max(8, options.live ? 0 : detector.capacity);
    this.#memory = new FrameMemory(layout.bytes, longest + this.#ahead, options.live);
  }

  /** Masks in another way from now on. */
  change(mask: MaskConfig, zones: ZonesConfig): void {
    this.plan.change(mask, zones);
    this.#painter.change(mask);
  }

  /**
   * Memory for the next picture, to be given back with {@linkcode add}. A job waits for it; a live
   * line gives null when there is none, and the picture is lost.
   */
  async memory(): Promise<Uint8Array<ArrayBuffer> | null> {
    for (;;) {
      // A job reads no further ahead of its detector, or of its encoder, than it needs to.
      const busy = this.#frames.length - this.#tracked + this.#leaving;
      const memory = this.#memory.take(busy < this.#ahead);
      if (memory) return memory;
      if (this.#live) {
        this.dropped++;
        return null;
      }
      await this.#memory.wait();
      this.advance();
    }
  }

  /** Gives back memory that was not filled. */
  giveBack(packed: Uint8Array<ArrayBuffer>): void {
    this.#memory.giveBack(packed);
  }

  /**
   * Adds a captured picture in memory from {@linkcode memory}.
   *
   * @param steadyUs Its time on a clock that does not jump, where the source's own might.
   */
  add(packed: Uint8Array<ArrayBuffer>, timeUs: number, steadyUs = timeUs): void {
    const number = this.#nextNumber++;
    this.#frames.push({
      number,
      place: -1,
      settledMs: Infinity,
      timeUs,
      steadyUs,
      arrivedMs: this.#clock(),
      packed,
      state: "waiting",
      detections: [],
    });
    this.advance();
  }

  /** Does what can be done. To be called now and then as well, as deadlines pass by themselves. */
  advance(): void {
    this.#dispatch();
    this.#coverLate();
    if (this.#live) this.#dropOldest();
    this.#track();
    this.#releaseReady();
  }

  /** Lets every frame out, the look-ahead's included, and waits until they are encoded. */
  async flush(): Promise<void> {
    this.#flushing = true;
    this.advance();
    while (this.#frames.length > 0) {
      await this.#memory.wait();
      this.advance();
    }
    await this.#releasing;
    this.#flushing = false;
  }

  /** Forgets every frame in the line: none of them leaves. */
  discard(): void {
    for (const frame of this.#frames.splice(0)) this.giveBack(frame.packed);
    this.#tracked = 0;
  }

  #dispatch(): void {
    for (const frame of this.#frames) {
      if (this.#running >= this.detector.capacity) return;
      if (frame.state === "waiting") this.#start(frame);
    }
  }

  #start(frame: LineFrame): void {
    frame.state = "running";
    if (this.#running++ === 0) this.#silentSinceMs = this.#clock();
    this.detector.detect(frame.packed).then((result) => this.#checked(frame, result)).catch(
      (error) => this.#failed(frame, error),
    ).finally(() => {
      this.#silentSinceMs = this.#clock();
      this.#running--;
      this.advance();
    });
  }

  #checked(frame: LineFrame, result: DetectionResult): void {
    // A frame whose deadline has passed stays covered: its memory may be another's by now.
    if (frame.state !== "running") return;
    if (!result.detections.every(isPlausible)) {
      throw new Error("the detector gave numbers that mean nothing");
    }
    frame.state = "checked";
    frame.detections = result.detections;
    this.#heard = true;
    this.problem = null;
    this.processed.tick();
    this.inference.add(result.inferenceMs);
  }

  #failed(frame: LineFrame, error: unknown): void {
    this.problem = describe(error);
    if (frame.state === "running") frame.state = "failed";
  }

  /** Live frames do not wait for a detector that is not there or does not answer. */
  #coverLate(): void {
    if (!this.#live) return;
    const now = this.#clock();
    // One that hangs would let viewers see a picture that stands still: they are told at once.
    const hangs = this.#running > 0 && now - this.#silentSinceMs >= this.#deadlineMs;
    const silent = this.detector.capacity === 0 || !this.#heard || hangs;
    for (const frame of this.#frames) {
      if (frame.state !== "waiting" && frame.state !== "running") continue;
      // Before the first answer there is nothing to wait for; afterwards a hiccup is waited out.
      const patience = silent && frame.state === "waiting" ? 0 : this.#deadlineMs;
      if (now - frame.arrivedMs < patience) continue;
      if (frame.state === "running") this.problem = "the detector does not answer";
      frame.state = "failed";
    }
  }

  #dropOldest(): void {
    let waiting = this.#frames.filter((frame) => frame.state === "waiting").length;
    const most = Math.max(MOST_WAITING, MOST_UNCHECKED - this.#running);
    for (let i = 0; waiting > most && i < this.#frames.length; i++) {
      if (this.#frames[i].state !== "waiting") continue;
      // The frames before #tracked are all settled, so the index of the tracked ones stands.
      const [frame] = this.#frames.splice(i--, 1);
      this.giveBack(frame.packed);
      this.dropped++;
      waiting--;
    }
  }

  #track(): void {
    while (this.#tracked < this.#frames.length) {
      const frame = this.#frames[this.#tracked];
      if (frame.state === "waiting" || frame.state === "running") return;
      // Without the dropped ones: the plan's history is as many frames as may wait here.
      frame.place = this.#nextPlace++;
      frame.settledMs = this.#clock();
      if (frame.state === "checked") this.#plan(frame);
      this.#tracked++;
      this.#memory.wake();
      // Answers may come several at once: what is due leaves before its history is forgotten.
      this.#releaseReady();
    }
  }

  #plan(frame: LineFrame): void {
    try {
      this.plan.see(frame.place, frame.steadyUs, frame.detections, frame.packed);
    } catch (error) {
      this.problem = describe(error);
      frame.state = "failed";
    }
  }

  #releaseReady(): void {
    const now = this.#clock();
    const longest = Math.max(LONGEST_WAIT_MS, this.#lookAhead * LONGEST_WAIT_EACH_MS);
    while (this.#tracked > 0) {
      const frame = this.#frames[0];
      const late = this.#live && now - frame.settledMs > longest;
      const ending = this.#flushing && this.#tracked === this.#frames.length;
      if (!this.#seesEnough(frame) && !ending && !late) return;
      this.#frames.shift();
      this.#tracked--;
      const released = this.#mask(frame);
      this.#leaving++;
      this.#releasing = this.#releasing.then(() => this.release(released)).catch(() => {})
        .then(() => {
          this.#leaving--;
          this.giveBack(frame.packed);
        });
    }
  }

  /** Whether as much is known of what comes after the oldest frame as is to be. */
  #seesEnough(frame: LineFrame): boolean {
    const later = this.#tracked - 1, { ms, most } = this.#reach;
    if (later < this.#lookAhead) return false;
    return later >= most || this.#frames[later].steadyUs - frame.steadyUs >= ms * 1000;
  }

  #mask(frame: LineFrame): ReleasedFrame {
    const picture = this.layout.frame(frame.packed);
    const { number, place, timeUs, steadyUs, arrivedMs } = frame;
    const about = { number, timeUs, steadyUs, arrivedMs };
    if (frame.state === "checked") {
      try {
        const masks = this.plan.masks(place, steadyUs);
        const masked = maskPicture(picture, masks, this.#painter);
        this.now = this.plan.now;
        this.captureToMasked.add(this.#clock() - arrivedMs);
        return { ...about, picture: masked, masks, covered: false };
      } catch (error) {
        this.problem = describe(error);
      }
    }
    this.covered++;
    this.now = { car: 0, plate: 0 };
    const title = this.#heard ? "PICTURE COVERED" : "STARTING";
    const detail = this.#heard ? "THE DETECTOR DOES NOT ANSWER" : "THE DETECTOR IS NOT READY";
    const masks = [coverMask(picture)];
    return { ...about, picture: coverPicture(picture, title, detail), masks, covered: true };
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
