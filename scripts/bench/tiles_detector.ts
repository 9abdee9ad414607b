import type { DetectionResult, DetectorClient } from "../../src/detect/client.ts";
import type { Detection } from "../../src/detect/detection.ts";
import type { ModelCard } from "../../src/detect/model_card.ts";
import { mergePasses, type PassResult } from "../../src/evaluate/passes/merge.ts";
import type { FoundBox } from "../../src/evaluate/source_boxes.ts";
import { PackedLayout, type SmallPicture } from "../../src/frame/packed_layout.ts";
import type { JobFrameDetector } from "../../src/pipeline/file_job.ts";

/** Tiles of a frame, and the sides of each in pixels: the article's five, to the next multiple of 32. */
const TILES = 5, SIDE = 320;
/** Frames under way at once. */
const FRAMES = 3;

/**
 * The article's way of looking at a frame: five overlapping tiles in a row across its middle, each at
 * the picture's own size in a run of its own, and what they find merged.
 */
export class TilesDetector implements JobFrameDetector {
  readonly capacity = FRAMES;
  #layout: TileLayout | undefined;
  #free = 0;
  readonly #waiting: (() => void)[] = [];

  /** @param detector Has nobody else's pictures under way. */
  constructor(
    private readonly detector: DetectorClient,
    private readonly card: Pick<ModelCard, "nmsIoU" | "recommendedScores">,
  ) {}

  resize(layout: PackedLayout): void {
    if (layout.width < SIDE || layout.height < SIDE) {
      throw new RangeError(
        `a ${layout.width}x${layout.height} picture has no ${SIDE}x${SIDE} tiles`,
      );
    }
    this.#layout = new TileLayout(layout);
    this.detector.resize(this.#layout);
    this.#free = this.detector.capacity;
  }

  async detect(packed: Uint8Array): Promise<DetectionResult> {
    const layout = this.#layout!;
    const results = await Promise.all(
      Array.from({ length: TILES }, (_, tile) => this.#look(layout, packed, tile)),
    );
    const { width, height } = layout.frameSize;
    const passes: PassResult[] = results.map(({ detections }, tile) => {
      const { x, y } = layout.corner(tile);
      return {
        region: { x, y, width: SIDE, height: SIDE },
        scale: 1,
        found: detections.map(({ label, score, box }): FoundBox => ({
          class: label,
          score,
          box: [x + box.x * SIDE, y + box.y * SIDE, box.width * SIDE, box.height * SIDE],
        })),
      };
    });
    const detections = mergePasses(passes, this.card, width, height).map((found): Detection => {
      const [x, y, w, h] = found.box;
      const box = { x: x / width, y: y / height, width: w / width, height: h / height };
      return { label: found.class, score: found.score, box };
    });
    return { detections, inferenceMs: results.reduce((sum, each) => sum + each.inferenceMs, 0) };
  }

  async #look(layout: TileLayout, packed: Uint8Array, tile: number): Promise<DetectionResult> {
    if (this.#free === 0) await new Promise<void>((wake) => this.#waiting.push(wake));
    else this.#free--;
    try {
      layout.tile = tile;
      // It copies the tile before it returns.
      return await this.detector.detect(packed);
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }
}

/** Lets the tiles of a frame pass for its small picture. */
class TileLayout extends PackedLayout {
  /** The one to be copied next. */
  tile = 0;

  constructor(private readonly whole: PackedLayout) {
    super(whole.width, whole.height, SIDE, SIDE);
  }

  get frameSize(): { width: number; height: number } {
    return this.whole;
  }

  /** A tile's left top corner in even pixels. */
  corner(tile: number): { x: number; y: number } {
    const even = (value: number) => 2 * Math.round(value / 2);
    return {
      x: even((this.width - SIDE) * tile / (TILES - 1)),
      y: even((this.height - SIDE) / 2),
    };
  }

  override copySmall(packed: Uint8Array, to: SmallPicture): void {
    const { y, u, v } = this.whole.frame(packed);
    const at = this.corner(this.tile);
    copy(y, this.width, at.x, at.y, to.y, SIDE);
    const half = SIDE / 2, luma = half * half;
    copy(u, this.width / 2, at.x / 2, at.y / 2, to.uv.subarray(0, luma), half);
    copy(v, this.width / 2, at.x / 2, at.y / 2, to.uv.subarray(luma), half);
  }
}

function copy(
  from: Uint8Array,
  stride: number,
  x: number,
  y: number,
  to: Uint8Array,
  side: number,
): void {
  for (let row = 0; row < side; row++) {
    const start = (y + row) * stride + x;
    to.set(from.subarray(start, start + side), row * side);
  }
}
