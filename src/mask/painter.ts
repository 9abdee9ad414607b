import type { MaskConfig } from "../config/mask_schema.ts";
import type { I420 } from "../frame/i420.ts";
import type { FrameMask } from "./frame_mask.ts";
import { mosaic } from "./mosaic.ts";

/** Paints the masks of one source, frame after frame. */
export class MaskPainter {
  constructor(readonly config: MaskConfig) {}

  /** Hides what one mask names, in place. */
  paint(picture: I420, { rect }: FrameMask): void {
    mosaic(picture, rect);
  }
}
