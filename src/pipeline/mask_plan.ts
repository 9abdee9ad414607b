import type { MaskConfig, ZonesConfig } from "../config/mask_schema.ts";
import type { Detection } from "../detect/detection.ts";
import type { PackedLayout } from "../frame/packed_layout.ts";
import type { FrameMask } from "../mask/frame_mask.ts";
import { maskRect } from "../mask/masked_picture.ts";
import { Zones } from "../mask/zones.ts";
import { GlobalMotion } from "../track/global_motion.ts";
import type { Placed } from "../track/place.ts";
import { Tracker } from "../track/tracker.ts";
import type { ClassCounts } from "./status.ts";

/** How detections become masks. */
export interface MaskPlanOptions {
  /** Score from which a detection counts by itself, per class, 0..1. */
  startScores: Record<string, number>;
  mask: MaskConfig;
  zones: ZonesConfig;
  /** How long a track that is not seen keeps its mask, in milliseconds. */
  holdMs?: number;
  /** Each frame by its own detections alone: no tracks, no margin. To compare with. */
  frameByFrame?: boolean;
}

const HOLD_MS = 600;

/**
 * What is to be hidden in each frame of one source: takes in the detections of frames in order, and
 * tells the masks of frames up to `history` older than the newest.
 */
export class MaskPlan {
  /** Objects in the frame whose masks were asked for last. */
  now: ClassCounts = { car: 0, plate: 0 };
  readonly #tracker: Tracker;
  #zones: Zones;
  #mask: MaskConfig;
  readonly #motion = new GlobalMotion();
  /** Only frame by frame: what was found in each frame of the history. */
  readonly #found = new Map<number, Detection[]>();

  /**
   * @param history Frames that can still be asked for; `Infinity` for a source that is looked
   * through as a whole before it is masked.
   */
  constructor(
    private readonly layout: PackedLayout,
    private readonly options: MaskPlanOptions,
    private readonly history: number,
  ) {
    const { startScores, holdMs = HOLD_MS } = options;
    this.#mask = options.mask;
    const { width, height } = layout;
    this.#zones = new Zones(options.zones, width, height);
    this.#tracker = new Tracker({ startScores, holdMs, history, width, height });
  }

  /** Masks in another way from now on, frames in the history included. */
  change(mask: MaskConfig, zones: ZonesConfig): void {
    this.#mask = mask;
    this.#zones = new Zones(zones, this.layout.width, this.layout.height);
  }

  /** Distinct objects per class since the start. */
  get totals(): Readonly<Record<string, number>> {
    return this.#tracker.totals;
  }

  /**
   * Takes in what was found in one frame. Frames must come in order; one that could not be checked
   * is left out.
   *
   * @param detections With boxes in shares of the picture.
   * @param packed The captured picture.
   */
  see(
    frame: number,
    timeUs: number,
    detections: readonly Detection[],
    packed: Uint8Array,
  ): void {
    const { width, height, smallWidth, smallHeight } = this.layout;
    const found = detections.map(({ label, score, box }) => ({
      label,
      score,
      box: {
        x: box.x * width,
        y: box.y * height,
        width: box.width * width,
        height: box.height * height,
      },
    })).filter(({ box }) => this.#zones.counts(box));
    if (this.options.frameByFrame) {
      this.#found.set(frame, found);
      for (const old of this.#found.keys()) {
        if (old >= frame - this.history) break;
        this.#found.delete(old);
      }
      return;
    }
    const small = packed.subarray(width * height);
    const { dx, dy, cut } = this.#motion.see(small, width, smallWidth, smallHeight);
    const motion = { dx: dx * width / smallWidth, dy: dy * height / smallHeight, cut };
    this.#tracker.update(frame, timeUs, found, motion);
  }

  /** The masks of a frame that was seen. */
  masks(frame: number, timeUs: number): FrameMask[] {
    const placed = this.options.frameByFrame
      ? this.#detected(frame)
      : this.#tracker.at(frame, timeUs);
    this.now = { car: 0, plate: 0 };
    const margin = this.options.frameByFrame ? 0 : this.#mask.margin;
    const masks: FrameMask[] = [...this.#zones.masks];
    for (const { label, box, sigma, score, reason, track } of placed) {
      // What is hidden on weak evidence is not counted: much of it is there twice, or not at all.
      if (score >= this.#startScore(label)) this.now[label as keyof ClassCounts]++;
      if (!(this.#mask.classes as string[]).includes(label)) continue;
      const rect = maskRect(box, sigma, margin, this.layout);
      if (rect) masks.push({ class: label, box, rect, score, reason, track });
    }
    return masks;
  }

  #detected(frame: number): (Omit<Placed, "track"> & { track: null })[] {
    return (this.#found.get(frame) ?? []).filter(({ label, score }) =>
      score >= this.#startScore(label)
    ).map((found) => ({ ...found, sigma: 0, reason: "detected", track: null }));
  }

  #startScore(label: string): number {
    return this.options.startScores[label] ?? 0.5;
  }
}
