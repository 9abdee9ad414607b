import type { MaskConfig } from "../config/mask_schema.ts";
import type { I420 } from "../frame/i420.ts";
import { type Cells, evenCells, relit, sampleCells } from "./cells.ts";
import type { FrameMask } from "./frame_mask.ts";
import { paint } from "./paint.ts";

interface Kept {
  cells: Cells;
  usedIn: number;
}

/** Frames for which the cells of a mask that is not painted are kept. */
const KEPT_FRAMES = 300;

/**
 * Paints the masks of one source, frame after frame.
 *
 * What is hidden cannot be had back, neither from one picture nor from many. Of an area of any size
 * 6x3 levels of luma and 3x2 of chroma are left; the blur is these same cells, blended, so it says
 * no more than the mosaic. And they are taken **once**: a track keeps the cells of its first frame,
 * laid over its mask wherever that goes, and later frames change only their common brightness. Were
 * they taken anew from each frame, the grid would lie a little differently over the plate each time,
 * and the average of many frames, aligned, would show more than 6x3 cells can. So thirty frames tell
 * what the first one does.
 */
export class MaskPainter {
  readonly #kept = new Map<string, Kept>();
  #config: MaskConfig;
  #solid: Cells;
  #frame = 0;

  constructor(config: MaskConfig) {
    this.#config = config;
    this.#solid = solidCells(config.color);
  }

  /** Paints in another way from now on; the kept cells stay, so that nothing more is told. */
  change(config: MaskConfig): void {
    this.#config = config;
    this.#solid = solidCells(config.color);
  }

  /** Hides what the masks name, in place. Called once for each frame, in order. */
  paint(picture: I420, masks: readonly FrameMask[]): void {
    this.#frame++;
    const { style, feather } = this.#config;
    // Even, so that luma and chroma fade over the same width.
    const options = { smooth: style === "blur", feather: feather + feather % 2 };
    // All are looked at before the first is painted: none takes its cells from another's.
    const cells = masks.map((mask) => style === "solid" ? this.#solid : this.#cells(picture, mask));
    masks.forEach(({ rect, polygon }, i) =>
      paint(picture, rect, cells[i], { ...options, polygon })
    );
    for (const [key, { usedIn }] of this.#kept) {
      if (this.#frame - usedIn > KEPT_FRAMES) this.#kept.delete(key);
    }
  }

  #cells(picture: I420, { track, rect, reason }: FrameMask): Cells {
    // A zone lies still: its place names it.
    const key = reason === "zone" ? `${rect.x},${rect.y},${rect.width},${rect.height}` : `${track}`;
    if (track === null && reason !== "zone") return sampleCells(picture, rect);
    const kept = this.#kept.get(key)?.cells;
    const cells = kept ?? sampleCells(picture, rect);
    this.#kept.set(key, { cells, usedIn: this.#frame });
    return kept ? relit(kept, picture, rect) : cells;
  }
}

/** A colour `#rrggbb` as BT.601 limited range. */
function solidCells(color: string): Cells {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16) / 255);
  return evenCells(
    Math.round(16 + 65.481 * r + 128.553 * g + 24.966 * b),
    Math.round(128 - 37.797 * r - 74.203 * g + 112 * b),
    Math.round(128 + 112 * r - 93.786 * g - 18.214 * b),
  );
}
