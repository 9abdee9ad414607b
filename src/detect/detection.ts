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

/** No box reaches as far, in sides of the picture. */
const FARTHEST = 100;

/** Whether a detection can be one: its box has a size, and a place not far from the picture. Not so with NaN. */
export function isPlausible({ score, box: { x, y, width, height } }: Detection): boolean {
  return score >= 0 && score <= 1 && width > 0 && height > 0 &&
    Math.max(Math.abs(x), Math.abs(y), width, height) < FARTHEST;
}
