import type { Rect } from "../frame/rect.ts";

/** One object found in one frame. */
export interface Detection {
  /** Class name from the model card: `car` or `plate`. */
  label: string;
  /** 0..1. */
  score: number;
  /** Place as shares of the frame's width and height, 0..1. */
  box: Rect;
}
